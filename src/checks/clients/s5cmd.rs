//! s5cmd.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use serde::Deserialize;

use super::client::{Client, Counts, Environment, sdk_environment};
use super::copier::{Copier, UnseenEdits};
use super::workbench::{Ran, SOURCE, Workbench};
use super::{ClientCheck, Transport, flows};
use crate::record::Stop;

const SOURCE_OF_RULES: &str = "s5cmd's README, cp and sync";

static S5CMD: Client = Client { name: "s5cmd", program: "s5cmd", environment: variables, counts, tries_again: None };

const BASE: ClientCheck = ClientCheck {
    explained_by: flows::ROUND_TRIP,
    ..ClientCheck::plain(&S5CMD, flows::roundtrip("", "", SOURCE_OF_RULES), |bench| {
        COPIER.roundtrip(bench, false).boxed()
    })
};

pub(super) const CP: ClientCheck = ClientCheck {
    spec: flows::roundtrip("s5cmd-cp", "s5cmd cp copies a tree to the server and back unchanged", SOURCE_OF_RULES),
    ..BASE
};

pub(super) const CP_TLS: ClientCheck = ClientCheck {
    spec: flows::roundtrip(
        "s5cmd-cp-tls",
        "s5cmd cp copies a tree to the server and back unchanged over TLS",
        SOURCE_OF_RULES,
    ),
    transport: Transport::Https,
    ..BASE
};

pub(super) const SECOND_SYNC: ClientCheck = ClientCheck {
    spec: flows::second_sync(
        "s5cmd-second-sync",
        "s5cmd sync over TLS copies a tree, and a second time nothing",
        SOURCE_OF_RULES,
    ),
    transport: Transport::Https,
    explained_by: &["api::list-read-after-write"],
    body: |bench| COPIER.second_sync(bench).boxed(),
    ..BASE
};

pub(super) const SAME_SIZE: ClientCheck = ClientCheck {
    spec: flows::same_size_edit(
        "s5cmd-same-size-edit",
        "s5cmd sync, which looks at size and time, says of an edit that left both alone whether it copied it",
        SOURCE_OF_RULES,
    ),
    body: |bench| COPIER.same_size_edit(bench).boxed(),
    ..BASE
};

pub(super) const CHANGES: ClientCheck = ClientCheck {
    spec: flows::changes(
        "s5cmd-changes",
        "s5cmd sync --delete follows an edit, a deletion and a new name",
        SOURCE_OF_RULES,
    ),
    explained_by: &["api::object-multi-delete", "api::list-read-after-write"],
    body: |bench| COPIER.changes(bench).boxed(),
    ..BASE
};

pub(super) const TAGS: ClientCheck = ClientCheck {
    spec: flows::tags(
        "s5cmd-etags",
        "s5cmd ls --etag shows another ETag of a file after an edit",
        "s5cmd's README, ls; Amazon S3 API, Object: the ETag reflects changes of the content",
    ),
    explained_by: flows::TAGS,
    body: |bench| flows::ensure_tags_tell_edits(bench, COPIER.up, |bench| tags(bench).boxed()).boxed(),
    ..BASE
};

pub(super) const AWKWARD: ClientCheck = ClientCheck {
    spec: flows::awkward(
        "s5cmd-awkward-names",
        "s5cmd cp copies files whose names hold spaces, `+`, `%`, `#` and letters beyond ASCII there and back",
        SOURCE_OF_RULES,
    ),
    explained_by: flows::AWKWARD,
    body: |bench| COPIER.roundtrip(bench, true).boxed(),
    ..BASE
};

const COPIER: Copier = Copier {
    up: |bench| async { s5cmd(bench, &["cp", &format!("{SOURCE}/"), &remote(bench, "")]).await }.boxed(),
    mirror: |bench| {
        async { s5cmd(bench, &["sync", "--delete", &format!("{SOURCE}/"), &remote(bench, "")]).await }.boxed()
    },
    down: |bench| async { s5cmd(bench, &["cp", &remote(bench, "*"), "restored/"]).await }.boxed(),
    unseen_edits: UnseenEdits::ByItsWord,
};

async fn s5cmd(bench: &Workbench<'_>, arguments: &[&str]) -> Result<Ran, Stop> {
    let unsigned = bench.credentials().is_none().then_some("--no-sign-request");
    let own = ["--endpoint-url", bench.endpoint(), "--json", "--retry-count", "1"].into_iter().chain(unsigned);
    let arguments: Vec<&str> = own.chain(arguments.iter().copied()).collect();
    bench.run(&arguments).await
}

async fn tags(bench: &Workbench<'_>) -> Result<BTreeMap<String, String>, Stop> {
    let ran = s5cmd(bench, &["ls", "--etag", &remote(bench, "*")]).await?;
    let root = remote(bench, "");
    let listed = ran.stdout.lines().filter_map(|line| serde_json::from_str::<Listed>(line).ok());
    Ok(listed.filter_map(|entry| Some((entry.key.strip_prefix(&root)?.to_owned(), entry.etag?))).collect())
}

fn remote(bench: &Workbench<'_>, below: &str) -> String {
    format!("s3://{}/{below}", bench.bucket())
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

/// A line of a listing in JSON.
#[derive(Deserialize)]
struct Listed {
    /// With the name of the bucket.
    key: String,
    etag: Option<String>,
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
