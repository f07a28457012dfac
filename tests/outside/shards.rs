//! A run that is split over machines finds what the whole finds, and only what belongs together is put together.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::against::run_against;
use crate::command::{record_in, s3ci};
use crate::server::TestServer;
use crate::server::mutation::Mutation;
use s3ci::record::{Outcome, RunRecord};

/// Four suites on little data.
const SUITES: [&str; 8] =
    ["bench/local", "bench/local-parallel", "sync/local", "etag/local", "--files", "4", "--max-size", "3000"];
const SHARDS: usize = 4;

/// Runs the suites, or a part of them, and leaves the reports in `directory`.
fn run(server: &TestServer, part: &[&str], directory: &Path) {
    let mut command = run_against(server, &SUITES);
    command.args(part).arg("--out").arg(directory);
    assert_eq!(
        command.output().unwrap().status.code(),
        Some(1),
        "the server breaks a rule that each of these suites sees"
    );
}

fn shards(server: &TestServer, directory: &Path) -> Vec<PathBuf> {
    let parts = (1..=SHARDS).map(|number| {
        let part = directory.join(format!("part-{number}"));
        run(server, &["--shard", &format!("{number}/{SHARDS}")], &part);
        part.join("metrics.json")
    });
    parts.collect()
}

/// The suites of a record, by name.
fn suites(record: &RunRecord) -> String {
    record.suites.iter().map(|suite| suite.id.as_str()).collect::<Vec<_>>().join(" ")
}

fn merge(records: &[PathBuf], out: &Path) -> Output {
    s3ci().arg("merge").args(records).arg("--out").arg(out).output().unwrap()
}

fn outcomes(record: &RunRecord) -> Vec<(String, std::mem::Discriminant<Outcome>)> {
    let checks = record.suites.iter().flat_map(|suite| &suite.checks);
    checks.map(|check| (check.id.to_string(), std::mem::discriminant(&check.outcome))).collect()
}

#[test]
fn four_shards_merged_equal_the_whole_check_by_check() {
    let server = TestServer::start(Mutation::ContentTruncated);
    let directory = tempfile::tempdir().unwrap();
    let (whole, merged) = (directory.path().join("whole"), directory.path().join("merged"));
    run(&server, &[], &whole);
    let parts = shards(&server, directory.path());
    let mut backwards = parts.clone();
    backwards.reverse();
    let output = merge(&backwards, &merged);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let (whole, merged) = (record_in(&whole), record_in(&merged));
    assert_eq!(outcomes(&merged), outcomes(&whole));
    assert_eq!((merged.exit_code, merged.exit_codes, merged.shard), (whole.exit_code, whole.exit_codes, None));
}

#[test]
fn records_that_do_not_belong_together_are_refused() {
    let server = TestServer::start(Mutation::ContentTruncated);
    let directory = tempfile::tempdir().unwrap();
    let parts = shards(&server, directory.path());
    let out = directory.path().join("merged");
    let refused = |records: &[PathBuf], words: &[&str]| {
        let output = merge(records, &out);
        let text = String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(output.status.code(), Some(2), "{text}");
        for word in words.iter().chain(&["hint:"]) {
            assert!(text.contains(word), "lacks {word:?}: {text}");
        }
        assert!(!out.join("metrics.json").exists());
    };
    refused(&parts[1..], &["shard 1 of 4 is not there"]);
    refused(&parts[..3], &["shard 4 of 4 is not there"]);
    let twice = [parts.clone(), vec![parts[2].clone()]].concat();
    refused(&twice, &["shard 3 of 4 twice"]);
    let edited = |what: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(&parts[1]).unwrap();
        assert!(text.contains(from), "the record has {from}");
        let path = directory.path().join(format!("{what}.json"));
        std::fs::write(&path, text.replace(from, to)).unwrap();
        [vec![parts[0].clone(), path], parts[2..].to_vec()].concat()
    };
    refused(&edited("seed", "\"seed\": 1,", "\"seed\": 2,"), &["they differ in the seed (1 and 2)"]);
    refused(&edited("files", "\"files\": 4,", "\"files\": 5,"), &["they differ in the setting files (4 and 5)"]);
    refused(&[directory.path().join("nowhere.json")], &["nowhere.json"]);
}

#[test]
fn shards_are_balanced_by_how_long_suites_took_and_not_mixed_with_others() {
    let server = TestServer::start(Mutation::ContentTruncated);
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    run(&server, &[], &at("whole"));
    let mut timed = serde_json::to_value(record_in(&at("whole"))).unwrap();
    for suite in timed["suites"].as_array_mut().unwrap() {
        suite["duration_ns"] = if suite["id"] == "etag/local" { 9_000_000_000_u64 } else { 1_000_000_000 }.into();
    }
    let durations = at("durations.json");
    std::fs::write(&durations, timed.to_string()).unwrap();
    let durations = ["--durations", durations.to_str().unwrap()];
    let plan =
        s3ci().args(["plan", "--shards", "2", "--format", "json"]).args(durations).args(SUITES).output().unwrap();
    let plan: serde_json::Value = serde_json::from_slice(&plan.stdout).unwrap();
    for part in ["1/2", "2/2"] {
        run(&server, &[["--shard", part], durations].concat(), &at(&part[..1]));
    }
    let found = ["1", "2"].map(|part| suites(&record_in(&at(part))));
    assert_eq!(found, [0, 1].map(|part| plan[part]["suites"].as_str().unwrap().to_owned()), "{plan}");
    assert_eq!(found, ["etag/local", "bench/local bench/local-parallel sync/local"]);
    let parts = ["1", "2"].map(|part| at(part).join("metrics.json"));
    assert_eq!(merge(&parts, &at("merged")).status.code(), Some(1));
    assert_eq!(outcomes(&record_in(&at("merged"))), outcomes(&record_in(&at("whole"))));
    // The other half of a split by the number of checks: two suites would be there twice or not at all.
    run(&server, &["--shard", "2/2"], &at("other"));
    let output = merge(&[parts[0].clone(), at("other").join("metrics.json")], &at("mixed"));
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("the split"), "{output:?}");
}

#[test]
fn a_shard_that_cannot_be_is_refused_before_any_work() {
    let refused = |arguments: &[&str], words: &[&str]| {
        let output = s3ci().args(arguments).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(output.status.code(), Some(2), "{text}");
        for word in words.iter().chain(&["hint:"]) {
            assert!(text.contains(word), "{arguments:?} lacks {word:?}: {text}");
        }
    };
    refused(&["run", "--all", "--shard", "5/4"], &["understand shard 5/4", "2/4"]);
    refused(&["run", "sync/local", "--shard", "1/2"], &["1 suites into 2 shards"]);
    refused(&["plan", "--all", "--shards", "0"], &["into 0 shards"]);
    refused(&["plan", "--all", "--durations", "/nowhere"], &["/nowhere"]);
}

#[test]
fn a_workflow_can_take_the_plan_for_its_matrix() {
    let arguments = ["plan", "bench/local", "sync/local", "etag/local::put-is-md5", "--shards", "3", "--format"];
    let plan = |format: &str| String::from_utf8(s3ci().args(arguments).arg(format).output().unwrap().stdout).unwrap();
    let matrix = plan("github-matrix");
    assert_eq!(matrix.lines().count(), 1, "one line, as an output of a step has it");
    let matrix: serde_json::Value = serde_json::from_str(&matrix).unwrap();
    let entries = matrix["include"].as_array().unwrap();
    assert_eq!(entries.len(), 3);
    let words: Vec<_> = entries.iter().map(|entry| entry["suites"].as_str().unwrap()).collect();
    assert!(words.contains(&"etag/local::put-is-md5"), "{words:?}");
    assert!(plan("text").contains("shard 3/3"));
}
