//! What a step of GitHub Actions gets of a run.

use std::io::Write;
use std::path::Path;
use std::process::Output;

use crate::against::run_against;
use crate::log::Log;
use crate::server::Behaviour;
use crate::server::TestServer;
use crate::server::mutation::Mutation;

/// Runs the ETag rules as a step whose files lie in `directory`.
fn step(behaviour: impl Into<Behaviour>, directory: &Path) -> Output {
    let server = TestServer::start(behaviour);
    run_against(&server, &["etag/local"])
        .arg("--out")
        .arg(directory)
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", directory.join("summary.md"))
        .env("GITHUB_OUTPUT", directory.join("output"))
        .output()
        .unwrap()
}

fn read(directory: &Path, name: &str) -> String {
    std::fs::read_to_string(directory.join(name)).expect("the step's file is there")
}

/// The lines that a runner takes for commands. One more is put at the end: where it is none, commands are still stopped there.
fn commands(output: &Output) -> Vec<String> {
    const END: &str = "::debug::end";
    let log = Log::new(&[]);
    log.writer().write_all(&[output.stdout.as_slice(), END.as_bytes()].concat()).unwrap();
    let (_, mut commands, _) = log.read();
    assert_eq!(commands.pop().as_deref(), Some(END), "commands are read again at the end");
    commands
}

#[test]
fn a_red_step_says_what_broke_in_summary_annotations_and_outputs() {
    let directory = tempfile::tempdir().unwrap();
    let output = step(Mutation::EtagOfFirstUploadKept, directory.path());
    assert_eq!(output.status.code(), Some(1));
    let summary = read(directory.path(), "summary.md");
    assert!(summary.starts_with("## ✗ FAILED"), "{summary}");
    assert!(summary.contains("etag/local::changes-on-same-size-edit"), "{summary}");
    let outputs = read(directory.path(), "output");
    assert!(outputs.starts_with("result=failed\nexit-code=1\nfailed="), "{outputs}");
    assert!(outputs.contains(&format!("junit-path={}", directory.path().join("out.xml").display())), "{outputs}");
    let commands = commands(&output);
    assert!(commands.iter().any(|line| line.starts_with("::error title=etag/local%3A%3A")), "{commands:?}");
}

#[test]
fn a_green_step_has_no_error() {
    let directory = tempfile::tempdir().unwrap();
    let output = step(Behaviour::default(), directory.path());
    assert_eq!(output.status.code(), Some(0));
    assert!(read(directory.path(), "output").starts_with("result=passed\nexit-code=0\nfailed=0\n"));
    assert!(read(directory.path(), "summary.md").starts_with("## ✓ PASSED"));
    assert_eq!(commands(&output).iter().filter(|line| line.starts_with("::error")).count(), 0);
}

/// A lost summary is a lost report.
#[test]
fn a_summary_that_cannot_be_written_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(Behaviour::default());
    let output = run_against(&server, &["etag/local"])
        .args(["--github", "always"])
        .env("GITHUB_STEP_SUMMARY", directory.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5));
}
