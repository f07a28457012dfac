//! PutObject, GetObject, HeadObject.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, same, same_etag};
use crate::checks::refusal::{Refusal, refused};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::Stop;

/// Nothing, a byte, the edges of a 64 KiB buffer, a multipart threshold, and more than any buffer.
const SIZES: [usize; 7] = [0, 1, 65_535, 65_536, 65_537, 5 << 20, 20 << 20];

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "object-roundtrip",
        severity: DataLoss,
        rule: "an object of 0 B, 1 B, 64 KiB ± 1, 5 MiB or 20 MiB is read back as it was stored",
        consequence: "a restored file is not the file that was backed up",
        source: "S3 API reference, PutObject and GetObject",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            for size in SIZES {
                let key = format!("object-{size}");
                let bytes = c.bytes(&key, size);
                c.put(&key, &bytes).await?;
                c.holds_as(format!("object of {size} bytes"), &key, &bytes).await?;
            }
            Ok(())
        },
    },
    Check {
        name: "object-overwrite-last-wins",
        severity: DataLoss,
        rule: "what was stored last under a key is what is read, whatever its length",
        consequence: "a restore brings back an old version, or a mixture of two",
        source: "S3 API reference, PutObject: last write wins",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            for (version, size) in [5_000, 5_000, 90_000, 10, 0, 10].into_iter().enumerate() {
                let bytes = c.bytes(&version.to_string(), size);
                c.put("object", &bytes).await?;
                c.holds_as(format!("version {version}"), "object", &bytes).await?;
            }
            Ok(())
        },
    },
    Check {
        name: "object-head-equals-get",
        severity: BreaksClients,
        rule: "HEAD names the size and the ETag that GET delivers",
        consequence: "clients allocate, resume and verify with wrong sizes and ETags",
        source: "RFC 9110, 9.3.2; S3 API reference, HeadObject",
        scope: ANYWHERE,
        body: &head_equals_get,
    },
    Check {
        name: "object-missing-is-404",
        severity: BreaksClients,
        rule: "HEAD and GET of a key that was never stored are 404, GET with the code NoSuchKey",
        consequence: "a client takes a missing object for an empty one, and a restore writes empty files",
        source: "S3 API reference, error NoSuchKey",
        scope: ANYWHERE,
        body: &missing,
    },
];

async fn head_equals_get(c: &CheckContext<'_>) -> Result<(), Stop> {
    for size in [0, 1, 70_000] {
        let key = format!("object-{size}");
        let bytes = c.bytes(&key, size);
        c.put(&key, &bytes).await?;
        let head = c.head(&key).await?;
        let body = c.get(&key, size).await?;
        same(&key, &bytes, &body.bytes)?;
        let named = head.size_bytes.map_or_else(|| "no Content-Length".to_owned(), |bytes| bytes.to_string());
        let message = format!("HEAD names another size for {key} than GET delivers");
        ensure(head.size_bytes == Some(size as u64), "size-disagrees", message, size.to_string(), named)?;
        let message = format!("HEAD names another ETag for {key} than GET");
        same_etag("etag-disagrees", message, body.etag.as_deref(), head.etag.as_deref())?;
    }
    Ok(())
}

async fn missing(c: &CheckContext<'_>) -> Result<(), Stop> {
    let found = c.finds("never-stored").await?;
    ensure(!found, "object-invented", "HEAD finds a key that was never stored", "404", "200")?;
    let answer = c.s3.get(c.bucket(), "never-stored", 1_000).await;
    let refusal = Refusal::with(404).and_code(&["NoSuchKey"]).unless_is("object-invented");
    refused("GET of a key that was never stored", &answer, refusal)
}
