//! pys3local's benchmark, carried over: files on disk go up, are listed, come back, are compared and deleted.
//!
//! One flow whose steps are checks; a step that fails skips those that need it. Files are streamed, and what is timed is what the
//! original times: reading a file and storing it, listing and writing files. Deliberately absent: any judgement of speed.

mod flow;
mod sampler;
mod transfer;

use crate::record::CheckSpec;
use crate::record::Severity::{BreaksClients, DataLoss};
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

/// The steps in their order.
static STEPS: [CheckSpec; 7] = [
    CheckSpec {
        name: "bucket-created",
        severity: BreaksClients,
        rule: "CreateBucket makes a bucket that HeadBucket finds",
        consequence: "a backup starts into a bucket that is not there",
        source: "S3 API reference, CreateBucket and HeadBucket",
    },
    CheckSpec {
        name: "files-uploaded",
        severity: BreaksClients,
        rule: "PutObject stores every file",
        consequence: "a backup ends with an error",
        source: "S3 API reference, PutObject",
    },
    CheckSpec {
        name: "listing-complete",
        severity: DataLoss,
        rule: "the listing, followed to its end, names every stored key once with its size, and no other key",
        consequence: "a restore misses files, or a sync deletes and copies the wrong ones",
        source: "S3 API reference, ListObjectsV2",
    },
    CheckSpec {
        name: "files-downloaded",
        severity: DataLoss,
        rule: "GetObject returns every listed file",
        consequence: "a restore ends with an error",
        source: "S3 API reference, GetObject",
    },
    CheckSpec {
        name: "content-identical",
        severity: DataLoss,
        rule: "both directory trees are equal by SHA-256",
        consequence: "a restored file is not the file that was backed up",
        source: "S3 API reference, PutObject and GetObject",
    },
    CheckSpec {
        name: "objects-deleted",
        severity: DataLoss,
        rule: "after DeleteObjects no named object is listed or found",
        consequence: "deleted files come back with the next restore, and space is never freed",
        source: "S3 API reference, DeleteObjects",
    },
    CheckSpec {
        name: "bucket-deleted",
        severity: BreaksClients,
        rule: "DeleteBucket removes an empty bucket",
        consequence: "buckets pile up that nobody can remove",
        source: "S3 API reference, DeleteBucket",
    },
];

/// The steps in a bucket mode. The virtual `default` bucket is neither created nor deleted.
pub(super) fn steps(mode: BucketMode) -> &'static [CheckSpec] {
    match mode {
        BucketMode::Custom => &STEPS,
        BucketMode::Default => &STEPS[1..STEPS.len() - 1],
    }
}
