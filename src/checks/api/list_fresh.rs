//! What the last request stored, overwrote or deleted shows in a listing at once.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::ensure;
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::DataLoss;
use crate::record::Stop;

pub(super) static CHECKS: &[Check] = &[Check {
    name: "list-read-after-write",
    severity: DataLoss,
    rule: "a listing shows what was just stored, overwritten and deleted, with sizes",
    consequence: "a sync right after an upload copies files again, or takes deleted ones for present",
    source: "S3 user guide, consistency model: listings are strongly consistent",
    scope: ANYWHERE,
    body: &async |c: &CheckContext| {
        c.put("one", &c.bytes("one", 10)).await?;
        ensure_listed(c, &[("one", 10)]).await?;
        c.put("two", &c.bytes("two", 2_000)).await?;
        ensure_listed(c, &[("one", 10), ("two", 2_000)]).await?;
        c.put("one", &c.bytes("one again", 33)).await?;
        ensure_listed(c, &[("one", 33), ("two", 2_000)]).await?;
        c.delete("one").await?;
        ensure_listed(c, &[("two", 2_000)]).await
    },
}];

async fn ensure_listed(c: &CheckContext<'_>, expected: &[(&str, u64)]) -> Result<(), Stop> {
    let show = |key: &str, size: Option<u64>| {
        format!("{key} ({})", size.map_or("no size".to_owned(), |size| format!("{size} B")))
    };
    let listing = c.list(10).await?;
    let actual: Vec<_> = listing.iter().map(|entry| show(&entry.key, entry.size_bytes)).collect();
    let expected: Vec<_> = expected.iter().map(|(key, size)| show(key, Some(*size))).collect();
    let message = "the listing is not what the last requests made of the bucket";
    ensure(actual == expected, "listing-stale", message, expected.join(", "), actual.join(", "))
}
