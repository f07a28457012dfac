//! What is run more than once: suites with `--repeat`, and what an earlier run found red with `--rerun`.

use std::collections::BTreeMap;

use s3ci::record::Outcome;

use super::{code, refused};
use crate::against::{Outcomes, run_against};
use crate::server::mutation::Mutation;
use crate::server::{Behaviour, TestServer};

/// Two checks of which the broken server fails one.
const CHECKS: [&str; 2] = ["api/local::range-first", "api/local::object-roundtrip"];

#[test]
fn what_was_red_is_run_again_and_nothing_else() {
    let (server, reports) = (TestServer::start(Mutation::RangeIgnored), tempfile::tempdir().unwrap());
    let before = run_against(&server, &CHECKS).arg("--out").arg(reports.path()).output().unwrap();
    assert_eq!(code(&before), 1);
    let reports = reports.path().to_str().unwrap();
    let mended = Outcomes::of(&TestServer::start(Behaviour::default()), &["--rerun", reports]);
    let checks: Vec<_> = mended.record.suites.iter().flat_map(|suite| &suite.checks).collect();
    let run: Vec<_> = checks.iter().map(|check| (check.id.as_str(), &check.outcome)).collect();
    assert_eq!((code(&mended.output), run), (0, vec![(CHECKS[0], &Outcome::Passed)]));
}

#[test]
fn a_run_that_found_nothing_red_cannot_be_run_again() {
    let (server, reports) = (TestServer::start(Behaviour::default()), tempfile::tempdir().unwrap());
    let before = run_against(&server, &CHECKS[..1]).arg("--out").arg(reports.path()).output().unwrap();
    assert_eq!(code(&before), 0);
    let reports = reports.path().to_str().unwrap();
    refused(&["run", "--rerun", reports], 2, &["nothing failed in that run"]);
    refused(&["run", "--all", "--rerun", reports], 2, &["--rerun says already what to run"]);
}

#[test]
fn a_suite_that_is_repeated_says_how_often_a_check_failed() {
    let server = TestServer::start(Mutation::RangeIgnored);
    let outcomes = Outcomes::of(&server, &[CHECKS[0], CHECKS[1], "--repeat", "3"]);
    assert_eq!((code(&outcomes.output), outcomes.failed()), (1, vec![CHECKS[0].to_owned()]));
    let checks = outcomes.record.suites.iter().flat_map(|suite| &suite.checks);
    let times = |repeats: s3ci::record::Repeats| (repeats.failed, repeats.runs);
    let told: BTreeMap<_, _> = checks.map(|check| (check.id.as_str(), check.repeats.map(times))).collect();
    assert_eq!(told, BTreeMap::from([(CHECKS[0], Some((3, 3))), (CHECKS[1], Some((0, 3)))]));
}
