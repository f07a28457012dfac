//! What clients are judged by beside the trees that they restore: what a sync sent, what the bucket holds, what a listing shows.

use std::collections::{BTreeMap, BTreeSet};

use super::client::UnseenEdits;
use super::tree;
use super::workbench::{Ran, Workbench};
use crate::checks::judge::{ensure, few};
use crate::record::{FailureKind, Fault, FaultKind, Stop};
use crate::server::Manifest;

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

/// ETags by file, as a client's listing shows them.
type Etags = BTreeMap<String, String>;

/// Fails a check unless a client's listing shows an ETag of each file.
pub(super) fn ensure_etag_of_each(planted: &Manifest, shown: &Etags) -> Result<(), Stop> {
    let without: Vec<&String> = planted.keys().filter(|path| !shown.contains_key(*path)).collect();
    ensure(
        without.is_empty(),
        "etag-missing",
        format!("the client's listing has no ETag of {}", few(&without)),
        format!("an ETag of each of {} files", planted.len()),
        format!("{} ETags", shown.len()),
    )
}

/// Fails a check unless the edited file has another ETag than before.
pub(super) fn ensure_etag_moved(before: &Etags, after: &Etags) -> Result<(), Stop> {
    let of = |etags: &Etags| etags.get(tree::EDITED).cloned().unwrap_or_default();
    let (old, new) = (of(before), of(after));
    ensure(
        old != new,
        "etag-unchanged",
        format!("after an edit of the same size {} is listed with the ETag that it had before", tree::EDITED),
        format!("another ETag than {old}"),
        new,
    )
}

impl UnseenEdits {
    /// The tree that must come back after such an edit and another sync. What a client misses by design is told to the reader.
    pub(super) async fn expected<'a>(
        self,
        bench: &Workbench<'_>,
        ran: &Ran,
        before: &'a Manifest,
        after: &'a Manifest,
    ) -> Result<&'a Manifest, Stop> {
        if self == Self::Copied {
            return Ok(after);
        }
        let missed = transferred(ran)? == 0;
        bench
            .fact(if missed { "does not copy a same-size edit, and says so" } else { "copies a same-size edit" })
            .await;
        Ok(if missed { before } else { after })
    }
}

/// How many files a client transferred, by its own count, which it must give.
fn transferred(ran: &Ran) -> Result<u64, Stop> {
    let silent = || Fault::new(FaultKind::ClientSilent, format!("it does not say what it transferred: {}", ran.line));
    Ok(ran.counts.transferred.ok_or_else(silent)?)
}
