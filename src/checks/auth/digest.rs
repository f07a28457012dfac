//! A digest that is sent along is compared, and an upload of other content refused.

use bytes::Bytes;
use futures_util::FutureExt;

use super::kept::{Kept, must_refuse};
use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content};
use crate::record::{CheckSpec, Severity, Stop};
use crate::s3::{Payload, RawRequest, content_md5, crc32, crc64nvme};

/// How a digest is written.
type Digest = fn(&[u8]) -> String;

pub(super) const PAYLOAD_HASH: Check = Check {
    spec: CheckSpec {
        name: "auth-payload-hash-mismatch-is-refused",
        severity: Severity::DataLoss,
        rule: "an upload whose content is not the one whose SHA-256 was signed is refused, and the old object remains",
        consequence: "content that was damaged, or exchanged, on its way is stored as if it were right",
        source: "S3 API reference, error responses: XAmzContentSHA256Mismatch",
    },
    body: |context| payload_hash(context).boxed(),
};

async fn payload_hash(context: &CheckContext<'_>) -> Result<(), Stop> {
    let kept = Kept::store(context).await?;
    let raw = context.raw();
    let bytes = context.bytes("content", 2_000);
    let request = RawRequest::to_object("PUT", context.bucket(), kept.key).carrying(Payload::Hashed(bytes.clone()));
    let mut prepared = raw.prepare(&request)?;
    prepared.body = damaged(&bytes);
    kept.survives(context, &raw, &prepared, "an upload of other content than was signed").await
}

/// The content with one bit turned over.
pub(super) fn damaged(bytes: &[u8]) -> Bytes {
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
    bytes.into()
}

pub(super) const CONTENT_MD5: Check = Check {
    spec: CheckSpec {
        name: "integrity-content-md5",
        severity: Severity::DataLoss,
        rule: "an upload whose Content-MD5 is not that of its content, or is none, is refused, and the old object remains",
        consequence: "content that was damaged on its way is stored as if it were right, and the only copy may be that one",
        source: "S3 API reference, PutObject, Content-MD5; error responses: BadDigest, InvalidDigest",
    },
    body: |context| with_digest(context, "content-md5", content_md5).boxed(),
};

pub(super) const CRC32: Check = Check {
    spec: CheckSpec {
        name: "integrity-checksum-crc32",
        severity: Severity::DataLoss,
        rule: "an upload whose x-amz-checksum-crc32 is not that of its content is refused, and the old object remains",
        consequence: "content that was damaged on its way is stored, though boto3 and aws-cli send this checksum with every upload",
        source: "S3 user guide, Checking object integrity; error responses: BadDigest",
    },
    body: |context| with_digest(context, "x-amz-checksum-crc32", crc32).boxed(),
};

pub(super) const CRC64NVME: Check = Check {
    spec: CheckSpec {
        name: "integrity-checksum-crc64nvme",
        severity: Severity::DataLoss,
        rule: "an upload whose x-amz-checksum-crc64nvme is not that of its content is refused, and the old object remains",
        consequence: "content that was damaged on its way is stored, though newer SDKs send this checksum with every upload",
        source: "S3 user guide, Checking object integrity; error responses: BadDigest",
    },
    body: |context| with_digest(context, "x-amz-checksum-crc64nvme", crc64nvme).boxed(),
};

async fn with_digest(context: &CheckContext<'_>, header: &str, digest: Digest) -> Result<(), Stop> {
    let kept = Kept::store(context).await?;
    let raw = context.raw();
    let bytes = context.bytes("content", 2_000);
    let upload = |key: &str, value: String| {
        let request = RawRequest::to_object("PUT", context.bucket(), key).with(header, value);
        raw.prepare(&request.carrying(Payload::Hashed(bytes.clone())))
    };
    // A server that refuses every digest would pass what comes next.
    context.writes("right");
    let answer = raw.send(&upload("right", digest(&bytes))?).await?;
    let message = format!("an upload with the right {header} is refused");
    ensure(answer.is_success(), "request-refused", message, "HTTP 200", answer.to_string())?;
    ensure_content("an upload with a digest", &bytes, &context.get("right", bytes.len()).await?.bytes)?;

    let what = format!("an upload with the {header} of other content");
    kept.survives(context, &raw, &upload(kept.key, digest(&damaged(&bytes)))?, &what).await?;
    let what = format!("an upload with a {header} that is none");
    let answer = raw.send(&upload(kept.key, "nonsense".to_owned())?).await?;
    must_refuse(&what, &answer)?;
    kept.remains(context, &what).await
}
