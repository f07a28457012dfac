//! Real clients against a server that breaks a rule: what restores wrong data is noticed, what hangs is stopped, and nothing leaks.
//!
//! Needs a Docker daemon and, for the first build of the clients' image, a package index. There is no way to skip this silently.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

#[cfg(test)]
#[expect(dead_code, reason = "most faults and hostile answers are for other tests")]
mod support;

#[cfg(test)]
mod command;

#[cfg(test)]
mod daemon;

#[cfg(test)]
#[path = "clients/container.rs"]
mod container;

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use command::{Outcomes, record_in, run_against, s3ci};
use s3ci::model::{CaseRecord, CommandEnd, Failure, Outcome};
use support::Behaviour;
use support::fault::{Fault, FaultKind, Trigger};
use support::mutation::Mutation;
use support::operation::Operation;
use support::server::TestServer;

/// Workflows in which a file goes to the server in parts, which the test server may not have.
const IN_PARTS: [&str; 2] = ["clients/local::aws-cp-over-8-mib", "clients/local::boto3-upload-file-multipart"];

/// One workflow of each client that fetches what it stored, and the others that look at tags or listings.
const WORKFLOWS: [&str; 11] = [
    "rclone-copy",
    "rclone-delete",
    "rclone-same-size-edit-checksum",
    "restic-check",
    "s3cmd-sync",
    "s3cmd-same-size-edit",
    "aws-sync",
    "aws-debian-sync",
    "aws-get-over-8-mib",
    "boto3-when-required",
    "s5cmd-cp",
];

/// Builds the images once, before any test needs them in time.
static IMAGES: LazyLock<()> = LazyLock::new(|| {
    let built = s3ci().args(["image", "build"]).status().expect("s3ci runs");
    assert!(built.success(), "s3ci image build");
});

fn outcomes(behaviour: impl Into<Behaviour>, cases: &[&str], more: &[&str]) -> Outcomes {
    LazyLock::force(&IMAGES);
    let server = TestServer::start(behaviour);
    let cases: Vec<String> = cases.iter().map(|case| format!("clients/local{case}")).collect();
    let arguments: Vec<&str> =
        cases.iter().map(String::as_str).chain(["--runtime", "docker"]).chain(more.iter().copied()).collect();
    Outcomes::of(&server, &arguments)
}

/// Asserts of which clients a workflow is red.
fn assert_red(mutation: Mutation, expected: &[&str]) {
    let cases = WORKFLOWS.map(|case| format!("::{case}"));
    let outcomes = outcomes(mutation, &cases.each_ref().map(String::as_str), &["--timeout", "30s"]);
    assert_eq!(outcomes.errors(), Vec::<String>::new(), "{mutation:?}: nothing here keeps s3ci from judging");
    let client = |case: String| case.split("::").nth(1)?.split('-').next().map(str::to_owned);
    let red: BTreeSet<String> = outcomes.failed().into_iter().filter_map(client).collect();
    assert_eq!(red, expected.iter().map(|name| (*name).to_owned()).collect(), "{mutation:?}");
}

/// All of them.
const EVERY: [&str; 6] = ["rclone", "restic", "s3cmd", "aws", "boto3", "s5cmd"];

#[test]
fn a_right_server_passes_every_workflow() {
    let outcomes = outcomes(Behaviour::default(), &[""], &["--timeout", "30s"]);
    let failed: Vec<String> = outcomes.failed().into_iter().filter(|case| !IN_PARTS.contains(&case.as_str())).collect();
    let cases = &outcomes.record.suites[0].cases;
    assert_eq!((failed, outcomes.errors()), (Vec::new(), Vec::new()));
    let skipped = cases.iter().filter(|case| matches!(case.outcome, Outcome::Skipped { .. }));
    assert_eq!(
        skipped.map(|case| case.id.name()).collect::<Vec<_>>(),
        ["rclone-large-file", "rclone-large-file-whole"]
    );
    let second = cases.iter().find(|case| case.id.name() == "rclone-second-sync").unwrap();
    let again = &second.commands[1];
    assert_eq!((again.transferred, again.skipped), (Some(0), Some(8)), "{again:?}");
    assert!(again.requests.as_ref().is_some_and(|requests| !requests.is_empty()), "the proxy has counted: {again:?}");
}

#[test]
fn downloads_that_are_cut_short_turn_every_client_red() {
    assert_red(Mutation::ContentTruncated, &EVERY);
}

#[test]
fn an_object_that_listings_lack_turns_every_client_red() {
    assert_red(Mutation::ListDropsOneObject, &EVERY);
}

/// The others never look at a tag: they go by size and time, or never write an object twice.
#[test]
fn tags_that_stay_turn_those_clients_red_that_look_at_tags() {
    assert_red(Mutation::EtagOfFirstUploadKept, &["rclone", "s3cmd"]);
}

#[test]
fn wrong_data_without_a_word_of_the_client_has_a_class_of_its_own() {
    let outcomes = outcomes(Mutation::ListDropsOneObject, &["::boto3-when-required"], &[]);
    assert_eq!(outcomes.errors(), Vec::<String>::new());
    let case = &outcomes.record.suites[0].cases[0];
    let Outcome::Failed(failure) = &case.outcome else { panic!("{:?}", case.outcome) };
    assert_eq!((failure.kind.as_str(), case.severity.letter()), (Failure::SILENT_CORRUPTION, 'D'));
    assert!(failure.message.contains("says that all went well"), "{}", failure.message);
    assert!(
        case.explained_by.iter().any(|case| case.as_str() == "api/local::list-v2-pages"),
        "{:?}",
        case.explained_by
    );
    assert!(case.commands.iter().all(|command| command.ended == CommandEnd::Exited { status: 0 }));
}

#[test]
fn a_client_that_hangs_is_stopped_at_its_deadline_and_nothing_stays() {
    let trigger = Trigger { operation: Some(Operation::GetObject), from: 1 };
    let fault = Fault { kind: FaultKind::Hang, trigger };
    let began = Instant::now();
    let outcomes = outcomes(Behaviour { fault: Some(fault), mutation: None }, &["::s5cmd-cp"], &["--timeout", "5s"]);
    assert!(began.elapsed() < Duration::from_mins(3));
    let case: &CaseRecord = &outcomes.record.suites[0].cases[0];
    let Outcome::Error(fault) = &case.outcome else { panic!("{:?}", case.outcome) };
    assert_eq!(fault.kind, "client-timeout");
    assert_eq!(case.commands.last().map(|command| command.ended), Some(CommandEnd::Deadline));
    assert_eq!(outcomes.output.status.code(), Some(4));
    let label = format!("label=s3ci.run={}", outcomes.record.run_id);
    let left = Command::new("docker").args(["ps", "--all", "--quiet", "--filter", &label]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&left.stdout), "");
}

/// In the process runtime a client could see all that its user sees.
#[cfg(unix)]
#[test]
fn a_users_own_settings_never_reach_a_client() {
    use std::os::unix::fs::PermissionsExt;

    let (programs, reports) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let fake = programs.path().join("s5cmd");
    std::fs::write(&fake, "#!/bin/sh\n[ \"$1\" = version ] && exec echo v0\nenv\nexit 1\n").unwrap();
    std::fs::set_permissions(&fake, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", programs.path().display(), std::env::var("PATH").unwrap());
    let server = TestServer::start(Behaviour::default());
    let output =
        run_against(&server, &["clients/local::s5cmd-cp", "clients/local::restic-check", "--runtime", "process"])
            .env("PATH", path)
            .envs([("AWS_PROFILE", "leak"), ("AWS_SESSION_TOKEN", "leak"), ("RCLONE_CONFIG_S3CI_ENDPOINT", "leak")])
            .envs([("RESTIC_PASSWORD", "leak"), ("AWS_ENDPOINT_URL", "leak"), ("RCLONE_S3_ENDPOINT", "leak")])
            .arg("--out")
            .arg(reports.path())
            .output()
            .unwrap();
    let record = record_in(reports.path());
    let case = |name: &str| record.suites[0].cases.iter().find(|case| case.id.name() == name).unwrap();
    let log = case("s5cmd-cp").commands[0].log.join("\n");
    assert!(log.contains("AWS_ACCESS_KEY_ID=") && !log.contains("leak"), "{log}\n{output:?}");
    assert!(!log.contains(support::server::SECRET_KEY), "the secret stays out of the record: {log}");
    let Outcome::Skipped { reason } = &case("restic-check").outcome else {
        // A machine with a restic of its own runs the case; then there is nothing to skip.
        return;
    };
    assert_eq!(reason, "there is no restic on the PATH");
}
