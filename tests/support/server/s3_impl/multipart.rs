//! Uploads in parts.

use bytes::Bytes;
use md5::{Digest, Md5};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput, CompleteMultipartUploadOutput,
    CompletedPart, CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Result, s3_error};

use super::{MemoryS3, tagging};
use crate::server::mutation::Mutation;
use crate::server::store::{Headers, Object, Part, Upload};
use crate::server::tags::{self, Place};
use crate::server::upload;

/// The smallest part that is not the last.
const SMALLEST_PART_BYTES: usize = 5 << 20;

/// Begins an upload.
pub(super) fn create(server: &MemoryS3, input: CreateMultipartUploadInput) -> S3Result<CreateMultipartUploadOutput> {
    if server.breaks(Mutation::MultipartCreateEmptiesObject) {
        let empty = Object::new(Bytes::new(), tags::md5_hex(b""), Headers::default());
        server.store().bucket_mut(&input.bucket)?.put(input.key.clone(), empty);
    }
    available(server, &input.bucket, &input.key)?;
    if server.breaks(Mutation::MultipartTakenForTheObject) {
        return Err(s3_error!(InvalidRequest, "What is that?"));
    }
    let mut store = server.store();
    let bucket = store.bucket_mut(&input.bucket)?;
    let id = format!("upload-{}", server.number());
    let headers = Headers {
        content_type: input.content_type,
        content_encoding: input.content_encoding,
        content_language: input.content_language,
        content_disposition: input.content_disposition,
        cache_control: input.cache_control,
        metadata: input.metadata,
    };
    let tags = tagging::given(input.tagging.as_ref());
    let upload = Upload { key: input.key.clone(), headers, tags, ..Upload::default() };
    bucket.uploads.insert(id.clone(), upload);
    Ok(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id),
        ..CreateMultipartUploadOutput::default()
    })
}

/// Takes a part; one that was there under its number is replaced.
pub(super) async fn part(server: &MemoryS3, mut input: UploadPartInput) -> S3Result<UploadPartOutput> {
    available(server, &input.bucket, &input.key)?;
    let content = upload::read(input.body.take()).await?;
    let tag = tags::md5_hex(&content);
    let mut store = server.store();
    let bucket = store.bucket_mut(&input.bucket)?;
    let is_object = server.breaks(Mutation::MultipartTakenForTheObject);
    if is_object || server.breaks(Mutation::MultipartVisibleEarly) {
        bucket.put(input.key.clone(), Object::new(content.clone(), tag.clone(), Headers::default()));
    }
    if !is_object {
        let upload = bucket.uploads.get_mut(&input.upload_id).ok_or_else(|| s3_error!(NoSuchUpload))?;
        let arrival = upload.parts.len();
        if !(upload.parts.contains_key(&input.part_number) && server.breaks(Mutation::MultipartKeepsFirstPart)) {
            upload.parts.insert(input.part_number, Part { content, arrival });
        }
    }
    Ok(UploadPartOutput { e_tag: Some(ETag::Strong(tag)), ..UploadPartOutput::default() })
}

/// Ends an upload: its parts become the object.
pub(super) fn complete(
    server: &MemoryS3,
    input: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    available(server, &input.bucket, &input.key)?;
    put_together(server, input).map_err(|error| {
        let fails = server.breaks(Mutation::MultipartRefusalFails);
        if fails { s3_error!(InternalError, "No such part.") } else { error }
    })
}

fn put_together(server: &MemoryS3, input: CompleteMultipartUploadInput) -> S3Result<CompleteMultipartUploadOutput> {
    let mut store = server.store();
    let bucket = store.bucket_mut(&input.bucket)?;
    let upload = bucket.uploads.get(&input.upload_id).ok_or_else(|| s3_error!(NoSuchUpload))?;
    let named = input.multipart_upload.and_then(|parts| parts.parts).unwrap_or_default();
    let mut parts: Vec<Part> = if server.breaks(Mutation::MultipartCompletesAnything) {
        upload.parts.values().cloned().collect()
    } else {
        chosen(server, upload, &named)?
    };
    let digests: Vec<u8> = parts.iter().flat_map(|part| Md5::digest(&part.content)).collect();
    let count = parts.len();
    if server.breaks(Mutation::MultipartByArrival) {
        parts.sort_by_key(|part| part.arrival);
    }
    let content: Bytes = parts.iter().flat_map(|part| part.content.iter().copied()).collect::<Vec<u8>>().into();
    let tag = if server.breaks(Mutation::MultipartEtagIsMd5) {
        tags::md5_hex(&content)
    } else {
        format!("{}-{count}", tags::md5_hex(&digests))
    };
    let e_tag = server.shown(Place::Put, &tag);
    let (headers, tags) = (upload.headers.clone(), upload.tags.clone());
    let key = upload.key.clone();
    bucket.uploads.remove(&input.upload_id);
    bucket.put(key, Object { tags, ..Object::new(content, tag, headers) });
    Ok(CompleteMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag,
        ..CompleteMultipartUploadOutput::default()
    })
}

/// The contents of the parts of an upload, by number.
pub(super) fn contents(server: &MemoryS3, input: &CompleteMultipartUploadInput) -> Vec<(i32, Bytes)> {
    let store = server.store();
    let upload = store.buckets.get(&input.bucket).and_then(|bucket| bucket.uploads.get(&input.upload_id));
    let parts = upload.into_iter().flat_map(|upload| &upload.parts);
    parts.map(|(number, part)| (*number, part.content.clone())).collect()
}

/// The parts that a client names, in the order of their numbers.
///
/// # Errors
/// `InvalidPart` for one that is not there or has another tag, `EntityTooSmall` for one that is too small to be followed.
fn chosen(server: &MemoryS3, upload: &Upload, named: &[CompletedPart]) -> S3Result<Vec<Part>> {
    let mut parts = Vec::new();
    for wanted in named {
        let part = wanted.part_number.and_then(|number| upload.parts.get(&number));
        let part = part.ok_or_else(|| s3_error!(InvalidPart))?;
        let tag = wanted.e_tag.as_ref().map(|tag| tag.value().to_owned());
        if tag != Some(tags::md5_hex(&part.content)) && !server.breaks(Mutation::MultipartKeepsFirstPart) {
            return Err(s3_error!(InvalidPart));
        }
        parts.push(part.clone());
    }
    if parts.is_empty() || !named.is_sorted_by(|one, next| one.part_number < next.part_number) {
        return Err(s3_error!(InvalidPartOrder));
    }
    let followed = &parts[..parts.len() - 1];
    if followed.iter().any(|part| part.content.len() < SMALLEST_PART_BYTES) {
        return Err(s3_error!(EntityTooSmall));
    }
    Ok(parts)
}

/// Gives an upload up.
pub(super) fn abort(server: &MemoryS3, input: &AbortMultipartUploadInput) -> S3Result<AbortMultipartUploadOutput> {
    available(server, &input.bucket, &input.key)?;
    let mut store = server.store();
    let bucket = store.bucket_mut(&input.bucket)?;
    let is_object = server.breaks(Mutation::MultipartTakenForTheObject);
    if is_object || server.breaks(Mutation::MultipartAbortDeletes) {
        bucket.delete(&input.key);
    }
    let known = bucket.uploads.contains_key(&input.upload_id);
    if !server.breaks(Mutation::MultipartAbortDoesNothing) {
        bucket.uploads.remove(&input.upload_id);
    }
    if known || is_object { Ok(AbortMultipartUploadOutput::default()) } else { Err(s3_error!(NoSuchUpload)) }
}

/// Refuses a request of an upload on a key, where uploads in parts are refused.
fn available(server: &MemoryS3, bucket: &str, key: &str) -> S3Result<()> {
    if server.breaks(Mutation::MultipartRefusedLeavesObject) {
        let mut store = server.store();
        let bucket = store.bucket_mut(bucket)?;
        if !bucket.objects.contains_key(key) {
            bucket.put(key.to_owned(), Object::new(Bytes::new(), tags::md5_hex(b""), Headers::default()));
        }
        return Err(s3_error!(NotImplemented));
    }
    if server.breaks(Mutation::MultipartNotImplemented) || server.breaks(Mutation::MultipartCreateEmptiesObject) {
        return Err(s3_error!(NotImplemented));
    }
    if server.breaks(Mutation::MultipartFails) {
        return Err(s3_error!(InternalError));
    }
    if server.breaks(Mutation::MultipartRefusedInOtherWords) {
        return Err(s3_error!(InvalidRequest, "What is that?"));
    }
    Ok(())
}
