//! `DeleteObject` and `DeleteObjects`.

use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, Error,
    ObjectIdentifier,
};
use s3s::{S3Result, s3_error};

use super::MemoryS3;
use crate::server::mutation::Mutation;

/// How many keys a request may name.
const KEYS_LIMIT: usize = 1000;

/// Deletes an object; one that is not there needs no deleting.
pub(super) fn one(server: &MemoryS3, input: &DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
    let mut store = server.store();
    let bucket = store.bucket_mut(&input.bucket)?;
    let directory = format!("{}/", input.key);
    let inside: Vec<_> = bucket.objects.keys().filter(|key| key.starts_with(&directory)).cloned().collect();
    if !inside.is_empty() && server.breaks(Mutation::DeleteDirectoryIs500) {
        return Err(s3_error!(InternalError, "Is a directory."));
    }
    for key in inside.iter().filter(|_| server.breaks(Mutation::DeleteDirectoryIsRecursive)) {
        bucket.delete(key);
    }
    if !server.breaks(Mutation::DeleteDoesNothing) {
        bucket.delete(&input.key);
    }
    Ok(DeleteObjectOutput::default())
}

/// Deletes many objects, and reports each unless the request asks to be quiet.
pub(super) fn many(server: &MemoryS3, input: DeleteObjectsInput) -> S3Result<DeleteObjectsOutput> {
    let mut store = server.store();
    let bucket = store.bucket_mut(&input.bucket)?;
    let mut named = input.delete.objects;
    if named.len() > KEYS_LIMIT && server.breaks(Mutation::DeleteObjectsStopsAtThousand) {
        named.truncate(KEYS_LIMIT);
    }
    if named.len() > KEYS_LIMIT && server.breaks(Mutation::DeleteObjectsFailsAboveThousand) {
        return Err(s3_error!(InternalError, "Too much."));
    }
    if named.is_empty() || named.len() > KEYS_LIMIT {
        return Err(s3_error!(MalformedXML, "A request names 1 to 1000 keys."));
    }
    if server.breaks(Mutation::DeleteObjectsReportsErrors) {
        let errors = named.into_iter().map(refusal).collect();
        return Ok(DeleteObjectsOutput { errors: Some(errors), ..DeleteObjectsOutput::default() });
    }
    if !server.breaks(Mutation::DeleteObjectsDoesNothing) {
        for object in &named {
            bucket.delete(&object.key);
        }
    }
    if let Some(bystander) = bucket.objects.keys().next().cloned()
        && server.breaks(Mutation::DeleteObjectsDeletesOneTooMany)
    {
        bucket.delete(&bystander);
    }
    let report = |object: ObjectIdentifier| DeletedObject { key: Some(object.key), ..DeletedObject::default() };
    let reports = match input.delete.quiet {
        Some(true) => server.breaks(Mutation::QuietDeleteReports),
        _ => !server.breaks(Mutation::DeleteObjectsReportsNothing),
    };
    let deleted = reports.then(|| named.into_iter().map(report).collect());
    Ok(DeleteObjectsOutput { deleted, ..DeleteObjectsOutput::default() })
}

fn refusal(object: ObjectIdentifier) -> Error {
    Error {
        code: Some("AccessDenied".to_owned()),
        key: Some(object.key),
        message: Some("Access Denied".to_owned()),
        version_id: None,
    }
}
