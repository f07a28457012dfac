//! The pages of a listing, in version 2 and version 1: nothing left out, nothing named twice, and each leads to the next.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, few, same_keys};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::Stop;

const KEYS: usize = 7;

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "list-no-foreign-objects",
        severity: DataLoss,
        rule: "the listing of a bucket that was just created is empty",
        consequence: "a sync deletes or restores objects that belong to somebody else",
        source: "S3 API reference, ListObjectsV2",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let page = c.s3.list_page(c.bucket(), "", None, None).await?;
            let keys: Vec<_> = page.entries.iter().map(|entry| entry.key.escape_debug()).collect();
            ensure(
                keys.is_empty() && !page.truncated,
                "listing-foreign",
                "a new bucket is not empty",
                "no entry",
                few(&keys),
            )
        },
    },
    Check {
        name: "list-v2-pages",
        severity: DataLoss,
        rule: "the pages of a listing together name every key once, each page being at most as long as asked for, and the token advances",
        consequence: "boto3 and restic see the first page only: a sync or a restore loses every file after it",
        source: "S3 API reference, ListObjectsV2, NextContinuationToken",
        scope: ANYWHERE,
        body: &v2_pages,
    },
    Check {
        name: "list-v1-pages",
        severity: DataLoss,
        rule: "the pages of a listing of version 1, each after the last key of the one before, together name every key once",
        consequence: "a client that lists by marker loses every file after the first page, or never ends",
        source: "S3 API reference, ListObjects, Marker and NextMarker",
        scope: ANYWHERE,
        body: &v1_pages,
    },
    Check {
        name: "list-v2-start-after",
        severity: BreaksClients,
        rule: "a listing with start-after names the keys after that one only, whether it is stored or not",
        consequence: "a client that goes on where it stopped gets everything again, and may never end",
        source: "S3 API reference, ListObjectsV2, StartAfter",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            c.put_all(&["a", "b", "c", "d", "e"]).await?;
            for after in ["b", "bb"] {
                let listing = c.s3.list_after(c.bucket(), after).await?;
                let keys: Vec<_> = listing.iter().map(|entry| entry.key.as_str()).collect();
                let message = format!("the listing with start-after=\"{after}\" is not the keys that follow it");
                same_keys("listing-start-after", message, &["c", "d", "e"], &keys)?;
            }
            Ok(())
        },
    },
];

async fn v2_pages(c: &CheckContext<'_>) -> Result<(), Stop> {
    const PAGE: u32 = 3;
    let stored = stored(c).await?;
    let first = c.s3.list_page(c.bucket(), "", Some(PAGE), None).await?;
    ensure(
        first.entries.len() == PAGE as usize && first.truncated,
        "listing-page",
        "the first page of 3 keys is not 3 keys and a sign that there are more",
        "3 keys, truncated",
        format!("{} keys, {}", first.entries.len(), if first.truncated { "truncated" } else { "complete" }),
    )?;
    let listing = c.s3.list_all(c.bucket(), "", Some(PAGE), KEYS).await?;
    let keys: Vec<_> = listing.into_iter().map(|entry| entry.key).collect();
    each_once(&stored, &keys)
}

async fn v1_pages(c: &CheckContext<'_>) -> Result<(), Stop> {
    const PAGE: usize = 3;
    let stored = stored(c).await?;
    let mut keys: Vec<String> = Vec::new();
    loop {
        let marker = keys.last().cloned();
        let page = c.s3.list_page_v1(c.bucket(), u32::try_from(PAGE).ok(), marker.clone()).await?;
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
        ensure(keys.len() < KEYS, "listing-endless", "the listing does not end", few(&stored), few(&keys))?;
    }
    each_once(&stored, &keys)
}

/// The keys of more pages than one.
async fn stored(c: &CheckContext<'_>) -> Result<Vec<String>, Stop> {
    let keys: Vec<_> = (0..KEYS).map(|index| format!("dir/key-{index:02}")).collect();
    c.put_all(&keys).await?;
    Ok(keys)
}

fn each_once(stored: &[String], keys: &[String]) -> Result<(), Stop> {
    let missing: Vec<_> = stored.iter().filter(|key| !keys.contains(key)).collect();
    let message = format!("the pages leave out {} of {KEYS} keys", missing.len());
    ensure(missing.is_empty(), "listing-incomplete", message, few(stored), format!("without {}", few(&missing)))?;
    same_keys("listing-order", "the pages are not the keys once each, in order", stored, keys)
}
