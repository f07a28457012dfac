use super::*;
use crate::record::{
    CapabilityRecord, CompareError, DrimeService, Failure, Fault, FaultKind, KnownIssue, RunRecord, Shard, Storage,
    Support, compare, compare_verdicts,
};
use crate::report::fixture;

fn failed(kind: &str) -> Outcome {
    Outcome::Failed(Failure::new(kind, "the answer is wrong", "a right one", "a wrong one"))
}

fn known() -> Outcome {
    let failure = Failure::new("tag", "the tag stays", "another tag", "the same");
    Outcome::Known(KnownIssue { failure, cause: None, reason: "it caches tags".to_owned(), upstream: None })
}

/// A record whose benchmark has these checks.
fn record(checks: &[(&str, Outcome)]) -> RunRecord {
    let mut record = fixture::clean();
    let suite = &mut record.suites[0];
    let check = suite.checks[0].clone();
    let named = |(name, outcome): &(&str, Outcome)| {
        let id = crate::record::CheckId::new(&suite.id, name);
        crate::record::CheckRecord { id, outcome: outcome.clone(), ..check.clone() }
    };
    suite.checks = checks.iter().map(named).collect();
    record
}

fn two() -> (RunRecord, RunRecord) {
    let from = record(&[
        ("regresses", Outcome::Passed),
        ("becomes-known", Outcome::Passed),
        ("stays-red", failed("tag")),
        ("stays-known", known()),
        ("fixed", known()),
        ("unsure", failed("tag")),
        ("not-judged", Outcome::Passed),
        ("gone", Outcome::Passed),
        ("fine", Outcome::Passed),
    ]);
    let mut to = record(&[
        ("regresses", failed("tag")),
        ("becomes-known", known()),
        ("stays-red", failed("tag")),
        ("stays-known", known()),
        ("fixed", Outcome::Passed),
        ("unsure", Outcome::NotJudged(Fault::new(FaultKind::Timeout, "no answer within 60 s"))),
        ("not-judged", Outcome::Skipped { reason: "the backend has no tags".to_owned() }),
        ("new-and-red", failed("tag")),
        ("new", Outcome::Passed),
        ("fine", Outcome::Passed),
    ]);
    to.target.spec = "path:.".to_owned();
    to.target.version = Some("0.2.2".to_owned());
    to.host.cpus = 4;
    to.suites[0].metrics[5].median = 38 * 1024 * 1024;
    (from, to)
}

#[test]
fn what_changed_is_said_in_the_order_in_which_it_matters() {
    let (from, to) = two();
    insta::assert_snapshot!(text(&compare(&from, &to).unwrap(), &[]));
}

#[test]
fn a_record_compared_with_itself_has_changed_in_nothing() {
    for record in [fixture::record(), fixture::clean(), fixture::with_known_issues()] {
        let comparison = compare(&record, &record).unwrap();
        let changed = |check: &&CheckComparison| {
            !matches!(check.change, Some(Change::Unchanged | Change::PreExisting)) || check.is_no_longer_judged()
        };
        assert_eq!(comparison.checks.iter().find(changed), None);
        assert!(comparison.metrics.iter().all(|metric| metric.ratio_ppm == Some(1_000_000)));
        assert_eq!(comparison.caveats, Vec::<String>::new());
    }
}

#[test]
fn a_program_reads_the_same() {
    let (from, to) = two();
    let json: serde_json::Value =
        serde_json::from_str(&super::json(&compare(&from, &to).unwrap(), &[]).unwrap()).unwrap();
    assert_eq!(json["regressions"], 1);
    assert_eq!(json["checks"][0]["change"], "regression");
    assert_eq!(json["checks"][0]["from"]["status"], "passed");
    let last = json["checks"].as_array().unwrap().last().unwrap();
    assert_eq!((last["id"].as_str(), &last["to"]), (Some("bench/local::gone"), &serde_json::Value::Null));
    assert_eq!(json["metrics"][5]["ratio_ppm"], 38 * 1024 * 1024 * 1_000_000_u64 / (41 * 1024 * 1024 + 629_146));
}

#[test]
fn what_a_server_offers_otherwise_is_named_where_both_runs_asked() {
    let asked = |offers: &[(&str, Support)]| {
        let mut record = record(&[("fine", Outcome::Passed)]);
        let of = |&(name, support): &(&str, Support)| CapabilityRecord {
            name: name.to_owned(),
            support,
            detail: "as asked".to_owned(),
            expected: None,
        };
        record.suites[0].capabilities = offers.iter().map(of).collect();
        record
    };
    let from = asked(&[("multipart", Support::Supported), ("tagging", Support::Broken), ("locks", Support::Broken)]);
    let to = asked(&[("multipart", Support::Unsupported), ("tagging", Support::Supported), ("locks", Support::Broken)]);
    let comparison = compare(&from, &to).unwrap();
    let said = text(&comparison, &[]);
    let block = said.split("Offered otherwise (2):\n").nth(1).unwrap();
    let lines: Vec<_> = block.lines().take(2).map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "! bench/local: multipart was supported, and is not supported now",
            "✓ bench/local: tagging was broken, and is supported now",
        ]
    );
    let json: serde_json::Value = serde_json::from_str(&super::json(&comparison, &[]).unwrap()).unwrap();
    assert_eq!(json["offers"][0]["to"], "unsupported");
    let not_asked = asked(&[("tagging", Support::Broken)]);
    assert!(
        compare(&from, &not_asked).unwrap().offers.is_empty()
            && !text(&compare(&from, &from).unwrap(), &[]).contains("Offered")
    );
}

#[test]
fn the_arms_of_a_run_are_compared_by_the_same_rule() {
    let (from, to) = two();
    let verdicts = compare_verdicts(&from.suites, &to.suites);
    let both = compare(&from, &to)
        .unwrap()
        .checks
        .into_iter()
        .filter_map(|check| Some((check.id, check.from?, check.change?)));
    assert!(verdicts.into_iter().map(|check| (check.id, check.base, check.change)).eq(both));
}

#[test]
fn records_that_have_nothing_in_common_are_refused() {
    let (from, to) = (record(&[("one", Outcome::Passed)]), record(&[("other", Outcome::Passed)]));
    assert_eq!(compare(&from, &to), Err(CompareError::NothingInCommon));
    let mut part = from.clone();
    part.shard = Some(Shard { number: 1, count: 2, split: 0 });
    assert!(matches!(compare(&from, &part), Err(CompareError::Parts { .. })));
    let mut cloud = from.clone();
    cloud.suites[0].storage = Storage::drime(DrimeService::Cloud);
    assert!(matches!(compare(&from, &cloud), Err(CompareError::Backends { .. })));
}
