//! Every check, seen failing: for each rule a server that breaks it and nothing else.
//!
//! `mutants.txt` says which checks must be red on which broken server. It is exact in both directions: a check that ought to notice
//! and does not is a hole, and one that complains about another rule cries wolf. On the unbroken server everything passes.
//!
//! One row, or a few: `S3CI_MUTANTS=RangeIgnored,ListIgnoresMarker cargo test --test mutants every_broken`. Of all rows, what a suite or
//! two make of them: `S3CI_MUTANT_SUITES=sync/local-policies` in front of the same.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

#[cfg(test)]
#[expect(dead_code, reason = "the faults and hostile answers are for other tests")]
mod support;

#[cfg(test)]
mod command;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use command::Outcomes;
use s3ci::record::Outcome;
use support::Behaviour;
use support::fault::{Fault, FaultKind, Trigger};
use support::mutation::Mutation;
use support::operation::Operation;
use support::server::TestServer;

/// What runs against each server: everything that an endpoint allows, on little data.
const SUITES: [&str; 6] = ["bench/local", "sync/local", "sync/local-policies", "etag/local", "api/local", "auth/local"];
const LITTLE_DATA: [&str; 4] = ["--files", "12", "--max-size", "90000"];
/// Of those, the checks that store a thousand objects. They take as long as all others together, so that only servers whose pages are
/// broken meet them, and the unbroken one.
const LARGE: [&str; 3] = ["size-mtime-1001-objects", "checksum-1001-objects", "size-only-1001-objects"];
const BROKEN_PAGES: [Mutation; 4] = [
    Mutation::ListStopsAtPageOne,
    Mutation::ListTruncatedWithoutToken,
    Mutation::ListTokenDoesNotAdvance,
    Mutation::ListDuplicatesAcrossPages,
];
/// Servers under test at a time; each has a thread of its own and a client process.
const AT_A_TIME: usize = 4;

type Checks = BTreeSet<String>;

/// The suites to run: all, or those that the environment names.
fn suites() -> Vec<String> {
    let named = std::env::var("S3CI_MUTANT_SUITES").unwrap_or_else(|_| SUITES.join(","));
    named.split(',').map(str::to_owned).collect()
}

/// Everything, with or without the large checks.
fn everything(with_large: bool) -> Vec<String> {
    let large = |suite: &str, check: &str| suite == "sync/local-policies" && LARGE.contains(&check);
    let chosen = suites();
    let suites = s3ci::checks::CATALOGUE.iter().filter(|suite| chosen.iter().any(|name| name == suite.name));
    let named = suites.flat_map(|suite| {
        let checks = suite.checks().into_iter().filter(|check| !large(suite.name, check.name));
        let all = with_large || suite.checks().iter().all(|check| !large(suite.name, check.name));
        let checks: Vec<String> = checks.map(|check| format!("{}::{}", suite.name, check.name)).collect();
        if all { vec![suite.name.to_owned()] } else { checks }
    });
    named.chain(LITTLE_DATA.map(str::to_owned)).collect()
}

fn red_checks(behaviour: impl Into<Behaviour>, suites: &[impl AsRef<str>]) -> Checks {
    let suites: Vec<&str> = suites.iter().map(AsRef::as_ref).collect();
    let server = TestServer::start(behaviour);
    let outcomes = Outcomes::of(&server, &suites);
    assert_eq!(outcomes.errors(), Vec::<String>::new(), "nothing here keeps s3ci from judging");
    let failed = outcomes.failed();
    assert_eq!(outcomes.output.status.code(), Some(i32::from(!failed.is_empty())), "{:?}", outcomes.output);
    failed.into_iter().collect()
}

/// The table in `mutants.txt`: a mutation on a line of its own, then a line for each suite that notices.
fn expected() -> BTreeMap<String, Checks> {
    let mut table: BTreeMap<String, Checks> = BTreeMap::new();
    let mut mutation = "";
    for line in include_str!("mutants.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.trim().split_once(": ") {
            None => {
                mutation = line;
                assert!(table.insert(mutation.to_owned(), Checks::new()).is_none(), "{mutation} is there twice");
            }
            Some((suite, checks)) => {
                let checks = checks.split_whitespace().map(|check| format!("{suite}::{check}"));
                table.get_mut(mutation).expect("a mutation comes first").extend(checks);
            }
        }
    }
    table
}

#[test]
fn the_unbroken_server_passes_everything() {
    assert_eq!(red_checks(Behaviour::default(), &everything(true)), Checks::new());
}

/// The mutations to run: all, or those that the environment names.
fn chosen() -> Vec<Mutation> {
    let Ok(names) = std::env::var("S3CI_MUTANTS") else { return Mutation::ALL.to_vec() };
    let by_name = |name: &str| {
        let found = Mutation::ALL.iter().find(|mutation| format!("{mutation:?}") == name);
        *found.ok_or(name).expect("S3CI_MUTANTS names mutations only")
    };
    names.split(',').map(by_name).collect()
}

/// A row as `mutants.txt` has it.
fn row(mutation: &str, checks: &Checks) -> String {
    let mut lines = vec![mutation.to_owned()];
    for suite in s3ci::checks::CATALOGUE.iter() {
        let red = suite.checks().into_iter().map(|check| check.name);
        let red: Vec<_> = red.filter(|name| checks.contains(&format!("{}::{name}", suite.name))).collect();
        if !red.is_empty() {
            lines.push(format!("  {}: {}", suite.name, red.join(" ")));
        }
    }
    lines.join("\n")
}

#[test]
fn every_broken_rule_turns_exactly_its_checks_red() {
    let (chosen, next) = (chosen(), AtomicUsize::new(0));
    let found = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(mutation) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let checks = red_checks(*mutation, &everything(BROKEN_PAGES.contains(mutation)));
                    found.lock().unwrap().insert(format!("{mutation:?}"), checks);
                }
            });
        }
    });
    let (found, mut expected) = (found.into_inner().unwrap(), expected());
    for checks in expected.values_mut() {
        checks.retain(|check| suites().iter().any(|suite| check.starts_with(&format!("{suite}::"))));
    }
    let unknown: Vec<_> =
        expected.keys().filter(|name| Mutation::ALL.iter().all(|it| format!("{it:?}") != **name)).collect();
    assert_eq!(unknown, Vec::<&String>::new(), "mutants.txt has rows that are no mutations");
    let wrong: Vec<_> = found
        .iter()
        .filter(|(mutation, checks)| expected.get(*mutation) != Some(checks))
        .map(|(mutation, checks)| row(mutation, checks))
        .collect();
    assert!(wrong.is_empty(), "{} rows are not as in mutants.txt, but so:\n\n{}\n", wrong.len(), wrong.join("\n\n"));
}

/// A server that says openly that it has no conditional writes breaks no rule.
#[test]
fn conditional_writes_that_are_not_implemented_are_skipped_with_a_reason() {
    let server = TestServer::start(Mutation::PutIfNoneMatchNotImplemented);
    let outcomes = Outcomes::of(&server, &["api/local::condition-put-if-none-match"]);
    let reason = "conditional writes are not supported".to_owned();
    assert_eq!(outcomes.record.suites[0].checks[0].outcome, Outcome::Skipped { reason });
    assert_eq!(outcomes.output.status.code(), Some(2), "nothing was checked, which is no success");
}

/// Checks that are left where a server falls silent are nobody's success, whatever became of the one before.
#[test]
fn a_server_that_falls_silent_after_a_failure_is_an_environment_error() {
    let trigger = Trigger { operation: Some(Operation::ListBuckets), from: 2, spares: &[] };
    let fault = Some(Fault { kind: FaultKind::Hang, trigger });
    let server = TestServer::start(Behaviour { mutation: Some(Mutation::RangeIgnored), fault });
    let outcomes = Outcomes::of(&server, &["api/local::range-first", "api/local::range-last", "--timeout", "2s"]);
    let kinds: Vec<_> = outcomes.record.faults.iter().map(|fault| fault.kind.as_str()).collect();
    assert_eq!(kinds, ["server-silent"]);
    assert!(outcomes.record.exit_codes.contains(&4), "{:?}", outcomes.record.exit_codes);
}

/// Steps that only an answer to another request than usual can break.
#[test]
fn refused_requests_turn_their_steps_red() {
    let refuse = |operation, from| Fault {
        kind: FaultKind::Status500,
        trigger: Trigger { operation: Some(operation), from, spares: &[] },
    };
    let small = ["bench/local", "--files", "3", "--max-size", "2000"];
    let red = |fault: Fault, suites: &[&str]| red_checks(fault, suites).into_iter().collect::<Vec<_>>();
    assert_eq!(red(refuse(Operation::PutObject, 2), &small), ["bench/local::files-uploaded"]);
    assert_eq!(red(refuse(Operation::GetObject, 2), &small), ["bench/local::files-downloaded"]);
    let third_phase = red(refuse(Operation::PutObject, 6), &["sync/local"]);
    assert_eq!(third_phase, ["sync/local::phase-3-resync-finds-every-edit"]);
}

/// No check passes by accident: whatever answers everything in one way, passes nothing. In a second round buckets are created all the
/// same, so that each check comes to its own requests, and in a third objects are stored, so that it comes to what it asks afterwards.
#[test]
fn a_server_that_answers_everything_alike_passes_no_check() {
    let kinds = [
        FaultKind::EmptyOk,
        FaultKind::OkWithErrorBody,
        FaultKind::NotXml,
        FaultKind::CloseWithoutAnswer,
        FaultKind::CloseMidBody,
    ];
    let passes_nothing = |kind: FaultKind, spares: &'static [Operation]| {
        // The first request asks whether anybody speaks S3 there at all.
        let server = TestServer::start(Fault::from_request(kind, 2, spares));
        let outcomes = Outcomes::of(&server, &[SUITES.as_slice(), &LITTLE_DATA].concat());
        let checks = outcomes.record.suites.iter().flat_map(|suite| &suite.checks);
        let excused = |id: &str| match id {
            // Steps of a flow, whose effect the steps after them look for, and find missing.
            "bench/local::bucket-created" | "bench/local::files-uploaded" => true,
            // They ask for nothing but what is spared.
            "api/local::bucket-bad-names-are-refused" => spares.contains(&Operation::CreateBucket),
            "etag/local::put-is-md5" => spares.contains(&Operation::PutObject),
            // They ask for nothing else whose answer has a body to be cut.
            "api/local::bucket-head-missing-is-404" | "api/local::bucket-delete-empty" => {
                kind == FaultKind::CloseMidBody && spares.contains(&Operation::CreateBucket)
            }
            // They look at headers alone.
            "api/local::object-user-metadata-survives"
            | "api/local::object-content-type-survives"
            | "api/local::object-system-headers-survive" => {
                kind == FaultKind::CloseMidBody && spares.contains(&Operation::PutObject)
            }
            _ => false,
        };
        let passed = checks.filter(|check| check.outcome == Outcome::Passed).map(|check| check.id.as_str());
        let passed: Vec<_> = passed.filter(|id| !excused(id)).collect();
        assert_eq!(passed, Vec::<&str>::new(), "{kind:?}, sparing {spares:?}");
        let run = outcomes.record.suites.iter().map(|suite| suite.checks.len()).collect::<Vec<_>>();
        assert!(run.len() == 6 && run.iter().all(|checks| *checks > 0), "{kind:?}: {run:?}");
    };
    std::thread::scope(|scope| {
        for kind in kinds {
            scope.spawn(move || {
                passes_nothing(kind, &[]);
                passes_nothing(kind, &[Operation::CreateBucket]);
                passes_nothing(kind, &[Operation::CreateBucket, Operation::PutObject]);
            });
        }
    });
}

/// A check that was never seen failing is not a check.
#[test]
fn every_check_is_seen_failing() {
    let mut seen: Checks = expected().into_values().flatten().collect();
    seen.extend(
        ["bench/local::files-uploaded", "bench/local::files-downloaded", "sync/local::phase-3-resync-finds-every-edit"]
            .map(str::to_owned),
    );
    // Only a server that s3ci runs itself can be restarted: tests/end_to_end.rs sees this one fail.
    let elsewhere = ["etag/local::stable-over-restart"];
    // The other benchmarks take the same steps: the rules are one code.
    let unseen: Vec<_> = s3ci::checks::CATALOGUE
        .iter()
        .filter(|suite| SUITES.contains(&suite.name))
        .flat_map(|suite| suite.checks().into_iter().map(|check| format!("{}::{}", suite.name, check.name)))
        .filter(|check| !seen.contains(check) && !elsewhere.contains(&check.as_str()))
        .collect();
    assert_eq!(unseen, Vec::<String>::new());
}
