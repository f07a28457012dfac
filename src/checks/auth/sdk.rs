//! Uploads as SDKs send them by themselves.

use futures_util::FutureExt;

use super::stored::{Upload, all_stored};
use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::ensure_content;
use crate::record::{CheckSpec, Severity, Stop};
use crate::s3::{Delivery, Payload};

pub(super) const UNSIGNED_PAYLOAD: Check = Check {
    spec: CheckSpec {
        name: "integrity-unsigned-payload",
        severity: Severity::DataLoss,
        rule: "an upload with `UNSIGNED-PAYLOAD` is stored as it is, however it is cut on its way",
        consequence: "a backup is stored, and is not what was sent",
        source: "S3 API reference, Authenticating Requests: x-amz-content-sha256",
    },
    body: |context| unsigned_payload(context).boxed(),
};

async fn unsigned_payload(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("content", 30_000);
    let uploads = [vec![], vec![0], vec![1, 2, 29_999], vec![0, 8_192, 16_384, 24_576]].map(|splits| Upload {
        what: format!("30000 bytes, cut at {splits:?}"),
        content: bytes.clone(),
        payload: Payload::Unsigned(bytes.clone()),
        delivery: Delivery { splits, ..Delivery::default() },
    });
    all_stored(context, "an unsigned upload", uploads.into()).await
}

pub(super) const DEFAULT: Check = Check {
    spec: CheckSpec {
        name: "integrity-sdk-default",
        severity: Severity::DataLoss,
        rule: "an upload from memory and one from a stream, with the signatures and checksums that the SDK sends unless told otherwise, comes back as it was",
        consequence: "programs that use the AWS SDKs without further settings store something else than their files",
        source: "AWS SDK reference, Data Integrity Protections: WHEN_SUPPORTED is the default",
    },
    body: |context| default(context).boxed(),
};

async fn default(context: &CheckContext<'_>) -> Result<(), Stop> {
    let s3 = context.s3.with_default_integrity();
    for (key, size) in [("memory", 3_000), ("empty memory", 0), ("large stream", 150_000), ("small stream", 10)] {
        let bytes = context.bytes(key, size);
        context.writes(key);
        if key.ends_with("stream") {
            s3.put_streamed(context.bucket(), key, &bytes).await?;
        } else {
            s3.put_signed(context.bucket(), key, bytes.clone()).await?;
        }
        let body = s3.get(context.bucket(), key, bytes.len() as u64 + 4_096).await?;
        ensure_content(&format!("an upload of a {key} with the SDK's defaults"), &bytes, &body.bytes)?;
    }
    Ok(())
}
