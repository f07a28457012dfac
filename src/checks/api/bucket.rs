//! CreateBucket, HeadBucket, DeleteBucket.

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content};
use crate::record::{CheckSpec, Severity, Stop};

pub(super) const CREATE_THEN_HEAD: Check = Check {
    spec: CheckSpec {
        name: "bucket-create-then-head",
        severity: Severity::BreaksClients,
        rule: "a bucket that was created is found, and takes objects",
        consequence: "a backup starts into a bucket that is not there",
        source: "S3 API reference, CreateBucket and HeadBucket",
    },
    body: |context| create_then_head(context).boxed(),
};

async fn create_then_head(context: &CheckContext<'_>) -> Result<(), Stop> {
    let found = context.s3.bucket_exists(context.bucket()).await?;
    ensure(found, "bucket-missing", "CreateBucket said yes, but HeadBucket finds no bucket", "200", "404")?;
    let bytes = context.bytes("object", 10);
    context.put("object", &bytes).await?;
    let body = context.get("object", bytes.len()).await?;
    ensure_content("object", &bytes, &body.bytes)
}

pub(super) const HEAD_MISSING: Check = Check {
    spec: CheckSpec {
        name: "bucket-head-missing-is-404",
        severity: Severity::BreaksClients,
        rule: "HeadBucket of a bucket that nobody created is 404",
        consequence: "clients take a missing bucket for an existing one and never create it",
        source: "S3 API reference, HeadBucket",
    },
    body: |context| head_missing(context).boxed(),
};

async fn head_missing(context: &CheckContext<'_>) -> Result<(), Stop> {
    let name = format!("{}-x", context.bucket());
    let found = context.s3.bucket_exists(&name).await?;
    ensure(!found, "bucket-invented", "HeadBucket finds a bucket that nobody created", "404", "200")
}

pub(super) const DELETE_NONEMPTY: Check = Check {
    spec: CheckSpec {
        name: "bucket-delete-nonempty-is-409",
        severity: Severity::DataLoss,
        rule: "DeleteBucket of a bucket that holds an object is refused with 409 BucketNotEmpty, and the object stays",
        consequence: "a slip of the hand deletes a whole backup",
        source: "S3 API reference, DeleteBucket and error BucketNotEmpty",
    },
    body: |context| delete_nonempty(context).boxed(),
};

async fn delete_nonempty(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 100);
    context.put("dir/object", &bytes).await?;
    let answer = context.s3.delete_bucket(context.bucket()).await;
    let actual = match &answer {
        Ok(()) => "deleted".to_owned(),
        Err(error) if error.status().is_some() => error.to_string(),
        Err(error) => return Err(error.clone().into()),
    };
    let refused = answer.is_err_and(|error| error.status() == Some(409) && error.code() == Some("BucketNotEmpty"));
    let kind = if actual == "deleted" { "nonempty-bucket-deleted" } else { "refused-otherwise" };
    let message = "DeleteBucket of a bucket with an object is not refused as it should be";
    ensure(refused, kind, message, "409 BucketNotEmpty", actual)?;
    let body = context.get("dir/object", bytes.len()).await?;
    ensure_content("dir/object", &bytes, &body.bytes)
}

pub(super) const DELETE_EMPTY: Check = Check {
    spec: CheckSpec {
        name: "bucket-delete-empty",
        severity: Severity::BreaksClients,
        rule: "DeleteBucket removes an empty bucket",
        consequence: "buckets pile up that nobody can remove",
        source: "S3 API reference, DeleteBucket",
    },
    body: |context| delete_empty(context).boxed(),
};

async fn delete_empty(context: &CheckContext<'_>) -> Result<(), Stop> {
    context.s3.delete_bucket(context.bucket()).await?;
    let found = context.s3.bucket_exists(context.bucket()).await?;
    ensure(!found, "bucket-remains", "DeleteBucket said yes, but HeadBucket still finds the bucket", "404", "200")
}
