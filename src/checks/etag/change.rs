//! When a tag must change.

use bytes::Bytes;
use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content, shown};
use crate::record::{CheckSpec, Severity, Stop};

const CONSEQUENCE: &str = "a sync tool keeps the old version of a modified file: the backup is silently stale";
const SOURCE: &str = "S3 API reference, Object ETag: it reflects changes to the content";

pub(super) const SAME_SIZE_EDIT: Check = Check {
    spec: CheckSpec {
        name: "changes-on-same-size-edit",
        severity: Severity::DataLoss,
        rule: "other content of the same size gets another tag",
        consequence: CONSEQUENCE,
        source: SOURCE,
    },
    body: |context| edits(context, &[b"Content version 1", b"Content version 2", b"content version 2"]).boxed(),
};

pub(super) const OTHER_SIZE_EDIT: Check = Check {
    spec: CheckSpec {
        name: "changes-on-other-size-edit",
        severity: Severity::DataLoss,
        rule: "other content of another size gets another tag",
        consequence: CONSEQUENCE,
        source: SOURCE,
    },
    body: |context| edits(context, &[b"short", b"a longer version than before", b"", b"x"]).boxed(),
};

/// Stores one version after the other under one key: each must have a tag that no version before it had, and be what is read back.
async fn edits(context: &CheckContext<'_>, versions: &[&'static [u8]]) -> Result<(), Stop> {
    let mut seen: Vec<Option<String>> = Vec::new();
    for version in versions {
        let bytes = Bytes::from_static(version);
        context.put("edited.txt", &bytes).await?;
        let tag = context.head("edited.txt").await?.etag;
        ensure(tag.is_some(), "etag-missing", "HEAD of the object has no tag", "a tag", shown(None))?;
        ensure(
            !seen.contains(&tag),
            "etag-unchanged",
            format!("the tag is that of an earlier version after \"{}\" was stored", version.escape_ascii()),
            "a tag of its own for each content",
            shown(tag.as_deref()),
        )?;
        seen.push(tag);
        let body = context.get("edited.txt", version.len()).await?;
        ensure_content("edited.txt", version, &body.bytes)?;
    }
    Ok(())
}

pub(super) const SYNC_SCENARIO: Check = Check {
    spec: CheckSpec {
        name: "sync-scenario",
        severity: Severity::DataLoss,
        rule: "a listing before and after a second upload shows exactly the edited file with another tag",
        consequence: CONSEQUENCE,
        source: SOURCE,
    },
    body: |context| sync_scenario(context).boxed(),
};

async fn sync_scenario(context: &CheckContext<'_>) -> Result<(), Stop> {
    let edited = Bytes::from_static(b"a local file, edited by its user");
    context.put("edited.txt", &Bytes::from_static(b"a local file as it first was")).await?;
    context.put("untouched.txt", &Bytes::from_static(b"nobody edits this one")).await?;
    let before = tags(context).await?;
    context.put("edited.txt", &edited).await?;
    let after = tags(context).await?;
    ensure(after[0].is_some(), "etag-missing", "the listing has no tag for a stored file", "a tag", shown(None))?;
    ensure(
        before[0] != after[0],
        "etag-unchanged",
        "the listing shows the edited file with the tag of its first version",
        "another tag",
        shown(after[0].as_deref()),
    )?;
    ensure(
        before[1] == after[1],
        "etag-unstable",
        "the tag of a file that nobody touched moved",
        shown(before[1].as_deref()),
        shown(after[1].as_deref()),
    )?;
    let body = context.get("edited.txt", edited.len()).await?;
    ensure_content("edited.txt", &edited, &body.bytes)
}

/// The listed tags of the edited and of the untouched file.
async fn tags(context: &CheckContext<'_>) -> Result<[Option<String>; 2], Stop> {
    // Room for a server that lists both versions of a file, so that the keys tell what is wrong.
    let listing = context.s3.list_all(context.bucket(), "", None, 8).await?;
    let keys: Vec<_> = listing.iter().map(|entry| entry.key.as_str()).collect();
    ensure(
        keys == ["edited.txt", "untouched.txt"],
        "listing-incomplete",
        "the listing is not the two stored files",
        "edited.txt, untouched.txt",
        keys.join(", "),
    )?;
    let mut tags = listing.into_iter().map(|entry| entry.etag);
    Ok([tags.next().flatten(), tags.next().flatten()])
}
