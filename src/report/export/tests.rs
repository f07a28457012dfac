use serde_json::Value;

use super::*;
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
    let json = validated(include_str!("../../../tests/data/exports/bencher.schema.json"), &bencher(&record));
    assert_eq!(json.as_object().unwrap().len(), metrics(&record).count());
    assert_eq!(json["bench/local upload.latency"]["latency"]["value"], 4_100_000);
    assert_eq!(json["bench/local upload.latency"]["latency"]["upper_value"], 14_050_000);
    assert_eq!(json["bench/local upload.rate"]["throughput"]["value"], 80);
}

#[test]
fn each_direction_has_its_file_for_the_benchmark_action() {
    let record = record();
    let schema = include_str!("../../../tests/data/exports/github-action-benchmark.schema.json");
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
