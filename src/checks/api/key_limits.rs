//! Keys at the edge of what is allowed, and keys where directories are or were.

use super::list_limit::ensure_encoded;
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::ensure;
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::BreaksClients;
use crate::record::Stop;

/// The longest key, in bytes.
const LONGEST: usize = 1_024;
const SOURCE: &str = "S3 user guide, object keys: up to 1,024 bytes";

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "keys-1024-bytes",
        severity: BreaksClients,
        rule: "a key of 1,024 bytes is stored, read back and listed, with slashes here and there",
        consequence: "a backup of a deep directory ends with an error",
        source: SOURCE,
        scope: ANYWHERE,
        body: &async |c: &CheckContext| stored_as_it_is(c, format!("{}file", "a-directory/".repeat(85))).await,
    },
    Check {
        name: "keys-1024-bytes-without-a-slash",
        severity: BreaksClients,
        rule: "a key of 1,024 bytes is stored, read back and listed, with no slash in it",
        consequence: "clients that put a hash or an encrypted path into one name end with an error",
        source: SOURCE,
        scope: ANYWHERE,
        body: &async |c: &CheckContext| stored_as_it_is(c, "n".repeat(LONGEST)).await,
    },
    Check {
        name: "keys-control-characters",
        severity: BreaksClients,
        rule: "keys with control characters are stored, read back, and listed URL-encoded",
        consequence: "one file with an odd name makes the whole bucket unreadable for boto3 and aws-cli",
        source: "S3 user guide, object keys: characters that may need special handling; ListObjectsV2, EncodingType",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            // In the order of their bytes.
            let keys = ["bell\u{7}", "line\nfeed", "return\r", "tab\tstop", "unit\u{1f}"];
            for key in keys {
                let bytes = c.bytes(key, 50);
                c.put(key, &bytes).await?;
                c.holds_as(key.escape_debug(), key, &bytes).await?;
            }
            ensure_encoded(c, &keys).await
        },
    },
    Check {
        name: "keys-former-directory",
        severity: BreaksClients,
        rule: "after `music/old/song` was deleted, `music` can be stored and is read back",
        consequence: "a file in the place of a directory that was deleted cannot be backed up any more",
        source: "S3 user guide, object keys: the namespace is flat",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let bytes = c.bytes("object", 100);
            c.put("music/old/song", &bytes).await?;
            c.delete("music/old/song").await?;
            c.put("music", &bytes).await?;
            c.holds_as("\"music\", after \"music/old/song\" was deleted", "music", &bytes).await
        },
    },
    Check {
        name: "keys-delete-of-a-directory",
        severity: BreaksClients,
        rule: "DeleteObject of `photos`, which is no object, succeeds and leaves `photos/a`",
        consequence: "a cleanup that names a directory ends with an error, or takes its files along",
        source: "S3 API reference, DeleteObject; S3 user guide, object keys: the namespace is flat",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let bytes = c.bytes("object", 100);
            c.put("photos/a", &bytes).await?;
            let answer = c.delete("photos").await;
            c.holds_as("\"photos/a\" after DELETE of \"photos\"", "photos/a", &bytes).await?;
            answer
        },
    },
];

async fn stored_as_it_is(c: &CheckContext<'_>, key: String) -> Result<(), Stop> {
    let bytes = c.bytes("object", 100);
    c.put(&key, &bytes).await?;
    c.holds_as("object", &key, &bytes).await?;
    let listing = c.list(1).await?;
    let listed = listing.first().map_or(0, |entry| entry.key.len());
    let message = format!("the listing is not the one key of {LONGEST} bytes");
    let named = listing.first().is_some_and(|entry| entry.key == key);
    ensure(named, "key-changed", message, format!("a key of {LONGEST} bytes"), format!("a key of {listed} bytes"))
}
