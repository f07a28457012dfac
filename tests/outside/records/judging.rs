//! What a record amounts to: exit codes of runs that compared, and the floors of a calibration.

use s3ci::exit::Exit;
use s3ci::record::{
    Calibration, Change, ComparedCheck, Decision, Direction, FailOn, Failure, FailureKind, Fault, FaultKind, Outcome,
    RunRecord, RuntimeKind,
};

use crate::sample::throughput::against;
use crate::sample::{record, red};

/// A run in which a check failed, with its outcome on the base.
fn failed(change: Change, base: Outcome, fail_on: FailOn) -> RunRecord {
    let mut record = against(red("content-changed"), "0.2.1", &[("put", 1_000_000)]);
    let id = record.suites[0].checks[0].id.clone();
    let against = record.against.as_mut().unwrap();
    against.verdicts = vec![ComparedCheck { id, base, change }];
    against.fail_on = fail_on;
    record
}

#[test]
fn only_what_does_not_fail_on_the_base_counts_where_that_was_asked_for() {
    let also = || Outcome::Failed(Failure::new("content-changed", "changed", "equal", "other"));
    let skipped = || Outcome::Skipped { reason: "it has no such option".to_owned() };
    let exits = |change, base, fail_on| Exit::of(&failed(change, base, fail_on));
    assert_eq!(exits(Change::PreExisting, also(), FailOn::New), [Exit::Success]);
    assert_eq!(exits(Change::PreExisting, also(), FailOn::Any), [Exit::CheckFailed]);
    assert_eq!(exits(Change::Regression, Outcome::Passed, FailOn::New), [Exit::CheckFailed]);
    assert_eq!(exits(Change::Unknown, skipped(), FailOn::New), [Exit::CheckFailed], "nobody knows that it is old");
    let mut unseen = failed(Change::PreExisting, also(), FailOn::New);
    unseen.against.as_mut().unwrap().verdicts.clear();
    assert_eq!(Exit::of(&unseen), [Exit::CheckFailed], "a check that did not run on the base");
}

#[test]
fn what_is_undecided_counts_where_that_was_asked_for_and_after_all_else() {
    let exits = |inconclusive_fails: bool, other: Option<Outcome>| {
        let mut record = against(record("run"), "0.2.1", &[("put", 960_000)]);
        record.against.as_mut().unwrap().inconclusive_fails = inconclusive_fails;
        let mut second = record.suites[0].checks[0].clone();
        record.suites[0].checks[0].outcome = Outcome::Inconclusive { reason: "0.960 of the base".to_owned() };
        if let Some(outcome) = other {
            second.outcome = outcome;
            record.suites[0].checks.push(second);
        }
        Exit::of(&record)
    };
    assert_eq!(exits(false, None), [Exit::Success]);
    assert_eq!(exits(true, None), [Exit::Inconclusive]);
    assert_eq!(Exit::Inconclusive.code(), 6);
    let error = Outcome::NotJudged(Fault::new(FaultKind::Timeout, "no answer"));
    assert_eq!(exits(true, Some(error)), [Exit::Environment, Exit::Inconclusive]);
    let slow = Outcome::Failed(Failure::new(FailureKind::THROUGHPUT_DROP, "slower", "no drop", "0.8"));
    assert_eq!(exits(true, Some(slow)), [Exit::Slower, Exit::Inconclusive]);
}

#[test]
fn a_comparison_that_broke_off_is_an_environment_error_and_no_regression() {
    let mut record = against(record("run"), "0.2.1", &[("put", 800_000), ("get", 1_000_000)]);
    let throughput = &mut record.against.as_mut().unwrap().throughput[0];
    assert_eq!(throughput.results[0].decision, Some(Decision::Fail));
    throughput.break_off();
    assert_eq!((throughput.results[0].decision, throughput.results[1].decision), (None, Some(Decision::Pass)));
    record.suites[0].fault = Some(Fault::new(FaultKind::ServerDied, "the candidate's server died in block 12"));
    record.suites[0].checks[0].outcome = Outcome::NotJudged(Fault::new(FaultKind::Comparison, "not decided"));
    assert_eq!(Exit::of(&record), [Exit::Environment]);
}

/// A server compared with itself, to the last block.
fn itself() -> RunRecord {
    let ratios =
        [("put", 1_003_000), ("get", 990_000), ("list", 1_040_000), ("put.total", 900_000), ("memory", 990_000)];
    let mut record = against(record("run"), "0.2.1", &ratios);
    let results = &mut record.against.as_mut().unwrap().throughput[0].results;
    for result in results.iter_mut() {
        result.decision = None;
    }
    results[4].direction = Direction::Lower;
    record
}

#[test]
fn a_floor_is_how_far_an_interval_reaches_below_equality() {
    let calibration = Calibration::of(&itself()).unwrap();
    let floors: Vec<(&str, u64)> =
        calibration.floors_ppm.iter().map(|(metric, floor)| (metric.as_str(), *floor)).collect();
    // The intervals of these records reach 12,000 to either side; what only informs has no floor.
    assert_eq!(floors, [("get", 22_000), ("list", 0), ("put", 9_000)]);
    let written = serde_json::to_string(&calibration).unwrap();
    assert_eq!(serde_json::from_str::<Calibration>(&written).unwrap(), calibration);
}

#[test]
fn what_came_to_no_interval_calibrates_nothing() {
    let mut short = itself();
    short.against.as_mut().unwrap().throughput[0].results[1].lower_ppm = None;
    assert_eq!(Calibration::of(&short), None);
    let mut broken = itself();
    broken.against.as_mut().unwrap().throughput[0].results.clear();
    assert_eq!(Calibration::of(&broken), None);
    assert_eq!(Calibration::of(&record("run")), None, "nothing was compared");
}

#[test]
fn floors_hold_on_the_kind_of_machine_and_for_the_procedure_that_they_were_found_with() {
    let record = itself();
    let calibration = Calibration::of(&record).unwrap();
    let (host, procedure) = (&record.host, &calibration.procedure);
    let (docker, process) = (RuntimeKind::Docker, RuntimeKind::Process);
    assert_eq!(calibration.floors_for(host, docker, procedure), Ok(&calibration.floors_ppm));
    let mut more_memory = host.clone();
    more_memory.memory_bytes = Some(1 << 40);
    assert!(calibration.floors_for(&more_memory, docker, procedure).is_ok(), "the same kind has more or less of it");
    let mut other = host.clone();
    other.cpus += 1;
    assert_eq!(calibration.floors_for(&other, docker, procedure), Err("another kind of machine"));
    assert_eq!(calibration.floors_for(host, process, procedure), Err("another runtime"));
    let mut again = procedure.clone();
    (again.seed, again.drawn_for) = (9, "another run".to_owned());
    assert!(calibration.floors_for(host, docker, &again).is_ok());
    again.passes.push("head".to_owned());
    assert_eq!(calibration.floors_for(host, docker, &again), Err("other objects or another procedure"));
}
