//! URLs that carry their signature, for whoever is handed one.

use futures_util::FutureExt;
use time::Duration;

use super::kept::Kept;
use super::refusal::forbidden;
use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content};
use crate::record::{CheckSpec, Severity, Stop};
use crate::s3::{Payload, Proof, RawRequest};

const IN_TIME: Proof = Proof::Query { expires_seconds: 600 };

pub(super) const GET: Check = Check {
    spec: CheckSpec {
        name: "auth-presigned-get",
        severity: Severity::BreaksClients,
        rule: "GET of a presigned URL brings the object",
        consequence: "links to files, which rclone link and every SDK make, do not work",
        source: "S3 API reference, Authenticating Requests: Using Query Parameters",
    },
    body: |context| get(context).boxed(),
};

async fn get(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 2_000);
    let raw = context.raw();
    for key in ["object", "dir/with space+ü"] {
        context.put(key, &bytes).await?;
        let request = RawRequest::to_object("GET", context.bucket(), key).proving(IN_TIME);
        let answer = raw.send(&raw.prepare(&request)?).await?;
        let message = format!("GET of a presigned URL of \"{key}\" is refused");
        ensure(answer.status == 200, "request-refused", message, "HTTP 200", answer.to_string())?;
        ensure_content("what a presigned URL brings", &bytes, &answer.body)?;
    }
    Ok(())
}

pub(super) const PUT: Check = Check {
    spec: CheckSpec {
        name: "auth-presigned-put",
        severity: Severity::BreaksClients,
        rule: "PUT to a presigned URL stores the object",
        consequence: "uploads that a service grants to others by a link do not work",
        source: "S3 API reference, Authenticating Requests: Using Query Parameters",
    },
    body: |context| put(context).boxed(),
};

async fn put(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 2_000);
    context.writes("object");
    let raw = context.raw();
    let request = RawRequest::to_object("PUT", context.bucket(), "object").proving(IN_TIME);
    let answer = raw.send(&raw.prepare(&request.carrying(Payload::Unsigned(bytes.clone())))?).await?;
    let message = "PUT to a presigned URL is refused";
    ensure(answer.is_success(), "request-refused", message, "HTTP 200", answer.to_string())?;
    let body = context.get("object", bytes.len()).await?;
    ensure_content("what was stored by a presigned URL", &bytes, &body.bytes)
}

pub(super) const EXPIRED: Check = Check {
    spec: CheckSpec {
        name: "auth-presigned-expired-is-403",
        severity: Severity::Security,
        rule: "a presigned URL that has expired is 403: it reads and stores nothing",
        consequence: "a link that was meant for an hour opens the file for ever",
        source: "S3 API reference, Authenticating Requests: X-Amz-Expires",
    },
    body: |context| expired(context).boxed(),
};

async fn expired(context: &CheckContext<'_>) -> Result<(), Stop> {
    let kept = Kept::store(context).await?;
    let raw = context.raw();
    for method in ["GET", "PUT", "DELETE"] {
        let request = RawRequest::to_object(method, context.bucket(), kept.key)
            .proving(Proof::Query { expires_seconds: 60 })
            .by_clock(-Duration::minutes(2));
        let bytes = if method == "PUT" { context.bytes("intruder", 500) } else { bytes::Bytes::new() };
        let answer = raw.send(&raw.prepare(&request.carrying(Payload::Unsigned(bytes)))?).await?;
        let what = format!("{method} of a presigned URL that expired a minute ago");
        forbidden(&what, &answer)?;
        kept.remains(context, &what).await?;
    }
    Ok(())
}
