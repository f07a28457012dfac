//! restic, as Debian 12 ships it.

use serde::Deserialize;

use super::access::Access;
use super::client::{Client, Counts, Environment, UnseenEdits, environment, sdk_environment};
use super::workbench::{RESTORED, Ran, SOURCE, Workbench};
use super::workflow::{COPIED_AGAIN, KEPT_OLD, NOT_BACKED_UP};
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::ensure;
use crate::checks::scope::{ANYWHERE, Backends, Scope};
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::{Failure, Stop};
use crate::server::Manifest;

const DOCUMENTED: &str = "restic's documentation, Amazon S3 and S3-compatible storage";

pub(super) static RESTIC: Client = Client {
    name: "restic",
    program: "restic",
    version: &["restic", "version"],
    environment: variables,
    settings: None,
    options: |_| Vec::new(),
    counts,
    // It goes on for a quarter of an hour otherwise.
    tries_again: Some("returned error, retrying after"),
    // It looks for credentials elsewhere for half a minute first.
    can_do_unsigned: false,
    source: DOCUMENTED,
    backends: Backends::All,
    // Its objects are not the files.
    copying: None,
};

const LISTS_BY_LEVELS: Scope = ANYWHERE.explained_by(&["api::list-delimiter"]);

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "restic-backup",
        severity: BreaksClients,
        rule: "restic makes a repository, backs a tree up and restores it unchanged",
        consequence: NOT_BACKED_UP,
        source: DOCUMENTED,
        scope: ANYWHERE.explained_by(&["auth::integrity-signed-chunks", "api::list-delimiter"]),
        body: &async |c: &CheckContext| backup(&RESTIC.over_http(c).await?).await,
    },
    Check {
        name: "restic-backup-tls",
        severity: BreaksClients,
        rule: "restic makes a repository, backs a tree up and restores it unchanged over TLS",
        consequence: NOT_BACKED_UP,
        source: DOCUMENTED,
        scope: LISTS_BY_LEVELS,
        body: &async |c: &CheckContext| backup(&RESTIC.over_tls(c).await?).await,
    },
    Check {
        name: "restic-second-backup",
        severity: BreaksClients,
        rule: "a second backup with restic adds nothing, one after an edit adds the edit, and both come back",
        consequence: COPIED_AGAIN,
        source: DOCUMENTED,
        scope: LISTS_BY_LEVELS.on(Backends::Quick),
        body: &async |c: &CheckContext| second_backup(&RESTIC.over_tls(c).await?).await,
    },
    Check {
        name: "restic-same-size-edit",
        severity: DataLoss,
        rule: "restic backup, which looks at inode and change time beside size and time, says of an edit that left the latter alone whether it copied it",
        consequence: KEPT_OLD,
        source: "restic's documentation, File change detection",
        scope: LISTS_BY_LEVELS.on(Backends::Quick),
        body: &async |c: &CheckContext| same_size_edit(&RESTIC.over_tls(c).await?).await,
    },
    Check {
        name: "restic-check",
        severity: DataLoss,
        rule: "restic check --read-data finds a fresh repository whole",
        consequence: "a backup cannot be proved, or is broken from the start",
        source: "restic's documentation, Checking integrity and consistency",
        scope: LISTS_BY_LEVELS,
        body: &async |c: &CheckContext| {
            let bench = RESTIC.over_tls(c).await?;
            initialised(&bench).await?;
            backed_up(&bench).await?;
            bench.run(&["check", "--read-data"]).await.map(drop)
        },
    },
];

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
    let edited = bench.change().await?;
    backed_up(bench).await?;
    ensure_restored(bench, &first.snapshot_id, &planted).await?;
    bench.remove(RESTORED).await?;
    ensure_restored(bench, "latest", &edited).await
}

async fn same_size_edit(bench: &Workbench<'_>) -> Result<(), Stop> {
    let before = initialised(bench).await?;
    backed_up(bench).await?;
    let after = bench.edit_unseen().await?;
    let again = backed_up(bench).await?;
    let expected = UnseenEdits::ByItsWord.expected(bench, &again, &before, &after).await?;
    ensure_restored(bench, "latest", expected).await
}

/// restic restores a tree below the path that it had, the whole of it or as it was given.
async fn ensure_restored(bench: &Workbench<'_>, snapshot: &str, expected: &Manifest) -> Result<(), Stop> {
    bench.run(&["restore", snapshot, "--target", RESTORED]).await?;
    let (below, beginning) = (format!("/{SOURCE}/"), format!("{SOURCE}/"));
    let restored = bench.manifest(RESTORED).await?.into_iter().map(|(path, entry)| {
        let inside = path.strip_prefix(&beginning).or_else(|| path.split_once(&below).map(|(_, inside)| inside));
        (inside.unwrap_or(&path).to_owned(), entry)
    });
    bench.ensure_same(&restored.collect(), expected)
}

fn variables(access: &Access) -> Environment {
    let repository = format!("s3:{}/{}/repository", &access.endpoint, access.bucket);
    let mut variables = sdk_environment(access);
    variables.extend(environment([
        ("RESTIC_REPOSITORY", &repository),
        ("RESTIC_PASSWORD", "of no use to anybody"),
        // What it keeps beside the repository would hide what the repository lost.
        ("RESTIC_CACHE_DIR", "cache"),
        ("RESTIC_PROGRESS_FPS", "0.1"),
    ]));
    if let Some(authority) = &access.authority {
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
