//! The binary from outside: started as a user starts it, judged by what it says and leaves.

use std::path::Path;
use std::process::{Command, Output};

use s3ci::record::RunRecord;

/// The binary with an environment of its own: nothing of the tester's settings or credentials leaks in.
pub(crate) fn s3ci() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_s3ci"));
    for (name, _) in std::env::vars() {
        if ["S3CI_", "AWS_", "GITHUB_", "GIT_"].iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command.env("NO_COLOR", "1");
    command
}

/// The record that a run left in `directory`.
pub(crate) fn record_in(directory: &Path) -> RunRecord {
    let json = std::fs::read_to_string(directory.join("metrics.json")).expect("metrics.json is there");
    s3ci::report::json::parse(&json).expect("metrics.json is a record")
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code, not a signal")
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What was said on stderr, on one line: where it wraps is not the test's business.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ")
}
