//! Uploads in chunks whose content is not what a signature or a trailer says: refused, and the old object remains.

use bytes::Bytes;
use futures_util::FutureExt;

use super::digest::damaged;
use super::framed::{CHUNK, exchanged, letters};
use super::kept::Kept;
use crate::checks::check::{Check, CheckContext};
use crate::record::{CheckSpec, Severity, Stop};
use crate::s3::{Payload, RawRequest, Trailer};

pub(super) const SIGNED_CHUNKS: Check = Check {
    spec: CheckSpec {
        name: "integrity-signed-chunks-mismatch",
        severity: Severity::DataLoss,
        rule: "an upload with a chunk of other content than was signed is refused, and the old object remains",
        consequence: "content that was damaged, or exchanged, on its way is stored as if it were right",
        source: "S3 API reference, Transferring Payload in Multiple Chunks: each chunk has its signature",
    },
    body: |context| {
        let bytes = letters(&context.bytes("content", CHUNK + 700));
        let sent = damaged(&bytes);
        let payload = Payload::SignedChunks { content: bytes.clone(), chunk: CHUNK, trailer: None };
        mismatch(context, bytes, sent, payload, "an upload with a chunk of other content than was signed").boxed()
    },
};

pub(super) const SIGNED_TRAILER: Check = Check {
    spec: CheckSpec {
        name: "integrity-signed-trailer-mismatch",
        severity: Severity::DataLoss,
        rule: "an upload in signed chunks whose trailer has the checksum of other content is refused, and the old object remains",
        consequence: "content that was damaged before it was signed is stored, though the SDK sent its checksum along",
        source: "S3 user guide, Checking object integrity: trailing checksums",
    },
    body: |context| {
        let bytes = context.bytes("content", 700);
        let trailer = Some(Trailer::crc32(&damaged(&bytes)));
        let payload = Payload::SignedChunks { content: bytes.clone(), chunk: CHUNK, trailer };
        let what = "an upload with a signed trailer that has the checksum of other content";
        mismatch(context, bytes.clone(), bytes, payload, what).boxed()
    },
};

pub(super) const UNSIGNED_TRAILER: Check = Check {
    spec: CheckSpec {
        name: "integrity-unsigned-trailer-mismatch",
        severity: Severity::DataLoss,
        rule: "an upload in unsigned chunks whose trailer has the checksum of other content is refused, and the old object remains",
        consequence: "content that was damaged on its way is stored, though nothing but this checksum protects it",
        source: "S3 user guide, Checking object integrity: trailing checksums",
    },
    body: |context| {
        let bytes = context.bytes("content", 700);
        let trailer = Trailer::crc64nvme(&damaged(&bytes));
        let payload = Payload::UnsignedChunks { content: bytes.clone(), chunk: CHUNK, trailer };
        let what = "an upload with an unsigned trailer that has the checksum of other content";
        mismatch(context, bytes.clone(), bytes, payload, what).boxed()
    },
};

/// Sends an upload in which some of the content was exchanged after it was signed, if it was.
async fn mismatch(
    context: &CheckContext<'_>,
    meant: Bytes,
    sent: Bytes,
    payload: Payload,
    what: &str,
) -> Result<(), Stop> {
    let kept = Kept::store(context).await?;
    let raw = context.raw();
    let request = RawRequest::to_object("PUT", context.bucket(), kept.key).carrying(payload);
    let mut prepared = raw.prepare(&request)?;
    prepared.body = exchanged(&prepared.body, &meant, &sent);
    kept.survives(context, &raw, &prepared, what).await
}
