//! Real clients against a server that breaks a rule: what restores wrong data is noticed, what hangs is stopped, and nothing leaks.
//!
//! Needs a Docker daemon and, for the first build of the clients' image, a package index. There is no way to skip this silently.

mod container;

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use crate::against::{Outcomes, run_against};
use crate::command::record_in;
use crate::images::PINNED;
use crate::server::Behaviour;
use crate::server::TestServer;
use crate::server::fault::{Fault, FaultKind, Trigger};
use crate::server::mutation::Mutation;
use crate::server::operation::Operation;
use s3ci::checks::CATALOGUE;
use s3ci::record::{CheckRecord, CommandEnd, Failure, Outcome};

/// Workflows in which a file goes to the server in parts, which the test server may not have.
const IN_PARTS: [&str; 2] = ["clients/local::aws-cp-over-8-mib", "clients/local::boto3-upload-file-multipart"];

/// Workflows that fetch no object, or whose fetching is not judged.
const NO_FETCH: [&str; 7] = [
    "rclone-second-sync",
    "rclone-debian-second-sync",
    "s3cmd-md5",
    "aws-etags",
    "boto3-paginator",
    "boto3-etags",
    "s5cmd-etags",
];

/// Workflows with the large file, which `--large` adds.
const LARGE: [&str; 2] = ["rclone-large-file", "rclone-large-file-whole"];

/// Workflows that lack a file when a listing lacks it, of each client at least one.
const FETCHES: [&str; 9] = [
    "rclone-copy",
    "rclone-delete",
    "restic-check",
    "s3cmd-sync",
    "aws-sync",
    "aws-debian-sync",
    "boto3-when-required",
    "boto3-paginator",
    "s5cmd-cp",
];

/// Workflows that go by tags.
const BY_TAGS: [&str; 5] =
    ["rclone-same-size-edit-checksum", "s3cmd-same-size-edit", "aws-etags", "boto3-etags", "s5cmd-etags"];

/// Workflows that take a tag for a sum.
const BY_SUMS: [&str; 2] = ["rclone-check", "s3cmd-md5"];

/// Workflows in which a second sync has nothing to do.
const SECOND_SYNCS: [&str; 5] =
    ["rclone-second-sync", "rclone-debian-second-sync", "s3cmd-second-sync", "aws-second-sync", "s5cmd-second-sync"];

fn outcomes(behaviour: impl Into<Behaviour>, checks: &[&str], more: &[&str]) -> Outcomes {
    LazyLock::force(&PINNED);
    let server = TestServer::start(behaviour);
    let checks: Vec<String> = checks.iter().map(|check| format!("clients/local{check}")).collect();
    let arguments: Vec<&str> =
        checks.iter().map(String::as_str).chain(["--runtime", "docker"]).chain(more.iter().copied()).collect();
    Outcomes::of(&server, &arguments)
}

/// The names of the workflows that are red on a server that breaks a rule.
fn red(mutation: Mutation, checks: &[&str], more: &[&str]) -> BTreeSet<String> {
    // A client that tries again waits longer each time, and a busy machine makes that longer still.
    let outcomes = outcomes(mutation, checks, &[&["--timeout", "2m"], more].concat());
    let checks = outcomes.record.suites.iter().flat_map(|suite| &suite.checks);
    let unjudged: Vec<_> = checks.filter(|check| check.outcome.is_not_judged()).collect();
    assert!(unjudged.is_empty(), "{mutation:?}: nothing here keeps s3ci from judging: {unjudged:#?}");
    outcomes.failed().iter().filter_map(|check| check.split("::").nth(1)).map(str::to_owned).collect()
}

fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// Whose workflows these are.
fn clients(checks: &BTreeSet<String>) -> BTreeSet<String> {
    names(checks.iter().filter_map(|check| check.split('-').next()))
}

/// The names of all workflows.
fn all() -> BTreeSet<String> {
    let suite = CATALOGUE.iter().find(|suite| suite.name == "clients/local").expect("the suite is there");
    names(suite.checks().iter().map(|check| check.name))
}

/// What a check failed with.
fn failure(check: &CheckRecord) -> &Failure {
    let Outcome::Failed(failure) = &check.outcome else { panic!("{}: {:?}", check.id, check.outcome) };
    failure
}

/// All of them.
const EVERY: [&str; 6] = ["rclone", "restic", "s3cmd", "aws", "boto3", "s5cmd"];

#[test]
fn a_right_server_passes_every_workflow() {
    let outcomes = outcomes(Behaviour::default(), &[""], &["--timeout", "30s"]);
    let failed: Vec<String> =
        outcomes.failed().into_iter().filter(|check| !IN_PARTS.contains(&check.as_str())).collect();
    let checks = &outcomes.record.suites[0].checks;
    assert_eq!((failed, outcomes.errors()), (Vec::new(), Vec::new()));
    let skipped = checks.iter().filter(|check| matches!(check.outcome, Outcome::Skipped { .. }));
    assert_eq!(skipped.map(|check| check.id.name()).collect::<Vec<_>>(), LARGE);
    let facts = &outcomes.record.suites[0].facts;
    let version = |name: &str| {
        facts.iter().find(|(fact, _)| fact.trim() == name).map_or_else(|| panic!("{name}: {facts:?}"), |(_, text)| text)
    };
    for name in ["rclone", "rclone-debian", "restic", "s3cmd", "aws", "aws-debian", "boto3", "s5cmd", "haproxy"] {
        assert!(version(name).contains(|letter: char| letter.is_ascii_digit()), "{name}: {}", version(name));
    }
    let second = checks.iter().find(|check| check.id.name() == "rclone-second-sync").unwrap();
    let again = &second.commands[1];
    assert_eq!((again.transferred, again.skipped), (Some(0), Some(8)), "{again:?}");
    assert!(again.requests.as_ref().is_some_and(|requests| !requests.is_empty()), "the proxy has counted: {again:?}");
}

#[test]
fn downloads_that_are_cut_short_turn_every_workflow_red_that_fetches() {
    let red = red(Mutation::ContentTruncated, &[""], &["--large"]);
    assert_eq!(red, &all() - &names(NO_FETCH));
    assert_eq!(clients(&red), names(EVERY));
}

#[test]
fn an_object_that_listings_lack_turns_every_client_red() {
    let red = red(
        Mutation::ListDropsOneObject,
        &FETCHES.map(|check| format!("::{check}")).each_ref().map(String::as_str),
        &[],
    );
    assert_eq!(red, names(FETCHES));
    assert_eq!(clients(&red), names(EVERY));
}

/// restic alone never looks at a tag: its objects are named by what they hold, and none is written twice.
#[test]
fn tags_that_stay_turn_every_workflow_red_that_looks_at_them() {
    let checks = [&BY_TAGS[..], &["restic-second-backup"]].concat();
    let selected: Vec<String> = checks.iter().map(|check| format!("::{check}")).collect();
    let selected: Vec<&str> = selected.iter().map(String::as_str).collect();
    assert_eq!(red(Mutation::EtagOfFirstUploadKept, &selected, &[]), names(BY_TAGS));
}

#[test]
fn tags_of_other_content_turn_every_workflow_red_that_compares_sums() {
    let checks = BY_SUMS.map(|check| format!("::{check}"));
    assert_eq!(red(Mutation::ListEtagDiffers, &checks.each_ref().map(String::as_str), &[]), names(BY_SUMS));
}

/// To each of them a size that is wrong in a listing is an edit.
#[test]
fn a_second_sync_that_copies_everything_again_is_caught() {
    let checks = SECOND_SYNCS.map(|check| format!("::{check}"));
    let outcomes = outcomes(Mutation::ListWrongSize, &checks.each_ref().map(String::as_str), &["--timeout", "30s"]);
    assert_eq!(outcomes.errors(), Vec::<String>::new());
    let found: Vec<_> = outcomes.record.suites[0].checks.iter().map(|check| failure(check).kind.as_str()).collect();
    assert_eq!(found, ["copied-again"; SECOND_SYNCS.len()]);
}

/// Each is red in one of the tests above, and these are exact.
#[test]
fn every_workflow_is_seen_failing() {
    let rest = [&BY_TAGS[..], &BY_SUMS, &SECOND_SYNCS, &FETCHES].concat();
    let unseen: Vec<&str> = NO_FETCH.into_iter().filter(|check| !rest.contains(check)).collect();
    assert_eq!(unseen, Vec::<&str>::new());
}

/// rclone says that it transferred nothing, and sends every object's modification time again.
#[test]
fn a_second_sync_is_judged_by_its_requests_whatever_the_client_says() {
    let outcomes = outcomes(Mutation::MetadataForgotten, &["::rclone-second-sync"], &["--timeout", "30s"]);
    let check = &outcomes.record.suites[0].checks[0];
    assert_eq!(failure(check).kind, "copied-again");
    assert_eq!(check.commands[1].transferred, Some(0), "{:?}", check.commands[1]);
    assert!(failure(check).actual.starts_with("8 PUT object by rclone sync"), "{}", failure(check).actual);
}

#[test]
fn wrong_data_without_a_word_of_the_client_has_a_class_of_its_own_and_what_explains_it() {
    let told = "api/local::list-read-after-write";
    let outcomes = outcomes(Mutation::ListDropsOneObject, &["::boto3-when-required"], &[told]);
    assert_eq!(outcomes.errors(), Vec::<String>::new());
    let check = &outcomes.record.suites[1].checks[0];
    assert_eq!((failure(check).kind.as_str(), check.severity().letter()), ("silent-corruption", 'D'));
    assert!(failure(check).message.contains("says that all went well"), "{}", failure(check).message);
    let explanations = outcomes.record.explanations(check);
    assert!(explanations[0].holds() && explanations[0].check.as_str() == told, "{explanations:?}");
    assert!(check.commands.iter().all(|command| command.ended == CommandEnd::Exited { status: 0 }));
}

#[test]
fn a_client_that_hangs_is_stopped_at_its_deadline_and_nothing_stays() {
    let trigger = Trigger { operation: Some(Operation::GetObject), from: 1, spares: &[] };
    let fault = Fault { kind: FaultKind::Hang, trigger };
    let outcomes = outcomes(Behaviour::from(fault), &["::s5cmd-cp"], &["--timeout", "5s"]);
    let check: &CheckRecord = &outcomes.record.suites[0].checks[0];
    assert!(Duration::from_nanos(check.duration_ns) < Duration::from_mins(1), "{}", check.duration_ns);
    let Outcome::NotJudged(fault) = &check.outcome else { panic!("{:?}", check.outcome) };
    assert_eq!(fault.kind, s3ci::record::FaultKind::ClientTimeout);
    assert_eq!(check.commands.last().map(|command| command.ended), Some(CommandEnd::Deadline));
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
    let find = "import shutil, sys; print(sys.executable, shutil.which('env'), sep='\\n')";
    let found = Command::new("python3").args(["-c", find]).output().unwrap();
    for (name, place) in ["python3", "env"].iter().zip(String::from_utf8_lossy(&found.stdout).lines()) {
        std::os::unix::fs::symlink(place, programs.path().join(name)).unwrap();
    }
    let fake = programs.path().join("s5cmd");
    std::fs::write(&fake, "#!/bin/sh\n[ \"$1\" = version ] && echo v0 && exit\nenv\nexit 1\n").unwrap();
    std::fs::set_permissions(&fake, std::fs::Permissions::from_mode(0o755)).unwrap();
    let server = TestServer::start(Behaviour::default());
    let output =
        run_against(&server, &["clients/local::s5cmd-cp", "clients/local::restic-check", "--runtime", "process"])
            .env("PATH", programs.path())
            .envs([("AWS_PROFILE", "leak"), ("AWS_SESSION_TOKEN", "leak"), ("RCLONE_CONFIG_S3CI_ENDPOINT", "leak")])
            .envs([("RESTIC_PASSWORD", "leak"), ("AWS_ENDPOINT_URL", "leak"), ("RCLONE_S3_ENDPOINT", "leak")])
            .arg("--out")
            .arg(reports.path())
            .output()
            .unwrap();
    let record = record_in(reports.path());
    let check = |name: &str| record.suites[0].checks.iter().find(|check| check.id.name() == name).unwrap();
    let log = check("s5cmd-cp").commands[0].log.join("\n");
    assert!(log.contains("AWS_ACCESS_KEY_ID=") && !log.contains("leak"), "{log}\n{output:?}");
    assert!(!log.contains(crate::server::SECRET_KEY), "the secret stays out of the record: {log}");
    let absent = Outcome::Skipped { reason: "restic is not on the PATH".to_owned() };
    assert_eq!(check("restic-check").outcome, absent);
}
