//! Two records side by side: `s3ci compare`, and the record that a run is to be compared with.

use crate::command::{s3ci, stderr, stdout};
use crate::sample::throughput::against;
use crate::sample::{record, red, written};
use s3ci::record::RunRecord;
use std::path::Path;

fn compared(from: &RunRecord, to: &RunRecord, more: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (written(folder.path(), "a.json", from), written(folder.path(), "b.json", to));
    let output = s3ci().arg("compare").args([from, to]).args(more).output().unwrap();
    (output.status.code(), stdout(&output), stderr(&output))
}

#[test]
fn a_regression_is_one_and_a_mended_check_is_none() {
    let (code, text, _) = compared(&record("a"), &red("content-changed"), &[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.starts_with("✗ 1 REGRESSION") && text.contains("bench/local::content-survives"), "{text}");
    assert_eq!(compared(&red("content-changed"), &record("b"), &[]).0, Some(0));
    assert_eq!(compared(&red("content-changed"), &red("content-changed"), &[]).0, Some(0));
}

#[test]
fn being_slower_has_a_code_of_its_own() {
    assert_eq!(compared(&record("a"), &red("throughput-drop"), &[]).0, Some(3));
}

#[test]
fn throughput_is_compared_through_the_base_that_both_runs_had() {
    let of = |reference: &str, put: u64| against(record("a"), reference, &[("put", put), ("get", 1_000_000)]);
    let (code, text, _) = compared(&of("0.2.0", 1_000_000), &of("0.2.0", 900_000), &[]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.starts_with("✗ 1 REGRESSION") && text.contains("✗ put: 90% of the baseline"), "{text}");
    assert!(text.contains("✓ get: 100% of the baseline"), "{text}");
    // Both lag behind the base, and neither behind the other.
    let (code, text, _) = compared(&of("0.2.0", 600_000), &of("0.2.0", 600_000), &[]);
    assert!(code == Some(0) && text.contains("✓ put: 100% of the baseline"), "{text}");
    let (code, text, _) = compared(&of("0.2.0", 1_000_000), &of("0.1.0", 500_000), &[]);
    assert!(
        code == Some(0) && text.contains("cannot be compared: the baseline was compared with another base"),
        "{text}"
    );
    let (code, text, _) = compared(&record("a"), &of("0.2.0", 500_000), &["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &json["throughput"][0]["found"]), (Some(0), &"the baseline compared nothing with a base".into()));
}

#[test]
fn a_baseline_that_compared_nothing_is_refused_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let alone = written(folder.path(), "metrics.json", &record("a"));
    for baseline in [Path::new(&alone), folder.path()] {
        let words = ["run", "throughput", "--against", "pypi:0.2.0", "--baseline"];
        let output = s3ci().args(words).arg(baseline).output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("did not compare throughput with a base") && said.contains("hint:"), "{said}");
    }
}

/// A directory of reports stands for the metrics in it, wherever a record is read.
#[test]
fn a_directory_of_reports_stands_for_its_metrics() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    written(from.path(), "metrics.json", &record("a"));
    written(to.path(), "metrics.json", &red("content-changed"));
    let output = s3ci().arg("compare").args([from.path(), to.path()]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stdout(&output).starts_with("✗ 1 REGRESSION"), "{}", stdout(&output));
    let output = s3ci().arg("report").arg(to.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let empty = tempfile::tempdir().unwrap();
    let output = s3ci().arg("compare").args([from.path(), empty.path()]).output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("metrics.json") && said.contains("or the directory of its reports"), "{said}");
}

#[test]
fn a_program_reads_json() {
    let (code, text, _) = compared(&record("a"), &red("content-changed"), &["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &json["regressions"]), (Some(1), &1.into()));
}

#[test]
fn what_cannot_be_compared_is_refused_with_the_reason() {
    let mut other = record("b");
    other.suites[0].checks.clear();
    let (code, _, said) = compared(&record("a"), &other, &[]);
    assert_eq!(code, Some(2));
    assert!(said.contains("no check in common") && said.contains("hint:"), "{said}");
    let output = s3ci().args(["compare", "/nowhere/a.json", "/nowhere/b.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("/nowhere/a.json"));
}
