//! restic, as Debian 12 ships it.

use futures_util::FutureExt;
use serde::Deserialize;

use super::client::{Client, Counts, Environment, environment, sdk_environment};
use super::workbench::{Ran, SOURCE, Workbench};
use super::{ClientCheck, Transport, flows};
use crate::checks::judge::ensure;
use crate::record::{CheckSpec, Failure, Severity, Stop};
use crate::server::Manifest;

const SOURCE_OF_RULES: &str = "restic's documentation, Amazon S3 and S3-compatible storage";

static RESTIC: Client = Client {
    name: "restic",
    program: "restic",
    environment: variables,
    counts,
    // It goes on for a quarter of an hour otherwise.
    tries_again: Some("returned error, retrying after"),
};

const BASE: ClientCheck = ClientCheck {
    explained_by: &["api::list-delimiter"],
    ..ClientCheck::plain(&RESTIC, flows::roundtrip("", "", SOURCE_OF_RULES), |bench| backup(bench).boxed())
};

pub(super) const BACKUP: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "restic-backup",
        "restic makes a repository, backs a tree up and restores it unchanged",
        SOURCE_OF_RULES,
    ),
    explained_by: &["auth::integrity-signed-chunks", "api::list-delimiter"],
    ..BASE
};

pub(super) const BACKUP_TLS: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "restic-backup-tls",
        "restic makes a repository, backs a tree up and restores it unchanged over TLS",
        SOURCE_OF_RULES,
    ),
    transport: Transport::Https,
    ..BASE
};

pub(super) const SECOND_BACKUP: ClientCheck = ClientCheck {
    spec: flows::second_sync(
        "restic-second-backup",
        "a second backup with restic adds nothing, one after an edit adds the edit, and both come back",
        SOURCE_OF_RULES,
    ),
    transport: Transport::Https,
    body: |bench| second_backup(bench).boxed(),
    ..BASE
};

pub(super) const CHECK: ClientCheck = ClientCheck {
    spec: CheckSpec {
        name: "restic-check",
        severity: Severity::DataLoss,
        rule: "restic check --read-data finds a fresh repository whole",
        consequence: "a backup cannot be proved, or is broken from the start",
        source: "restic's documentation, Checking integrity and consistency",
    },
    transport: Transport::Https,
    body: |bench| check(bench).boxed(),
    ..BASE
};

pub(super) const SAME_SIZE: ClientCheck = ClientCheck {
    spec: flows::same_size_edit(
        "restic-same-size-edit",
        "restic backup, which looks at inode and change time beside size and time, says of an edit that left the latter alone whether it copied it",
        "restic's documentation, File change detection",
    ),
    transport: Transport::Https,
    body: |bench| same_size_edit(bench).boxed(),
    ..BASE
};

async fn initialised(bench: &Workbench<'_>) -> Result<Manifest, Stop> {
    let planted = bench.plant_plain().await?;
    bench.run(&["init"]).await?;
    Ok(planted)
}

async fn backed_up(bench: &Workbench<'_>) -> Result<Ran, Stop> {
    bench.run(&["backup", "--json", SOURCE]).await
}

async fn backup(bench: &Workbench<'_>) -> Result<(), Stop> {
    let planted = initialised(bench).await?;
    backed_up(bench).await?;
    ensure_restored(bench, "latest", &planted).await
}

async fn second_backup(bench: &Workbench<'_>) -> Result<(), Stop> {
    let planted = initialised(bench).await?;
    let first = summary(&backed_up(bench).await?)?;
    let second = backed_up(bench).await?;
    let told = summary(&second)?;
    ensure(
        told.files_new == 0
            && told.files_changed == 0
            && told.data_added == 0
            && told.files_unmodified == planted.len() as u64,
        "copied-again",
        format!(
            "nothing has changed, and the second backup finds {} files new and {} changed, and adds {} bytes",
            told.files_new, told.files_changed, told.data_added
        ),
        format!("{} files unmodified", planted.len()),
        format!("{} files unmodified, {} bytes added", told.files_unmodified, told.data_added),
    )?;
    let edited = flows::change(bench).await?;
    backed_up(bench).await?;
    ensure_restored(bench, &first.snapshot_id, &planted).await?;
    bench.remove("restored").await?;
    ensure_restored(bench, "latest", &edited).await
}

async fn same_size_edit(bench: &Workbench<'_>) -> Result<(), Stop> {
    let before = initialised(bench).await?;
    backed_up(bench).await?;
    let after = flows::edit_unseen(bench).await?;
    let again = backed_up(bench).await?;
    ensure_restored(bench, "latest", flows::by_its_word(bench, &again, &before, &after).await?).await
}

async fn check(bench: &Workbench<'_>) -> Result<(), Stop> {
    initialised(bench).await?;
    backed_up(bench).await?;
    bench.run(&["check", "--read-data"]).await.map(drop)
}

/// restic restores a tree below the path that it had, the whole of it or as it was given.
async fn ensure_restored(bench: &Workbench<'_>, snapshot: &str, expected: &Manifest) -> Result<(), Stop> {
    bench.run(&["restore", snapshot, "--target", "restored"]).await?;
    let (below, beginning) = (format!("/{SOURCE}/"), format!("{SOURCE}/"));
    let restored = bench.manifest("restored").await?.into_iter().map(|(path, entry)| {
        let inside = path.strip_prefix(&beginning).or_else(|| path.split_once(&below).map(|(_, inside)| inside));
        (inside.unwrap_or(&path).to_owned(), entry)
    });
    bench.ensure_same(&restored.collect(), expected)
}

fn variables(bench: &Workbench<'_>) -> Environment {
    let repository = format!("s3:{}/{}/repository", bench.endpoint(), bench.bucket());
    let mut variables = sdk_environment(bench);
    variables.extend(environment([
        ("RESTIC_REPOSITORY", &repository),
        ("RESTIC_PASSWORD", "of no use to anybody"),
        // What it keeps beside the repository would hide what the repository lost.
        ("RESTIC_CACHE_DIR", "cache"),
        ("RESTIC_PROGRESS_FPS", "0.1"),
    ]));
    if let Some(authority) = bench.authority() {
        variables.insert("SSL_CERT_FILE".into(), authority.into());
    }
    variables
}

/// The last line of `restic backup --json`.
#[derive(Debug, Default, Deserialize)]
struct Summary {
    message_type: String,
    #[serde(default)]
    files_new: u64,
    #[serde(default)]
    files_changed: u64,
    #[serde(default)]
    files_unmodified: u64,
    #[serde(default)]
    data_added: u64,
    #[serde(default)]
    snapshot_id: String,
}

fn last_summary(output: &str) -> Option<Summary> {
    let lines = output.lines().rev().filter_map(|line| serde_json::from_str::<Summary>(line).ok());
    lines.into_iter().find(|line| line.message_type == "summary")
}

fn summary(ran: &Ran) -> Result<Summary, Stop> {
    last_summary(&ran.stdout).ok_or_else(|| {
        Failure::new("client-failed", "restic gave no summary of its backup", "a summary", ran.line.clone()).into()
    })
}

fn counts(output: &str, _: &str) -> Counts {
    last_summary(output).map_or_else(Counts::default, |summary| Counts {
        transferred: Some(summary.files_new + summary.files_changed),
        skipped: Some(summary.files_unmodified),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_told_from_the_progress() {
        let output = r#"{"message_type":"status","percent_done":1,"total_files":5}
{"message_type":"summary","files_new":2,"files_changed":1,"files_unmodified":5,"data_added":10,"snapshot_id":"ab"}
"#;
        assert_eq!(counts(output, ""), Counts { transferred: Some(3), skipped: Some(5) });
        assert_eq!(counts("", ""), Counts::default());
    }
}
