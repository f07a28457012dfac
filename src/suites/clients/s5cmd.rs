//! s5cmd.

use futures_util::FutureExt;
use serde::Deserialize;

use super::client::{Client, Counts, Environment, sdk_environment};
use super::workbench::{Ran, SOURCE, Workbench};
use super::{ClientCase, Transport, flows, tree};
use crate::model::{CaseSpec, Severity, Stop};
use crate::server::Manifest;

const SOURCE_OF_RULES: &str = "s5cmd's README, cp and sync";

static S5CMD: Client = Client { name: "s5cmd", program: "s5cmd", environment: variables, counts, tries_again: None };

const BASE: ClientCase = ClientCase {
    spec: flows::roundtrip("", "", SOURCE_OF_RULES),
    client: &S5CMD,
    transport: Transport::Http,
    explained_by: &[],
    large: false,
    body: |bench| roundtrip(bench, false).boxed(),
};

pub(super) const CP: ClientCase = ClientCase {
    spec: flows::roundtrip("s5cmd-cp", "s5cmd cp copies a tree to the server and back unchanged", SOURCE_OF_RULES),
    ..BASE
};

pub(super) const CP_TLS: ClientCase = ClientCase {
    spec: flows::roundtrip(
        "s5cmd-cp-tls",
        "s5cmd cp copies a tree to the server and back unchanged over TLS",
        SOURCE_OF_RULES,
    ),
    transport: Transport::Https,
    ..BASE
};

pub(super) const SECOND_SYNC: ClientCase = ClientCase {
    spec: flows::second_sync(
        "s5cmd-second-sync",
        "s5cmd sync over TLS copies a tree, and a second time nothing",
        SOURCE_OF_RULES,
    ),
    transport: Transport::Https,
    explained_by: &["api::list-v2-pages"],
    body: |bench| second_sync(bench).boxed(),
    ..BASE
};

pub(super) const SAME_SIZE: ClientCase = ClientCase {
    spec: CaseSpec {
        name: "s5cmd-same-size-edit",
        severity: Severity::DataLoss,
        rule: "s5cmd sync, which looks at size and time, says of an edit that left both alone whether it copied it",
        consequence: "the backup keeps what was there before, and nobody is told",
        source: SOURCE_OF_RULES,
    },
    body: |bench| same_size_edit(bench).boxed(),
    ..BASE
};

pub(super) const CHANGES: ClientCase = ClientCase {
    spec: CaseSpec {
        name: "s5cmd-changes",
        severity: Severity::DataLoss,
        rule: "s5cmd sync --delete follows an edit, a deletion and a new name",
        consequence: "the backup is another tree than the one that was backed up",
        source: SOURCE_OF_RULES,
    },
    explained_by: &["api::object-multi-delete"],
    body: |bench| changes(bench).boxed(),
    ..BASE
};

pub(super) const AWKWARD: ClientCase = ClientCase {
    spec: flows::awkward(
        "s5cmd-awkward-names",
        "s5cmd cp copies files whose names hold spaces, `+`, `%`, `#` and letters beyond ASCII there and back",
        SOURCE_OF_RULES,
    ),
    explained_by: &["api::keys-percent-literal"],
    body: |bench| roundtrip(bench, true).boxed(),
    ..BASE
};

async fn s5cmd(bench: &Workbench<'_>, arguments: &[&str]) -> Result<Ran, Stop> {
    let unsigned = bench.credentials().is_none().then_some("--no-sign-request");
    let own = ["--endpoint-url", bench.endpoint(), "--json", "--retry-count", "1"].into_iter().chain(unsigned);
    let arguments: Vec<&str> = own.chain(arguments.iter().copied()).collect();
    bench.run(&arguments).await
}

fn remote(bench: &Workbench<'_>, below: &str) -> String {
    format!("s3://{}/{below}", bench.bucket())
}

async fn restored(bench: &Workbench<'_>, expected: &Manifest) -> Result<(), Stop> {
    s5cmd(bench, &["cp", &remote(bench, "*"), "restored/"]).await?;
    bench.ensure_restored("restored", expected).await
}

async fn sync(bench: &Workbench<'_>) -> Result<Ran, Stop> {
    s5cmd(bench, &["sync", "--delete", &format!("{SOURCE}/"), &remote(bench, "")]).await
}

async fn roundtrip(bench: &Workbench<'_>, awkward: bool) -> Result<(), Stop> {
    let files = if awkward { tree::awkward(bench.seed()) } else { tree::plain(bench.seed()) };
    let planted = bench.plant(&files).await?;
    s5cmd(bench, &["cp", &format!("{SOURCE}/"), &remote(bench, "")]).await?;
    restored(bench, &planted).await
}

async fn second_sync(bench: &Workbench<'_>) -> Result<(), Stop> {
    let planted = bench.plant_plain().await?;
    sync(bench).await?;
    let again = sync(bench).await?;
    flows::ensure_keys(bench, &planted).await?;
    flows::ensure_nothing_sent(&again)
}

async fn same_size_edit(bench: &Workbench<'_>) -> Result<(), Stop> {
    let before = bench.plant_plain().await?;
    sync(bench).await?;
    let after = flows::edit_unseen(bench).await?;
    let again = sync(bench).await?;
    restored(bench, flows::by_its_word(&again, &before, &after)?).await
}

async fn changes(bench: &Workbench<'_>) -> Result<(), Stop> {
    bench.plant_plain().await?;
    sync(bench).await?;
    let changed = flows::change(bench).await?;
    sync(bench).await?;
    flows::ensure_keys(bench, &changed).await?;
    restored(bench, &changed).await
}

fn variables(bench: &Workbench<'_>) -> Environment {
    let mut variables = sdk_environment(bench);
    if let Some(authority) = bench.authority() {
        variables.insert("SSL_CERT_FILE".into(), authority.into());
    }
    variables
}

/// A line of s5cmd's JSON.
#[derive(Deserialize)]
struct Line {
    operation: String,
    success: bool,
}

fn counts(output: &str, _: &str) -> Counts {
    let lines = output.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
    Counts::transferred(lines.filter(|line| line.operation == "cp" && line.success).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_that_succeeded_are_counted() {
        let output = r#"{"operation":"cp","success":true,"source":"a","destination":"s3://b/a"}
{"operation":"rm","success":true,"source":"s3://b/c"}
{"operation":"cp","command":"cp x","error":"refused"}
"#;
        assert_eq!(counts(output, ""), Counts::transferred(1));
    }
}
