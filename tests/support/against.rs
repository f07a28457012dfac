//! Runs of the binary against a server in this process.

use std::process::{Command, Output};

use s3ci::record::{CheckRecord, RunRecord};

use crate::command::{record_in, s3ci};
use crate::server::{ACCESS_KEY, SECRET_KEY, TestServer};

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
