use serde_json::Value;

use super::*;
use crate::history::{Commit, Entry, History};
use crate::report::fixture;

/// A run with figures, failures, and hostile text where it may be.
fn record() -> RunRecord {
    let mut record = fixture::record();
    record.target.spec = format!("pypi:0.2.1{}", fixture::HOSTILE);
    record
}

fn validated(schema: &str, export: &str) -> Value {
    let validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let instance: Value = serde_json::from_str(export).unwrap();
    let errors: Vec<String> = validator.iter_errors(&instance).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert!(
        !validator.is_valid(&serde_json::json!([{ "name": "x", "value": "fast" }])),
        "the schema refuses something"
    );
    instance
}

#[test]
fn bencher_reads_every_metric() {
    let record = record();
    let json = validated(include_str!("../../../../tests/data/exports/bencher.schema.json"), &bencher(&record));
    assert_eq!(json.as_object().unwrap().len(), metrics(&record).count());
    assert_eq!(json["bench/local upload.latency"]["latency"]["value"], 4_100_000);
    assert_eq!(json["bench/local upload.latency"]["latency"]["upper_value"], 14_050_000);
    assert_eq!(json["bench/local upload.rate"]["throughput"]["value"], 80);
}

#[test]
fn each_direction_has_its_file_for_the_benchmark_action() {
    let record = record();
    let schema = include_str!("../../../../tests/data/exports/github-action-benchmark.schema.json");
    let (smaller, bigger) = (smaller_is_better(&record), bigger_is_better(&record));
    let (smaller, bigger) = (validated(schema, &smaller), validated(schema, &bigger));
    let names = |json: &Value| -> Vec<String> {
        json.as_array().unwrap().iter().map(|result| result["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&smaller).len() + names(&bigger).len(), metrics(&record).count());
    assert!(names(&smaller).contains(&"bench/local upload.latency".to_owned()));
    assert!(names(&bigger).contains(&"bench/local upload.throughput".to_owned()));
}

#[test]
fn openmetrics_has_base_units_and_an_end() {
    let text = openmetrics(&record());
    assert!(text.ends_with("# EOF\n"));
    let line = "s3ci_duration_seconds{suite=\"bench/local\",metric=\"upload.latency\",statistic=\"median\"} 0.0041\n";
    assert!(text.contains(line), "{text}");
    assert!(text.contains("s3ci_checks{suite=\"bench/local-default\",outcome=\"failed\"} 1\n"), "{text}");
    assert!(text.lines().all(|line| !line.contains('\u{1b}')));
}

#[test]
fn decimals_are_exact() {
    assert_eq!(
        [decimal(4_100_000, 9), decimal(0, 9), decimal(12_000_000_000, 9), decimal(945_000, 6), decimal(100, 0)],
        ["0.0041", "0", "12", "0.945", "100"]
    );
    assert_eq!(decimal(u64::MAX, 9), "18446744073.709551615");
}

#[test]
fn ratios_are_in_every_export_with_their_intervals() {
    let record = fixture::compared();
    let all: Vec<&ThroughputResult> = ratios(&record).map(|(_, result)| result).collect();
    assert_eq!(all.len(), 4);
    let json = validated(include_str!("../../../../tests/data/exports/bencher.schema.json"), &bencher(&record));
    let put = &json["throughput/local put"]["ratio"];
    assert_eq!([&put["value"], &put["lower_value"], &put["upper_value"]], [0.884, 0.871, 0.902]);
    assert_eq!(json["throughput/local put.cpu"]["ratio"], serde_json::json!({ "value": 1.11 }), "it has no interval");
    let schema = include_str!("../../../../tests/data/exports/github-action-benchmark.schema.json");
    let named = |export: &str, name: &str| -> Vec<Value> {
        let json = validated(schema, export);
        json.as_array().unwrap().iter().filter(|result| result["name"] == name).cloned().collect()
    };
    let expected = serde_json::json!(
        { "name": "throughput/local put ratio", "unit": "ratio", "value": 0.884, "range": "0.871 to 0.902" }
    );
    assert_eq!(named(&bigger_is_better(&record), "throughput/local put ratio"), [expected]);
    assert_eq!(named(&smaller_is_better(&record), "throughput/local put ratio"), Vec::<Value>::new());
    assert_eq!(named(&smaller_is_better(&record), "throughput/local put.cpu ratio").len(), 1);
    let text = openmetrics(&record);
    for (statistic, value) in [("estimate", "0.884"), ("lower", "0.871"), ("upper", "0.902")] {
        let line = format!(
            "s3ci_comparison_ratio{{suite=\"throughput/local\",metric=\"put\",statistic=\"{statistic}\"}} {value}\n"
        );
        assert!(text.contains(&line), "{text}");
    }
}

/// A run as a line of a history, its digits and the procedure of its comparison as said.
fn entry(number: u32, procedure: &str) -> Entry {
    let mut record = fixture::compared();
    record.run_id = format!("run{number}");
    let commit = Commit { id: format!("c{number}"), label: format!("c{number}"), time: None };
    let mut entry = Entry::of(&record, commit);
    entry.ratios.iter_mut().for_each(|ratio| ratio.procedure = procedure.to_owned());
    entry
}

#[test]
fn otava_gets_the_ratios_and_no_run_of_another_procedure() {
    let entries = vec![entry(1, "before"), entry(2, "after"), entry(3, "after")];
    let text = otava(&History { entries, broken: Vec::new() });
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let place = rows[0].iter().position(|name| *name == "throughput/local put ratio").unwrap();
    let seen: Vec<(&str, &str)> = rows[1..].iter().map(|row| (row[1], row[place])).collect();
    assert_eq!(seen, [("c2", "0.884"), ("c3", "0.884")]);
}

#[test]
fn the_comparison_that_the_consumers_are_given_is_this_one() {
    let given: Value = serde_json::from_str(include_str!("../../../../tests/data/exports/throughput.json")).unwrap();
    assert_eq!(given, serde_json::to_value(fixture::compared().against).unwrap());
}
