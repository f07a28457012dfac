//! `PutObject`, `GetObject` and `HeadObject`.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::HeaderValue;
use s3s::dto::{
    GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, PutObjectInput, PutObjectOutput, StreamingBlob,
};
use s3s::{Body, S3ErrorCode, S3Result, TrailingHeaders, s3_error};

use super::MemoryS3;
use super::conditions::Conditions;
use super::{keys, ranges, tagging};
use crate::server::latent::Lurking;
use crate::server::mutation::Mutation;
use crate::server::store::{Headers, Object};
use crate::server::tags::{self, Place};
use crate::server::upload;

/// What S3 calls content of which nothing was said.
const DEFAULT_TYPE: &str = "binary/octet-stream";

/// How long the mutations of concurrency wait between two steps that are one.
const MOMENT: Duration = Duration::from_millis(40);

/// Stores an object. The upload is read and verified before the old object is touched.
pub(super) async fn put(
    server: &MemoryS3,
    mut input: PutObjectInput,
    trailers: Option<TrailingHeaders>,
    announced: Option<HeaderValue>,
) -> S3Result<PutObjectOutput> {
    server.store().bucket(&input.bucket)?;
    let content = upload::read(input.body.take()).await?;
    // The library takes chunks that end early for the whole.
    if announced.is_some_and(|length| length != content.len().to_string().as_str()) {
        return Err(s3_error!(IncompleteBody, "You did not provide the number of bytes that you announced."));
    }
    let given = tagging::given(input.tagging.as_ref());
    let checksum = upload::verify(&input, trailers.as_ref(), &content)?;
    let keeps = || !server.breaks(Mutation::SystemHeadersForgotten);
    let headers = Headers {
        content_type: input.content_type.filter(|_| !server.breaks(Mutation::ContentTypeForgotten)),
        // This one names the encoding of the transfer, not of the object.
        content_encoding: input.content_encoding.filter(|encoding| encoding != "aws-chunked" && keeps()),
        content_language: input.content_language,
        content_disposition: input.content_disposition.filter(|_| keeps()),
        cache_control: input.cache_control.filter(|_| keeps()),
        metadata: input.metadata.filter(|_| !server.breaks(Mutation::MetadataForgotten)),
    };

    let key = keys::meant(server, &input.key);
    let tag_is_not = input.if_none_match.as_ref();
    if tag_is_not.is_some() && server.breaks(Mutation::PutIfNoneMatchNotImplemented) {
        return Err(s3_error!(NotImplemented, "A header you provided implies functionality that is not implemented."));
    }
    let conditions = Conditions {
        tag_is: input.if_match.as_ref().filter(|_| !server.breaks(Mutation::PutIgnoresIfMatch)),
        tag_is_not: tag_is_not.filter(|_| !server.breaks(Mutation::PutIgnoresIfNoneMatch)),
        ..Conditions::default()
    };
    if tag_is_not.is_some() && server.breaks(Mutation::PutIfAbsentRaces) {
        conditions.allow_writing(server.store().bucket(&input.bucket)?.objects.get(&key))?;
        tokio::time::sleep(MOMENT).await;
        let tag = tags::md5_hex(&content);
        let e_tag = server.shown(Place::Put, &tag);
        server.store().bucket_mut(&input.bucket)?.put(key, Object::new(content, tag, headers));
        return Ok(PutObjectOutput { e_tag, ..PutObjectOutput::default() });
    }
    let (tag, overwrites) = {
        let mut store = server.store();
        let bucket = store.bucket_mut(&input.bucket)?;
        keys::refuse(server, bucket, &key)?;
        let replaced = bucket.objects.get(&key);
        let mut refusal = conditions.allow_writing(replaced).err();
        if let Some(refusal) = refusal.take_if(|_| !server.breaks(Mutation::PutStoresDespiteIfNoneMatch)) {
            return Err(refusal);
        }
        let tag = tags::stored(&server.rules, &content, replaced);
        let kept = match replaced {
            Some(first) if server.breaks(Mutation::StoresFirstUploadOnly) => first.content.clone(),
            Some(old) if server.breaks(Mutation::OverwriteInTwoSteps) => half_of_each(&content, &old.content),
            _ if server.breaks(Mutation::StoresTruncated) => content.slice(..content.len().saturating_sub(1)),
            _ => content.clone(),
        };
        let overwrites = replaced.is_some();
        bucket.put(key.clone(), Object { tags: given, ..Object::new(kept, tag.clone(), headers) });
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        (tag, overwrites)
    };
    if overwrites {
        finish_late(server, &input.bucket, &key, &content, &tag).await?;
    }
    Ok(PutObjectOutput {
        e_tag: server.shown(Place::Put, &tag),
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        ..PutObjectOutput::default()
    })
}

/// What the mutations of concurrency do to an object that was there, a moment later than they should.
async fn finish_late(server: &MemoryS3, bucket: &str, key: &str, content: &Bytes, tag: &str) -> S3Result<()> {
    if server.breaks(Mutation::OverwriteInTwoSteps) {
        tokio::time::sleep(MOMENT).await;
        if let Some(object) = server.store().bucket_mut(bucket)?.objects.get_mut(key) {
            object.content = content.clone();
        }
    }
    if server.breaks(Mutation::ConcurrentWritersMix) {
        // Who came first is the last to set the tag.
        let others = server.writers.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(MOMENT * 8 / u32::try_from(others + 1).unwrap_or(1)).await;
        server.writers.fetch_sub(1, Ordering::Relaxed);
        if let Some(object) = server.store().bucket_mut(bucket)?.objects.get_mut(key) {
            tag.clone_into(&mut object.tag);
        }
    }
    Ok(())
}

/// What was there, where the fault of large overwrites mixes it with what is stored next.
pub(super) fn torn(server: &MemoryS3, beside_others: bool, bucket: &str, key: &str) -> Option<Bytes> {
    server.lurking.torn(beside_others, &(bucket.to_owned(), key.to_owned()))
}

/// Lets the mixture be seen for a moment.
pub(super) async fn mend(server: &MemoryS3, bucket: &str, key: &str, torn: Option<Bytes>) {
    let Some(old) = torn else { return };
    let stored = |content: &dyn Fn(&Bytes) -> Bytes| {
        let mut store = server.store();
        let object = store.buckets.get_mut(bucket).and_then(|bucket| bucket.objects.get_mut(key))?;
        let changed = content(&object.content);
        Some(std::mem::replace(&mut object.content, changed))
    };
    if let Some(new) = stored(&|new| half_of_each(new, &old)) {
        tokio::time::sleep(Lurking::moment()).await;
        let mixture = half_of_each(&new, &old);
        // Unless somebody else has stored something meanwhile.
        stored(&|present| if *present == mixture { new.clone() } else { present.clone() });
    }
}

/// The first half of one, the second half of the other.
fn half_of_each(new: &Bytes, old: &Bytes) -> Bytes {
    let middle = (new.len() / 2).min(old.len());
    [&new[..middle], &old[middle..]].concat().into()
}

/// Sends an object or a range of it.
pub(super) fn get(server: &MemoryS3, input: &GetObjectInput) -> S3Result<GetObjectOutput> {
    let object = find(server, &input.bucket, &input.key, Mutation::GetMissingIsEmpty200)?;
    let object = server.lurking.served(Place::Get, &mut server.store(), &input.bucket, &input.key, object);
    Conditions {
        tag_is: input.if_match.as_ref().filter(|_| !server.breaks(Mutation::GetIgnoresIfMatch)),
        tag_is_not: input.if_none_match.as_ref().filter(|_| !server.breaks(Mutation::GetIgnoresIfNoneMatch)),
        modified_since: input.if_modified_since.as_ref(),
        unmodified_since: input.if_unmodified_since.as_ref(),
    }
    .allow_reading(&object)?;

    let range = match input.range {
        Some(range) => ranges::wanted(&server.rules, range, object.content.len())?,
        None => None,
    };
    let content_range = range.as_ref().map(|range| {
        let shift = usize::from(server.breaks(Mutation::ContentRangeWrong));
        format!("bytes {}-{}/{}", range.start + shift, range.end - 1 + shift, object.content.len())
    });
    let is_suffix = matches!(input.range, Some(s3s::dto::Range::Suffix { .. }));
    let range = range.unwrap_or(0..object.content.len());
    let content = object.content.slice(range.clone());
    let mut content = server.lurking.part(&range, is_suffix, object.content.len(), content);
    if !content.is_empty() && server.breaks(Mutation::ContentOffByOneByte) {
        content = flip_middle(&content);
    }
    if !content.is_empty() && server.breaks(Mutation::ContentTruncated) {
        content.truncate(content.len() - 1);
    }
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
    let object = server.lurking.served(Place::Head, &mut server.store(), &input.bucket, &input.key, object);
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
    match store.bucket(bucket)?.object(&keys::meant(server, key)) {
        Err(error) if *error.code() == S3ErrorCode::NoSuchKey && server.breaks(invents) => {
            Ok(Object::new(Bytes::new(), tags::md5_hex(b""), Headers::default()))
        }
        found => found.cloned(),
    }
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
