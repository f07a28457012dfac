//! Tags that a user gives an object.

use s3s::dto::{GetObjectTaggingInput, GetObjectTaggingOutput, PutObjectTaggingInput, PutObjectTaggingOutput};
use s3s::{S3Result, s3_error};

use super::MemoryS3;
use crate::support::mutation::Mutation;
use crate::support::store::{Headers, Object};
use crate::support::tags;

/// Gives an object other tags.
pub(super) fn put(server: &MemoryS3, input: PutObjectTaggingInput) -> S3Result<PutObjectTaggingOutput> {
    available(server)?;
    let mut store = server.store();
    let bucket = store.bucket_mut(&input.bucket)?;
    let mut object = bucket.object(&input.key)?.clone();
    if server.breaks(Mutation::TaggingTakenForPut) {
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

fn available(server: &MemoryS3) -> S3Result<()> {
    if server.breaks(Mutation::TaggingNotImplemented) {
        return Err(s3_error!(NotImplemented, "A header you provided implies functionality that is not implemented."));
    }
    Ok(())
}
