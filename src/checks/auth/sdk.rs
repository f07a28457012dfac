//! Uploads as SDKs send them by themselves.

use super::stored::{Upload, all_stored};
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::same;
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::DataLoss;
use crate::record::Stop;
use crate::s3::{Delivery, Payload};

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "integrity-unsigned-payload",
        severity: DataLoss,
        rule: "an upload with `UNSIGNED-PAYLOAD` is stored as it is, however it is cut on its way",
        consequence: "a backup is stored, and is not what was sent",
        source: "S3 API reference, Authenticating Requests: x-amz-content-sha256",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let bytes = c.bytes("content", 30_000);
            let uploads = [vec![], vec![0], vec![1, 2, 29_999], vec![0, 8_192, 16_384, 24_576]].map(|splits| Upload {
                what: format!("30000 bytes, cut at {splits:?}"),
                content: bytes.clone(),
                payload: Payload::Unsigned(bytes.clone()),
                delivery: Delivery { splits, ..Delivery::default() },
            });
            all_stored(c, "an unsigned upload", uploads.into()).await
        },
    },
    Check {
        name: "integrity-sdk-default",
        severity: DataLoss,
        rule: "an upload from memory and one from a stream, with the signatures and checksums that the SDK sends unless told otherwise, comes back as it was",
        consequence: "programs that use the AWS SDKs without further settings store something else than their files",
        source: "AWS SDK reference, Data Integrity Protections: WHEN_SUPPORTED is the default",
        scope: ANYWHERE,
        body: &default,
    },
];

async fn default(c: &CheckContext<'_>) -> Result<(), Stop> {
    let s3 = c.s3.with_default_integrity();
    for (key, size) in [("memory", 3_000), ("empty memory", 0), ("large stream", 150_000), ("small stream", 10)] {
        let bytes = c.bytes(key, size);
        c.writes(key);
        if key.ends_with("stream") {
            s3.put_streamed(c.bucket(), key, &bytes).await?;
        } else {
            s3.put_signed(c.bucket(), key, bytes.clone()).await?;
        }
        let body = s3.get(c.bucket(), key, bytes.len() as u64 + 4_096).await?;
        same(format!("an upload of a {key} with the SDK's defaults"), &bytes, &body.bytes)?;
    }
    Ok(())
}
