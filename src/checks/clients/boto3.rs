//! boto3, through a script of a few calls. As it comes, it sends a checksum in the head of each upload, and over TLS in a trailer of an
//! unsigned payload.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Deserialize;

use super::access::Access;
use super::client::{Client, Copying, Counts, Environment, Etags, sdk_environment, words};
use super::workbench::{RESTORED, SOURCE, Workbench};
use super::workflow::NOT_BACKED_UP;
use super::{explanation, tree};
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, few};
use crate::checks::scope::{ANYWHERE, Backends};
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::{FailureKind, Stop};

const DOCUMENTED: &str =
    "boto3's documentation, upload_file, download_file and Paginators; Data Integrity Protections for Amazon S3";
const SCRIPT: &str = include_str!("../../../docker/clients/boto3_client.py");

/// Objects of the paginator's check, and how many go on a page.
const OBJECTS: usize = 25;
const PAGE_SIZE: &str = "10";

/// Checksums only where S3 demands one.
const WHEN_REQUIRED: &[(&str, &str)] =
    &[("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required"), ("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required")];

pub(super) static BOTO3: Client = Client {
    name: "boto3",
    program: "python3",
    version: &["python3", "-c", "import importlib.metadata as m; print(m.version('boto3'))"],
    environment: variables,
    settings: None,
    options: |_| words(["-c", SCRIPT]),
    counts,
    tries_again: None,
    can_do_unsigned: true,
    source: DOCUMENTED,
    backends: Backends::All,
    copying: Some(Copying {
        round_trip: "defaults",
        copies: "boto3 as it comes copies",
        up: |access| words(["upload", SOURCE, &access.bucket]),
        down: |access| words(["download", &access.bucket, RESTORED]),
        explained_by: explanation::ROUND_TRIP,
        over_tls: Some(&["auth::integrity-unsigned-trailer"]),
        awkward_names: true,
        mirror: None,
        etags: Some(Etags {
            command: "the paginator of list_objects_v2",
            source: "boto3's documentation, ListObjectsV2",
            words: |access| words(["etags", &access.bucket]),
            read: |_, output| serde_json::from_str::<Answer>(output).unwrap_or_default().etags,
        }),
    }),
};

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "boto3-when-required",
        severity: BreaksClients,
        rule: "boto3 with checksums only when required stores a tree and fetches it unchanged",
        consequence: NOT_BACKED_UP,
        source: DOCUMENTED,
        scope: ANYWHERE.explained_by(explanation::ROUND_TRIP),
        body: &async |c: &CheckContext| {
            let bench = BOTO3.over_http(c)?;
            let planted = bench.plant_plain().await?;
            bench.run_with(&["upload", SOURCE, bench.bucket()], None, WHEN_REQUIRED).await?;
            bench.run_with(&["download", bench.bucket(), RESTORED], None, WHEN_REQUIRED).await?;
            bench.ensure_restored(RESTORED, &planted).await
        },
    },
    Check {
        name: "boto3-upload-file-multipart",
        severity: BreaksClients,
        rule: "upload_file sends a file of over 8 MiB in parts, and download_file fetches it unchanged",
        consequence: NOT_BACKED_UP,
        source: DOCUMENTED,
        scope: ANYWHERE.explained_by(explanation::IN_PARTS),
        body: &async |c: &CheckContext| {
            let bench = BOTO3.over_http(c)?;
            let planted = bench.plant(&[tree::file(bench.seed(), "file.bin", tree::OVER_BYTES)]).await?;
            bench.run(&["upload", SOURCE, bench.bucket()]).await?;
            bench.run(&["download", bench.bucket(), RESTORED]).await?;
            bench.ensure_restored(RESTORED, &planted).await
        },
    },
    Check {
        name: "boto3-download-file-multipart",
        severity: BreaksClients,
        rule: "download_file fetches an object of over 8 MiB by ranges and puts it together unchanged",
        consequence: NOT_BACKED_UP,
        source: DOCUMENTED,
        scope: ANYWHERE.explained_by(explanation::BY_RANGES),
        body: &async |c: &CheckContext| {
            let bench = BOTO3.over_http(c)?;
            let stored = bench.store("file.bin", tree::OVER_BYTES).await?;
            bench.run(&["download", bench.bucket(), RESTORED]).await?;
            bench.ensure_restored(RESTORED, &stored).await
        },
    },
    Check {
        name: "boto3-paginator",
        severity: DataLoss,
        rule: "the paginator of list_objects_v2 yields every key once",
        consequence: "a script sees the first page only: whatever it copies, compares or deletes lacks the rest",
        source: DOCUMENTED,
        scope: ANYWHERE.explained_by(&["api::list-v2-pages"]),
        body: &async |c: &CheckContext| paginator(&BOTO3.over_http(c)?).await,
    },
];

async fn paginator(bench: &Workbench<'_>) -> Result<(), Stop> {
    let stored: Vec<String> = (0..OBJECTS).map(|number| format!("object-{number:02}")).collect();
    for key in &stored {
        bench.s3().put(bench.bucket(), key, Bytes::from_static(b"x")).await?;
    }
    let ran = bench.run(&["list", bench.bucket(), PAGE_SIZE]).await?;
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
        "boto3 gets keys twice, or keys that nobody stored",
        format!("{OBJECTS} keys, each once"),
        format!("{} keys", listed.len()),
    )
}

fn variables(access: &Access) -> Environment {
    let mut variables = sdk_environment(access);
    variables.insert("S3CI_ENDPOINT".into(), access.endpoint.clone());
    if access.credentials.is_none() {
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
    etags: BTreeMap<String, String>,
}

fn counts(output: &str, _: &str) -> Counts {
    let answer: Answer = serde_json::from_str(output).unwrap_or_default();
    Counts { transferred: answer.transferred, skipped: None }
}
