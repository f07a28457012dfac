//! What rclone's sync makes of changes, under each of its policies.

use futures_util::FutureExt;

use super::copier::UnseenEdits;
use super::rclone::{BASE, remote};
use super::workbench::{SOURCE, Workbench};
use super::{ClientCheck, flows, tree};
use crate::checks::judge::ensure;
use crate::record::{CheckSpec, Severity, Stop};
use crate::server::Manifest;

const CONSEQUENCE: &str = "the backup keeps what was there before, and nobody is told";
const POLICIES: &str = "rclone's documentation, `--checksum` and `--size-only`: a file is copied when size and time, size and hash, or size differ";

const fn spec(name: &'static str, rule: &'static str) -> CheckSpec {
    CheckSpec { name, severity: Severity::DataLoss, rule, consequence: CONSEQUENCE, source: POLICIES }
}

pub(super) const EDIT: ClientCheck = ClientCheck {
    spec: spec("rclone-edit", "rclone sync copies the one file that was edited, and no other"),
    explained_by: &["api::list-delimiter"],
    body: |bench| edit(bench).boxed(),
    ..BASE
};

pub(super) const SAME_SIZE_CHECKSUM: ClientCheck = ClientCheck {
    spec: spec(
        "rclone-same-size-edit-checksum",
        "rclone sync --checksum copies a file whose size and modification time stayed the same when it was edited",
    ),
    explained_by: &["etag::put-is-md5", "etag::changes-on-same-size-edit", "api::list-delimiter"],
    body: |bench| unseen_edit(bench, Some("--checksum"), UnseenEdits::Copied).boxed(),
    ..BASE
};

/// The same where tags are no MD5: rclone has no sum to compare, and goes by the size.
pub(super) const SAME_SIZE_CHECKSUM_OPAQUE: ClientCheck = ClientCheck {
    spec: spec(
        "rclone-same-size-edit-checksum",
        "rclone sync --checksum, which finds no sum in a tag that is no MD5, says of an edit that left the size alone whether it copied it",
    ),
    explained_by: &["api::list-delimiter"],
    body: |bench| unseen_edit(bench, Some("--checksum"), UnseenEdits::ByItsWord).boxed(),
    ..BASE
};

pub(super) const SAME_SIZE_DEFAULT: ClientCheck = ClientCheck {
    spec: spec(
        "rclone-same-size-edit-default",
        "rclone sync by size and time says of an edit that left both alone whether it copied it",
    ),
    explained_by: &["api::list-delimiter"],
    body: |bench| unseen_edit(bench, None, UnseenEdits::ByItsWord).boxed(),
    ..BASE
};

pub(super) const SAME_SIZE_SIZE_ONLY: ClientCheck = ClientCheck {
    spec: spec(
        "rclone-same-size-edit-size-only",
        "rclone sync --size-only says of an edit that left the size alone whether it copied it",
    ),
    explained_by: &["api::list-delimiter"],
    body: |bench| unseen_edit(bench, Some("--size-only"), UnseenEdits::ByItsWord).boxed(),
    ..BASE
};

pub(super) const DELETE: ClientCheck = ClientCheck {
    spec: spec("rclone-delete", "rclone sync deletes what was deleted, and nothing else"),
    explained_by: &["api::object-delete", "api::list-delimiter"],
    body: |bench| delete(bench).boxed(),
    ..BASE
};

pub(super) const RENAME: ClientCheck = ClientCheck {
    spec: spec("rclone-rename", "rclone sync follows a file to its new name"),
    explained_by: &["api::object-delete", "api::list-delimiter"],
    body: |bench| rename(bench).boxed(),
    ..BASE
};

async fn synced(bench: &Workbench<'_>) -> Result<Manifest, Stop> {
    let planted = bench.plant_plain().await?;
    bench.run(&["sync", SOURCE, &remote(bench)]).await?;
    Ok(planted)
}

async fn ensure_remote(bench: &Workbench<'_>, expected: &Manifest) -> Result<(), Stop> {
    bench.run(&["copy", &remote(bench), "restored"]).await?;
    bench.ensure_restored("restored", expected).await
}

async fn edit(bench: &Workbench<'_>) -> Result<(), Stop> {
    synced(bench).await?;
    let edited = bench.plant(&[tree::edited(bench.seed())]).await?;
    let again = bench.run(&["sync", SOURCE, &remote(bench)]).await?;
    ensure_remote(bench, &edited).await?;
    ensure(
        again.counts.transferred == Some(1),
        "copied-again",
        "one file was edited, and the second sync transfers another number of files",
        "1 file transferred",
        format!("{:?} files transferred by {}", again.counts.transferred, again.line),
    )
}

async fn unseen_edit(bench: &Workbench<'_>, policy: Option<&str>, promised: UnseenEdits) -> Result<(), Stop> {
    let before = synced(bench).await?;
    let after = flows::edit_unseen(bench).await?;
    let target = remote(bench);
    let arguments: Vec<&str> = ["sync"].into_iter().chain(policy).chain([SOURCE, target.as_str()]).collect();
    let again = bench.run(&arguments).await?;
    ensure_remote(bench, promised.expected(bench, &again, &before, &after).await?).await
}

async fn delete(bench: &Workbench<'_>) -> Result<(), Stop> {
    synced(bench).await?;
    bench.remove(&format!("{SOURCE}/one.bin")).await?;
    let left = bench.manifest(SOURCE).await?;
    bench.run(&["sync", SOURCE, &remote(bench)]).await?;
    flows::ensure_keys(bench, &left).await?;
    ensure_remote(bench, &left).await
}

async fn rename(bench: &Workbench<'_>) -> Result<(), Stop> {
    synced(bench).await?;
    bench.rename("documents/letter.txt", "documents/renamed.txt").await?;
    let renamed = bench.manifest(SOURCE).await?;
    bench.run(&["sync", SOURCE, &remote(bench)]).await?;
    flows::ensure_keys(bench, &renamed).await?;
    ensure_remote(bench, &renamed).await
}
