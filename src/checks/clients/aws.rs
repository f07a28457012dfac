//! aws-cli: the current release, and beside it the one that Debian 12 ships.

use std::collections::BTreeMap;

use super::access::Access;
use super::client::{Client, Copying, Counts, Etags, Mirror, UnseenEdits, lines_with, sdk_environment, words};
use super::workbench::{RESTORED, SOURCE, Workbench};
use super::workflow::NOT_BACKED_UP;
use super::{explanation, tree};
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::scope::{ANYWHERE, Backends};
use crate::record::Severity::BreaksClients;
use crate::record::Stop;

const DOCUMENTED: &str = "AWS CLI command reference, s3 sync and s3 cp; multipart_threshold is 8 MiB";

pub(super) static AWS: Client = Client {
    name: "aws",
    program: "aws",
    version: &["aws", "--version"],
    environment: sdk_environment,
    settings: None,
    options,
    counts,
    tries_again: None,
    can_do_unsigned: true,
    source: DOCUMENTED,
    backends: Backends::All,
    copying: Some(Copying {
        mirror: Some(Mirror {
            command: "aws s3 sync",
            deletes_by: "--delete",
            words: |access| words(["s3", "sync", "--no-progress", "--delete", SOURCE, &bucket(access)]),
            unseen_edits: UnseenEdits::ByItsWord,
            unseen_edits_source: None,
            second_sync: &["auth::integrity-unsigned-trailer", "api::list-read-after-write"],
            same_size_edit: &[(Backends::All, explanation::ROUND_TRIP)],
            changes: &["api::object-delete", "api::list-read-after-write"],
        }),
        etags: Some(Etags {
            command: "aws s3api list-objects-v2",
            source: "AWS CLI command reference, s3api list-objects-v2",
            words: |access| {
                let list = ["s3api", "list-objects-v2", "--bucket", &access.bucket];
                let shown = ["--query", "Contents[].[Key, ETag]", "--output", "json"];
                words(list).into_iter().chain(words(shown)).collect()
            },
            read: etags,
        }),
        awkward_names: true,
        ..COPYING
    }),
};

pub(super) static DEBIAN: Client = Client {
    name: "aws-debian",
    program: "aws-debian",
    version: &["aws-debian", "--version"],
    environment: sdk_environment,
    settings: None,
    options,
    counts,
    tries_again: None,
    can_do_unsigned: false,
    source: DOCUMENTED,
    backends: Backends::Quick,
    copying: Some(Copying { copies: "the aws s3 sync of Debian 12 copies", ..COPYING }),
};

/// How both copy a tree.
const COPYING: Copying = Copying {
    round_trip: "sync",
    copies: "aws s3 sync copies",
    up: |access| words(["s3", "sync", "--no-progress", SOURCE, &bucket(access)]),
    down: |access| words(["s3", "sync", "--no-progress", &bucket(access), RESTORED]),
    explained_by: explanation::ROUND_TRIP,
    over_tls: None,
    awkward_names: false,
    mirror: None,
    etags: None,
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "aws-cp-under-8-mib",
        severity: BreaksClients,
        rule: "aws s3 cp copies a file that it sends whole there and back unchanged",
        consequence: NOT_BACKED_UP,
        source: DOCUMENTED,
        scope: ANYWHERE.on(Backends::Quick).explained_by(explanation::ROUND_TRIP),
        body: &async |c: &CheckContext| cp(&AWS.over_http(c).await?, tree::UNDER_BYTES).await,
    },
    Check {
        name: "aws-cp-over-8-mib",
        severity: BreaksClients,
        rule: "aws s3 cp copies a file that it sends in parts there and back unchanged",
        consequence: NOT_BACKED_UP,
        source: DOCUMENTED,
        scope: ANYWHERE.explained_by(explanation::IN_PARTS),
        body: &async |c: &CheckContext| cp(&AWS.over_http(c).await?, tree::OVER_BYTES).await,
    },
    Check {
        name: "aws-get-over-8-mib",
        severity: BreaksClients,
        rule: "aws s3 cp fetches an object by ranges and puts it together unchanged",
        consequence: NOT_BACKED_UP,
        source: DOCUMENTED,
        scope: ANYWHERE.explained_by(explanation::BY_RANGES),
        body: &async |c: &CheckContext| {
            let bench = AWS.over_http(c).await?;
            let stored = bench.store("file.bin", tree::OVER_BYTES).await?;
            fetch(&bench).await?;
            bench.ensure_restored(RESTORED, &stored).await
        },
    },
];

async fn cp(bench: &Workbench<'_>, size_bytes: u64) -> Result<(), Stop> {
    let planted = bench.plant(&[tree::file(bench.seed(), "file.bin", size_bytes)]).await?;
    let object = format!("{}/file.bin", bucket(bench.access()));
    bench.run(&["s3", "cp", "--no-progress", &format!("{SOURCE}/file.bin"), &object]).await?;
    fetch(bench).await?;
    bench.ensure_restored(RESTORED, &planted).await
}

async fn fetch(bench: &Workbench<'_>) -> Result<(), Stop> {
    let object = format!("{}/file.bin", bucket(bench.access()));
    bench.run(&["s3", "cp", "--no-progress", &object, &format!("{RESTORED}/file.bin")]).await.map(drop)
}

fn options(access: &Access) -> Vec<String> {
    let unsigned = access.credentials.is_none().then(|| "--no-sign-request".to_owned());
    words(["--endpoint-url", &access.endpoint]).into_iter().chain(unsigned).collect()
}

fn bucket(access: &Access) -> String {
    format!("s3://{}", access.bucket)
}

fn etags(_: &Access, output: &str) -> BTreeMap<String, String> {
    let listed: Option<Vec<(String, Option<String>)>> = serde_json::from_str(output).unwrap_or_default();
    listed.into_iter().flatten().filter_map(|(key, etag)| Some((key, etag?))).collect()
}

fn counts(output: &str, _: &str) -> Counts {
    Counts::transferred(lines_with(output, &["upload: ", "download: ", "copy: "]))
}
