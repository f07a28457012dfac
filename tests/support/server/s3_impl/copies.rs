//! `CopyObject`.

use bytes::Bytes;
use s3s::dto::{CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, MetadataDirective};
use s3s::{S3Result, s3_error};

use super::MemoryS3;
use super::conditions::Conditions;
use crate::server::listing::percent_encode;
use crate::server::mutation::Mutation;
use crate::server::store::{Headers, Object};
use crate::server::tags::{self, Place};

/// Copies an object, with its headers or with new ones.
pub(super) fn copy(server: &MemoryS3, input: CopyObjectInput) -> S3Result<CopyObjectOutput> {
    let CopySource::Bucket { bucket: from_bucket, key: from_key, .. } = &input.copy_source else {
        return Err(s3_error!(NotImplemented, "Access points are not supported."));
    };
    let mut store = server.store();
    let encoded = Some(percent_encode(from_key));
    let encoded = encoded.filter(|other| **other != **from_key && server.breaks(Mutation::CopySourceNotDecoded));
    let source = store.bucket(from_bucket)?.object(encoded.as_deref().unwrap_or(from_key));
    let source = source.cloned().map_err(|error| {
        let elsewhere = server.breaks(Mutation::CopyMissingSourceIsNoSuchBucket);
        if elsewhere { s3_error!(NoSuchBucket) } else { error }
    })?;
    let target = store.bucket(&input.bucket)?.objects.get(&input.key);
    Conditions {
        tag_is: input.copy_source_if_match.as_ref().filter(|_| !server.breaks(Mutation::CopyIgnoresIfMatch)),
        tag_is_not: input.copy_source_if_none_match.as_ref(),
        modified_since: input.copy_source_if_modified_since.as_ref(),
        unmodified_since: input.copy_source_if_unmodified_since.as_ref(),
    }
    .allow_copying(&source)?;

    let replaces = input.metadata_directive.as_ref().is_some_and(|it| it.as_str() == MetadataDirective::REPLACE);
    let onto_itself = **from_bucket == *input.bucket && **from_key == *input.key;
    if onto_itself && !replaces {
        return Err(s3_error!(InvalidRequest, "This copy request is illegal: it changes nothing."));
    }
    let headers = if replaces && !server.breaks(Mutation::CopyKeepsHeaders) {
        Headers {
            content_type: input.content_type,
            content_encoding: input.content_encoding,
            content_language: input.content_language,
            content_disposition: input.content_disposition,
            cache_control: input.cache_control,
            metadata: input.metadata,
        }
    } else {
        source.headers
    };

    let changes =
        server.breaks(Mutation::CopyChangesEtag) || (onto_itself && server.breaks(Mutation::CopyOntoItselfChangesEtag));
    let tag = if changes {
        tags::another(&source.tag)
    } else if let Some(replaced) = target.filter(|_| !onto_itself && server.breaks(Mutation::CopyKeepsReplacedEtag)) {
        replaced.tag.clone()
    } else {
        tags::stored(&server.rules, &source.content, target)
    };
    let content = if server.breaks(Mutation::CopyWrongContent) { corrupt(&source.content) } else { source.content };
    let object = Object { tags: source.tags, ..Object::new(content, tag, headers) };
    let result = CopyObjectResult {
        e_tag: server.shown(Place::Copy, &object.tag),
        last_modified: Some(object.modified.clone()),
        ..CopyObjectResult::default()
    };
    if !server.breaks(Mutation::CopyDoesNothing) {
        store.bucket_mut(&input.bucket)?.put(input.key, object);
    }
    if !onto_itself && server.breaks(Mutation::CopyDestroysSource) {
        store.bucket_mut(from_bucket)?.delete(from_key);
    }
    Ok(CopyObjectOutput { copy_object_result: Some(result), ..CopyObjectOutput::default() })
}

/// Content of the same size that differs; where there is none, content of one byte.
fn corrupt(content: &[u8]) -> Bytes {
    match content {
        [] => Bytes::from_static(b"?"),
        [first, rest @ ..] => [&[!*first], rest].concat().into(),
    }
}
