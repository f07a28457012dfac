//! URLs that contain their signature, so that a user can give them to somebody else.

use time::Duration;

use super::old_object::OldObject;
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::same;
use crate::checks::refusal::{Refusal, accepted, refused};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::{BreaksClients, Security};
use crate::record::Stop;
use crate::s3::{Payload, Proof, RawRequest};

const IN_TIME: Proof = Proof::Query { expires_seconds: 600 };

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "auth-presigned-get",
        severity: BreaksClients,
        rule: "GET of a presigned URL brings the object",
        consequence: "links to files, which rclone link and every SDK make, do not work",
        source: "S3 API reference, Authenticating Requests: Using Query Parameters",
        scope: ANYWHERE,
        body: &get,
    },
    Check {
        name: "auth-presigned-put",
        severity: BreaksClients,
        rule: "PUT to a presigned URL stores the object",
        consequence: "uploads that a service grants to others by a link do not work",
        source: "S3 API reference, Authenticating Requests: Using Query Parameters",
        scope: ANYWHERE,
        body: &put,
    },
    Check {
        name: "auth-presigned-expired-is-403",
        severity: Security,
        rule: "a presigned URL that has expired is 403: it reads and stores nothing",
        consequence: "a link that was meant for an hour opens the file for ever",
        source: "S3 API reference, Authenticating Requests: X-Amz-Expires",
        scope: ANYWHERE,
        body: &expired,
    },
];

async fn get(c: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = c.bytes("object", 2_000);
    let raw = c.raw();
    for key in ["object", "dir/with space+ü"] {
        c.put(key, &bytes).await?;
        let request = RawRequest::to_object("GET", c.bucket(), key).proving(IN_TIME);
        let answer = raw.send(&raw.prepare(&request)?).await?;
        accepted(&format!("GET of a presigned URL of \"{key}\""), &answer)?;
        same("what a presigned URL brings", &bytes, &answer.body)?;
    }
    Ok(())
}

async fn put(c: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = c.bytes("object", 2_000);
    c.writes("object");
    let raw = c.raw();
    let request = RawRequest::to_object("PUT", c.bucket(), "object").proving(IN_TIME);
    let answer = raw.send(&raw.prepare(&request.carrying(Payload::Unsigned(bytes.clone())))?).await?;
    accepted("PUT to a presigned URL", &answer)?;
    c.holds_as("what was stored by a presigned URL", "object", &bytes).await
}

async fn expired(c: &CheckContext<'_>) -> Result<(), Stop> {
    let old = OldObject::store(c).await?;
    let raw = c.raw();
    for method in ["GET", "PUT", "DELETE"] {
        let request = RawRequest::to_object(method, c.bucket(), OldObject::KEY)
            .proving(Proof::Query { expires_seconds: 60 })
            .by_clock(-Duration::minutes(2));
        let bytes = if method == "PUT" { c.bytes("intruder", 500) } else { bytes::Bytes::new() };
        let answer = raw.send(&raw.prepare(&request.carrying(Payload::Unsigned(bytes)))?).await?;
        let what = format!("{method} of a presigned URL that expired a minute ago");
        refused(&what, &answer, Refusal::with(403))?;
        old.remains(c, &what).await?;
    }
    Ok(())
}
