//! Listings in other forms: version 1, after a key, one level; and what a prefix and the order mean.

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, few};
use crate::record::{CheckSpec, Severity, Stop};

pub(super) const V1_PAGES: Check = Check {
    spec: CheckSpec {
        name: "list-v1-pages",
        severity: Severity::DataLoss,
        rule: "the pages of a listing of version 1, each after the last key of the one before, together name every key once",
        consequence: "a client that lists by marker loses every file after the first page, or never ends",
        source: "S3 API reference, ListObjects, Marker and NextMarker",
    },
    body: |context| v1_pages(context).boxed(),
};

async fn v1_pages(context: &CheckContext<'_>) -> Result<(), Stop> {
    const PAGE: usize = 3;
    let stored: Vec<String> = (0..7).map(|index| format!("dir/key-{index:02}")).collect();
    store(context, &stored).await?;
    let mut keys: Vec<String> = Vec::new();
    loop {
        let marker = keys.last().cloned();
        let page = context.s3.list_page_v1(context.bucket(), u32::try_from(PAGE).ok(), marker.clone()).await?;
        let first = page.entries.first().map(|entry| entry.key.clone());
        let advances = first.is_some() && first > marker || !page.truncated && page.entries.is_empty();
        ensure(
            advances && page.entries.len() <= PAGE,
            "listing-page",
            "a page of 3 keys is not up to 3 keys that follow the marker",
            format!("up to 3 keys after {}", marker.as_deref().unwrap_or("none")),
            format!("{} keys, the first being {}", page.entries.len(), first.as_deref().unwrap_or("none")),
        )?;
        keys.extend(page.entries.into_iter().map(|entry| entry.key));
        if !page.truncated {
            break;
        }
        ensure(keys.len() < stored.len(), "listing-endless", "the listing does not end", few(&stored), few(&keys))?;
    }
    let missing: Vec<_> = stored.iter().filter(|key| !keys.contains(key)).collect();
    let message = format!("the pages leave out {} of {} keys", missing.len(), stored.len());
    ensure(missing.is_empty(), "listing-incomplete", message, few(&stored), format!("without {}", few(&missing)))?;
    ensure(keys == stored, "listing-order", "the pages are not the keys once each, in order", few(&stored), few(&keys))
}

pub(super) const START_AFTER: Check = Check {
    spec: CheckSpec {
        name: "list-v2-start-after",
        severity: Severity::BreaksClients,
        rule: "a listing with start-after names the keys after that one only, whether it is stored or not",
        consequence: "a client that goes on where it stopped gets everything again, and may never end",
        source: "S3 API reference, ListObjectsV2, StartAfter",
    },
    body: |context| start_after(context).boxed(),
};

async fn start_after(context: &CheckContext<'_>) -> Result<(), Stop> {
    store(context, &["a", "b", "c", "d", "e"]).await?;
    for after in ["b", "bb"] {
        let listing = context.s3.list_after(context.bucket(), after).await?;
        let keys: Vec<_> = listing.iter().map(|entry| entry.key.as_str()).collect();
        let message = format!("the listing with start-after=\"{after}\" is not the keys that follow it");
        ensure(keys == ["c", "d", "e"], "listing-start-after", message, "c, d, e", keys.join(", "))?;
    }
    Ok(())
}

pub(super) const DELIMITER: Check = Check {
    spec: CheckSpec {
        name: "list-delimiter",
        severity: Severity::DataLoss,
        rule: "a listing with a delimiter is one level: its keys, and each common prefix once, both in order",
        consequence: "a file manager or a sync that walks directories misses files, or takes them for directories",
        source: "S3 API reference, ListObjectsV2, Delimiter and CommonPrefixes",
    },
    body: |context| delimiter(context).boxed(),
};

async fn delimiter(context: &CheckContext<'_>) -> Result<(), Stop> {
    store(context, &["a", "b/1", "b/2", "b/deep/3", "b/deep/4", "c", "d/1"]).await?;
    for (prefix, keys, prefixes) in
        [("", vec!["a", "c"], vec!["b/", "d/"]), ("b/", vec!["b/1", "b/2"], vec!["b/deep/"]), ("d", vec![], vec!["d/"])]
    {
        let level = context.s3.list_level(context.bucket(), prefix, None, None).await?;
        let found: Vec<_> = level.entries.iter().map(|entry| entry.key.as_str()).collect();
        let show = |keys: &[&str], prefixes: &[&str]| {
            format!("keys: {}; common prefixes: {}", keys.join(", "), prefixes.join(", "))
        };
        let found_prefixes: Vec<_> = level.prefixes.iter().map(String::as_str).collect();
        ensure(
            found == keys && found_prefixes == prefixes,
            "listing-level",
            format!("the listing of one level under the prefix \"{prefix}\" is not that level"),
            show(&keys, &prefixes),
            show(&found, &found_prefixes),
        )?;
    }
    Ok(())
}

pub(super) const PREFIX_LITERAL: Check = Check {
    spec: CheckSpec {
        name: "list-prefix-is-literal",
        severity: Severity::DataLoss,
        rule: "a prefix is compared byte by byte: `_` and `%` are no wildcards, and upper case is not lower case",
        consequence: "a sync that deletes what the source lacks deletes files of another directory",
        source: "S3 API reference, ListObjectsV2, Prefix; S3 user guide, object keys are case-sensitive",
    },
    body: |context| prefix_literal(context).boxed(),
};

async fn prefix_literal(context: &CheckContext<'_>) -> Result<(), Stop> {
    store(context, &["a_b/1", "a-b/1", "c%z/1", "c-z/1", "c-long-z/1", "Check/1", "check/1"]).await?;
    for prefix in ["a_b/", "c%z/", "Check/", "check/"] {
        let listing = context.s3.list_all(context.bucket(), prefix, None, 7).await?;
        let keys: Vec<_> = listing.into_iter().map(|entry| entry.key).collect();
        let expected = format!("{prefix}1");
        let message = format!("the listing with the prefix \"{prefix}\" is not the one key that begins with it");
        ensure(keys == [expected.as_str()], "listing-prefix", message, &expected, keys.join(", "))?;
    }
    Ok(())
}

pub(super) const UTF8_ORDER: Check = Check {
    spec: CheckSpec {
        name: "list-utf8-order",
        severity: Severity::DataLoss,
        rule: "a listing is in the order of the keys' UTF-8 bytes, beyond ASCII too",
        consequence: "a sync that compares two sorted lists takes present files for deleted ones",
        source: "S3 API reference, ListObjectsV2: keys in UTF-8 binary order",
    },
    body: |context| utf8_order(context).boxed(),
};

async fn utf8_order(context: &CheckContext<'_>) -> Result<(), Stop> {
    // By collation é stands before z, by UTF-16 the emoji stands before the wide tilde.
    let stored = ["B", "a", "z", "\u{e9}", "\u{ff5e}", "\u{1f600}"];
    for key in stored.iter().rev() {
        context.put(key, &context.bytes("object", 10)).await?;
    }
    let listing = context.s3.list_all(context.bucket(), "", None, stored.len()).await?;
    let keys: Vec<_> = listing.into_iter().map(|entry| entry.key).collect();
    let message = "the listing is not in the order of the keys' UTF-8 bytes";
    ensure(keys == stored, "listing-order", message, stored.join(", "), keys.join(", "))
}

pub(super) async fn store<T: AsRef<str>>(context: &CheckContext<'_>, keys: &[T]) -> Result<(), Stop> {
    let bytes = context.bytes("object", 10);
    for key in keys {
        context.put(key.as_ref(), &bytes).await?;
    }
    Ok(())
}
