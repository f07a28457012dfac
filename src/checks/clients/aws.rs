//! aws-cli: the current release, and beside it the one that Debian 12 ships.

use std::collections::BTreeMap;

use futures_util::FutureExt;

use super::client::{Client, Counts, lines_with, sdk_environment};
use super::copier::{Copier, UnseenEdits};
use super::workbench::{Ran, SOURCE, Workbench};
use super::{ClientCheck, Transport, flows, tree};
use crate::record::Stop;

const SOURCE_OF_RULES: &str = "AWS CLI command reference, s3 sync and s3 cp; multipart_threshold is 8 MiB";

static AWS: Client = Client { name: "aws", program: "aws", environment: sdk_environment, counts, tries_again: None };
static DEBIAN: Client =
    Client { name: "aws-debian", program: "aws-debian", environment: sdk_environment, counts, tries_again: None };

const BASE: ClientCheck = ClientCheck {
    explained_by: flows::ROUND_TRIP,
    ..ClientCheck::plain(&AWS, flows::roundtrip("", "", SOURCE_OF_RULES), |bench| {
        COPIER.roundtrip(bench, false).boxed()
    })
};

pub(super) const SYNC: ClientCheck = ClientCheck {
    spec: flows::roundtrip("aws-sync", "aws s3 sync copies a tree to the server and back unchanged", SOURCE_OF_RULES),
    ..BASE
};

pub(super) const SECOND_SYNC: ClientCheck = ClientCheck {
    spec: flows::second_sync(
        "aws-second-sync",
        "aws s3 sync over TLS copies a tree, a second time nothing, and back unchanged",
        SOURCE_OF_RULES,
    ),
    transport: Transport::Https,
    explained_by: &["auth::integrity-unsigned-trailer", "api::list-read-after-write"],
    body: |bench| COPIER.second_sync(bench).boxed(),
    ..BASE
};

pub(super) const CP_UNDER: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "aws-cp-under-8-mib",
        "aws s3 cp copies a file that it sends whole there and back unchanged",
        SOURCE_OF_RULES,
    ),
    body: |bench| cp(bench, tree::UNDER_BYTES).boxed(),
    ..BASE
};

pub(super) const CP_OVER: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "aws-cp-over-8-mib",
        "aws s3 cp copies a file that it sends in parts there and back unchanged",
        SOURCE_OF_RULES,
    ),
    explained_by: flows::IN_PARTS,
    body: |bench| cp(bench, tree::OVER_BYTES).boxed(),
    ..BASE
};

pub(super) const GET_OVER: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "aws-get-over-8-mib",
        "aws s3 cp fetches an object by ranges and puts it together unchanged",
        SOURCE_OF_RULES,
    ),
    explained_by: &["api::range-middle", "api::range-first", "api::range-last"],
    body: |bench| get(bench).boxed(),
    ..BASE
};

pub(super) const SAME_SIZE: ClientCheck = ClientCheck {
    spec: flows::same_size_edit(
        "aws-same-size-edit",
        "aws s3 sync, which looks at size and time, says of an edit that left both alone whether it copied it",
        SOURCE_OF_RULES,
    ),
    body: |bench| COPIER.same_size_edit(bench).boxed(),
    ..BASE
};

pub(super) const CHANGES: ClientCheck = ClientCheck {
    spec: flows::changes(
        "aws-changes",
        "aws s3 sync --delete follows an edit, a deletion and a new name",
        SOURCE_OF_RULES,
    ),
    explained_by: &["api::object-delete", "api::list-read-after-write"],
    body: |bench| COPIER.changes(bench).boxed(),
    ..BASE
};

pub(super) const TAGS: ClientCheck = ClientCheck {
    spec: flows::tags(
        "aws-etags",
        "aws s3api list-objects-v2 shows another ETag of a file after an edit",
        "AWS CLI command reference, s3api list-objects-v2; Amazon S3 API, Object: the ETag reflects changes of the content",
    ),
    explained_by: flows::TAGS,
    body: |bench| flows::ensure_tags_tell_edits(bench, COPIER.up, |bench| tags(bench).boxed()).boxed(),
    ..BASE
};

pub(super) const AWKWARD: ClientCheck = ClientCheck {
    spec: flows::awkward(
        "aws-awkward-names",
        "aws s3 sync copies files whose names hold spaces, `+`, `%`, `#` and letters beyond ASCII there and back",
        SOURCE_OF_RULES,
    ),
    explained_by: flows::AWKWARD,
    body: |bench| COPIER.roundtrip(bench, true).boxed(),
    ..BASE
};

pub(super) const DEBIAN_SYNC: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "aws-debian-sync",
        "the aws s3 sync of Debian 12 copies a tree to the server and back unchanged",
        SOURCE_OF_RULES,
    ),
    client: &DEBIAN,
    ..BASE
};

const COPIER: Copier = Copier {
    up: |bench| async { s3(bench, &["sync", SOURCE, &remote(bench)]).await }.boxed(),
    mirror: |bench| async { s3(bench, &["sync", "--delete", SOURCE, &remote(bench)]).await }.boxed(),
    down: |bench| async { s3(bench, &["sync", &remote(bench), "restored"]).await }.boxed(),
    unseen_edits: UnseenEdits::ByItsWord,
};

async fn s3(bench: &Workbench<'_>, arguments: &[&str]) -> Result<Ran, Stop> {
    let (command, rest) = arguments.split_first().unwrap_or((&"help", &[]));
    let arguments: Vec<&str> = ["s3", command, "--no-progress"].into_iter().chain(rest.iter().copied()).collect();
    aws(bench, &arguments).await
}

async fn aws(bench: &Workbench<'_>, arguments: &[&str]) -> Result<Ran, Stop> {
    let unsigned = bench.credentials().is_none().then_some("--no-sign-request");
    let own = ["--endpoint-url", bench.endpoint()].into_iter().chain(unsigned);
    let arguments: Vec<&str> = own.chain(arguments.iter().copied()).collect();
    bench.run(&arguments).await
}

async fn tags(bench: &Workbench<'_>) -> Result<BTreeMap<String, String>, Stop> {
    let list = ["s3api", "list-objects-v2", "--bucket", bench.bucket()];
    let shown = ["--query", "Contents[].[Key, ETag]", "--output", "json"];
    let ran = aws(bench, &[list, shown].concat()).await?;
    let listed: Option<Vec<(String, Option<String>)>> = serde_json::from_str(&ran.stdout).unwrap_or_default();
    Ok(listed.into_iter().flatten().filter_map(|(key, tag)| Some((key, tag?))).collect())
}

fn remote(bench: &Workbench<'_>) -> String {
    format!("s3://{}", bench.bucket())
}

async fn cp(bench: &Workbench<'_>, size_bytes: u64) -> Result<(), Stop> {
    let planted = bench.plant(&[tree::file(bench.seed(), "file.bin", size_bytes)]).await?;
    let target = format!("{}/file.bin", remote(bench));
    s3(bench, &["cp", &format!("{SOURCE}/file.bin"), &target]).await?;
    s3(bench, &["cp", &target, "restored/file.bin"]).await?;
    bench.ensure_restored("restored", &planted).await
}

async fn get(bench: &Workbench<'_>) -> Result<(), Stop> {
    let stored = bench.store("file.bin", tree::OVER_BYTES).await?;
    s3(bench, &["cp", &format!("{}/file.bin", remote(bench)), "restored/file.bin"]).await?;
    bench.ensure_restored("restored", &stored).await
}

fn counts(output: &str, _: &str) -> Counts {
    Counts::transferred(lines_with(output, &["upload: ", "download: ", "copy: "]))
}
