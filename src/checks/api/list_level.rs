//! One level of a listing: its keys and its common prefixes, whole and page by page.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, few};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::DataLoss;
use crate::record::Stop;

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "list-delimiter",
        severity: DataLoss,
        rule: "a listing with a delimiter is one level: its keys, and each common prefix once, both in order",
        consequence: "a file manager or a sync that walks directories misses files, or takes them for directories",
        source: "S3 API reference, ListObjectsV2, Delimiter and CommonPrefixes",
        scope: ANYWHERE,
        body: &delimiter,
    },
    Check {
        name: "list-delimiter-pages",
        severity: DataLoss,
        rule: "the pages of one level name every key and every common prefix once, and prefixes count towards max-keys",
        consequence: "a sync that walks directories page by page misses some of them, or never ends",
        source: "S3 API reference, ListObjectsV2, MaxKeys and CommonPrefixes",
        scope: ANYWHERE,
        body: &delimiter_pages,
    },
];

async fn delimiter(c: &CheckContext<'_>) -> Result<(), Stop> {
    c.put_all(&["a", "b/1", "b/2", "b/deep/3", "b/deep/4", "c", "d/1"]).await?;
    for (prefix, keys, prefixes) in
        [("", vec!["a", "c"], vec!["b/", "d/"]), ("b/", vec!["b/1", "b/2"], vec!["b/deep/"]), ("d", vec![], vec!["d/"])]
    {
        let level = c.s3.list_level(c.bucket(), prefix, None, None).await?;
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

async fn delimiter_pages(c: &CheckContext<'_>) -> Result<(), Stop> {
    const PAGE: u32 = 2;
    const LEVEL: [&str; 6] = ["a/", "b/", "c", "d/", "e", "f/"];
    c.put_all(&["a/1", "a/2", "b/1", "c", "d/1", "d/2", "d/3", "e", "f/1"]).await?;
    let (mut found, mut token) = (Vec::new(), None);
    for page in 1..=LEVEL.len() + 1 {
        let level = c.s3.list_level(c.bucket(), "", Some(PAGE), token.clone()).await?;
        let entries = level.entries.into_iter().map(|entry| entry.key);
        let names: Vec<_> = entries.chain(level.prefixes).collect();
        let message = format!("page {page} of keys and common prefixes is longer than asked for, or is empty");
        let fits = !names.is_empty() && names.len() <= PAGE as usize;
        ensure(fits, "listing-page", message, "1 or 2 entries", few(&names))?;
        found.extend(names);
        if !level.truncated {
            break;
        }
        let message = format!("page {page} says that there is more, and its token leads nowhere");
        let advances = level.next_token.is_some() && level.next_token != token;
        ensure(advances, "listing-stops", message, "another token", level.next_token.as_deref().unwrap_or("none"))?;
        token = level.next_token;
    }
    found.sort_unstable();
    let message = "the pages of one level together are not the level";
    ensure(found == LEVEL, "listing-level", message, LEVEL.join(", "), found.join(", "))
}
