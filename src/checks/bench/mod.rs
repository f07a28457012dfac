//! pys3local's benchmark, carried over: files on disk go up, are listed, come back, are compared and deleted.
//!
//! One flow whose steps are checks; a step that fails skips those that need it. Files are streamed, and what is timed is what the
//! original times: reading a file and storing it, listing and writing files. Deliberately absent: any judgement of speed.

mod flow;
mod sampler;
mod transfer;

use crate::record::{CheckSpec, Severity};
use crate::server::BucketMode;

pub(super) use flow::run;

/// How many requests are under way at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Concurrency {
    /// One.
    Sequential,
    /// As many as `--workers` says.
    Parallel,
}

const BUCKET_CREATED: CheckSpec = CheckSpec {
    name: "bucket-created",
    severity: Severity::BreaksClients,
    rule: "CreateBucket makes a bucket that HeadBucket finds",
    consequence: "a backup starts into a bucket that is not there",
    source: "S3 API reference, CreateBucket and HeadBucket",
};
const UPLOADED: CheckSpec = CheckSpec {
    name: "files-uploaded",
    severity: Severity::BreaksClients,
    rule: "PutObject stores every file",
    consequence: "a backup ends with an error",
    source: "S3 API reference, PutObject",
};
const LISTED: CheckSpec = CheckSpec {
    name: "listing-complete",
    severity: Severity::DataLoss,
    rule: "the listing, followed to its end, names every stored key once with its size, and no other key",
    consequence: "a restore misses files, or a sync deletes and copies the wrong ones",
    source: "S3 API reference, ListObjectsV2",
};
const DOWNLOADED: CheckSpec = CheckSpec {
    name: "files-downloaded",
    severity: Severity::DataLoss,
    rule: "GetObject returns every listed file",
    consequence: "a restore ends with an error",
    source: "S3 API reference, GetObject",
};
const IDENTICAL: CheckSpec = CheckSpec {
    name: "content-identical",
    severity: Severity::DataLoss,
    rule: "both directory trees are equal by SHA-256",
    consequence: "a restored file is not the file that was backed up",
    source: "S3 API reference, PutObject and GetObject",
};
const OBJECTS_DELETED: CheckSpec = CheckSpec {
    name: "objects-deleted",
    severity: Severity::DataLoss,
    rule: "after DeleteObjects no named object is listed or found",
    consequence: "deleted files come back with the next restore, and space is never freed",
    source: "S3 API reference, DeleteObjects",
};
const BUCKET_DELETED: CheckSpec = CheckSpec {
    name: "bucket-deleted",
    severity: Severity::BreaksClients,
    rule: "DeleteBucket removes an empty bucket",
    consequence: "buckets pile up that nobody can remove",
    source: "S3 API reference, DeleteBucket",
};

static CUSTOM: [CheckSpec; 7] =
    [BUCKET_CREATED, UPLOADED, LISTED, DOWNLOADED, IDENTICAL, OBJECTS_DELETED, BUCKET_DELETED];
/// The virtual `default` bucket is neither created nor deleted.
static DEFAULT: [CheckSpec; 5] = [UPLOADED, LISTED, DOWNLOADED, IDENTICAL, OBJECTS_DELETED];

/// The steps as checks.
pub(super) fn checks(mode: BucketMode) -> Vec<&'static CheckSpec> {
    match mode {
        BucketMode::Custom => CUSTOM.iter().collect(),
        BucketMode::Default => DEFAULT.iter().collect(),
    }
}
