//! When an object was stored, as the server reports it.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::ensure;
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::BreaksClients;
use crate::record::Stop;

/// How far two clocks may be apart. Zones differ by a quarter of an hour at least, and signatures allow no more.
const TOLERANCE_SECONDS: u64 = 600;

pub(super) static CHECKS: &[Check] = &[Check {
    name: "object-last-modified-is-utc",
    severity: BreaksClients,
    rule: "HEAD and LIST name the same Last-Modified, which is now and in UTC",
    consequence: "a sync that compares times copies everything again, or takes old files for newer ones",
    source: "S3 API reference, HeadObject and ListObjectsV2, LastModified; RFC 9110, 8.8.2",
    scope: ANYWHERE,
    body: &utc,
}];

async fn utc(c: &CheckContext<'_>) -> Result<(), Stop> {
    c.put("object", &c.bytes("object", 10)).await?;
    let now =
        i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()).unwrap_or(i64::MAX);
    let head = c.head("object").await?.modified;
    let listing = c.list(1).await?;
    let listed = listing.first().and_then(|entry| entry.modified);
    let text = |instant: Option<i64>| instant.map_or("no Last-Modified".to_owned(), |it| format!("{it} s since 1970"));
    for (operation, modified) in [("HEAD", head), ("LIST", listed)] {
        let close = modified.is_some_and(|modified| modified.abs_diff(now) <= TOLERANCE_SECONDS);
        let message = format!("{operation} says that an object that was just stored was stored at another time");
        ensure(close, "last-modified", message, text(Some(now)), text(modified))?;
    }
    let message = "HEAD and LIST name different times for one object";
    // One rounds and the other cuts off.
    let same = head.zip(listed).is_some_and(|(head, listed)| head.abs_diff(listed) <= 1);
    ensure(same, "last-modified", message, text(head), text(listed))
}
