//! s3cmd, as Debian 12 ships it. It signs in any case: a server that lets in anybody gets a signature with invented keys.

use futures_util::FutureExt;

use super::client::{Client, Counts, environment, lines_with};
use super::workbench::{Ran, SOURCE, Workbench};
use super::{ClientCase, Transport, flows, tree};
use crate::model::{CaseSpec, Severity, Stop};
use crate::suites::judge::{ensure, few};

const SOURCE_OF_RULES: &str = "s3cmd's manual, sync";

static S3CMD: Client =
    Client { name: "s3cmd", program: "s3cmd", environment: |_| environment([]), counts, tries_again: None };

const BASE: ClientCase = ClientCase {
    spec: flows::roundtrip("", "", SOURCE_OF_RULES),
    client: &S3CMD,
    transport: Transport::Http,
    explained_by: &[],
    large: false,
    body: |bench| roundtrip(bench, false).boxed(),
};

pub(super) const SYNC: ClientCase = ClientCase {
    spec: flows::roundtrip("s3cmd-sync", "s3cmd syncs a tree to the server and back unchanged", SOURCE_OF_RULES),
    ..BASE
};

pub(super) const SECOND_SYNC: ClientCase = ClientCase {
    spec: flows::second_sync(
        "s3cmd-second-sync",
        "s3cmd syncs a tree over TLS a second time without transferring or writing anything",
        SOURCE_OF_RULES,
    ),
    transport: Transport::Https,
    explained_by: &["etag::put-is-md5", "etag::four-way-agreement"],
    body: |bench| second_sync(bench).boxed(),
    ..BASE
};

pub(super) const MD5: ClientCase = ClientCase {
    spec: CaseSpec {
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

pub(super) const SAME_SIZE: ClientCase = ClientCase {
    spec: CaseSpec {
        name: "s3cmd-same-size-edit",
        severity: Severity::DataLoss,
        rule: "s3cmd sync copies a file whose size and modification time stayed the same when it was edited",
        consequence: "the backup keeps what was there before, and nobody is told",
        source: "s3cmd's manual, --check-md5 (the default)",
    },
    explained_by: &["etag::put-is-md5", "etag::changes-on-same-size-edit"],
    body: |bench| same_size_edit(bench).boxed(),
    ..BASE
};

pub(super) const CHANGES: ClientCase = ClientCase {
    spec: CaseSpec {
        name: "s3cmd-changes",
        severity: Severity::DataLoss,
        rule: "s3cmd sync --delete-removed follows an edit, a deletion and a new name",
        consequence: "the backup is another tree than the one that was backed up",
        source: SOURCE_OF_RULES,
    },
    body: |bench| changes(bench).boxed(),
    ..BASE
};

pub(super) const AWKWARD: ClientCase = ClientCase {
    spec: flows::awkward(
        "s3cmd-awkward-names",
        "s3cmd syncs files whose names hold spaces, `+`, `%`, `#` and letters beyond ASCII there and back",
        SOURCE_OF_RULES,
    ),
    explained_by: &["api::keys-percent-literal"],
    body: |bench| roundtrip(bench, true).boxed(),
    ..BASE
};

async fn s3cmd(bench: &Workbench<'_>, arguments: &[&str]) -> Result<Ran, Stop> {
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

async fn roundtrip(bench: &Workbench<'_>, awkward: bool) -> Result<(), Stop> {
    configure(bench).await?;
    let files = if awkward { tree::awkward(bench.seed()) } else { tree::plain(bench.seed()) };
    let planted = bench.plant(&files).await?;
    let target = format!("s3://{}/", bench.bucket());
    s3cmd(bench, &["sync", &format!("{SOURCE}/"), &target]).await?;
    restored(bench, &planted).await
}

async fn restored(bench: &Workbench<'_>, expected: &crate::server::Manifest) -> Result<(), Stop> {
    s3cmd(bench, &["sync", &format!("s3://{}/", bench.bucket()), "restored/"]).await?;
    bench.ensure_restored("restored", expected).await
}

async fn up(bench: &Workbench<'_>) -> Result<Ran, Stop> {
    let target = format!("s3://{}/", bench.bucket());
    s3cmd(bench, &["sync", "--delete-removed", &format!("{SOURCE}/"), &target]).await
}

async fn second_sync(bench: &Workbench<'_>) -> Result<(), Stop> {
    configure(bench).await?;
    let planted = bench.plant_plain().await?;
    up(bench).await?;
    let again = up(bench).await?;
    flows::ensure_keys(bench, &planted).await?;
    flows::ensure_nothing_sent(&again)?;
    restored(bench, &planted).await
}

async fn md5(bench: &Workbench<'_>) -> Result<(), Stop> {
    configure(bench).await?;
    let planted = bench.plant_plain().await?;
    up(bench).await?;
    let listed = s3cmd(bench, &["ls", "--recursive", "--list-md5", &format!("s3://{}/", bench.bucket())]).await?;
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

async fn same_size_edit(bench: &Workbench<'_>) -> Result<(), Stop> {
    configure(bench).await?;
    bench.plant_plain().await?;
    up(bench).await?;
    let edited = flows::edit_unseen(bench).await?;
    up(bench).await?;
    restored(bench, &edited).await
}

async fn changes(bench: &Workbench<'_>) -> Result<(), Stop> {
    configure(bench).await?;
    bench.plant_plain().await?;
    up(bench).await?;
    let changed = flows::change(bench).await?;
    up(bench).await?;
    flows::ensure_keys(bench, &changed).await?;
    restored(bench, &changed).await
}

fn counts(output: &str, _: &str) -> Counts {
    Counts::transferred(lines_with(output, &["upload: ", "download: ", "remote copy: "]))
}
