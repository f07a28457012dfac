//! Objects that a service takes in parts, and folders with more entries than it gives on a page.
//!
//! What lies on a disk knows no such bounds, so these are rules that a backend on a service alone can break without noticing.

use bytes::Bytes;
use futures_util::FutureExt;

use super::check::{Check, CheckContext};
use super::judge::{ensure, ensure_content, few, shown};
use crate::record::{CheckSpec, Severity, Stop};
use crate::server::Shutdown;

/// The checks in the order of the catalogue.
pub(super) static CHECKS: &[Check] = &[FORTY_MEBIBYTES, BEYOND_A_PAGE, FOUND_AFTER_RESTART];

const FORTY_MEBIBYTES: Check = Check {
    spec: CheckSpec {
        name: "forty-mebibytes",
        severity: Severity::DataLoss,
        rule: "an object of 40 MiB comes back as it was stored, under one tag, at the root of the bucket and in a folder",
        consequence: "large files of a backup cannot be restored",
        source: "pydrime, upload_file: above 30 MiB a file goes up in parts of 25 MiB",
    },
    body: |context| forty_mebibytes(context).boxed(),
};

async fn forty_mebibytes(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 40 << 20);
    for key in ["object.bin", "deep/down/object.bin"] {
        let put = context.put(key, &bytes).await?;
        let head = context.head(key).await?;
        let message = format!("HEAD has another tag for {key} than PUT");
        ensure(
            put.is_some() && head.etag == put,
            "etag-disagrees",
            message,
            shown(put.as_deref()),
            shown(head.etag.as_deref()),
        )?;
        let body = context.get(key, bytes.len()).await?;
        ensure_content(key, &bytes, &body.bytes)?;
        context.s3.delete(context.bucket(), key).await?;
        let gone = context.s3.head(context.bucket(), key).await?.is_none();
        ensure(gone, "delete-without-effect", format!("HEAD still finds {key}, which was deleted"), "404", "200")?;
    }
    Ok(())
}

/// More than the service gives on a page.
const MANY: usize = 1_001;

const BEYOND_A_PAGE: Check = Check {
    spec: CheckSpec {
        name: "folder-beyond-a-page",
        severity: Severity::DataLoss,
        rule: "of 1,001 objects in one folder each is listed and can be read",
        consequence: "a sync takes the objects that it does not see for missing, and a restore leaves them out",
        source: "pydrime, get_file_entries: at most 1,000 entries come on a page, and last_page says that more follow",
    },
    body: |context| beyond_a_page(context).boxed(),
};

async fn beyond_a_page(context: &CheckContext<'_>) -> Result<(), Stop> {
    let keys = fill(context).await?;
    let listing = context.s3.list_all(context.bucket(), "many/", None, MANY).await?;
    let missing: Vec<_> = keys.iter().filter(|key| !listing.iter().any(|entry| entry.key == **key)).collect();
    let message = format!("the listing leaves out {} of {MANY} stored keys", missing.len());
    ensure(missing.is_empty(), "listing-incomplete", message, format!("{MANY} keys"), few(&missing))?;
    for key in [&keys[0], &keys[MANY - 1]] {
        let body = context.get(key, key.len()).await?;
        ensure_content(key, key.as_bytes(), &body.bytes)?;
    }
    Ok(())
}

const FOUND_AFTER_RESTART: Check = Check {
    spec: CheckSpec {
        name: "bucket-found-after-restart",
        severity: Severity::DataLoss,
        rule: "a bucket with 1,001 objects is there, and its objects can be read, after a restart of the server",
        consequence: "after an update of the server a whole backup seems to be gone",
        source: "pydrime, get_file_entries: at most 1,000 entries come on a page, and last_page says that more follow",
    },
    body: |context| found_after_restart(context).boxed(),
};

async fn found_after_restart(context: &CheckContext<'_>) -> Result<(), Stop> {
    context.needs_restart()?;
    let keys = fill(context).await?;
    context.restart(Shutdown::Orderly).await?;
    let found = context.s3.bucket_exists(context.bucket()).await?;
    ensure(found, "bucket-missing", "HeadBucket does not find the bucket after a restart", "200", "404")?;
    let key = &keys[MANY - 1];
    let body = context.get(key, key.len()).await?;
    ensure_content(key, key.as_bytes(), &body.bytes)
}

/// Stores more objects in one folder than come on a page; their keys.
async fn fill(context: &CheckContext<'_>) -> Result<Vec<String>, Stop> {
    let keys: Vec<String> = (0..MANY).map(|index| format!("many/file-{index:04}")).collect();
    for key in &keys {
        context.put(key, &Bytes::copy_from_slice(key.as_bytes())).await?;
    }
    Ok(keys)
}
