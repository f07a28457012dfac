//! rclone: the current release, and beside it the one that Debian 12 ships.

use serde::Deserialize;

use super::access::Access;
use super::client::{Client, Copying, Counts, Environment, environment, words};
use super::workbench::{RESTORED, SOURCE, Workbench};
use super::workflow::{COPIED_AGAIN, NOT_BACKED_UP};
use super::{explanation, judgement, tree};
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, same};
use crate::checks::scope::{ANYWHERE, Backends, Needs, Scope};
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::Stop;

const DOCUMENTED: &str = "rclone's documentation, Amazon S3 and `rclone sync`";

pub(super) static RCLONE: Client = Client {
    name: "rclone",
    program: "rclone",
    version: &["rclone", "version"],
    environment: variables,
    settings: None,
    options: |_| Vec::new(),
    counts,
    tries_again: None,
    can_do_unsigned: true,
    source: DOCUMENTED,
    backends: Backends::All,
    copying: Some(Copying { over_tls: Some(explanation::ROUND_TRIP_BY_LEVELS), awkward_names: true, ..COPYING }),
};

pub(super) static DEBIAN: Client = Client {
    name: "rclone-debian",
    program: "rclone-debian",
    version: &["rclone-debian", "version"],
    environment: variables,
    settings: None,
    options: |_| Vec::new(),
    counts,
    tries_again: None,
    can_do_unsigned: false,
    source: DOCUMENTED,
    backends: Backends::All,
    copying: Some(Copying { copies: "the rclone of Debian 12 copies", ..COPYING }),
};

/// How both copy a tree. What its syncs make of edits depends on a policy, so it has no mirror of the standard kind.
const COPYING: Copying = Copying {
    round_trip: "copy",
    copies: "rclone copies",
    up: |access| words(["copy", SOURCE, &remote(access)]),
    down: |access| words(["copy", &remote(access), RESTORED]),
    explained_by: explanation::ROUND_TRIP_BY_LEVELS,
    over_tls: None,
    awkward_names: false,
    mirror: None,
    etags: None,
};

const SECOND_SYNC: Check = Check {
    name: "rclone-second-sync",
    severity: BreaksClients,
    rule: "rclone syncs a tree a second time without transferring or writing anything",
    consequence: COPIED_AGAIN,
    source: DOCUMENTED,
    scope: ANYWHERE.explained_by(&["api::object-user-metadata-survives", "api::list-delimiter", "etag::put-is-md5"]),
    body: &async |c: &CheckContext| second_sync(&RCLONE.over_tls(c)?).await,
};

const CHECK: Check = Check {
    name: "rclone-check",
    severity: DataLoss,
    rule: "rclone check finds equal trees equal, by hash and by download, and a changed file changed",
    consequence: "the command that should prove a backup proves nothing",
    source: "rclone's documentation, `rclone check`",
    scope: ANYWHERE.on(Backends::WithMd5Etags).explained_by(&["api::list-delimiter", "etag::put-is-md5"]),
    body: &async |c: &CheckContext| check(&RCLONE.over_http(c)?, &[]).await,
};

const LARGE_FILE: Scope = ANYWHERE.on(Backends::Quick).needing(Needs::LargeFiles);

pub(super) static SECOND_SYNCS: [Check; 2] = [
    SECOND_SYNC,
    Check {
        name: "rclone-debian-second-sync",
        rule: "the rclone of Debian 12 syncs a tree a second time without transferring or writing anything",
        scope: SECOND_SYNC.scope.on(Backends::Quick),
        body: &async |c: &CheckContext| second_sync(&DEBIAN.over_tls(c)?).await,
        ..SECOND_SYNC
    },
];

pub(super) static CHECKS: &[Check] = &[
    CHECK,
    Check {
        // rclone has to fetch the bytes to tell them apart.
        rule: "rclone check agrees with what was copied, by sizes and by bytes, and check --download notices an edit of the same size",
        scope: CHECK.scope.on(Backends::WithOpaqueEtags),
        body: &async |c: &CheckContext| check(&RCLONE.over_http(c)?, &["--download"]).await,
        ..CHECK
    },
    Check {
        name: "rclone-rcat",
        severity: BreaksClients,
        rule: "rclone rcat stores what it reads from a pipe",
        consequence: NOT_BACKED_UP,
        source: "rclone's documentation, `rclone rcat`",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| rcat(&RCLONE.over_http(c)?).await,
    },
    Check {
        name: "rclone-large-file",
        severity: BreaksClients,
        rule: "rclone copies a file of 250 MiB, which it sends in parts, there and back unchanged",
        consequence: NOT_BACKED_UP,
        source: DOCUMENTED,
        scope: LARGE_FILE.explained_by(explanation::IN_PARTS),
        body: &async |c: &CheckContext| large_file(&RCLONE.over_http(c)?, &[]).await,
    },
    Check {
        name: "rclone-large-file-whole",
        severity: BreaksClients,
        rule: "rclone copies a file of 250 MiB, which it is told to send whole, there and back unchanged",
        consequence: NOT_BACKED_UP,
        source: DOCUMENTED,
        scope: LARGE_FILE,
        body: &async |c: &CheckContext| large_file(&RCLONE.over_http(c)?, &["--s3-upload-cutoff", "1Gi"]).await,
    },
];

/// The remote that the environment describes.
pub(super) fn remote(access: &Access) -> String {
    format!("s3ci:{}", access.bucket)
}

async fn large_file(bench: &Workbench<'_>, options: &[&str]) -> Result<(), Stop> {
    let planted = bench.plant(&[tree::file(bench.seed(), "large.bin", tree::LARGE_BYTES)]).await?;
    bench.run(&[&["copy"], options, &[SOURCE, &remote(bench.access())]].concat()).await?;
    bench.run(&["copy", &remote(bench.access()), RESTORED]).await?;
    bench.ensure_restored(RESTORED, &planted).await
}

async fn second_sync(bench: &Workbench<'_>) -> Result<(), Stop> {
    let planted = bench.plant_plain().await?;
    bench.run(&["sync", SOURCE, &remote(bench.access())]).await?;
    let again = bench.run(&["sync", SOURCE, &remote(bench.access())]).await?;
    judgement::ensure_keys(bench, &planted).await?;
    judgement::ensure_nothing_sent(&again)
}

async fn check(bench: &Workbench<'_>, how: &[&str]) -> Result<(), Stop> {
    bench.plant_plain().await?;
    bench.run(&["sync", SOURCE, &remote(bench.access())]).await?;
    for way in ["--one-way=false", "--download"] {
        bench.run(&["check", way, SOURCE, &remote(bench.access())]).await?;
    }
    bench.edit_unseen().await?;
    let target = remote(bench.access());
    let arguments = [&["check"], how, &[SOURCE, target.as_str()]].concat();
    let changed = bench.run_to_any_end(&arguments, None, &[]).await?;
    ensure(
        changed.status == 1,
        "check-is-blind",
        "rclone check does not notice that a file of the same size has other bytes",
        "exit status 1",
        format!("exit status {} of {}", changed.status, changed.line),
    )
}

async fn rcat(bench: &Workbench<'_>) -> Result<(), Stop> {
    let text = "what came through a pipe\n".repeat(400);
    let target = format!("{}/streamed.txt", remote(bench.access()));
    bench.run_with(&["rcat", &target], Some(&text), &[]).await?;
    let stored = bench.s3().get(bench.bucket(), "streamed.txt", text.len() as u64).await?;
    same("streamed.txt", text.as_bytes(), &stored.bytes)?;
    let back = bench.run(&["cat", &target]).await?;
    same("rclone cat", text.as_bytes(), back.stdout.as_bytes())
}

fn variables(access: &Access) -> Environment {
    let mut variables = environment([
        ("RCLONE_CONFIG", "/dev/null"),
        ("RCLONE_CONFIG_S3CI_TYPE", "s3"),
        ("RCLONE_CONFIG_S3CI_PROVIDER", "Other"),
        ("RCLONE_CONFIG_S3CI_REGION", "us-east-1"),
        ("RCLONE_CONFIG_S3CI_ENDPOINT", &access.endpoint),
        ("RCLONE_USE_JSON_LOG", "true"),
        ("RCLONE_LOG_LEVEL", "INFO"),
        // Once, at the end: without an interval there are none at all.
        ("RCLONE_STATS", "1h"),
        ("RCLONE_RETRIES", "1"),
        ("RCLONE_LOW_LEVEL_RETRIES", "2"),
    ]);
    if let Some(credentials) = &access.credentials {
        variables.insert("RCLONE_CONFIG_S3CI_ACCESS_KEY_ID".into(), credentials.access_key.clone());
        variables.insert("RCLONE_CONFIG_S3CI_SECRET_ACCESS_KEY".into(), credentials.secret_key.clone());
    }
    if let Some(authority) = &access.authority {
        variables.insert("RCLONE_CA_CERT".into(), authority.into());
    }
    variables
}

/// A line of rclone's JSON log; the last one has the statistics.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    msg: String,
    stats: Option<Stats>,
}

#[derive(Deserialize)]
struct Stats {
    #[serde(default)]
    transfers: u64,
    #[serde(default)]
    checks: u64,
    #[serde(default)]
    deletes: u64,
}

fn counts(_: &str, log: &str) -> Counts {
    let lines: Vec<Line> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let Some(stats) = lines.iter().rev().find_map(|line| line.stats.as_ref()) else { return Counts::default() };
    let replaced = lines.iter().filter(|line| line.msg.starts_with("Copied (replaced")).count() as u64;
    // What is replaced or deleted was checked as well.
    let skipped = stats.checks.saturating_sub(replaced + stats.deletes);
    Counts { transferred: Some(stats.transfers), skipped: Some(skipped) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_statistics_count() {
        let log = r#"{"level":"info","msg":"Copied (replaced existing)","object":"a"}
not JSON
{"level":"info","msg":"…","stats":{"bytes":7,"checks":3,"deletes":1,"transfers":2}}
"#;
        assert_eq!(counts("", log), Counts { transferred: Some(2), skipped: Some(1) });
        assert_eq!(counts("", ""), Counts::default());
    }
}
