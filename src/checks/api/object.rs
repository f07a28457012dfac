//! PutObject, GetObject, HeadObject.

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content, ensure_same_tag};
use crate::record::{CheckSpec, Severity, Stop};

/// Nothing, a byte, the edges of a 64 KiB buffer, a multipart threshold, and more than any buffer.
const SIZES: [usize; 7] = [0, 1, 65_535, 65_536, 65_537, 5 << 20, 20 << 20];

pub(super) const ROUNDTRIP: Check = Check {
    spec: CheckSpec {
        name: "object-roundtrip",
        severity: Severity::DataLoss,
        rule: "an object of 0 B, 1 B, 64 KiB ± 1, 5 MiB or 20 MiB is read back as it was stored",
        consequence: "a restored file is not the file that was backed up",
        source: "S3 API reference, PutObject and GetObject",
    },
    body: |context| roundtrip(context).boxed(),
};

async fn roundtrip(context: &CheckContext<'_>) -> Result<(), Stop> {
    for size in SIZES {
        let key = format!("object-{size}");
        let bytes = context.bytes(&key, size);
        context.put(&key, &bytes).await?;
        let body = context.get(&key, size).await?;
        ensure_content(&format!("object of {size} bytes"), &bytes, &body.bytes)?;
    }
    Ok(())
}

pub(super) const OVERWRITE: Check = Check {
    spec: CheckSpec {
        name: "object-overwrite-last-wins",
        severity: Severity::DataLoss,
        rule: "what was stored last under a key is what is read, whatever its length",
        consequence: "a restore brings back an old version, or a mixture of two",
        source: "S3 API reference, PutObject: last write wins",
    },
    body: |context| overwrite(context).boxed(),
};

async fn overwrite(context: &CheckContext<'_>) -> Result<(), Stop> {
    for (version, size) in [5_000, 5_000, 90_000, 10, 0, 10].into_iter().enumerate() {
        let bytes = context.bytes(&version.to_string(), size);
        context.put("object", &bytes).await?;
        let body = context.get("object", size).await?;
        ensure_content(&format!("version {version}"), &bytes, &body.bytes)?;
    }
    Ok(())
}

pub(super) const HEAD_EQUALS_GET: Check = Check {
    spec: CheckSpec {
        name: "object-head-equals-get",
        severity: Severity::BreaksClients,
        rule: "HEAD names the size and the tag that GET delivers",
        consequence: "clients allocate, resume and verify by wrong figures",
        source: "RFC 9110, 9.3.2; S3 API reference, HeadObject",
    },
    body: |context| head_equals_get(context).boxed(),
};

async fn head_equals_get(context: &CheckContext<'_>) -> Result<(), Stop> {
    for size in [0, 1, 70_000] {
        let key = format!("object-{size}");
        let bytes = context.bytes(&key, size);
        context.put(&key, &bytes).await?;
        let head = context.head(&key).await?;
        let body = context.get(&key, size).await?;
        ensure_content(&key, &bytes, &body.bytes)?;
        let named = head.size_bytes.map_or_else(|| "no Content-Length".to_owned(), |bytes| bytes.to_string());
        let message = format!("HEAD names another size for {key} than GET delivers");
        ensure(head.size_bytes == Some(size as u64), "size-disagrees", message, size.to_string(), named)?;
        let message = format!("HEAD names another tag for {key} than GET");
        ensure_same_tag("etag-disagrees", message, body.etag.as_deref(), head.etag.as_deref())?;
    }
    Ok(())
}

pub(super) const MISSING: Check = Check {
    spec: CheckSpec {
        name: "object-missing-is-404",
        severity: Severity::BreaksClients,
        rule: "HEAD and GET of a key that was never stored are 404, GET with the code NoSuchKey",
        consequence: "a client takes a missing object for an empty one, and a restore writes empty files",
        source: "S3 API reference, error NoSuchKey",
    },
    body: |context| missing(context).boxed(),
};

async fn missing(context: &CheckContext<'_>) -> Result<(), Stop> {
    let found = context.s3.head(context.bucket(), "never-stored").await?.is_some();
    ensure(!found, "object-invented", "HEAD finds a key that was never stored", "404", "200")?;
    let actual = match context.s3.get(context.bucket(), "never-stored", 1_000).await {
        Ok(body) => format!("200 with {} bytes", body.bytes.len()),
        Err(error) if error.code() == Some("NoSuchKey") && error.status() == Some(404) => return Ok(()),
        Err(error) if error.status().is_some() => error.to_string(),
        Err(error) => return Err(error.into()),
    };
    let message = "GET of a key that was never stored is not refused as it should be";
    ensure(false, "object-invented", message, "404 NoSuchKey", actual)
}
