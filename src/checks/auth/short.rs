//! Uploads that break off: half of an object is no object.

use super::framed::{CHUNK, letters, seams};
use super::old_object::{OldObject, nothing_under};
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::refusal::{Refusal, refused};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::DataLoss;
use crate::record::Stop;
use crate::s3::{Delivery, Payload, RawRequest};

const NEW: &str = "new";
const SIZE: usize = 40_000;
/// How often the object is looked at after an upload broke off: the server may still be at it when it has closed the connection.
const LOOKS: usize = 2;

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "integrity-short-body",
        severity: DataLoss,
        rule: "an upload whose connection breaks off before its announced end stores nothing: the old object remains, and no new one appears",
        consequence: "a client that dies, or a network that does, replaces a whole file by its first half",
        source: "S3 API reference, error responses: IncompleteBody; RFC 9112, 8: an incomplete message",
        scope: ANYWHERE,
        body: &body,
    },
    Check {
        name: "integrity-short-chunks",
        severity: DataLoss,
        rule: "an upload in chunks that lacks its last ones, or has fewer bytes than it announces, is refused, and the old object remains",
        consequence: "a client that dies replaces a whole file by its first half, and the client's next run finds it there",
        source: "S3 API reference, Transferring Payload in Multiple Chunks: x-amz-decoded-content-length and the final chunk",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let old = OldObject::store(c).await?;
            let raw = c.raw();
            let bytes = letters(&c.bytes("content", CHUNK + 700));
            let payload = Payload::SignedChunks { content: bytes, chunk: CHUNK, trailer: None };
            let mut short = raw.prepare(&RawRequest::to_object("PUT", c.bucket(), OldObject::KEY).carrying(payload))?;
            // Where the second chunk begins. Without the empty one at the end nothing would be lost.
            short.body.truncate(seams(&short.body).get(2).copied().unwrap_or_default());
            old.survives(c, &raw, &short, "an upload in chunks that lacks its last ones").await
        },
    },
];

async fn body(c: &CheckContext<'_>) -> Result<(), Stop> {
    let old = OldObject::store(c).await?;
    c.writes(NEW);
    let bytes = c.bytes("content", SIZE);
    let signed = Payload::SignedChunks { content: bytes.clone(), chunk: 2 * CHUNK, trailer: None };
    for payload in [Payload::Unsigned(bytes.clone()), Payload::Hashed(bytes), signed] {
        for stops_at in [1, SIZE / 2, SIZE - 1] {
            let delivery = Delivery { stops_at: Some(stops_at), ..Delivery::default() };
            broken_off(c, &old, &payload, &delivery).await?;
        }
    }
    Ok(())
}

async fn broken_off(c: &CheckContext<'_>, old: &OldObject, payload: &Payload, delivery: &Delivery) -> Result<(), Stop> {
    let raw = c.raw();
    let what = format!("an upload that broke off after {} bytes", delivery.stops_at.unwrap_or_default());
    for key in [OldObject::KEY, NEW] {
        let request = RawRequest::to_object("PUT", c.bucket(), key).carrying(payload.clone());
        let answer = raw.deliver(&raw.prepare(&request)?, delivery).await?;
        // Where the connection was closed without an answer, nothing was accepted.
        if let Some(answer) = answer {
            refused(&what, &answer, Refusal::AT_ALL)?;
        }
    }
    for _ in 0..LOOKS {
        old.remains(c, &what).await?;
        nothing_under(c, NEW, &what).await?;
    }
    Ok(())
}
