//! Headers that belong to an object: they come back, and a copy can replace them.

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content};
use crate::record::{CheckSpec, Severity, Stop};
use crate::s3::Attributes;

/// Modification times as rclone writes them.
const MTIMES: [&str; 2] = ["1700000000.123456789", "1600000000"];

pub(super) const METADATA: Check = Check {
    spec: CheckSpec {
        name: "object-user-metadata-survives",
        severity: Severity::BreaksClients,
        rule: "x-amz-meta-mtime of PUT comes back with HEAD and GET",
        consequence: "rclone, which keeps the modification time there, copies every file again, or restores it with a wrong time",
        source: "S3 API reference, PutObject, x-amz-meta-; rclone, modification times of the s3 backend",
    },
    body: |context| metadata(context).boxed(),
};

async fn metadata(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 100);
    context.put_with("object", &bytes, &with_mtime(MTIMES[0])).await?;
    ensure_mtime(context, "object", MTIMES[0], "PutObject").await
}

pub(super) const CONTENT_TYPE: Check = Check {
    spec: CheckSpec {
        name: "object-content-type-survives",
        severity: Severity::BreaksClients,
        rule: "Content-Type of PUT comes back with HEAD and GET",
        consequence: "a browser saves a page instead of showing it, and a sync that compares types copies again",
        source: "S3 API reference, PutObject and GetObject, Content-Type",
    },
    body: |context| content_type(context).boxed(),
};

async fn content_type(context: &CheckContext<'_>) -> Result<(), Stop> {
    for (key, content_type) in [("page", "text/x-s3ci; charset=utf-8"), ("picture", "image/png")] {
        let attributes = Attributes { content_type: Some(content_type.to_owned()), ..Attributes::default() };
        context.put_with(key, &context.bytes(key, 100), &attributes).await?;
        for (operation, found) in both(context, key).await? {
            let message = format!("{operation} shows another Content-Type for {key} than PutObject stored");
            let actual = found.content_type.unwrap_or_else(|| "no Content-Type".to_owned());
            ensure(actual == content_type, "content-type-lost", message, content_type, actual)?;
        }
    }
    Ok(())
}

pub(super) const SYSTEM_HEADERS: Check = Check {
    spec: CheckSpec {
        name: "object-system-headers-survive",
        severity: Severity::BreaksClients,
        rule: "Content-Encoding, Cache-Control and Content-Disposition of PUT come back with HEAD and GET",
        consequence: "a compressed file is restored as if it were not, and a browser cannot read it",
        source: "S3 API reference, PutObject and GetObject, system-defined metadata",
    },
    body: |context| system_headers(context).boxed(),
};

async fn system_headers(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 100);
    let text = |text: &str| Some(text.to_owned());
    let stored = Attributes {
        content_encoding: text("gzip"),
        cache_control: text("max-age=60"),
        content_disposition: text("attachment; filename=\"a.gz\""),
        ..Attributes::default()
    };
    context.put_with("object", &bytes, &stored).await?;
    for (operation, found) in both(context, "object").await? {
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

pub(super) const COPY_REPLACE: Check = Check {
    spec: CheckSpec {
        name: "copy-replace-metadata",
        severity: Severity::BreaksClients,
        rule: "a copy of an object onto itself with the directive REPLACE replaces its metadata and keeps its content",
        consequence: "rclone, which sets modification times so, sets none, and does it again with every sync",
        source: "S3 API reference, CopyObject, x-amz-metadata-directive; rclone, SetModTime of the s3 backend",
    },
    body: |context| copy_replace(context).boxed(),
};

async fn copy_replace(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 70_000);
    context.put_with("object", &bytes, &with_mtime(MTIMES[0])).await?;
    context.s3.replace_attributes(context.bucket(), "object", &with_mtime(MTIMES[1])).await?;
    let body = context.get("object", bytes.len()).await?;
    ensure_content("object after the copy onto itself", &bytes, &body.bytes)?;
    ensure_mtime(context, "object", MTIMES[1], "CopyObject with REPLACE").await
}

fn with_mtime(mtime: &str) -> Attributes {
    Attributes { metadata: [("mtime".to_owned(), mtime.to_owned())].into(), ..Attributes::default() }
}

async fn ensure_mtime(context: &CheckContext<'_>, key: &str, mtime: &str, stored_by: &str) -> Result<(), Stop> {
    for (operation, found) in both(context, key).await? {
        let message = format!("{operation} does not show the x-amz-meta-mtime that {stored_by} stored");
        let actual = found.metadata.get("mtime").map_or("no x-amz-meta-mtime", String::as_str);
        ensure(actual == mtime, "metadata-lost", message, mtime, actual)?;
    }
    Ok(())
}

/// The headers in the answers to both operations that show them.
async fn both(context: &CheckContext<'_>, key: &str) -> Result<[(&'static str, Attributes); 2], Stop> {
    let head = context.s3.attributes_by_head(context.bucket(), key).await?;
    let get = context.s3.attributes_by_get(context.bucket(), key).await?;
    Ok([("HEAD", head), ("GET", get)])
}
