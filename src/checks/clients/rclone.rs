//! rclone: the current release, and beside it the one that Debian 12 ships.

use futures_util::FutureExt;
use serde::Deserialize;

use super::client::{Client, Counts, Environment, environment};
use super::workbench::{SOURCE, Workbench};
use super::{ClientCheck, Transport, flows, tree};
use crate::checks::judge::{ensure, ensure_content};
use crate::record::{CheckSpec, Severity, Stop};
use crate::server::Planting;

pub(super) const SOURCE_OF_RULES: &str = "rclone's documentation, Amazon S3 and `rclone sync`";

pub(super) static RCLONE: Client =
    Client { name: "rclone", program: "rclone", environment: variables, counts, tries_again: None };
static DEBIAN: Client =
    Client { name: "rclone-debian", program: "rclone-debian", environment: variables, counts, tries_again: None };

/// What all checks of rclone depart from.
pub(super) const BASE: ClientCheck = ClientCheck::plain(&RCLONE, flows::roundtrip("", "", SOURCE_OF_RULES), |bench| {
    async { roundtrip(bench, &tree::plain(bench.seed()), &[]).await }.boxed()
});

pub(super) const COPY: ClientCheck = ClientCheck {
    spec: flows::roundtrip("rclone-copy", "rclone copies a tree to the server and back unchanged", SOURCE_OF_RULES),
    explained_by: &["api::object-roundtrip", "api::list-delimiter"],
    ..BASE
};

pub(super) const COPY_TLS: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "rclone-copy-tls",
        "rclone copies a tree to the server and back unchanged over TLS",
        SOURCE_OF_RULES,
    ),
    transport: Transport::Https,
    ..COPY
};

pub(super) const SECOND_SYNC: ClientCheck = ClientCheck {
    spec: flows::second_sync(
        "rclone-second-sync",
        "rclone syncs a tree a second time without transferring or writing anything",
        SOURCE_OF_RULES,
    ),
    transport: Transport::Https,
    explained_by: &["api::object-user-metadata-survives", "api::list-delimiter", "etag::put-is-md5"],
    body: |bench| second_sync(bench).boxed(),
    ..BASE
};

pub(super) const CHECK: ClientCheck = ClientCheck {
    spec: CheckSpec {
        name: "rclone-check",
        severity: Severity::DataLoss,
        rule: "rclone check finds equal trees equal, by hash and by download, and a changed file changed",
        consequence: "the command that is to prove a backup proves nothing",
        source: "rclone's documentation, `rclone check`",
    },
    explained_by: &["api::list-delimiter", "etag::put-is-md5"],
    body: |bench| check(bench, &[]).boxed(),
    ..BASE
};

/// The same where tags are no MD5: rclone has to fetch the bytes to tell them apart.
pub(super) const CHECK_OPAQUE: ClientCheck = ClientCheck {
    spec: CheckSpec {
        rule: "rclone check agrees with what was copied, by sizes and by bytes, and check --download notices an edit of the same size",
        ..CHECK.spec
    },
    body: |bench| check(bench, &["--download"]).boxed(),
    ..CHECK
};

pub(super) const RCAT: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "rclone-rcat",
        "rclone rcat stores what it reads from a pipe",
        "rclone's documentation, `rclone rcat`",
    ),
    body: |bench| rcat(bench).boxed(),
    ..BASE
};

pub(super) const AWKWARD: ClientCheck = ClientCheck {
    spec: flows::awkward(
        "rclone-awkward-names",
        "rclone copies files whose names hold spaces, `+`, `%`, `#` and letters beyond ASCII there and back",
        SOURCE_OF_RULES,
    ),
    explained_by: flows::AWKWARD,
    body: |bench| async { roundtrip(bench, &tree::awkward(bench.seed()), &[]).await }.boxed(),
    ..BASE
};

pub(super) const LARGE: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "rclone-large-file",
        "rclone copies a file of 250 MiB, which it sends in parts, there and back unchanged",
        SOURCE_OF_RULES,
    ),
    explained_by: flows::IN_PARTS,
    large: true,
    body: |bench| large(bench, &[]).boxed(),
    ..BASE
};

pub(super) const LARGE_WHOLE: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "rclone-large-file-whole",
        "rclone copies a file of 250 MiB, which it is told to send whole, there and back unchanged",
        SOURCE_OF_RULES,
    ),
    large: true,
    body: |bench| large(bench, &["--s3-upload-cutoff", "1Gi"]).boxed(),
    ..BASE
};

pub(super) const DEBIAN_COPY: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "rclone-debian-copy",
        "the rclone of Debian 12 copies a tree to the server and back unchanged",
        SOURCE_OF_RULES,
    ),
    client: &DEBIAN,
    ..COPY
};

pub(super) const DEBIAN_SECOND_SYNC: ClientCheck = ClientCheck {
    spec: flows::second_sync(
        "rclone-debian-second-sync",
        "the rclone of Debian 12 syncs a tree a second time without transferring or writing anything",
        SOURCE_OF_RULES,
    ),
    client: &DEBIAN,
    ..SECOND_SYNC
};

/// The remote that the environment describes.
pub(super) fn remote(bench: &Workbench<'_>) -> String {
    format!("s3ci:{}", bench.bucket())
}

/// Files go there, with more options of rclone's, and come back.
async fn roundtrip(bench: &Workbench<'_>, files: &[Planting], options: &[&str]) -> Result<(), Stop> {
    let planted = bench.plant(files).await?;
    bench.run(&[&["copy"], options, &[SOURCE, &remote(bench)]].concat()).await?;
    bench.run(&["copy", &remote(bench), "restored"]).await?;
    bench.ensure_restored("restored", &planted).await
}

async fn large(bench: &Workbench<'_>, options: &[&str]) -> Result<(), Stop> {
    roundtrip(bench, &[tree::file(bench.seed(), "large.bin", tree::LARGE_BYTES)], options).await
}

async fn second_sync(bench: &Workbench<'_>) -> Result<(), Stop> {
    let planted = bench.plant_plain().await?;
    bench.run(&["sync", SOURCE, &remote(bench)]).await?;
    let again = bench.run(&["sync", SOURCE, &remote(bench)]).await?;
    flows::ensure_keys(bench, &planted).await?;
    flows::ensure_nothing_sent(&again)
}

async fn check(bench: &Workbench<'_>, how: &[&str]) -> Result<(), Stop> {
    bench.plant_plain().await?;
    bench.run(&["sync", SOURCE, &remote(bench)]).await?;
    for way in [["check", "--one-way=false"], ["check", "--download"]] {
        bench.run(&[way[0], way[1], SOURCE, &remote(bench)]).await?;
    }
    flows::edit_unseen(bench).await?;
    let target = remote(bench);
    let arguments = [&["check"], how, &[SOURCE, target.as_str()]].concat();
    let changed = bench.run_to_any_end(RCLONE.program, &arguments, None, &[]).await?;
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
    let target = format!("{}/streamed.txt", remote(bench));
    bench.run_with(&["rcat", &target], Some(&text), &[]).await?;
    let stored = bench.s3().get(bench.bucket(), "streamed.txt", text.len() as u64).await?;
    ensure_content("streamed.txt", text.as_bytes(), &stored.bytes)?;
    let back = bench.run(&["cat", &target]).await?;
    ensure_content("rclone cat", text.as_bytes(), back.stdout.as_bytes())
}

fn variables(bench: &Workbench<'_>) -> Environment {
    let mut variables = environment([
        ("RCLONE_CONFIG", "/dev/null"),
        ("RCLONE_CONFIG_S3CI_TYPE", "s3"),
        ("RCLONE_CONFIG_S3CI_PROVIDER", "Other"),
        ("RCLONE_CONFIG_S3CI_REGION", "us-east-1"),
        ("RCLONE_CONFIG_S3CI_ENDPOINT", bench.endpoint()),
        ("RCLONE_USE_JSON_LOG", "true"),
        ("RCLONE_LOG_LEVEL", "INFO"),
        // Once, at the end: without an interval there are none at all.
        ("RCLONE_STATS", "1h"),
        ("RCLONE_RETRIES", "1"),
        ("RCLONE_LOW_LEVEL_RETRIES", "2"),
    ]);
    if let Some(credentials) = bench.credentials() {
        variables.insert("RCLONE_CONFIG_S3CI_ACCESS_KEY_ID".into(), credentials.access_key.clone());
        variables.insert("RCLONE_CONFIG_S3CI_SECRET_ACCESS_KEY".into(), credentials.secret_key.clone());
    }
    if let Some(authority) = bench.authority() {
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
