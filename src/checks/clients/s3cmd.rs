//! s3cmd, as Debian 12 ships it. It signs in any case: a server that lets in anybody gets a signature with invented keys.

use futures_util::FutureExt;

use super::client::{Client, Counts, environment, lines_with};
use super::copier::{Copier, UnseenEdits};
use super::workbench::{Ran, SOURCE, Workbench};
use super::{ClientCheck, Transport, flows};
use crate::checks::judge::{ensure, few};
use crate::record::{CheckSpec, Severity, Stop};

const SOURCE_OF_RULES: &str = "s3cmd's manual, sync";

static S3CMD: Client = Client {
    name: "s3cmd",
    program: "s3cmd",
    environment: |_| environment([]),
    counts,
    tries_again: Some("Retrying failed request"),
};

const BASE: ClientCheck = ClientCheck {
    explained_by: flows::ROUND_TRIP,
    ..ClientCheck::plain(&S3CMD, flows::roundtrip("", "", SOURCE_OF_RULES), |bench| {
        COPIER.roundtrip(bench, false).boxed()
    })
};

pub(super) const SYNC: ClientCheck = ClientCheck {
    spec: flows::roundtrip("s3cmd-sync", "s3cmd syncs a tree to the server and back unchanged", SOURCE_OF_RULES),
    ..BASE
};

pub(super) const SECOND_SYNC: ClientCheck = ClientCheck {
    spec: flows::second_sync(
        "s3cmd-second-sync",
        "s3cmd syncs a tree over TLS a second time without transferring or writing anything",
        SOURCE_OF_RULES,
    ),
    transport: Transport::Https,
    explained_by: &["etag::put-is-md5", "etag::four-way-agreement", "api::list-read-after-write"],
    body: |bench| COPIER.second_sync(bench).boxed(),
    ..BASE
};

pub(super) const MD5: ClientCheck = ClientCheck {
    spec: CheckSpec {
        name: "s3cmd-md5",
        severity: Severity::DataLoss,
        rule: "s3cmd ls --list-md5 shows the MD5 of each file",
        consequence: "s3cmd takes a changed file for an unchanged one, or the other way round",
        source: "s3cmd's manual, ls --list-md5",
    },
    explained_by: &["etag::put-is-md5"],
    body: |bench| md5(bench).boxed(),
    ..BASE
};

pub(super) const SAME_SIZE: ClientCheck = ClientCheck {
    spec: flows::same_size_edit(
        "s3cmd-same-size-edit",
        "s3cmd sync copies a file whose size and modification time stayed the same when it was edited",
        "s3cmd's manual, --check-md5 (the default)",
    ),
    explained_by: &["etag::put-is-md5", "etag::changes-on-same-size-edit"],
    body: |bench| COPIER.same_size_edit(bench).boxed(),
    ..BASE
};

/// The same where tags are no MD5: s3cmd goes by the one that it keeps among an object's metadata.
pub(super) const SAME_SIZE_OPAQUE: ClientCheck =
    ClientCheck { explained_by: &["api::object-user-metadata-survives"], ..SAME_SIZE };

pub(super) const CHANGES: ClientCheck = ClientCheck {
    spec: flows::changes(
        "s3cmd-changes",
        "s3cmd sync --delete-removed follows an edit, a deletion and a new name",
        SOURCE_OF_RULES,
    ),
    explained_by: &["api::object-multi-delete", "api::list-read-after-write"],
    body: |bench| COPIER.changes(bench).boxed(),
    ..BASE
};

pub(super) const AWKWARD: ClientCheck = ClientCheck {
    spec: flows::awkward(
        "s3cmd-awkward-names",
        "s3cmd syncs files whose names hold spaces, `+`, `%`, `#` and letters beyond ASCII there and back",
        SOURCE_OF_RULES,
    ),
    explained_by: flows::AWKWARD,
    body: |bench| COPIER.roundtrip(bench, true).boxed(),
    ..BASE
};

const COPIER: Copier = Copier {
    up: |bench| async { s3cmd(bench, &["sync", &format!("{SOURCE}/"), &remote(bench)]).await }.boxed(),
    mirror: |bench| {
        async { s3cmd(bench, &["sync", "--delete-removed", &format!("{SOURCE}/"), &remote(bench)]).await }.boxed()
    },
    down: |bench| async { s3cmd(bench, &["sync", &remote(bench), "restored/"]).await }.boxed(),
    // It compares MD5s unless told otherwise.
    unseen_edits: UnseenEdits::Copied,
};

fn remote(bench: &Workbench<'_>) -> String {
    format!("s3://{}/", bench.bucket())
}

async fn s3cmd(bench: &Workbench<'_>, arguments: &[&str]) -> Result<Ran, Stop> {
    configure(bench).await?;
    let arguments: Vec<&str> = ["--config=s3cfg"].into_iter().chain(arguments.iter().copied()).collect();
    bench.run(&arguments).await
}

/// Its settings have no variables but a file.
async fn configure(bench: &Workbench<'_>) -> Result<(), Stop> {
    let host = bench.endpoint().split_once("://").map_or("", |(_, host)| host);
    let (access_key, secret_key) = bench
        .credentials()
        .map_or(("any", "body"), |credentials| (credentials.access_key.as_str(), credentials.secret_key.as_str()));
    let tls = bench.authority().is_some();
    let authority = bench.authority().unwrap_or_default();
    let settings = format!(
        "[default]\naccess_key = {access_key}\nsecret_key = {secret_key}\nhost_base = {host}\nhost_bucket = {host}\n\
         use_https = {tls}\nca_certs_file = {authority}\nbucket_location = us-east-1\nprogress_meter = False\nmax_retries = 2\n"
    );
    bench.write("s3cfg", &settings).await
}

async fn md5(bench: &Workbench<'_>) -> Result<(), Stop> {
    let planted = bench.plant_plain().await?;
    (COPIER.up)(bench).await?;
    let listed = s3cmd(bench, &["ls", "--recursive", "--list-md5", &remote(bench)]).await?;
    let shows = |path: &str, md5: &str| {
        listed.stdout.lines().any(|line| line.contains(md5) && line.ends_with(&format!("/{path}")))
    };
    let wrong: Vec<&String> =
        planted.iter().filter(|(path, entry)| !shows(path, &entry.md5)).map(|(path, _)| path).collect();
    ensure(
        wrong.is_empty(),
        "md5-differs",
        format!("s3cmd is not shown the MD5 of {}", few(&wrong)),
        "the MD5 of each file",
        listed.stdout.trim(),
    )
}

fn counts(output: &str, _: &str) -> Counts {
    Counts::transferred(lines_with(output, &["upload: ", "download: ", "remote copy: "]))
}
