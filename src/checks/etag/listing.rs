//! A library finds and reads every key that a listing names, and a listing downloads no content.

use std::time::{Duration, Instant};

use super::form::bare;
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::ensure;
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::BreaksClients;
use crate::record::Stop;

/// Objects that are listed; as many as in the check of pys3local that this one carries over.
const LISTED: usize = 20;
/// The bound of that check for one object. A server that reads each object to make its ETag is far above it, or soon will be.
const BOUND: Duration = Duration::from_millis(100);

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "sdk-accepts-tags",
        severity: BreaksClients,
        rule: "an SDK lists and downloads objects whatever their ETags look like, and gets their content",
        consequence: "backups can be written but not read back with the usual libraries",
        source: "aws-sdk-s3 and boto3: ETags are opaque strings",
        scope: ANYWHERE,
        body: &sdk_accepts,
    },
    Check {
        name: "listing-needs-no-download",
        severity: BreaksClients,
        rule: "a listing of 20 objects has an ETag for each, reads none of them, and takes under 100 ms an object or less than reading them all",
        consequence: "a sync of many files takes hours before the first one is transferred",
        source: "pys3local, benchmarks/drime_etag.py: listing is fast because no content is read",
        // It measures how long a listing takes.
        scope: ANYWHERE.alone(),
        body: &listing_speed,
    },
];

async fn sdk_accepts(c: &CheckContext<'_>) -> Result<(), Stop> {
    let files = [("file1.txt", 9), ("file2.txt", 19), ("dir/file3.txt", 41)];
    for (key, size) in files {
        c.put(key, &c.bytes(key, size)).await?;
    }
    let listing = c.list(files.len()).await?;
    for (key, size) in files {
        let with_etag = listing
            .iter()
            .any(|entry| entry.key == key && entry.etag.as_deref().is_some_and(|etag| !bare(etag).is_empty()));
        let message = format!("the listing has no entry with an ETag for {key}");
        ensure(with_etag, "object-unlisted", message, key, format!("{} entries", listing.len()))?;
        c.holds(key, &c.bytes(key, size)).await?;
    }
    Ok(())
}

async fn listing_speed(c: &CheckContext<'_>) -> Result<(), Stop> {
    for index in 0..LISTED {
        let key = format!("perf-test/file{index:03}.bin");
        c.put(&key, &c.bytes(&key, 10_240 + index * 4_096)).await?;
    }
    let before = downloads(c).await?;
    let mut fastest = Duration::MAX;
    let mut listing = Vec::new();
    for _ in 0..3 {
        let started = Instant::now();
        listing = c.list_under("perf-test/", LISTED).await?;
        fastest = fastest.min(started.elapsed());
    }
    let with_etag = listing.iter().filter(|entry| entry.etag.as_deref().is_some_and(|etag| etag.len() > 2)).count();
    let message = "the listing does not name every stored object with an ETag";
    ensure(with_etag == LISTED, "listing-incomplete", message, LISTED.to_string(), with_etag.to_string())?;
    let after = downloads(c).await?;
    let message = "a listing reads content from the service behind the server";
    ensure(before == after, "listing-downloads", message, counted(before), counted(after))?;
    let each = fastest / u32::try_from(LISTED).unwrap_or(u32::MAX);
    if each < BOUND {
        return Ok(());
    }
    // A machine that is merely slow is slow at reading as well.
    let started = Instant::now();
    for entry in &listing {
        c.get(&entry.key, 10_240 + LISTED * 4_096).await?;
    }
    let reading = started.elapsed();
    ensure(
        fastest < reading,
        "listing-slow",
        format!("the fastest of three listings of {LISTED} objects took {} ms", fastest.as_millis()),
        format!("under 100 ms an object, or less than reading them all: {} ms", reading.as_millis()),
        format!("{} ms an object", each.as_millis()),
    )
}

/// Downloads from the service behind the server so far, where there is one that counts them: the proof, where time is only a hint.
async fn downloads(c: &CheckContext<'_>) -> Result<Option<u64>, Stop> {
    let Some(service) = c.server().drime() else { return Ok(None) };
    Ok(service.requests().await?.map(|requests| requests.of("download")))
}

fn counted(downloads: Option<u64>) -> String {
    downloads.map_or_else(|| "not counted".to_owned(), |count| format!("{count} downloads"))
}
