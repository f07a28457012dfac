//! boto3, through a script of a few calls.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::FutureExt;
use serde::Deserialize;

use super::client::{Client, Counts, Environment, sdk_environment};
use super::workbench::{Ran, SOURCE, Workbench};
use super::{ClientCheck, Transport, flows, tree};
use crate::checks::judge::{ensure, few};
use crate::record::{CheckSpec, FailureKind, Severity, Stop};
use crate::server::Planting;

const SOURCE_OF_RULES: &str =
    "boto3's documentation, upload_file, download_file and Paginators; Data Integrity Protections for Amazon S3";
const SCRIPT: &str = include_str!("../../../docker/clients/boto3_client.py");

/// Objects of the paginator's check, and how many go on a page.
const OBJECTS: usize = 25;
const PAGE_SIZE: &str = "10";

static BOTO3: Client = Client { name: "boto3", program: "python3", environment: variables, counts, tries_again: None };

const BASE: ClientCheck = ClientCheck {
    explained_by: flows::ROUND_TRIP,
    ..ClientCheck::plain(&BOTO3, flows::roundtrip("", "", SOURCE_OF_RULES), |bench| {
        async { roundtrip(bench, &tree::plain(bench.seed()), &[]).await }.boxed()
    })
};

pub(super) const DEFAULTS: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "boto3-defaults",
        "boto3 as it comes, with a checksum in the head of each upload, stores a tree and fetches it unchanged",
        SOURCE_OF_RULES,
    ),
    ..BASE
};

pub(super) const DEFAULTS_TLS: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "boto3-defaults-tls",
        "boto3 as it comes, with checksums in trailers of unsigned payloads over TLS, stores a tree and fetches it unchanged",
        SOURCE_OF_RULES,
    ),
    transport: Transport::Https,
    explained_by: &["auth::integrity-unsigned-trailer"],
    ..BASE
};

pub(super) const WHEN_REQUIRED: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "boto3-when-required",
        "boto3 with checksums only when required stores a tree and fetches it unchanged",
        SOURCE_OF_RULES,
    ),
    body: |bench| {
        let variables = &[
            ("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required"),
            ("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required"),
        ];
        async { roundtrip(bench, &tree::plain(bench.seed()), variables).await }.boxed()
    },
    ..BASE
};

pub(super) const UPLOAD_OVER: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "boto3-upload-file-multipart",
        "upload_file sends a file of over 8 MiB in parts, and download_file fetches it unchanged",
        SOURCE_OF_RULES,
    ),
    explained_by: flows::IN_PARTS,
    body: |bench| upload_over(bench).boxed(),
    ..BASE
};

pub(super) const DOWNLOAD_OVER: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "boto3-download-file-multipart",
        "download_file fetches an object of over 8 MiB by ranges and puts it together unchanged",
        SOURCE_OF_RULES,
    ),
    explained_by: &["api::range-middle", "api::range-first", "api::range-last"],
    body: |bench| download_over(bench).boxed(),
    ..BASE
};

pub(super) const PAGINATOR: ClientCheck = ClientCheck {
    spec: CheckSpec {
        name: "boto3-paginator",
        severity: Severity::DataLoss,
        rule: "the paginator of list_objects_v2 yields every key once",
        consequence: "a script sees the first page only: whatever it copies, compares or deletes lacks the rest",
        source: SOURCE_OF_RULES,
    },
    explained_by: &["api::list-v2-pages"],
    body: |bench| paginator(bench).boxed(),
    ..BASE
};

pub(super) const TAGS: ClientCheck = ClientCheck {
    spec: flows::tags(
        "boto3-etags",
        "the paginator of list_objects_v2 yields another ETag of a file after an edit",
        "boto3's documentation, ListObjectsV2; Amazon S3 API, Object: the ETag reflects changes of the content",
    ),
    explained_by: flows::TAGS,
    body: |bench| {
        let up: flows::Step = |bench| async { script(bench, &["upload", SOURCE, bench.bucket()], &[]).await }.boxed();
        flows::ensure_tags_tell_edits(bench, up, |bench| tags(bench).boxed()).boxed()
    },
    ..BASE
};

pub(super) const AWKWARD: ClientCheck = ClientCheck {
    spec: flows::awkward(
        "boto3-awkward-names",
        "boto3 stores and fetches files whose names hold spaces, `+`, `%`, `#` and letters beyond ASCII",
        SOURCE_OF_RULES,
    ),
    explained_by: flows::AWKWARD,
    body: |bench| async { roundtrip(bench, &tree::awkward(bench.seed()), &[]).await }.boxed(),
    ..BASE
};

async fn script(bench: &Workbench<'_>, arguments: &[&str], variables: &[(&str, &str)]) -> Result<Ran, Stop> {
    let arguments: Vec<&str> = ["-c", SCRIPT].into_iter().chain(arguments.iter().copied()).collect();
    bench.run_with(&arguments, None, variables).await
}

/// Files go there and come back, with more variables of boto3's.
async fn roundtrip(bench: &Workbench<'_>, files: &[Planting], variables: &[(&str, &str)]) -> Result<(), Stop> {
    let planted = bench.plant(files).await?;
    script(bench, &["upload", SOURCE, bench.bucket()], variables).await?;
    script(bench, &["download", bench.bucket(), "restored"], variables).await?;
    bench.ensure_restored("restored", &planted).await
}

async fn upload_over(bench: &Workbench<'_>) -> Result<(), Stop> {
    roundtrip(bench, &[tree::file(bench.seed(), "file.bin", tree::OVER_BYTES)], &[]).await
}

async fn download_over(bench: &Workbench<'_>) -> Result<(), Stop> {
    let stored = bench.store("file.bin", tree::OVER_BYTES).await?;
    script(bench, &["download", bench.bucket(), "restored"], &[]).await?;
    bench.ensure_restored("restored", &stored).await
}

async fn paginator(bench: &Workbench<'_>) -> Result<(), Stop> {
    let stored: Vec<String> = (0..OBJECTS).map(|number| format!("object-{number:02}")).collect();
    for key in &stored {
        bench.s3().put(bench.bucket(), key, Bytes::from_static(b"x")).await?;
    }
    let ran = script(bench, &["list", bench.bucket(), PAGE_SIZE], &[]).await?;
    let mut listed = serde_json::from_str::<Answer>(&ran.stdout).unwrap_or_default().keys;
    listed.sort_unstable();
    let missing: Vec<&String> = stored.iter().filter(|key| !listed.contains(key)).collect();
    ensure(
        missing.is_empty(),
        FailureKind::SILENT_CORRUPTION.as_str(),
        format!("boto3 sees {} of {OBJECTS} objects and no error: it lacks {}", listed.len(), few(&missing)),
        format!("{OBJECTS} keys"),
        format!("{} keys", listed.len()),
    )?;
    ensure(
        listed == stored,
        "listing-differs",
        "boto3 is shown keys twice, or keys that nobody stored",
        format!("{OBJECTS} keys, each once"),
        format!("{} keys", listed.len()),
    )
}

async fn tags(bench: &Workbench<'_>) -> Result<BTreeMap<String, String>, Stop> {
    let ran = script(bench, &["tags", bench.bucket()], &[]).await?;
    Ok(serde_json::from_str::<Answer>(&ran.stdout).unwrap_or_default().tags)
}

fn variables(bench: &Workbench<'_>) -> Environment {
    let mut variables = sdk_environment(bench);
    variables.insert("S3CI_ENDPOINT".into(), bench.endpoint().into());
    if bench.credentials().is_none() {
        variables.insert("S3CI_UNSIGNED".into(), "1".into());
    }
    variables
}

/// What the script prints.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    transferred: Option<u64>,
    keys: Vec<String>,
    tags: BTreeMap<String, String>,
}

fn counts(output: &str, _: &str) -> Counts {
    let answer: Answer = serde_json::from_str(output).unwrap_or_default();
    Counts { transferred: answer.transferred, skipped: None }
}
