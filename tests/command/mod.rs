//! The binary from outside: started as a user starts it, judged by what it leaves.

use std::path::Path;
use std::process::{Command, Output};

use s3ci::record::{CheckRecord, RunRecord};

use super::support::server::{ACCESS_KEY, SECRET_KEY, TestServer};

/// The binary with an environment of its own: nothing of the tester's settings or credentials leaks in.
pub(crate) fn s3ci() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_s3ci"));
    for (name, _) in std::env::vars() {
        if ["S3CI_", "AWS_", "GITHUB_"].iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command.env("NO_COLOR", "1");
    command
}

/// `s3ci run` against a test server, with its credentials.
pub(crate) fn run_against(server: &TestServer, arguments: &[&str]) -> Command {
    let mut command = s3ci();
    command
        .arg("run")
        .args(arguments)
        .args(["--target", &format!("endpoint:{}", server.endpoint())])
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    command
}

/// The record that a run left in `directory`.
pub(crate) fn record_in(directory: &Path) -> RunRecord {
    let json = std::fs::read_to_string(directory.join("metrics.json")).expect("metrics.json is there");
    s3ci::report::json::parse(&json).expect("metrics.json is a record")
}

/// What a run found.
#[derive(Debug)]
pub(crate) struct Outcomes {
    pub(crate) record: RunRecord,
    pub(crate) output: Output,
}

impl Outcomes {
    /// Runs s3ci against a server and reads its record.
    pub(crate) fn of(server: &TestServer, arguments: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let output = run_against(server, arguments).arg("--out").arg(directory.path()).output().expect("s3ci runs");
        Self { record: record_in(directory.path()), output }
    }

    fn checks(&self, wanted: impl Fn(&CheckRecord) -> bool) -> Vec<String> {
        let checks = self.record.suites.iter().flat_map(|suite| &suite.checks);
        checks.filter(|check| wanted(check)).map(|check| check.id.to_string()).collect()
    }

    /// Ids of the failed checks, in the order of the catalogue.
    pub(crate) fn failed(&self) -> Vec<String> {
        self.checks(|check| check.outcome.is_failed())
    }

    /// Ids of the checks that s3ci could not judge.
    pub(crate) fn errors(&self) -> Vec<String> {
        self.checks(|check| check.outcome.is_not_judged())
    }
}
