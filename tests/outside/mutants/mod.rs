//! Every check, seen failing: for each rule a server that breaks it and nothing else.
//!
//! `broken_rules.snap` says which checks must be red on which broken server. It is exact in both directions: a check that ought to notice
//! and does not is a hole, and one that complains about another rule cries wolf. On the unbroken server everything passes.
//!
//! A server that breaks a rule is asked for the checks that came to this rule on the unbroken server: all others would go there as they
//! went here (`rules.rs` of the server says why). `S3CI_MUTANTS=whole` asks each for everything, which takes 20 times as long, and finds
//! the same. `S3CI_MUTANTS=RangeIgnored,ListIgnoresMarker` tries these alone.

pub(crate) mod in_process;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use s3ci::checks::CATALOGUE;
use s3ci::record::Outcome;

use crate::against::Outcomes;
use crate::each::each;
use crate::server::fault::{Fault, FaultKind, Trigger};
use crate::server::mutation::Mutation;
use crate::server::operation::Operation;
use crate::server::{Behaviour, TestServer};

/// What runs against each server: everything that an endpoint allows.
const SUITES: [&str; 6] = ["bench/local", "sync/local", "sync/local-policies", "etag/local", "api/local", "auth/local"];
/// Of those, the checks that store a thousand objects. They take as long as all others together, so that the unbroken server meets them, and
/// one server whose pages are broken.
const LARGE: [&str; 3] = [
    "sync/local-policies::size-mtime-1001-objects",
    "sync/local-policies::checksum-1001-objects",
    "sync/local-policies::size-only-1001-objects",
];
/// Servers that take long come first, so that none is waited for at the end.
const LONGEST: [Mutation; 4] = [
    Mutation::ListStopsAtPageOne,
    Mutation::OneRequestAtATime,
    Mutation::ListSlowForMany,
    Mutation::ConcurrentWritersMix,
];
/// Servers under test at a time.
const AT_A_TIME: usize = 4;

/// What can be run by itself: a check, or a suite whose checks are the steps of one flow.
fn units() -> Vec<String> {
    let suites = CATALOGUE.iter().filter(|suite| SUITES.contains(&suite.name));
    let units = suites.flat_map(|suite| {
        let checks = suite.checks().into_iter().map(|check| format!("{}::{}", suite.name, check.name));
        if suite.is_flow() { vec![suite.name.to_owned()] } else { checks.collect() }
    });
    units.collect()
}

/// A unit on the unbroken server: what is red there, and the rules that it came to.
struct Unbroken {
    unit: String,
    red: BTreeSet<String>,
    rules: BTreeSet<Mutation>,
}

static UNBROKEN: LazyLock<Vec<Unbroken>> = LazyLock::new(|| {
    each(AT_A_TIME, &units(), |unit| {
        let server = TestServer::start(Behaviour::default());
        let record = in_process::run(&server, std::slice::from_ref(unit));
        Unbroken { unit: unit.clone(), red: in_process::red(&record), rules: server.rules_met() }
    })
});

#[test]
fn the_unbroken_server_passes_everything() {
    let red: Vec<&String> = UNBROKEN.iter().flat_map(|unit| &unit.red).collect();
    assert_eq!(red, Vec::<&String>::new());
}

/// The mutations to try, and whether each is asked for everything.
fn chosen() -> (Vec<Mutation>, bool) {
    let wanted = std::env::var("S3CI_MUTANTS").ok();
    let by_name = |name: &str| {
        let found = Mutation::ALL.iter().find(|mutation| format!("{mutation:?}") == name);
        *found.ok_or(name).expect("S3CI_MUTANTS names mutations only")
    };
    match wanted.as_deref() {
        None | Some("whole") => {
            let others = Mutation::ALL.iter().filter(|mutation| !LONGEST.contains(mutation)).copied();
            (LONGEST.into_iter().chain(others).collect(), wanted.is_some())
        }
        Some(names) => (names.split(',').map(by_name).collect(), false),
    }
}

/// The checks that are red on a server that breaks a rule.
fn red(mutation: Mutation, whole: bool) -> BTreeSet<String> {
    let is_large = |unit: &Unbroken| LARGE.contains(&unit.unit.as_str()) && mutation != Mutation::ListStopsAtPageOne;
    let concerned = UNBROKEN.iter().filter(|unit| !is_large(unit) && (whole || unit.rules.contains(&mutation)));
    let names: Vec<String> = concerned.map(|unit| unit.unit.clone()).collect();
    if names.is_empty() {
        return BTreeSet::new();
    }
    in_process::red(&in_process::run(&TestServer::start(mutation), &names))
}

#[test]
fn every_broken_rule_turns_exactly_its_checks_red() {
    let (chosen, whole) = chosen();
    // Where some are tried, the rows of the others are as they were.
    let mut rows = if chosen.len() < Mutation::ALL.len() { table::accepted() } else { BTreeMap::new() };
    rows.extend(each(AT_A_TIME, &chosen, |mutation| (format!("{mutation:?}"), red(*mutation, whole))));
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("broken_rules", table::rows(&rows));
    });
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
    let server = TestServer::start(Behaviour { mutation: Some(Mutation::RangeIgnored), fault, latent: None });
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
    let red = |fault: Fault, suites: &[&str]| Outcomes::of(&TestServer::start(fault), suites).failed();
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
        // The first request asks whether there is an S3 server at all.
        let server = TestServer::start(Fault::from_request(kind, 2, spares));
        let record = in_process::run(&server, &SUITES.map(str::to_owned));
        let checks = record.suites.iter().flat_map(|suite| &suite.checks);
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
        let run = record.suites.iter().map(|suite| suite.checks.len()).collect::<Vec<_>>();
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
    let mut seen: BTreeSet<String> = table::accepted().into_values().flatten().collect();
    seen.extend(
        ["bench/local::files-uploaded", "bench/local::files-downloaded", "sync/local::phase-3-resync-finds-every-edit"]
            .map(str::to_owned),
    );
    // Only a server that s3ci runs itself can be restarted: tests/docker/end_to_end.rs sees this one fail.
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
