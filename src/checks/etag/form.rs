//! What a tag looks like and where it appears.

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content, shown};
use crate::record::{CheckSpec, Failure, Severity, Stop};
use crate::workload::md5_hex;

/// Sizes whose tags are checked: nothing, a byte, and more than one read of a socket.
const SIZES: [usize; 4] = [0, 1, 1_000, 150_000];

pub(super) const PUT_IS_MD5: Check = Check {
    spec: CheckSpec {
        name: "put-is-md5",
        severity: Severity::DataLoss,
        rule: "the tag of a simple upload is the MD5 of its content",
        consequence: "rclone takes 32 hexadecimal digits for the MD5 and reports corrupted transfers, or skips changed files",
        source: "S3 API reference, Object ETag; rclone, backend/s3, setMetaData",
    },
    body: |context| put_is_md5(context).boxed(),
};

async fn put_is_md5(context: &CheckContext<'_>) -> Result<(), Stop> {
    for size in SIZES {
        let bytes = context.bytes(&size.to_string(), size);
        let tag = context.put(&format!("object-{size}"), &bytes).await?;
        let expected = md5_hex(&bytes);
        let actual = tag.as_deref().map(bare);
        ensure(
            actual == Some(expected.as_str()),
            "etag-not-md5",
            format!("PutObject of {size} bytes answers with a tag that is not the content's MD5"),
            expected,
            shown(tag.as_deref()),
        )?;
    }
    Ok(())
}

pub(super) const FOUR_WAY: Check = Check {
    spec: CheckSpec {
        name: "four-way-agreement",
        severity: Severity::DataLoss,
        rule: "PUT, HEAD, GET and LIST name the same tag for an object",
        consequence: "a sync client that lists in one run and heads in the next takes every file for changed, or a changed one for unchanged",
        source: "S3 API reference, Object ETag",
    },
    body: |context| four_way(context).boxed(),
};

async fn four_way(context: &CheckContext<'_>) -> Result<(), Stop> {
    for size in SIZES {
        let key = format!("object-{size}");
        let bytes = context.bytes(&key, size);
        let put = context.put(&key, &bytes).await?;
        let head = context.head(&key).await?.etag;
        let body = context.get(&key, size).await?;
        ensure_content(&key, &bytes, &body.bytes)?;
        let listing = context.s3.list_all(context.bucket(), &key, None, SIZES.len()).await?;
        let listed = listing.into_iter().find(|entry| entry.key == key);
        let unlisted =
            || Failure::new("object-unlisted", format!("the listing leaves out {key}"), "the key", "no such entry");
        let list = listed.ok_or_else(unlisted)?.etag;
        for (operation, tag) in [("HEAD", &head), ("GET", &body.etag), ("LIST", &list)] {
            ensure(
                put.is_some() && *tag == put,
                if tag.is_none() || put.is_none() { "etag-missing" } else { "etag-disagrees" },
                format!("{operation} and PUT name different tags for {key}"),
                format!("PUT: {}", shown(put.as_deref())),
                format!("{operation}: {}", shown(tag.as_deref())),
            )?;
        }
    }
    Ok(())
}

pub(super) const QUOTED_AND_STRONG: Check = Check {
    spec: CheckSpec {
        name: "quoted-and-strong",
        severity: Severity::BreaksClients,
        rule: "a tag is in double quotes and not weak",
        consequence: "clients that strip quotes cut off digits, and conditional requests never match",
        source: "RFC 9110, 8.8.3; S3 API reference, Object ETag",
    },
    body: |context| quoted_and_strong(context).boxed(),
};

async fn quoted_and_strong(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 100);
    let put = context.put("object", &bytes).await?;
    let head = context.head("object").await?.etag;
    let get = context.get("object", 100).await?.etag;
    let list = context.s3.list_page(context.bucket(), "", None, None).await?.entries.pop().and_then(|entry| entry.etag);
    for (operation, tag) in [("PUT", put), ("HEAD", head), ("GET", get), ("LIST", list)] {
        let quoted = tag
            .as_deref()
            .is_some_and(|tag| tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"') && !bare(tag).contains('"'));
        let message = format!("the tag in the answer to {operation} is not a strong, quoted one");
        ensure(quoted, "etag-form", message, "\"…\"", shown(tag.as_deref()))?;
    }
    Ok(())
}

pub(super) const SDK_ACCEPTS: Check = Check {
    spec: CheckSpec {
        name: "sdk-accepts-tags",
        severity: Severity::BreaksClients,
        rule: "an SDK lists and downloads objects whatever their tags look like, and gets their content",
        consequence: "backups can be written but not read back with the usual libraries",
        source: "aws-sdk-s3 and boto3: tags are opaque strings",
    },
    body: |context| sdk_accepts(context).boxed(),
};

async fn sdk_accepts(context: &CheckContext<'_>) -> Result<(), Stop> {
    let files = [("file1.txt", 9), ("file2.txt", 19), ("dir/file3.txt", 41)];
    for (key, size) in files {
        context.put(key, &context.bytes(key, size)).await?;
    }
    let listing = context.s3.list_all(context.bucket(), "", None, files.len()).await?;
    for (key, size) in files {
        let tagged = listing
            .iter()
            .any(|entry| entry.key == key && entry.etag.as_deref().is_some_and(|tag| !bare(tag).is_empty()));
        let message = format!("the listing has no entry with a tag for {key}");
        ensure(tagged, "object-unlisted", message, key, format!("{} entries", listing.len()))?;
        let body = context.get(key, size).await?;
        ensure_content(key, &context.bytes(key, size), &body.bytes)?;
    }
    Ok(())
}

/// A tag without its quotes.
pub(super) fn bare(tag: &str) -> &str {
    tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag)
}
