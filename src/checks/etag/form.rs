//! What an ETag looks like and where it appears.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, same, shown};
use crate::checks::scope::{ANYWHERE, Backends};
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::{Failure, Stop};
use crate::workload::md5_hex;

/// Sizes whose ETags are checked: nothing, a byte, and more than one read of a socket.
const SIZES: [usize; 4] = [0, 1, 1_000, 150_000];

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "put-is-md5",
        severity: DataLoss,
        rule: "the ETag of a simple upload is the MD5 of its content",
        consequence: "rclone takes 32 hexadecimal digits for the MD5 and reports corrupted transfers, or skips changed files",
        source: "S3 API reference, Object ETag; rclone, backend/s3, setMetaData",
        scope: ANYWHERE.on(Backends::WithMd5Etags),
        body: &put_is_md5,
    },
    Check {
        name: "four-way-agreement",
        severity: DataLoss,
        rule: "PUT, HEAD, GET and LIST name the same ETag for an object",
        consequence: "a sync client that lists in one run and heads in the next takes every file for changed, or a changed one for unchanged",
        source: "S3 API reference, Object ETag",
        scope: ANYWHERE,
        body: &four_way,
    },
    Check {
        name: "quoted-and-strong",
        severity: BreaksClients,
        rule: "an ETag is in double quotes and not weak",
        consequence: "clients that strip quotes cut off digits, and conditional requests never match",
        source: "RFC 9110, 8.8.3; S3 API reference, Object ETag",
        scope: ANYWHERE,
        body: &quoted_and_strong,
    },
];

async fn put_is_md5(c: &CheckContext<'_>) -> Result<(), Stop> {
    for size in SIZES {
        let bytes = c.bytes(&size.to_string(), size);
        let etag = c.put(&format!("object-{size}"), &bytes).await?;
        let expected = md5_hex(&bytes);
        let actual = etag.as_deref().map(bare);
        ensure(
            actual == Some(expected.as_str()),
            "etag-not-md5",
            format!("PutObject of {size} bytes answers with an ETag that is not the content's MD5"),
            expected,
            shown(etag.as_deref()),
        )?;
    }
    Ok(())
}

async fn four_way(c: &CheckContext<'_>) -> Result<(), Stop> {
    for size in SIZES {
        let key = format!("object-{size}");
        let bytes = c.bytes(&key, size);
        let put = c.put(&key, &bytes).await?;
        let head = c.head(&key).await?.etag;
        let body = c.get(&key, size).await?;
        same(&key, &bytes, &body.bytes)?;
        let listing = c.list_under(&key, SIZES.len()).await?;
        let listed = listing.into_iter().find(|entry| entry.key == key);
        let unlisted =
            || Failure::new("object-unlisted", format!("the listing leaves out {key}"), "the key", "no such entry");
        let list = listed.ok_or_else(unlisted)?.etag;
        for (operation, etag) in [("HEAD", &head), ("GET", &body.etag), ("LIST", &list)] {
            ensure(
                put.is_some() && *etag == put,
                if etag.is_none() || put.is_none() { "etag-missing" } else { "etag-disagrees" },
                format!("{operation} and PUT name different ETags for {key}"),
                format!("PUT: {}", shown(put.as_deref())),
                format!("{operation}: {}", shown(etag.as_deref())),
            )?;
        }
    }
    Ok(())
}

async fn quoted_and_strong(c: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = c.bytes("object", 100);
    let put = c.put("object", &bytes).await?;
    let head = c.head("object").await?.etag;
    let get = c.get("object", 100).await?.etag;
    let list = c.s3.list_page(c.bucket(), "", None, None).await?.entries.pop().and_then(|entry| entry.etag);
    for (operation, etag) in [("PUT", put), ("HEAD", head), ("GET", get), ("LIST", list)] {
        let quoted = etag.as_deref().is_some_and(|etag| {
            etag.len() > 2 && etag.starts_with('"') && etag.ends_with('"') && !bare(etag).contains('"')
        });
        let message = format!("the ETag in the answer to {operation} is not a strong, quoted one");
        ensure(quoted, "etag-form", message, "\"…\"", shown(etag.as_deref()))?;
    }
    Ok(())
}

/// An ETag without its quotes.
pub(super) fn bare(etag: &str) -> &str {
    etag.strip_prefix('"').and_then(|etag| etag.strip_suffix('"')).unwrap_or(etag)
}
