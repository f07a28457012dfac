//! CreateBucket, HeadBucket, DeleteBucket.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::ensure;
use crate::checks::refusal::{Refusal, refused};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::{BreaksClients, DataLoss};

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "bucket-create-then-head",
        severity: BreaksClients,
        rule: "a bucket that was created is found, and takes objects",
        consequence: "a backup starts into a bucket that is not there",
        source: "S3 API reference, CreateBucket and HeadBucket",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let found = c.s3.bucket_exists(c.bucket()).await?;
            ensure(found, "bucket-missing", "CreateBucket succeeded, but HeadBucket finds no bucket", "200", "404")?;
            let bytes = c.bytes("object", 10);
            c.put("object", &bytes).await?;
            c.holds("object", &bytes).await
        },
    },
    Check {
        name: "bucket-head-missing-is-404",
        severity: BreaksClients,
        rule: "HeadBucket of a bucket that nobody created is 404",
        consequence: "clients take a missing bucket for an existing one and never create it",
        source: "S3 API reference, HeadBucket",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let name = format!("{}-x", c.bucket());
            let found = c.s3.bucket_exists(&name).await?;
            ensure(!found, "bucket-invented", "HeadBucket finds a bucket that nobody created", "404", "200")
        },
    },
    Check {
        name: "bucket-delete-nonempty-is-409",
        severity: DataLoss,
        rule: "DeleteBucket of a bucket that holds an object is refused with 409 BucketNotEmpty, and the object stays",
        consequence: "a slip of the hand deletes a whole backup",
        source: "S3 API reference, DeleteBucket and error BucketNotEmpty",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let bytes = c.bytes("object", 100);
            c.put("dir/object", &bytes).await?;
            let answer = c.s3.delete_bucket(c.bucket()).await;
            let refusal = Refusal::with(409).and_code(&["BucketNotEmpty"]).accepted_is("nonempty-bucket-deleted");
            refused("DeleteBucket of a bucket with an object", &answer, refusal)?;
            c.holds("dir/object", &bytes).await
        },
    },
    Check {
        name: "bucket-delete-empty",
        severity: BreaksClients,
        rule: "DeleteBucket removes an empty bucket",
        consequence: "buckets pile up that nobody can remove",
        source: "S3 API reference, DeleteBucket",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            c.s3.delete_bucket(c.bucket()).await?;
            let found = c.s3.bucket_exists(c.bucket()).await?;
            ensure(
                !found,
                "bucket-remains",
                "DeleteBucket succeeded, but HeadBucket still finds the bucket",
                "404",
                "200",
            )
        },
    },
    Check {
        name: "bucket-listed-once-with-its-time",
        severity: BreaksClients,
        rule: "ListBuckets names each bucket once, with the time when it was created",
        consequence: "a user interface or `rclone lsd` shows no bucket, or shows one twice",
        source: "S3 API reference, ListBuckets, CreationDate",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let buckets = c.s3.buckets().await?;
            let own: Vec<_> = buckets.iter().filter(|bucket| bucket.name == c.bucket()).collect();
            let message = format!("ListBuckets names the bucket {} times", own.len());
            ensure(own.len() == 1, "bucket-not-listed-once", message, "once", format!("{} times", own.len()))?;
            let has_time = own.iter().all(|bucket| bucket.created.is_some_and(|created| created > 0));
            ensure(has_time, "bucket-without-time", "ListBuckets gives the bucket no time", "a CreationDate", "none")
        },
    },
    Check {
        name: "bucket-deleted-is-not-listed",
        severity: BreaksClients,
        rule: "ListBuckets no longer names a bucket that was deleted",
        consequence: "a client chooses a bucket that is gone",
        source: "S3 API reference, DeleteBucket and ListBuckets",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            c.s3.delete_bucket(c.bucket()).await?;
            let is_listed = c.s3.bucket_names().await?.iter().any(|name| name == c.bucket());
            ensure(!is_listed, "bucket-remains", "ListBuckets names a deleted bucket", "not listed", "listed")
        },
    },
];
