//! Objects that a service takes in parts, and folders with more entries than it gives on a page.
//!
//! What lies on a disk knows no such bounds, so these are rules that a backend on a service alone can break without noticing.

use bytes::Bytes;

use super::check::Check;
use super::check_context::CheckContext;
use super::judge::{ensure, few, same_etag};
use super::scope::{ANYWHERE, Needs};
use crate::record::Severity::DataLoss;
use crate::record::Stop;
use crate::server::Shutdown;

/// More than the service gives on a page.
const MANY: usize = 1_001;

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "forty-mebibytes",
        severity: DataLoss,
        rule: "an object of 40 MiB comes back as it was stored, under one ETag, at the root of the bucket and in a folder",
        consequence: "large files of a backup cannot be restored",
        source: "pydrime, upload_file: above 30 MiB a file goes up in parts of 25 MiB",
        scope: ANYWHERE,
        body: &forty_mebibytes,
    },
    Check {
        name: "folder-beyond-a-page",
        severity: DataLoss,
        rule: "of 1,001 objects in one folder each is listed and can be read",
        consequence: "a sync takes the objects that it does not see for missing, and a restore leaves them out",
        source: "pydrime, get_file_entries: at most 1,000 entries come on a page, and last_page says that more follow",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let keys = fill(c).await?;
            let listed = c.keys_under("many/", MANY).await?;
            let missing: Vec<_> = keys.iter().filter(|key| !listed.contains(key)).collect();
            let message = format!("the listing leaves out {} of {MANY} stored keys", missing.len());
            ensure(missing.is_empty(), "listing-incomplete", message, format!("{MANY} keys"), few(&missing))?;
            for key in [&keys[0], &keys[MANY - 1]] {
                c.holds(key, key.as_bytes()).await?;
            }
            Ok(())
        },
    },
    Check {
        name: "bucket-found-after-restart",
        severity: DataLoss,
        rule: "a bucket with 1,001 objects is there, and its objects can be read, after a restart of the server",
        consequence: "after an update of the server a whole backup seems to be gone",
        source: "pydrime, get_file_entries: at most 1,000 entries come on a page, and last_page says that more follow",
        scope: ANYWHERE.alone().needing(Needs::Restart),
        body: &async |c: &CheckContext| {
            let keys = fill(c).await?;
            c.restart(Shutdown::Orderly).await?;
            let found = c.s3.bucket_exists(c.bucket()).await?;
            ensure(found, "bucket-missing", "HeadBucket does not find the bucket after a restart", "200", "404")?;
            let key = &keys[MANY - 1];
            c.holds(key, key.as_bytes()).await
        },
    },
];

async fn forty_mebibytes(c: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = c.bytes("object", 40 << 20);
    for key in ["object.bin", "deep/down/object.bin"] {
        let put = c.put(key, &bytes).await?;
        let head = c.head(key).await?;
        let message = format!("HEAD has another ETag for {key} than PUT");
        same_etag("etag-disagrees", message, put.as_deref(), head.etag.as_deref())?;
        c.holds(key, &bytes).await?;
        c.delete(key).await?;
        let gone = !c.finds(key).await?;
        ensure(gone, "delete-without-effect", format!("HEAD still finds {key}, which was deleted"), "404", "200")?;
    }
    Ok(())
}

/// Stores more objects in one folder than come on a page; their keys.
async fn fill(c: &CheckContext<'_>) -> Result<Vec<String>, Stop> {
    let keys: Vec<String> = (0..MANY).map(|index| format!("many/file-{index:04}")).collect();
    for key in &keys {
        c.put(key, &Bytes::copy_from_slice(key.as_bytes())).await?;
    }
    Ok(keys)
}
