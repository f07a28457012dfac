//! What rclone sync does with changes, under each of its policies.

use super::client::UnseenEdits;
use super::judgement;
use super::rclone::{RCLONE, remote};
use super::tree;
use super::workbench::{RESTORED, SOURCE, Workbench};
use super::workflow::KEPT_OLD;
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::ensure;
use crate::checks::scope::{ANYWHERE, Backends};
use crate::record::Severity::DataLoss;
use crate::record::Stop;
use crate::server::Manifest;

const POLICIES: &str = "rclone's documentation, `--checksum` and `--size-only`: a file is copied when size and time, size and hash, or size differ";

const EDIT: Check = Check {
    name: "rclone-edit",
    severity: DataLoss,
    rule: "rclone sync copies the one file that was edited, and no other",
    consequence: KEPT_OLD,
    source: POLICIES,
    scope: ANYWHERE.explained_by(&["api::list-delimiter"]),
    body: &async |c: &CheckContext| edit(&RCLONE.over_http(c)?).await,
};

pub(super) static CHECKS: &[Check] = &[
    EDIT,
    Check {
        name: "rclone-same-size-edit-checksum",
        rule: "rclone sync --checksum copies a file whose size and modification time stayed the same when it was edited",
        scope: ANYWHERE.on(Backends::WithMd5Etags).explained_by(&[
            "etag::put-is-md5",
            "etag::changes-on-same-size-edit",
            "api::list-delimiter",
        ]),
        body: &async |c: &CheckContext| {
            unseen_edit(&RCLONE.over_http(c)?, Some("--checksum"), UnseenEdits::Copied).await
        },
        ..EDIT
    },
    // rclone has no sum to compare, and goes by the size.
    Check {
        name: "rclone-same-size-edit-checksum",
        rule: "rclone sync --checksum, which finds no sum in an ETag that is no MD5, says of an edit that left the size alone whether it copied it",
        scope: EDIT.scope.on(Backends::WithOpaqueEtags),
        body: &async |c: &CheckContext| {
            unseen_edit(&RCLONE.over_http(c)?, Some("--checksum"), UnseenEdits::ByItsWord).await
        },
        ..EDIT
    },
    Check {
        name: "rclone-same-size-edit-default",
        rule: "rclone sync by size and time says of an edit that left both alone whether it copied it",
        body: &async |c: &CheckContext| unseen_edit(&RCLONE.over_http(c)?, None, UnseenEdits::ByItsWord).await,
        ..EDIT
    },
    Check {
        name: "rclone-same-size-edit-size-only",
        rule: "rclone sync --size-only says of an edit that left the size alone whether it copied it",
        body: &async |c: &CheckContext| {
            unseen_edit(&RCLONE.over_http(c)?, Some("--size-only"), UnseenEdits::ByItsWord).await
        },
        ..EDIT
    },
    Check {
        name: "rclone-delete",
        rule: "rclone sync deletes what was deleted, and nothing else",
        scope: ANYWHERE.explained_by(&["api::object-delete", "api::list-delimiter"]),
        body: &async |c: &CheckContext| {
            let bench = RCLONE.over_http(c)?;
            synced(&bench).await?;
            bench.remove(&format!("{SOURCE}/one.bin")).await?;
            follows(&bench).await
        },
        ..EDIT
    },
    Check {
        name: "rclone-rename",
        rule: "rclone sync follows a file to its new name",
        scope: ANYWHERE.explained_by(&["api::object-delete", "api::list-delimiter"]),
        body: &async |c: &CheckContext| {
            let bench = RCLONE.over_http(c)?;
            synced(&bench).await?;
            bench.rename("documents/letter.txt", "documents/renamed.txt").await?;
            follows(&bench).await
        },
        ..EDIT
    },
];

async fn synced(bench: &Workbench<'_>) -> Result<Manifest, Stop> {
    let planted = bench.plant_plain().await?;
    bench.run(&["sync", SOURCE, &remote(bench.access())]).await?;
    Ok(planted)
}

/// Syncs again, and sees that the bucket holds what the source tree does.
async fn follows(bench: &Workbench<'_>) -> Result<(), Stop> {
    let changed = bench.manifest(SOURCE).await?;
    bench.run(&["sync", SOURCE, &remote(bench.access())]).await?;
    judgement::ensure_keys(bench, &changed).await?;
    ensure_remote(bench, &changed).await
}

async fn ensure_remote(bench: &Workbench<'_>, expected: &Manifest) -> Result<(), Stop> {
    bench.run(&["copy", &remote(bench.access()), RESTORED]).await?;
    bench.ensure_restored(RESTORED, expected).await
}

async fn edit(bench: &Workbench<'_>) -> Result<(), Stop> {
    synced(bench).await?;
    let edited = bench.plant(&[tree::edited(bench.seed())]).await?;
    let again = bench.run(&["sync", SOURCE, &remote(bench.access())]).await?;
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
    let after = bench.edit_unseen().await?;
    let target = remote(bench.access());
    let arguments: Vec<&str> = ["sync"].into_iter().chain(policy).chain([SOURCE, target.as_str()]).collect();
    let again = bench.run(&arguments).await?;
    ensure_remote(bench, promised.expected(bench, &again, &before, &after).await?).await
}
