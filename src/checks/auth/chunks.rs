//! Content in chunks (`aws-chunked`): the server removes the framing, whatever the size and wherever a write ends, and refuses content
//! that does not match its signature or its trailer.

use bytes::Bytes;

use super::cuts::{USUAL_CHUNK, uploads};
use super::digest::damaged;
use super::framed::{CHUNK, exchanged, letters};
use super::old_object::OldObject;
use super::stored::{Upload, all_stored};
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::DataLoss;
use crate::record::Stop;
use crate::s3::{Delivery, Payload, RawRequest, Trailer};

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "integrity-signed-chunks",
        severity: DataLoss,
        rule: "an upload in signed chunks comes back as the content alone, whatever its size and wherever its writes end",
        consequence: "restic and other users of minio-go store something else than their data, depending on how the network cuts it",
        source: "S3 API reference, Transferring Payload in Multiple Chunks; minio-go, pkg/signer/request-signature-streaming.go",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let payload = |bytes: &Bytes, chunk| Payload::SignedChunks { content: bytes.clone(), chunk, trailer: None };
            all_stored(c, "an upload in signed chunks", uploads(c, payload)?).await
        },
    },
    Check {
        name: "integrity-signed-chunks-mismatch",
        severity: DataLoss,
        rule: "an upload with a chunk of other content than was signed is refused, and the old object remains",
        consequence: "content that was damaged, or exchanged, on its way is stored as if it were right",
        source: "S3 API reference, Transferring Payload in Multiple Chunks: each chunk has its signature",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let bytes = letters(&c.bytes("content", CHUNK + 700));
            let sent = damaged(&bytes);
            let payload = Payload::SignedChunks { content: bytes.clone(), chunk: CHUNK, trailer: None };
            mismatch(c, bytes, sent, payload, "an upload with a chunk of other content than was signed").await
        },
    },
    Check {
        name: "integrity-signed-trailer",
        severity: DataLoss,
        rule: "an upload in signed chunks with a signed trailer comes back as the content alone, wherever its writes end",
        consequence: "what the AWS SDKs store from a file over HTTP is the file with signatures in between",
        source: "S3 API reference, Including Trailing Headers; AWS SDK for Rust, aws-chunked bodies",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let payload = |bytes: &Bytes, chunk| {
                let trailer = Some(Trailer::crc32(bytes));
                Payload::SignedChunks { content: bytes.clone(), chunk, trailer }
            };
            all_stored(c, "an upload with a signed trailer", uploads(c, payload)?).await
        },
    },
    Check {
        name: "integrity-signed-trailer-mismatch",
        severity: DataLoss,
        rule: "an upload in signed chunks whose trailer has the checksum of other content is refused, and the old object remains",
        consequence: "content that was damaged before it was signed is stored, though the SDK sent its checksum along",
        source: "S3 user guide, Checking object integrity: trailing checksums",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let bytes = c.bytes("content", 700);
            let trailer = Some(Trailer::crc32(&damaged(&bytes)));
            let payload = Payload::SignedChunks { content: bytes.clone(), chunk: CHUNK, trailer };
            let what = "an upload with a signed trailer that has the checksum of other content";
            mismatch(c, bytes.clone(), bytes, payload, what).await
        },
    },
    Check {
        name: "integrity-unsigned-trailer",
        severity: DataLoss,
        rule: "an upload in unsigned chunks with a trailer comes back as the content alone, with a length and in HTTP's own chunks",
        consequence: "what the AWS SDKs and aws-cli store over HTTPS is the file with a frame around it",
        source: "S3 user guide, Checking object integrity: trailing checksums; botocore, AwsChunkedWrapper",
        scope: ANYWHERE,
        body: &unsigned_trailer,
    },
    Check {
        name: "integrity-unsigned-trailer-mismatch",
        severity: DataLoss,
        rule: "an upload in unsigned chunks whose trailer has the checksum of other content is refused, and the old object remains",
        consequence: "content that was damaged on its way is stored, though nothing but this checksum protects it",
        source: "S3 user guide, Checking object integrity: trailing checksums",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let bytes = c.bytes("content", 700);
            let trailer = Trailer::crc64nvme(&damaged(&bytes));
            let payload = Payload::UnsignedChunks { content: bytes.clone(), chunk: CHUNK, trailer };
            let what = "an upload with an unsigned trailer that has the checksum of other content";
            mismatch(c, bytes.clone(), bytes, payload, what).await
        },
    },
];

async fn unsigned_trailer(c: &CheckContext<'_>) -> Result<(), Stop> {
    let payload = |bytes: &Bytes, chunk| {
        let trailer = Trailer::crc64nvme(bytes);
        Payload::UnsignedChunks { content: bytes.clone(), chunk, trailer }
    };
    let mut uploads = uploads(c, payload)?;
    for size in [0, 100, 70_000] {
        let bytes = c.bytes("in HTTP's chunks", size);
        uploads.push(Upload {
            what: format!("{size} bytes in HTTP's own chunks"),
            payload: payload(&bytes, USUAL_CHUNK),
            content: bytes,
            delivery: Delivery { without_length: true, ..Delivery::default() },
        });
    }
    all_stored(c, "an upload with an unsigned trailer", uploads).await
}

/// Sends an upload in which some of the content was exchanged after it was signed, if it was.
async fn mismatch(c: &CheckContext<'_>, meant: Bytes, sent: Bytes, payload: Payload, what: &str) -> Result<(), Stop> {
    let old = OldObject::store(c).await?;
    let raw = c.raw();
    let request = RawRequest::to_object("PUT", c.bucket(), OldObject::KEY).carrying(payload);
    let mut prepared = raw.prepare(&request)?;
    prepared.body = exchanged(&prepared.body, &meant, &sent);
    old.survives(c, &raw, &prepared, what).await
}
