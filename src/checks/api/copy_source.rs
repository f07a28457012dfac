//! How the source of a copy is named, and a copy under a condition.

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{OTHER_TAG, ensure, ensure_content, shown};
use crate::record::{CheckSpec, Severity, Stop};
use crate::s3::{RawAnswer, RawRequest};

pub(super) const LEADING_SLASH: Check = Check {
    spec: CheckSpec {
        name: "copy-source-leading-slash",
        severity: Severity::BreaksClients,
        rule: "the source of a copy may begin with a slash",
        consequence: "aws-sdk-php, s3cmd and minio-go, which name it so, cannot copy or rename",
        source: "S3 API reference, CopyObject, x-amz-copy-source, whose examples begin with a slash",
    },
    body: |context| leading_slash(context).boxed(),
};

async fn leading_slash(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 100);
    context.put("dir/source", &bytes).await?;
    let answer = copy(context, &format!("/{}/dir/source", context.bucket()), None).await?;
    let message = "a copy whose source begins with a slash is refused";
    ensure(answer.status == 200, "request-refused", message, "200", answer.to_string())?;
    let body = context.get("copy", bytes.len()).await?;
    ensure_content("copy of a source that began with a slash", &bytes, &body.bytes)
}

pub(super) const IF_MATCH: Check = Check {
    spec: CheckSpec {
        name: "copy-if-match",
        severity: Severity::Cosmetic,
        rule: "a copy under x-amz-copy-source-if-match is made where the tag is the source's, and is 412 and changes nothing where it is not",
        consequence: "a client copies another version than the one that it looked at",
        source: "S3 API reference, CopyObject, x-amz-copy-source-if-match",
    },
    body: |context| if_match(context).boxed(),
};

async fn if_match(context: &CheckContext<'_>) -> Result<(), Stop> {
    let (before, bytes) = (context.bytes("before", 100), context.bytes("object", 100));
    context.put("copy", &before).await?;
    context.put("dir/source", &bytes).await?;
    let tag = shown(context.head("dir/source").await?.etag.as_deref());
    let source = format!("{}/dir/source", context.bucket());
    let answer = copy(context, &source, Some(OTHER_TAG)).await?;
    let body = context.get("copy", before.len()).await?;
    let message =
        format!("a copy under \"x-amz-copy-source-if-match: {OTHER_TAG}\", which is not the source's tag, is not 412");
    ensure(answer.status == 412, "condition-ignored", message, "412", answer.to_string())?;
    ensure_content("destination of a refused copy", &before, &body.bytes)?;
    let answer = copy(context, &source, Some(&tag)).await?;
    let message = format!("a copy under \"x-amz-copy-source-if-match: {tag}\", which is the source's tag, is refused");
    ensure(answer.status == 200, "condition-refused", message, "200", answer.to_string())?;
    let body = context.get("copy", bytes.len()).await?;
    ensure_content("copy", &bytes, &body.bytes)
}

/// Copies to `copy`, the source being named as given.
async fn copy(context: &CheckContext<'_>, source: &str, if_match: Option<&str>) -> Result<RawAnswer, Stop> {
    context.writes("copy");
    let mut request = RawRequest::to_object("PUT", context.bucket(), "copy").with("x-amz-copy-source", source);
    if let Some(tag) = if_match {
        request = request.with("x-amz-copy-source-if-match", tag);
    }
    context.ask(&request).await
}
