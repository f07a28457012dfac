//! The server compares the digest of an upload, and refuses other content.

use bytes::Bytes;

use super::old_object::OldObject;
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::refusal::{Refusal, accepted, refused};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::DataLoss;
use crate::record::Stop;
use crate::s3::{Payload, RawRequest, content_md5, crc32, crc64nvme};

/// How a digest is written.
type Digest = fn(&[u8]) -> String;

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "auth-payload-hash-mismatch-is-refused",
        severity: DataLoss,
        rule: "an upload whose content is not the one whose SHA-256 was signed is refused, and the old object remains",
        consequence: "content that was damaged, or exchanged, on its way is stored as if it were right",
        source: "S3 API reference, error responses: XAmzContentSHA256Mismatch",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let old = OldObject::store(c).await?;
            let raw = c.raw();
            let bytes = c.bytes("content", 2_000);
            let request =
                RawRequest::to_object("PUT", c.bucket(), OldObject::KEY).carrying(Payload::Hashed(bytes.clone()));
            let mut prepared = raw.prepare(&request)?;
            prepared.body = damaged(&bytes);
            old.survives(c, &raw, &prepared, "an upload of other content than was signed").await
        },
    },
    Check {
        name: "integrity-content-md5",
        severity: DataLoss,
        rule: "an upload whose Content-MD5 is not that of its content, or is not an MD5 at all, is refused, and the old object remains",
        consequence: "content that was damaged on its way is stored as if it were right, and the only copy may be that one",
        source: "S3 API reference, PutObject, Content-MD5; error responses: BadDigest, InvalidDigest",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| with_digest(c, "content-md5", content_md5).await,
    },
    Check {
        name: "integrity-checksum-crc32",
        severity: DataLoss,
        rule: "an upload whose x-amz-checksum-crc32 is not that of its content is refused, and the old object remains",
        consequence: "content that was damaged on its way is stored, though boto3 and aws-cli send this checksum with every upload",
        source: "S3 user guide, Checking object integrity; error responses: BadDigest",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| with_digest(c, "x-amz-checksum-crc32", crc32).await,
    },
    Check {
        name: "integrity-checksum-crc64nvme",
        severity: DataLoss,
        rule: "an upload whose x-amz-checksum-crc64nvme is not that of its content is refused, and the old object remains",
        consequence: "content that was damaged on its way is stored, though newer SDKs send this checksum with every upload",
        source: "S3 user guide, Checking object integrity; error responses: BadDigest",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| with_digest(c, "x-amz-checksum-crc64nvme", crc64nvme).await,
    },
];

/// The content with one bit turned over.
pub(super) fn damaged(bytes: &[u8]) -> Bytes {
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
    bytes.into()
}

async fn with_digest(c: &CheckContext<'_>, header: &str, digest: Digest) -> Result<(), Stop> {
    let old = OldObject::store(c).await?;
    let raw = c.raw();
    let bytes = c.bytes("content", 2_000);
    let upload = |key: &str, value: String| {
        let request = RawRequest::to_object("PUT", c.bucket(), key).with(header, value);
        raw.prepare(&request.carrying(Payload::Hashed(bytes.clone())))
    };
    // A server that refuses every digest would pass what comes next.
    c.writes("right");
    let answer = raw.send(&upload("right", digest(&bytes))?).await?;
    accepted(&format!("an upload with the right {header}"), &answer)?;
    c.holds_as("an upload with a digest", "right", &bytes).await?;

    let what = format!("an upload with the {header} of other content");
    old.survives(c, &raw, &upload(OldObject::KEY, digest(&damaged(&bytes)))?, &what).await?;
    let what = format!("an upload with a {header} that is not a digest");
    let answer = raw.send(&upload(OldObject::KEY, "nonsense".to_owned())?).await?;
    refused(&what, &answer, Refusal::ANY)?;
    old.remains(c, &what).await
}
