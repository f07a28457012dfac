//! Other forms of copies: how the source is named, with a condition, with other headers.

use super::attributes::{MTIMES, ensure_mtime, with_mtime};
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{OTHER_ETAG, ensure, shown};
use crate::checks::refusal::{Refusal, accepted, refused};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::{BreaksClients, Cosmetic};
use crate::record::Stop;
use crate::s3::{RawAnswer, RawRequest};

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "copy-source-leading-slash",
        severity: BreaksClients,
        rule: "the source of a copy may begin with a slash",
        consequence: "aws-sdk-php, s3cmd and minio-go, which name it so, cannot copy or rename",
        source: "S3 API reference, CopyObject, x-amz-copy-source, whose examples begin with a slash",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let bytes = c.bytes("object", 100);
            c.put("dir/source", &bytes).await?;
            let answer = copy(c, &format!("/{}/dir/source", c.bucket()), None).await?;
            accepted("a copy whose source begins with a slash", &answer)?;
            c.holds_as("copy of a source that began with a slash", "copy", &bytes).await
        },
    },
    Check {
        name: "copy-if-match",
        severity: Cosmetic,
        rule: "a copy with x-amz-copy-source-if-match succeeds if the ETag is the source's, and otherwise is 412 and changes nothing",
        consequence: "a client copies another version than the one that it looked at",
        source: "S3 API reference, CopyObject, x-amz-copy-source-if-match",
        scope: ANYWHERE,
        body: &if_match,
    },
    Check {
        name: "copy-replace-metadata",
        severity: BreaksClients,
        rule: "a copy of an object onto itself with the directive REPLACE replaces its metadata and keeps its content",
        consequence: "rclone, which sets modification times so, sets none, and does it again with every sync",
        source: "S3 API reference, CopyObject, x-amz-metadata-directive; rclone, SetModTime of the s3 backend",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let bytes = c.bytes("object", 70_000);
            c.put_with("object", &bytes, &with_mtime(MTIMES[0])).await?;
            c.s3.replace_attributes(c.bucket(), "object", &with_mtime(MTIMES[1])).await?;
            c.holds_as("object after the copy onto itself", "object", &bytes).await?;
            ensure_mtime(c, "object", MTIMES[1], "CopyObject with REPLACE").await
        },
    },
];

async fn if_match(c: &CheckContext<'_>) -> Result<(), Stop> {
    let (before, bytes) = (c.bytes("before", 100), c.bytes("object", 100));
    c.put("copy", &before).await?;
    c.put("dir/source", &bytes).await?;
    let etag = shown(c.head("dir/source").await?.etag.as_deref());
    let source = format!("{}/dir/source", c.bucket());
    let answer = copy(c, &source, Some(OTHER_ETAG)).await?;
    let what = format!("a copy under \"x-amz-copy-source-if-match: {OTHER_ETAG}\", which is not the source's ETag,");
    refused(&what, &answer, Refusal::with(412).unless_is("condition-ignored"))?;
    c.holds_as("destination of a refused copy", "copy", &before).await?;
    let answer = copy(c, &source, Some(&etag)).await?;
    let message =
        format!("a copy under \"x-amz-copy-source-if-match: {etag}\", which is the source's ETag, is refused");
    ensure(answer.status == 200, "condition-refused", message, "200", answer.to_string())?;
    c.holds("copy", &bytes).await
}

/// Copies to `copy`, the source being named as given.
async fn copy(c: &CheckContext<'_>, source: &str, if_match: Option<&str>) -> Result<RawAnswer, Stop> {
    c.writes("copy");
    let mut request = RawRequest::to_object("PUT", c.bucket(), "copy").with("x-amz-copy-source", source);
    if let Some(etag) = if_match {
        request = request.with("x-amz-copy-source-if-match", etag);
    }
    c.ask(&request).await
}
