//! Uploads that break off: half of an object is no object.

use futures_util::FutureExt;

use super::framed::{CHUNK, letters, seams};
use super::kept::{Kept, nothing_under};
use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::ensure;
use crate::record::{CheckSpec, Severity, Stop};
use crate::s3::{Delivery, Payload, RawAnswer, RawRequest};

const NEW: &str = "new";
const SIZE: usize = 40_000;
/// How often the object is looked at after an upload broke off: the server may still be at it when it has closed the connection.
const LOOKS: usize = 2;

pub(super) const BODY: Check = Check {
    spec: CheckSpec {
        name: "integrity-short-body",
        severity: Severity::DataLoss,
        rule: "an upload whose connection breaks off before its announced end stores nothing: the old object remains, and no new one appears",
        consequence: "a client that dies, or a network that does, replaces a whole file by its first half",
        source: "S3 API reference, error responses: IncompleteBody; RFC 9112, 8: an incomplete message",
    },
    body: |context| body(context).boxed(),
};

async fn body(context: &CheckContext<'_>) -> Result<(), Stop> {
    let kept = Kept::store(context).await?;
    context.writes(NEW);
    let bytes = context.bytes("content", SIZE);
    let signed = Payload::SignedChunks { content: bytes.clone(), chunk: 2 * CHUNK, trailer: None };
    for payload in [Payload::Unsigned(bytes.clone()), Payload::Hashed(bytes), signed] {
        for stops_at in [1, SIZE / 2, SIZE - 1] {
            let delivery = Delivery { stops_at: Some(stops_at), ..Delivery::default() };
            broken_off(context, &kept, &payload, &delivery).await?;
        }
    }
    Ok(())
}

async fn broken_off(
    context: &CheckContext<'_>,
    kept: &Kept,
    payload: &Payload,
    delivery: &Delivery,
) -> Result<(), Stop> {
    let raw = context.raw();
    let what = format!("an upload that broke off after {} bytes", delivery.stops_at.unwrap_or_default());
    for key in [kept.key, NEW] {
        let request = RawRequest::to_object("PUT", context.bucket(), key).carrying(payload.clone());
        let answer = raw.deliver(&raw.prepare(&request)?, delivery).await?;
        refused(&what, answer.as_ref())?;
    }
    for _ in 0..LOOKS {
        kept.remains(context, &what).await?;
        nothing_under(context, NEW, &what).await?;
    }
    Ok(())
}

fn refused(what: &str, answer: Option<&RawAnswer>) -> Result<(), Stop> {
    let Some(answer) = answer else { return Ok(()) };
    ensure(!answer.is_success(), "accepted", format!("{what} is accepted"), "a refusal", answer.to_string())
}

pub(super) const CHUNKS: Check = Check {
    spec: CheckSpec {
        name: "integrity-short-chunks",
        severity: Severity::DataLoss,
        rule: "an upload in chunks that lacks its last ones, or has fewer bytes than it announces, is refused, and the old object remains",
        consequence: "a client that dies replaces a whole file by its first half, and the client's next run finds it there",
        source: "S3 API reference, Transferring Payload in Multiple Chunks: x-amz-decoded-content-length and the final chunk",
    },
    body: |context| chunks(context).boxed(),
};

async fn chunks(context: &CheckContext<'_>) -> Result<(), Stop> {
    let kept = Kept::store(context).await?;
    let raw = context.raw();
    let bytes = letters(&context.bytes("content", CHUNK + 700));
    let payload = Payload::SignedChunks { content: bytes, chunk: CHUNK, trailer: None };
    let mut short = raw.prepare(&RawRequest::to_object("PUT", context.bucket(), kept.key).carrying(payload))?;
    // Where the second chunk begins. Without the empty one at the end nothing would be lost.
    short.body.truncate(seams(&short.body).get(2).copied().unwrap_or_default());
    kept.survives(context, &raw, &short, "an upload in chunks that lacks its last ones").await
}
