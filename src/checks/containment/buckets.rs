//! Names of buckets that are names of directories everywhere: `.` and `..`.

use super::aim;
use super::keys::untouched;
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, few};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::Security;
use crate::record::Stop;
use crate::s3::{Payload, RawRequest};

/// As they stand in a URL, plain and encoded once and twice; the last two name the directory of the canaries.
const NAMES: [&str; 8] = [".", "%2e", "%252e", "..", "%2e%2e", "%252e%252e", "..%252Fbeside", "%252e%252e%252Fbeside"];

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "bucket-dots-are-never-deleted",
        severity: Security,
        rule: "DELETE of a bucket `.` or `..`, or of a path that begins so, however encoded, removes no file, in the server's data or outside",
        consequence: "one request deletes every bucket, with all that is in them, and what lies around the server's data",
        source: "S3 user guide, Bucket naming rules; S3 API reference, DeleteBucket: a bucket that is not empty is refused",
        scope: ANYWHERE.alone(),
        body: &never_deleted,
    },
    Check {
        name: "bucket-dots-hold-nothing",
        severity: Security,
        rule: "PUT of a bucket `.` or `..`, or of a key in it, however encoded, writes nothing outside the server's data and makes no bucket",
        consequence: "objects lie beside the server's data, or are the insides of buckets",
        source: "S3 user guide, Bucket naming rules: at least three characters, no adjacent periods",
        scope: ANYWHERE.alone(),
        body: &hold_nothing,
    },
];

async fn never_deleted(c: &CheckContext<'_>) -> Result<(), Stop> {
    let mut deleted = Vec::new();
    for (index, name) in NAMES.into_iter().enumerate() {
        // Another one each time: nobody knows what a deletion has left of the one before.
        let lease = c.lease(&format!("{}-{index}", c.bucket()));
        c.s3.create_bucket(lease.bucket()).await?;
        c.s3.put(lease.bucket(), "kept", c.bytes("kept", 100)).await?;
        let (directory, before) = aim::with_canaries(c).await?;
        aim::send(c, &RawRequest::to_path("DELETE", format!("/{name}"))).await?;
        let gone = before.gone(&aim::now(directory).await?).len();
        if gone > 0 {
            deleted.push(format!("DELETE /{name} removes {gone} files and directories"));
        }
    }
    let message =
        format!("DELETE of {} of {} names that are not buckets removes everything there", deleted.len(), NAMES.len());
    ensure(deleted.is_empty(), "removed", message, "nothing is removed", few(&deleted))
}

async fn hold_nothing(c: &CheckContext<'_>) -> Result<(), Stop> {
    let (directory, before) = aim::with_canaries(c).await?;
    let buckets = c.s3.bucket_names().await?;
    let payload = Payload::Hashed(c.bytes("intruder", 100));
    for name in NAMES {
        aim::send(c, &RawRequest::to_path("PUT", format!("/{name}"))).await?;
        aim::send(c, &RawRequest::to_path("PUT", format!("/{name}/post")).carrying(payload.clone())).await?;
    }
    untouched(directory, &before, "PUT into buckets . and ..").await?;
    let new: Vec<_> = c.s3.bucket_names().await?.into_iter().filter(|name| !buckets.contains(name)).collect();
    let message = "PUT into buckets . and .. makes buckets";
    ensure(new.is_empty(), "bucket-appeared", message, "no other buckets than before", few(&new))
}
