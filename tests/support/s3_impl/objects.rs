//! `PutObject`, `GetObject` and `HeadObject`.

use std::ops::Range as ByteRange;

use bytes::Bytes;
use hyper::HeaderMap;
use hyper::header::{CONTENT_RANGE, CONTENT_TYPE, HeaderValue};
use s3s::dto::{
    GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, PutObjectInput, PutObjectOutput, Range,
    StreamingBlob,
};
use s3s::{Body, S3Error, S3ErrorCode, S3Result, TrailingHeaders, s3_error};

use super::MemoryS3;
use super::conditions::Conditions;
use crate::support::mutation::Mutation;
use crate::support::store::{Headers, Object};
use crate::support::tags::{self, Place};
use crate::support::upload;

/// What S3 calls content of which nothing was said.
const DEFAULT_TYPE: &str = "binary/octet-stream";

/// Stores an object. The upload is read and verified before the old object is touched.
pub(super) async fn put(
    server: &MemoryS3,
    mut input: PutObjectInput,
    trailers: Option<TrailingHeaders>,
) -> S3Result<PutObjectOutput> {
    server.store().bucket(&input.bucket)?;
    let content = upload::read(input.body.take()).await?;
    let checksum = upload::verify(&input, trailers.as_ref(), &content)?;
    let headers = Headers {
        content_type: input.content_type,
        // This one names the encoding of the transfer, not of the object.
        content_encoding: input.content_encoding.filter(|encoding| encoding != "aws-chunked"),
        content_language: input.content_language,
        content_disposition: input.content_disposition,
        cache_control: input.cache_control,
        metadata: input.metadata,
    };

    let mut store = server.store();
    let bucket = store.bucket_mut(&input.bucket)?;
    let replaced = bucket.objects.get(&input.key);
    Conditions { tag_is: input.if_match.as_ref(), tag_is_not: input.if_none_match.as_ref(), ..Conditions::default() }
        .allow_writing(replaced)?;

    let tag = tags::stored(server.mutation, &content, replaced);
    let kept = match (server.mutation, replaced) {
        (Some(Mutation::StoresFirstUploadOnly), Some(first)) => first.content.clone(),
        (Some(Mutation::StoresTruncated), _) => content.slice(..content.len().saturating_sub(1)),
        _ => content,
    };
    let e_tag = server.shown(Place::Put, &tag);
    bucket.put(input.key, Object::new(kept, tag, headers));
    Ok(PutObjectOutput {
        e_tag,
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        ..PutObjectOutput::default()
    })
}

/// Sends an object or a range of it.
pub(super) fn get(server: &MemoryS3, input: &GetObjectInput) -> S3Result<GetObjectOutput> {
    let object = find(server, &input.bucket, &input.key, Mutation::GetMissingIsEmpty200)?;
    Conditions {
        tag_is: input.if_match.as_ref(),
        tag_is_not: input.if_none_match.as_ref(),
        modified_since: input.if_modified_since.as_ref(),
        unmodified_since: input.if_unmodified_since.as_ref(),
    }
    .allow_reading(&object)?;

    let range = input.range.map(|range| satisfied(range, object.content.len())).transpose()?;
    let content_range =
        range.as_ref().map(|range| format!("bytes {}-{}/{}", range.start, range.end - 1, object.content.len()));
    let content = object.content.slice(range.unwrap_or(0..object.content.len()));
    let content = match server.mutation {
        Some(Mutation::ContentOffByOneByte) => flip_middle(&content),
        Some(Mutation::ContentTruncated) => content.slice(..content.len().saturating_sub(1)),
        _ => content,
    };
    let Headers { content_type, content_encoding, content_language, content_disposition, cache_control, metadata } =
        object.headers;
    Ok(GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: i64::try_from(content.len()).ok(),
        body: Some(StreamingBlob::from(Body::from(content))),
        content_range,
        e_tag: server.shown(Place::Get, &object.tag),
        last_modified: Some(object.modified),
        content_type: content_type.or_else(|| Some(DEFAULT_TYPE.to_owned())),
        content_encoding,
        content_language,
        content_disposition,
        cache_control,
        metadata,
        ..GetObjectOutput::default()
    })
}

/// Describes an object.
pub(super) fn head(server: &MemoryS3, input: &HeadObjectInput) -> S3Result<HeadObjectOutput> {
    let object = find(server, &input.bucket, &input.key, Mutation::HeadMissingIsOk)?;
    Conditions {
        tag_is: input.if_match.as_ref(),
        tag_is_not: input.if_none_match.as_ref(),
        modified_since: input.if_modified_since.as_ref(),
        unmodified_since: input.if_unmodified_since.as_ref(),
    }
    .allow_reading(&object)?;

    let wrong = i64::from(server.breaks(Mutation::HeadWrongSize));
    let content_length = Some(object.size_bytes() + wrong);
    let Headers { content_type, content_encoding, content_language, content_disposition, cache_control, metadata } =
        object.headers;
    Ok(HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length,
        e_tag: server.shown(Place::Head, &object.tag),
        last_modified: Some(object.modified),
        content_type: content_type.or_else(|| Some(DEFAULT_TYPE.to_owned())),
        content_encoding,
        content_language,
        content_disposition,
        cache_control,
        metadata,
        ..HeadObjectOutput::default()
    })
}

/// The object of a key, or an empty one where the mutation says so.
fn find(server: &MemoryS3, bucket: &str, key: &str, invents: Mutation) -> S3Result<Object> {
    let store = server.store();
    match store.bucket(bucket)?.object(key) {
        Err(error) if *error.code() == S3ErrorCode::NoSuchKey && server.breaks(invents) => {
            Ok(Object::new(Bytes::new(), tags::md5_hex(b""), Headers::default()))
        }
        found => found.cloned(),
    }
}

/// The bytes that a range asks for.
///
/// # Errors
/// `InvalidRange` (416) with the size, when there are none.
fn satisfied(range: Range, size: usize) -> S3Result<ByteRange<usize>> {
    let end = |end: u64| usize::try_from(end).unwrap_or(usize::MAX);
    match range.check(size as u64) {
        Ok(range) if !range.is_empty() => Ok(end(range.start)..end(range.end)),
        _ => Err(unsatisfied(size)),
    }
}

fn unsatisfied(size: usize) -> S3Error {
    let mut error = s3_error!(InvalidRange, "The requested range is not satisfiable.");
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/xml"))]);
    if let Ok(value) = HeaderValue::try_from(format!("bytes */{size}")) {
        headers.insert(CONTENT_RANGE, value);
    }
    error.set_headers(headers);
    error
}

/// The content with its middle byte flipped; empty content stays empty.
fn flip_middle(content: &[u8]) -> Bytes {
    let mut content = content.to_vec();
    let middle = content.len() / 2;
    if let Some(byte) = content.get_mut(middle) {
        *byte = !*byte;
    }
    content.into()
}
