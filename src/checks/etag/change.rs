//! When a tag must change.

use bytes::Bytes;

use crate::checks::check::{ANYWHERE, Check};
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, shown};
use crate::record::Severity::DataLoss;
use crate::record::Stop;

pub(super) const CONSEQUENCE: &str =
    "a sync tool keeps the old version of a modified file: the backup is silently stale";
pub(super) const SOURCE: &str = "S3 API reference, Object ETag: it reflects changes to the content";

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "changes-on-same-size-edit",
        severity: DataLoss,
        rule: "other content of the same size gets another tag",
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
        rule: "other content of another size gets another tag",
        consequence: CONSEQUENCE,
        source: SOURCE,
        scope: ANYWHERE,
        body: &async |c: &CheckContext| edits(c, &[b"short", b"a longer version than before", b"", b"x"]).await,
    },
];

/// Stores one version after the other under one key: each must have a tag that no version before it had, and be what is read back.
async fn edits(c: &CheckContext<'_>, versions: &[&'static [u8]]) -> Result<(), Stop> {
    let mut seen: Vec<Option<String>> = Vec::new();
    for version in versions {
        let bytes = Bytes::from_static(version);
        c.put("edited.txt", &bytes).await?;
        let tag = c.head("edited.txt").await?.etag;
        ensure(tag.is_some(), "etag-missing", "HEAD of the object has no tag", "a tag", shown(None))?;
        ensure(
            !seen.contains(&tag),
            "etag-unchanged",
            format!("the tag is that of an earlier version after \"{}\" was stored", version.escape_ascii()),
            "a tag of its own for each content",
            shown(tag.as_deref()),
        )?;
        seen.push(tag);
        c.holds("edited.txt", version).await?;
    }
    Ok(())
}
