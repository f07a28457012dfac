//! When an ETag must stay, whatever others do.

use bytes::Bytes;

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, same_etag, same_keys, shown};
use crate::checks::scope::{ANYWHERE, Needs};
use crate::record::Severity::DataLoss;
use crate::record::Stop;
use crate::server::Shutdown;

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "stable-over-repeated-queries",
        severity: DataLoss,
        rule: "asking again gives the same ETag while nothing is stored",
        consequence: "a sync client takes every file for changed at every run, and cannot tell a real change",
        source: "S3 API reference, Object ETag",
        scope: ANYWHERE,
        body: &repeated_queries,
    },
    Check {
        name: "stable-over-restart",
        severity: DataLoss,
        rule: "a restart of the server changes no ETag and no content",
        consequence: "after an update of the server every file is uploaded again, or is gone",
        source: "S3 API reference, data consistency: an acknowledged object is durable",
        scope: ANYWHERE.alone().needing(Needs::Restart),
        body: &restart,
    },
    Check {
        name: "sync-scenario",
        severity: DataLoss,
        rule: "a listing before and after a second upload shows exactly the edited file with another ETag",
        consequence: super::change::CONSEQUENCE,
        source: super::change::SOURCE,
        scope: ANYWHERE,
        body: &sync_scenario,
    },
];

async fn repeated_queries(c: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = c.bytes("object", 2_000);
    let first = c.put("object", &bytes).await?;
    ensure(first.is_some(), "etag-missing", "PutObject answers without an ETag", "an ETag", shown(None))?;
    for round in 1..=3 {
        let head = c.head("object").await?.etag;
        let get = c.get("object", bytes.len()).await?.etag;
        for (operation, etag) in [("HEAD", head), ("GET", get)] {
            let message = format!("the ETag moved by query {round}, which was {operation}");
            ensure(etag == first, "etag-unstable", message, shown(first.as_deref()), shown(etag.as_deref()))?;
        }
    }
    Ok(())
}

async fn restart(c: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = c.bytes("object", 70_000);
    let before = c.put("object", &bytes).await?;
    c.restart(Shutdown::Orderly).await?;
    let after = c.head("object").await?.etag;
    let message = "the ETag is another one after a restart";
    same_etag("etag-unstable", message, before.as_deref(), after.as_deref())?;
    c.holds("object", &bytes).await
}

async fn sync_scenario(c: &CheckContext<'_>) -> Result<(), Stop> {
    let edited = Bytes::from_static(b"a local file, edited by its user");
    c.put("edited.txt", &Bytes::from_static(b"a local file as it first was")).await?;
    c.put("untouched.txt", &Bytes::from_static(b"nobody edits this one")).await?;
    let before = etags(c).await?;
    c.put("edited.txt", &edited).await?;
    let after = etags(c).await?;
    ensure(after[0].is_some(), "etag-missing", "the listing has no ETag for a stored file", "an ETag", shown(None))?;
    ensure(
        before[0] != after[0],
        "etag-unchanged",
        "the listing shows the edited file with the ETag of its first version",
        "another ETag",
        shown(after[0].as_deref()),
    )?;
    ensure(
        before[1] == after[1],
        "etag-unstable",
        "the ETag of a file that nobody touched moved",
        shown(before[1].as_deref()),
        shown(after[1].as_deref()),
    )?;
    c.holds("edited.txt", &edited).await
}

/// The listed ETags of the edited and of the untouched file.
async fn etags(c: &CheckContext<'_>) -> Result<[Option<String>; 2], Stop> {
    // Space for a server that lists both versions of a file, so that the keys show what is wrong.
    let listing = c.list(8).await?;
    let keys: Vec<_> = listing.iter().map(|entry| entry.key.as_str()).collect();
    let message = "the listing is not the two stored files";
    same_keys("listing-incomplete", message, &["edited.txt", "untouched.txt"], &keys)?;
    let mut etags = listing.into_iter().map(|entry| entry.etag);
    Ok([etags.next().flatten(), etags.next().flatten()])
}
