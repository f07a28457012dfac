//! When an ETag must change.

use bytes::Bytes;

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, shown};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::DataLoss;
use crate::record::Stop;

pub(super) const CONSEQUENCE: &str =
    "a sync tool keeps the old version of a modified file: the backup is silently stale";
pub(super) const SOURCE: &str = "S3 API reference, Object ETag: it reflects changes to the content";

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "changes-on-same-size-edit",
        severity: DataLoss,
        rule: "other content of the same size gets another ETag",
        consequence: CONSEQUENCE,
        source: SOURCE,
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            edits(c, &[b"Content version 1", b"Content version 2", b"content version 2"]).await
        },
    },
    Check {
        name: "changes-on-other-size-edit",
        severity: DataLoss,
        rule: "other content of another size gets another ETag",
        consequence: CONSEQUENCE,
        source: SOURCE,
        scope: ANYWHERE,
        body: &async |c: &CheckContext| edits(c, &[b"short", b"a longer version than before", b"", b"x"]).await,
    },
];

/// Stores one version after the other under one key: each must have an ETag that no version before it had, and be what is read back.
async fn edits(c: &CheckContext<'_>, versions: &[&'static [u8]]) -> Result<(), Stop> {
    let mut seen: Vec<Option<String>> = Vec::new();
    for version in versions {
        let bytes = Bytes::from_static(version);
        c.put("edited.txt", &bytes).await?;
        let etag = c.head("edited.txt").await?.etag;
        ensure(etag.is_some(), "etag-missing", "HEAD of the object has no ETag", "an ETag", shown(None))?;
        ensure(
            !seen.contains(&etag),
            "etag-unchanged",
            format!("the ETag is that of an earlier version after \"{}\" was stored", version.escape_ascii()),
            "an ETag of its own for each content",
            shown(etag.as_deref()),
        )?;
        seen.push(etag);
        c.holds("edited.txt", version).await?;
    }
    Ok(())
}
