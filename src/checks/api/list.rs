//! ListObjectsV2.

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, few};
use crate::record::{CheckSpec, Severity, Stop};

pub(super) const FRESH_BUCKET: Check = Check {
    spec: CheckSpec {
        name: "list-no-foreign-objects",
        severity: Severity::DataLoss,
        rule: "the listing of a bucket that was just created is empty",
        consequence: "a sync deletes or restores objects that belong to somebody else",
        source: "S3 API reference, ListObjectsV2",
    },
    body: |context| fresh_bucket(context).boxed(),
};

async fn fresh_bucket(context: &CheckContext<'_>) -> Result<(), Stop> {
    let page = context.s3.list_page(context.bucket(), "", None, None).await?;
    let keys: Vec<_> = page.entries.iter().map(|entry| entry.key.escape_debug()).collect();
    ensure(keys.is_empty() && !page.truncated, "listing-foreign", "a new bucket is not empty", "no entry", few(&keys))
}

pub(super) const V2_PAGES: Check = Check {
    spec: CheckSpec {
        name: "list-v2-pages",
        severity: Severity::DataLoss,
        rule: "the pages of a listing together name every key once, each page being at most as long as asked for, and the token advances",
        consequence: "boto3 and restic see the first page only: a sync or a restore loses every file after it",
        source: "S3 API reference, ListObjectsV2, NextContinuationToken",
    },
    body: |context| v2_pages(context).boxed(),
};

async fn v2_pages(context: &CheckContext<'_>) -> Result<(), Stop> {
    const KEYS: usize = 7;
    const PAGE: u32 = 3;
    let bytes = context.bytes("object", 10);
    let stored: Vec<String> = (0..KEYS).map(|index| format!("dir/key-{index:02}")).collect();
    for key in &stored {
        context.put(key, &bytes).await?;
    }
    let first = context.s3.list_page(context.bucket(), "", Some(PAGE), None).await?;
    ensure(
        first.entries.len() == PAGE as usize && first.truncated,
        "listing-page",
        "the first page of 3 keys is not 3 keys and the word that there are more",
        "3 keys, truncated",
        format!("{} keys, {}", first.entries.len(), if first.truncated { "truncated" } else { "complete" }),
    )?;
    let listing = context.s3.list_all(context.bucket(), "", Some(PAGE), KEYS).await?;
    let keys: Vec<_> = listing.into_iter().map(|entry| entry.key).collect();
    let missing: Vec<_> = stored.iter().filter(|key| !keys.contains(key)).collect();
    ensure(
        missing.is_empty(),
        "listing-incomplete",
        format!("the pages leave out {} of {KEYS} keys", missing.len()),
        few(&stored),
        format!("without {}", few(&missing)),
    )?;
    ensure(keys == stored, "listing-order", "the pages are not the keys once each, in order", few(&stored), few(&keys))
}

pub(super) const PREFIX: Check = Check {
    spec: CheckSpec {
        name: "list-prefix",
        severity: Severity::DataLoss,
        rule: "a listing with a prefix names exactly the keys that begin with it",
        consequence: "a sync of one directory deletes or copies files of another",
        source: "S3 API reference, ListObjectsV2, Prefix",
    },
    body: |context| prefix(context).boxed(),
};

async fn prefix(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 10);
    // No key that is also another's directory: whether a server can store both is a rule of its own.
    for key in ["photos/a", "photos/b/c", "photos2/a", "photosynthesis", "a/photos/x"] {
        context.put(key, &bytes).await?;
    }
    for (prefix, expected) in [
        ("photos/", vec!["photos/a", "photos/b/c"]),
        ("photos", vec!["photos/a", "photos/b/c", "photos2/a", "photosynthesis"]),
        ("none", vec![]),
    ] {
        let listing = context.s3.list_all(context.bucket(), prefix, None, 10).await?;
        let keys: Vec<_> = listing.iter().map(|entry| entry.key.as_str()).collect();
        let message = format!("the listing with the prefix \"{prefix}\" is not the keys that begin with it");
        ensure(keys == expected, "listing-prefix", message, expected.join(", "), keys.join(", "))?;
    }
    Ok(())
}

pub(super) const AFTER_WRITE: Check = Check {
    spec: CheckSpec {
        name: "list-read-after-write",
        severity: Severity::DataLoss,
        rule: "a listing shows what was just stored, overwritten and deleted, with sizes",
        consequence: "a sync right after an upload copies files again, or takes deleted ones for present",
        source: "S3 user guide, consistency model: listings are strongly consistent",
    },
    body: |context| after_write(context).boxed(),
};

async fn after_write(context: &CheckContext<'_>) -> Result<(), Stop> {
    context.put("one", &context.bytes("one", 10)).await?;
    ensure_listed(context, &[("one", 10)]).await?;
    context.put("two", &context.bytes("two", 2_000)).await?;
    ensure_listed(context, &[("one", 10), ("two", 2_000)]).await?;
    context.put("one", &context.bytes("one again", 33)).await?;
    ensure_listed(context, &[("one", 33), ("two", 2_000)]).await?;
    context.s3.delete(context.bucket(), "one").await?;
    ensure_listed(context, &[("two", 2_000)]).await
}

async fn ensure_listed(context: &CheckContext<'_>, expected: &[(&str, u64)]) -> Result<(), Stop> {
    let show = |key: &str, size: Option<u64>| {
        format!("{key} ({})", size.map_or("no size".to_owned(), |size| format!("{size} B")))
    };
    let listing = context.s3.list_all(context.bucket(), "", None, 10).await?;
    let actual: Vec<_> = listing.iter().map(|entry| show(&entry.key, entry.size_bytes)).collect();
    let expected: Vec<_> = expected.iter().map(|(key, size)| show(key, Some(*size))).collect();
    let message = "the listing is not what the last requests made of the bucket";
    ensure(actual == expected, "listing-stale", message, expected.join(", "), actual.join(", "))
}
