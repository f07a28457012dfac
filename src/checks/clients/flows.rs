//! What the workflows of several clients have in common.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::BoxFuture;

use super::tree;
use super::workbench::{Ran, SOURCE, Workbench};
use crate::checks::judge::{ensure, few};
use crate::record::{CheckSpec, FailureKind, Fault, FaultKind, Severity, Stop};
use crate::server::Manifest;

/// One step of a client.
pub(super) type Step = for<'a> fn(&'a Workbench<'a>) -> BoxFuture<'a, Result<Ran, Stop>>;
/// The tag of each file of the bucket, by the client's own listing.
pub(super) type TagLister = for<'a> fn(&'a Workbench<'a>) -> BoxFuture<'a, Result<BTreeMap<String, String>, Stop>>;

/// What explains a client that lists a bucket as a whole and does not bring back what it stored.
pub(super) const ROUND_TRIP: &[&str] = &["api::object-roundtrip", "api::list-read-after-write"];
/// What explains that a tag stays.
pub(super) const TAGS: &[&str] = &["etag::changes-on-same-size-edit", "etag::changes-on-other-size-edit"];
/// What explains that awkward names are refused, or come back as others.
pub(super) const AWKWARD: &[&str] = &["auth::auth-special-keys", "api::keys-percent-literal"];
/// The same where nobody looks at signatures.
pub(super) const AWKWARD_UNSIGNED: &[&str] = &["api::keys-percent-literal"];
/// What explains a client that sends a file in parts, to a server that takes them wrong or refuses them in words of its own.
pub(super) const IN_PARTS: &[&str] = &["api::multipart-complete", "api::multipart-unsupported-is-501"];

/// The check `name` in which a tree goes to the server and comes back.
pub(super) const fn roundtrip(name: &'static str, rule: &'static str, source: &'static str) -> CheckSpec {
    CheckSpec {
        name,
        severity: Severity::BreaksClients,
        rule,
        consequence: "a backup with this client fails, or what it restores is not what was backed up",
        source,
    }
}

/// The check `name` in which the names of files are awkward.
pub(super) const fn awkward(name: &'static str, rule: &'static str, source: &'static str) -> CheckSpec {
    CheckSpec {
        name,
        severity: Severity::BreaksClients,
        rule,
        consequence: "a file with such a name is not backed up, or comes back under another name or over another file",
        source,
    }
}

/// The check `name` in which a second sync has nothing to do.
pub(super) const fn second_sync(name: &'static str, rule: &'static str, source: &'static str) -> CheckSpec {
    CheckSpec {
        name,
        severity: Severity::BreaksClients,
        rule,
        consequence: "every nightly sync copies everything again",
        source,
    }
}

/// The check `name` in which an edit leaves size and modification time alone.
pub(super) const fn same_size_edit(name: &'static str, rule: &'static str, source: &'static str) -> CheckSpec {
    CheckSpec {
        name,
        severity: Severity::DataLoss,
        rule,
        consequence: "the backup keeps what was there before, and nobody is told",
        source,
    }
}

/// The check `name` in which files are edited, deleted and renamed.
pub(super) const fn changes(name: &'static str, rule: &'static str, source: &'static str) -> CheckSpec {
    CheckSpec {
        name,
        severity: Severity::DataLoss,
        rule,
        consequence: "the backup is another tree than the one that was backed up",
        source,
    }
}

/// The check `name` in which a client's listing tells by tags what was edited.
pub(super) const fn tags(name: &'static str, rule: &'static str, source: &'static str) -> CheckSpec {
    CheckSpec {
        name,
        severity: Severity::DataLoss,
        rule,
        consequence: "a script that fetches what has another ETag keeps the old content, and nobody is told",
        source,
    }
}

/// Fails a check unless an edited file has another tag than before, by what a client's listing says.
pub(super) async fn ensure_tags_tell_edits(bench: &Workbench<'_>, up: Step, tags: TagLister) -> Result<(), Stop> {
    let planted = bench.plant_plain().await?;
    up(bench).await?;
    let before = tags(bench).await?;
    let untagged: Vec<&String> = planted.keys().filter(|path| !before.contains_key(*path)).collect();
    ensure(
        untagged.is_empty(),
        "tag-missing",
        format!("the client's listing has no tag of {}", few(&untagged)),
        format!("a tag of each of {} files", planted.len()),
        format!("{} tags", before.len()),
    )?;
    bench.plant(&[tree::newer_edit(bench.seed())]).await?;
    up(bench).await?;
    let after = tags(bench).await?;
    let of = |tags: &BTreeMap<String, String>| tags.get(tree::EDITED).cloned().unwrap_or_default();
    let (old, new) = (of(&before), of(&after));
    ensure(
        old != new,
        "tag-stays",
        format!("after an edit of the same size {} is listed with the tag that it had before", tree::EDITED),
        format!("another tag than {old}"),
        new,
    )
}

/// Fails a check unless a sync sent nothing: by the client's own counts, and by those of the proxy.
pub(super) fn ensure_nothing_sent(ran: &Ran) -> Result<(), Stop> {
    let transferred = transferred(ran)?;
    ensure(
        transferred == 0,
        "copied-again",
        format!("nothing has changed, and the second sync transfers {transferred} files"),
        "0 files transferred",
        format!("{transferred} files transferred by {}", ran.line),
    )?;
    let sent: Vec<String> = ran
        .requests
        .iter()
        .flatten()
        .filter(|(what, _)| ["PUT object", "PUT multipart", "POST multipart"].contains(&what.as_str()))
        .map(|(what, count)| format!("{count} {what}"))
        .collect();
    ensure(
        sent.is_empty(),
        "copied-again",
        format!("nothing has changed, and the second sync writes all the same: {}", sent.join(", ")),
        "no request that writes",
        format!("{} by {}", sent.join(", "), ran.line),
    )
}

/// Fails a check unless the bucket has the files of a tree and no others.
pub(super) async fn ensure_keys(bench: &Workbench<'_>, expected: &Manifest) -> Result<(), Stop> {
    let keys: BTreeSet<String> = bench.keys().await?.into_iter().collect();
    let wanted: BTreeSet<String> = expected.keys().cloned().collect();
    let missing = wanted.difference(&keys).map(|key| format!("{key} is missing"));
    let extra = keys.difference(&wanted).map(|key| format!("{key} is there and should not be"));
    let differences: Vec<String> = missing.chain(extra).collect();
    ensure(
        differences.is_empty(),
        FailureKind::SILENT_CORRUPTION.as_str(),
        format!("the client says that all went well, and the bucket holds other files: {}", few(&differences)),
        format!("the {} files of the source", wanted.len()),
        few(&differences),
    )
}

/// Edits a file, removes one and renames one; the manifest of the source after that.
pub(super) async fn change(bench: &Workbench<'_>) -> Result<Manifest, Stop> {
    bench.remove(&format!("{SOURCE}/one.bin")).await?;
    bench.rename("documents/letter.txt", "documents/renamed.txt").await?;
    bench.plant(&[tree::edited(bench.seed())]).await
}

/// Edits a file so that neither its size nor its modification time tell; the manifest of the source after that.
pub(super) async fn edit_unseen(bench: &Workbench<'_>) -> Result<Manifest, Stop> {
    bench.plant(&[tree::same_size_edit(bench.seed())]).await
}

/// The manifest that must come back after a sync whose policy may or may not have noticed an edit: what its count says.
pub(super) async fn by_its_word<'a>(
    bench: &Workbench<'_>,
    ran: &Ran,
    before: &'a Manifest,
    after: &'a Manifest,
) -> Result<&'a Manifest, Stop> {
    let missed = transferred(ran)? == 0;
    bench.fact(if missed { "does not copy a same-size edit, and says so" } else { "copies a same-size edit" }).await;
    Ok(if missed { before } else { after })
}

/// How many files a client transferred, by its own count, which it must give.
fn transferred(ran: &Ran) -> Result<u64, Stop> {
    let silent = || Fault::new(FaultKind::ClientSilent, format!("it does not say what it transferred: {}", ran.line));
    Ok(ran.counts.transferred.ok_or_else(silent)?)
}
