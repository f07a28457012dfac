//! When a tag must stay, and what it may cost to ask for many.

use std::time::{Duration, Instant};

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content, shown};
use crate::record::{CheckSpec, Severity, Stop};
use crate::server::Shutdown;

pub(super) const REPEATED_QUERIES: Check = Check {
    spec: CheckSpec {
        name: "stable-over-repeated-queries",
        severity: Severity::DataLoss,
        rule: "asking again gives the same tag while nothing is stored",
        consequence: "a sync client takes every file for changed at every run, and cannot tell a real change",
        source: "S3 API reference, Object ETag",
    },
    body: |context| repeated_queries(context).boxed(),
};

async fn repeated_queries(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 2_000);
    let first = context.put("object", &bytes).await?;
    ensure(first.is_some(), "etag-missing", "PutObject answers without a tag", "a tag", shown(None))?;
    for round in 1..=3 {
        let head = context.head("object").await?.etag;
        let get = context.get("object", bytes.len()).await?.etag;
        for (operation, tag) in [("HEAD", head), ("GET", get)] {
            let message = format!("the tag moved by query {round}, which was {operation}");
            ensure(tag == first, "etag-unstable", message, shown(first.as_deref()), shown(tag.as_deref()))?;
        }
    }
    Ok(())
}

pub(super) const RESTART: Check = Check {
    spec: CheckSpec {
        name: "stable-over-restart",
        severity: Severity::DataLoss,
        rule: "a restart of the server changes no tag and no content",
        consequence: "after an update of the server every file is uploaded again, or is gone",
        source: "S3 API reference, data consistency: an acknowledged object is durable",
    },
    body: |context| restart(context).boxed(),
};

async fn restart(context: &CheckContext<'_>) -> Result<(), Stop> {
    context.needs_restart()?;
    let bytes = context.bytes("object", 70_000);
    let before = context.put("object", &bytes).await?;
    context.restart(Shutdown::Orderly).await?;
    let after = context.head("object").await?.etag;
    let message = "the tag is another one after a restart";
    ensure(
        before.is_some() && before == after,
        "etag-unstable",
        message,
        shown(before.as_deref()),
        shown(after.as_deref()),
    )?;
    let body = context.get("object", bytes.len()).await?;
    ensure_content("object", &bytes, &body.bytes)
}

/// Objects that are listed; as many as in the check of pys3local that this one carries over.
const LISTED: usize = 20;
/// The bound of that check for one object. A server that reads each object to make its tag is far above it, or soon will be.
const BOUND: Duration = Duration::from_millis(100);

pub(super) const LISTING_SPEED: Check = Check {
    spec: CheckSpec {
        name: "listing-needs-no-download",
        severity: Severity::BreaksClients,
        rule: "a listing of 20 objects has a tag for each, reads none of them, and takes under 100 ms an object or less than reading them all",
        consequence: "a sync of many files takes hours before the first one is transferred",
        source: "pys3local, benchmarks/drime_etag.py: listing is fast because no content is read",
    },
    body: |context| listing_speed(context).boxed(),
};

async fn listing_speed(context: &CheckContext<'_>) -> Result<(), Stop> {
    for index in 0..LISTED {
        let key = format!("perf-test/file{index:03}.bin");
        context.put(&key, &context.bytes(&key, 10_240 + index * 4_096)).await?;
    }
    let before = downloads(context).await?;
    let mut fastest = Duration::MAX;
    let mut listing = Vec::new();
    for _ in 0..3 {
        let started = Instant::now();
        listing = context.s3.list_all(context.bucket(), "perf-test/", None, LISTED).await?;
        fastest = fastest.min(started.elapsed());
    }
    let tagged = listing.iter().filter(|entry| entry.etag.as_deref().is_some_and(|tag| tag.len() > 2)).count();
    let message = "the listing does not name every stored object with a tag";
    ensure(tagged == LISTED, "listing-incomplete", message, LISTED.to_string(), tagged.to_string())?;
    let after = downloads(context).await?;
    let message = "a listing reads content from the service behind the server";
    ensure(before == after, "listing-downloads", message, counted(before), counted(after))?;
    let each = fastest / u32::try_from(LISTED).unwrap_or(u32::MAX);
    if each < BOUND {
        return Ok(());
    }
    // A machine that is merely slow is slow at reading as well.
    let started = Instant::now();
    for entry in &listing {
        context.get(&entry.key, 10_240 + LISTED * 4_096).await?;
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
async fn downloads(context: &CheckContext<'_>) -> Result<Option<u64>, Stop> {
    let Some(service) = context.server.drime() else { return Ok(None) };
    Ok(service.requests().await?.map(|requests| requests.of("download")))
}

fn counted(downloads: Option<u64>) -> String {
    downloads.map_or_else(|| "not counted".to_owned(), |count| format!("{count} downloads"))
}
