//! Tags that a user gives an object.

use s3s::dto::{
    DeleteObjectTaggingInput, DeleteObjectTaggingOutput, GetObjectTaggingInput, GetObjectTaggingOutput,
    PutObjectTaggingInput, PutObjectTaggingOutput, Tag, TaggingHeader,
};
use s3s::{S3Result, s3_error};

use super::MemoryS3;
use super::keys;
use crate::server::mutation::Mutation;
use crate::server::store::{Headers, Object};
use crate::server::tags;

/// The tags that come with an upload.
pub(super) fn given(header: Option<&TaggingHeader>) -> Vec<Tag> {
    let decoded = |text: &str| Some(keys::decoded(&text.replace('+', " ")));
    let tag = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Tag { key: decoded(name), value: decoded(value) }
    };
    header.into_iter().flat_map(|header| header.split('&')).filter(|pair| !pair.is_empty()).map(tag).collect()
}

/// Gives an object other tags.
pub(super) fn put(server: &MemoryS3, input: PutObjectTaggingInput) -> S3Result<PutObjectTaggingOutput> {
    available(server)?;
    let mut store = server.store();
    let bucket = store.bucket_mut(&input.bucket)?;
    let mut object = bucket.object(&input.key)?.clone();
    if server.breaks(Mutation::PutTaggingOverwritesObject) {
        let body = format!("{:?}", input.tagging);
        object = Object::new(body.clone().into(), tags::md5_hex(body.as_bytes()), Headers::default());
    } else if !server.breaks(Mutation::TagsForgotten) {
        object.tags = input.tagging.tag_set;
    }
    bucket.put(input.key, object);
    Ok(PutObjectTaggingOutput::default())
}

/// The tags of an object.
pub(super) fn get(server: &MemoryS3, input: &GetObjectTaggingInput) -> S3Result<GetObjectTaggingOutput> {
    available(server)?;
    let store = server.store();
    let tag_set = store.bucket(&input.bucket)?.object(&input.key)?.tags.clone();
    Ok(GetObjectTaggingOutput { tag_set, ..GetObjectTaggingOutput::default() })
}

/// Takes all tags away.
pub(super) fn delete(server: &MemoryS3, input: &DeleteObjectTaggingInput) -> S3Result<DeleteObjectTaggingOutput> {
    available(server)?;
    let mut store = server.store();
    let bucket = store.bucket_mut(&input.bucket)?;
    let object = Object { tags: Vec::new(), ..bucket.object(&input.key)?.clone() };
    if server.breaks(Mutation::DeleteTaggingDeletesObject) {
        bucket.delete(&input.key);
    } else {
        bucket.put(input.key.clone(), object);
    }
    Ok(DeleteObjectTaggingOutput::default())
}

fn available(server: &MemoryS3) -> S3Result<()> {
    if server.breaks(Mutation::TaggingNotImplemented) {
        return Err(s3_error!(NotImplemented, "A header you provided implies functionality that is not implemented."));
    }
    Ok(())
}
