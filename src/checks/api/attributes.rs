//! Headers that belong to an object: they come back.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::ensure;
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::BreaksClients;
use crate::record::Stop;
use crate::s3::Attributes;

/// Modification times as rclone writes them.
pub(super) const MTIMES: [&str; 2] = ["1700000000.123456789", "1600000000"];

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "object-user-metadata-survives",
        severity: BreaksClients,
        rule: "x-amz-meta-mtime of PUT comes back with HEAD and GET",
        consequence: "rclone, which keeps the modification time there, copies every file again, or restores it with a wrong time",
        source: "S3 API reference, PutObject, x-amz-meta-; rclone, modification times of the s3 backend",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let bytes = c.bytes("object", 100);
            c.put_with("object", &bytes, &with_mtime(MTIMES[0])).await?;
            ensure_mtime(c, "object", MTIMES[0], "PutObject").await
        },
    },
    Check {
        name: "object-content-type-survives",
        severity: BreaksClients,
        rule: "Content-Type of PUT comes back with HEAD and GET",
        consequence: "a browser saves a page instead of showing it, and a sync that compares types copies again",
        source: "S3 API reference, PutObject and GetObject, Content-Type",
        scope: ANYWHERE,
        body: &content_type,
    },
    Check {
        name: "object-system-headers-survive",
        severity: BreaksClients,
        rule: "Content-Encoding, Cache-Control and Content-Disposition of PUT come back with HEAD and GET",
        consequence: "a compressed file is restored as if it were not, and a browser cannot read it",
        source: "S3 API reference, PutObject and GetObject, system-defined metadata",
        scope: ANYWHERE,
        body: &system_headers,
    },
];

async fn content_type(c: &CheckContext<'_>) -> Result<(), Stop> {
    for (key, content_type) in [("page", "text/x-s3ci; charset=utf-8"), ("picture", "image/png")] {
        let attributes = Attributes { content_type: Some(content_type.to_owned()), ..Attributes::default() };
        c.put_with(key, &c.bytes(key, 100), &attributes).await?;
        for (operation, found) in both(c, key).await? {
            let message = format!("{operation} shows another Content-Type for {key} than PutObject stored");
            let actual = found.content_type.unwrap_or_else(|| "no Content-Type".to_owned());
            ensure(actual == content_type, "content-type-lost", message, content_type, actual)?;
        }
    }
    Ok(())
}

async fn system_headers(c: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = c.bytes("object", 100);
    let text = |text: &str| Some(text.to_owned());
    let stored = Attributes {
        content_encoding: text("gzip"),
        cache_control: text("max-age=60"),
        content_disposition: text("attachment; filename=\"a.gz\""),
        ..Attributes::default()
    };
    c.put_with("object", &bytes, &stored).await?;
    for (operation, found) in both(c, "object").await? {
        for (header, expected, actual) in [
            ("Content-Encoding", &stored.content_encoding, found.content_encoding),
            ("Cache-Control", &stored.cache_control, found.cache_control),
            ("Content-Disposition", &stored.content_disposition, found.content_disposition),
        ] {
            let message = format!("{operation} does not show the {header} that PutObject stored");
            let text = |value: &Option<String>| value.clone().unwrap_or_else(|| format!("no {header}"));
            ensure(actual == *expected, "header-lost", message, text(expected), text(&actual))?;
        }
    }
    Ok(())
}

pub(super) fn with_mtime(mtime: &str) -> Attributes {
    Attributes { metadata: [("mtime".to_owned(), mtime.to_owned())].into(), ..Attributes::default() }
}

pub(super) async fn ensure_mtime(c: &CheckContext<'_>, key: &str, mtime: &str, stored_by: &str) -> Result<(), Stop> {
    for (operation, found) in both(c, key).await? {
        let message = format!("{operation} does not show the x-amz-meta-mtime that {stored_by} stored");
        let actual = found.metadata.get("mtime").map_or("no x-amz-meta-mtime", String::as_str);
        ensure(actual == mtime, "metadata-lost", message, mtime, actual)?;
    }
    Ok(())
}

/// The headers in the answers to both operations that show them.
async fn both(c: &CheckContext<'_>, key: &str) -> Result<[(&'static str, Attributes); 2], Stop> {
    let head = c.s3.attributes_by_head(c.bucket(), key).await?;
    let get = c.s3.attributes_by_get(c.bucket(), key).await?;
    Ok([("HEAD", head), ("GET", get)])
}
