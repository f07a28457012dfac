//! Keys at the edge of what is allowed, and keys where directories are or were.

use futures_util::FutureExt;

use super::list_limit::ensure_encoded;
use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content};
use crate::record::{CheckSpec, Severity, Stop};

/// The longest key, in bytes.
const LONGEST: usize = 1_024;
const SOURCE: &str = "S3 user guide, object keys: up to 1,024 bytes";

pub(super) const LONG_PATH: Check = Check {
    spec: CheckSpec {
        name: "keys-1024-bytes",
        severity: Severity::BreaksClients,
        rule: "a key of 1,024 bytes is stored, read back and listed, with slashes here and there",
        consequence: "a backup of a deep directory ends with an error",
        source: SOURCE,
    },
    body: |context| stored_as_it_is(context, format!("{}file", "a-directory/".repeat(85))).boxed(),
};

pub(super) const LONG_NAME: Check = Check {
    spec: CheckSpec {
        name: "keys-1024-bytes-without-a-slash",
        severity: Severity::BreaksClients,
        rule: "a key of 1,024 bytes is stored, read back and listed, with no slash in it",
        consequence: "clients that put a hash or an encrypted path into one name end with an error",
        source: SOURCE,
    },
    body: |context| stored_as_it_is(context, "n".repeat(LONGEST)).boxed(),
};

async fn stored_as_it_is(context: &CheckContext<'_>, key: String) -> Result<(), Stop> {
    let bytes = context.bytes("object", 100);
    context.put(&key, &bytes).await?;
    let body = context.get(&key, bytes.len()).await?;
    ensure_content("object", &bytes, &body.bytes)?;
    let listing = context.s3.list_all(context.bucket(), "", None, 1).await?;
    let listed = listing.first().map_or(0, |entry| entry.key.len());
    let message = format!("the listing is not the one key of {LONGEST} bytes");
    let named = listing.first().is_some_and(|entry| entry.key == key);
    ensure(named, "key-changed", message, format!("a key of {LONGEST} bytes"), format!("a key of {listed} bytes"))
}

pub(super) const CONTROLS: Check = Check {
    spec: CheckSpec {
        name: "keys-control-characters",
        severity: Severity::BreaksClients,
        rule: "keys with control characters are stored, read back, and listed URL-encoded",
        consequence: "one file with an odd name makes the whole bucket unreadable for boto3 and aws-cli",
        source: "S3 user guide, object keys: characters that may need special handling; ListObjectsV2, EncodingType",
    },
    body: |context| controls(context).boxed(),
};

async fn controls(context: &CheckContext<'_>) -> Result<(), Stop> {
    // In the order of their bytes.
    let keys = ["bell\u{7}", "line\nfeed", "return\r", "tab\tstop", "unit\u{1f}"];
    for key in keys {
        let bytes = context.bytes(key, 50);
        context.put(key, &bytes).await?;
        let body = context.get(key, bytes.len()).await?;
        ensure_content(&format!("\"{}\"", key.escape_debug()), &bytes, &body.bytes)?;
    }
    ensure_encoded(context, &keys).await
}

pub(super) const FORMER_DIRECTORY: Check = Check {
    spec: CheckSpec {
        name: "keys-former-directory",
        severity: Severity::BreaksClients,
        rule: "after `music/old/song` was deleted, `music` can be stored and is read back",
        consequence: "a file in the place of a directory that was deleted cannot be backed up any more",
        source: "S3 user guide, object keys: the namespace is flat",
    },
    body: |context| former_directory(context).boxed(),
};

async fn former_directory(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 100);
    context.put("music/old/song", &bytes).await?;
    context.s3.delete(context.bucket(), "music/old/song").await?;
    context.put("music", &bytes).await?;
    let body = context.get("music", bytes.len()).await?;
    ensure_content("\"music\", after \"music/old/song\" was deleted", &bytes, &body.bytes)
}

pub(super) const DELETE_DIRECTORY: Check = Check {
    spec: CheckSpec {
        name: "keys-delete-of-a-directory",
        severity: Severity::BreaksClients,
        rule: "DeleteObject of `photos`, which is no object, succeeds and leaves `photos/a`",
        consequence: "a cleanup that names a directory ends with an error, or takes its files along",
        source: "S3 API reference, DeleteObject; S3 user guide, object keys: the namespace is flat",
    },
    body: |context| delete_directory(context).boxed(),
};

async fn delete_directory(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 100);
    context.put("photos/a", &bytes).await?;
    let answer = context.s3.delete(context.bucket(), "photos").await;
    let body = context.get("photos/a", bytes.len()).await?;
    ensure_content("\"photos/a\" after DELETE of \"photos\"", &bytes, &body.bytes)?;
    Ok(answer?)
}
