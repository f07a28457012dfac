//! s5cmd.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::access::Access;
use super::client::{Client, Copying, Counts, Environment, Etags, Mirror, UnseenEdits, sdk_environment, words};
use super::explanation;
use super::workbench::{RESTORED, SOURCE};
use crate::checks::scope::Backends;

pub(super) static S5CMD: Client = Client {
    name: "s5cmd",
    program: "s5cmd",
    version: &["s5cmd", "version"],
    environment: variables,
    settings: None,
    options,
    counts,
    tries_again: None,
    can_do_unsigned: true,
    source: "s5cmd's README, cp and sync",
    backends: Backends::All,
    copying: Some(Copying {
        round_trip: "cp",
        copies: "s5cmd cp copies",
        up: |access| words(["cp", &format!("{SOURCE}/"), &bucket(access)]),
        down: |access| words(["cp", &format!("{}*", bucket(access)), &format!("{RESTORED}/")]),
        explained_by: explanation::ROUND_TRIP,
        over_tls: Some(explanation::ROUND_TRIP),
        awkward_names: true,
        mirror: Some(Mirror {
            command: "s5cmd sync",
            deletes_by: "--delete",
            words: |access| words(["sync", "--delete", &format!("{SOURCE}/"), &bucket(access)]),
            unseen_edits: UnseenEdits::ByItsWord,
            unseen_edits_source: None,
            second_sync: &["api::list-read-after-write"],
            same_size_edit: &[(Backends::All, explanation::ROUND_TRIP)],
            changes: &["api::object-multi-delete", "api::list-read-after-write"],
        }),
        etags: Some(Etags {
            command: "s5cmd ls --etag",
            source: "s5cmd's README, ls",
            words: |access| words(["ls", "--etag", &format!("{}*", bucket(access))]),
            read: etags,
        }),
    }),
};

fn options(access: &Access) -> Vec<String> {
    let unsigned = access.credentials.is_none().then(|| "--no-sign-request".to_owned());
    words(["--endpoint-url", &access.endpoint, "--json", "--retry-count", "1"]).into_iter().chain(unsigned).collect()
}

fn bucket(access: &Access) -> String {
    format!("s3://{}/", access.bucket)
}

fn variables(access: &Access) -> Environment {
    let mut variables = sdk_environment(access);
    if let Some(authority) = &access.authority {
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

fn etags(access: &Access, output: &str) -> BTreeMap<String, String> {
    let root = bucket(access);
    let listed = output.lines().filter_map(|line| serde_json::from_str::<Listed>(line).ok());
    listed.filter_map(|entry| Some((entry.key.strip_prefix(&root)?.to_owned(), entry.etag?))).collect()
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
