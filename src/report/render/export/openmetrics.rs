//! OpenMetrics text: gauges in base units, a family for each unit.
//!
//! A metric is a label, not a family of its own: what a dashboard shows is one query for all of them, and a new metric needs no new one.

use std::fmt::Write;

use super::{decimal, metrics, ratios};
use crate::record::{Outcome, RunRecord, Unit};
use crate::report::plain::sanitize;

/// A family: its name, its unit where OpenMetrics wants one, what it is, and its samples.
struct Family {
    name: &'static str,
    unit: Option<&'static str>,
    help: &'static str,
    samples: Vec<(Vec<(&'static str, String)>, String)>,
}

/// Renders the figures, the ratios and the checks of a record.
#[must_use]
pub fn render(record: &RunRecord) -> String {
    let mut text = String::new();
    let units = [Unit::Nanoseconds, Unit::Bytes, Unit::BytesPerSecond, Unit::OperationsPerSecond, Unit::Count];
    for family in
        units.map(|unit| figures(record, unit)).into_iter().chain([shares(record), checks(record), run(record)])
    {
        write(&mut text, &family);
    }
    text.push_str("# EOF\n");
    text
}

fn write(text: &mut String, family: &Family) {
    if family.samples.is_empty() {
        return;
    }
    let Family { name, unit, help, samples } = family;
    let kind = if *name == "s3ci_run" { "info" } else { "gauge" };
    let _ = writeln!(text, "# TYPE {name} {kind}");
    if let Some(unit) = unit {
        let _ = writeln!(text, "# UNIT {name} {unit}");
    }
    let _ = writeln!(text, "# HELP {name} {help}");
    let suffix = if kind == "info" { "_info" } else { "" };
    for (labels, value) in samples {
        let labels: Vec<String> =
            labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        let _ = writeln!(text, "{name}{suffix}{{{}}} {value}", labels.join(","));
    }
}

fn figures(record: &RunRecord, unit: Unit) -> Family {
    let (name, base, places, help) = match unit {
        Unit::Nanoseconds => ("s3ci_duration_seconds", Some("seconds"), 9, "What was timed."),
        Unit::Bytes => ("s3ci_size_bytes", Some("bytes"), 0, "What was weighed."),
        Unit::BytesPerSecond => {
            ("s3ci_transfer_bytes_per_second", Some("bytes_per_second"), 0, "What was transferred in a second.")
        }
        Unit::OperationsPerSecond => ("s3ci_operations_per_second", Some("per_second"), 0, "Operations in a second."),
        Unit::Count => ("s3ci_counted", None, 0, "What was counted."),
    };
    let mut samples = Vec::new();
    for (suite, metric) in metrics(record).filter(|(_, metric)| metric.unit == unit) {
        let all = [
            ("median", Some(metric.median)),
            ("min", (metric.n > 1).then_some(metric.min)),
            ("p90", metric.p90),
            ("p99", metric.p99),
            ("p999", metric.p999),
            ("max", (metric.n > 1).then_some(metric.max)),
        ];
        for (statistic, value) in all {
            let labels = vec![
                ("suite", suite.to_string()),
                ("metric", metric.name.clone()),
                ("statistic", statistic.to_owned()),
            ];
            samples.extend(value.map(|value| (labels, decimal(value, places))));
        }
    }
    Family { name, unit: base, help, samples }
}

fn shares(record: &RunRecord) -> Family {
    let mut samples = Vec::new();
    for (suite, result) in ratios(record) {
        let all = [("estimate", Some(result.ratio_ppm)), ("lower", result.lower_ppm), ("upper", result.upper_ppm)];
        for (statistic, value) in all {
            let labels = vec![
                ("suite", suite.to_string()),
                ("metric", result.metric.clone()),
                ("statistic", statistic.to_owned()),
            ];
            samples.extend(value.map(|value| (labels, decimal(value, 6))));
        }
    }
    let help = "The target's figure over that of the base, with its interval.";
    Family { name: "s3ci_comparison_ratio", unit: Some("ratio"), help, samples }
}

fn checks(record: &RunRecord) -> Family {
    let words = ["passed", "failed", "known", "skipped", "not_judged", "inconclusive"];
    let of = |outcome: &Outcome| match outcome {
        Outcome::Passed => 0,
        Outcome::Failed(_) => 1,
        Outcome::Known(_) => 2,
        Outcome::Skipped { .. } => 3,
        Outcome::NotJudged(_) => 4,
        Outcome::Inconclusive { .. } => 5,
    };
    let mut samples = Vec::new();
    for suite in &record.suites {
        for (place, word) in words.iter().enumerate() {
            let count = suite.checks.iter().filter(|check| of(&check.outcome) == place).count();
            samples.push((vec![("suite", suite.id.to_string()), ("outcome", (*word).to_owned())], count.to_string()));
        }
    }
    Family { name: "s3ci_checks", unit: None, help: "Checks by how they ended.", samples }
}

fn run(record: &RunRecord) -> Family {
    let labels = vec![
        ("target", record.target.spec.clone()),
        ("version", record.target.version.clone().unwrap_or_default()),
        ("exit_code", record.exit_code.to_string()),
        ("tool_version", record.tool.version.clone()),
    ];
    Family { name: "s3ci_run", unit: None, help: "Which run this is of.", samples: vec![(labels, "1".to_owned())] }
}

/// A label's value as the format has it.
fn escaped(value: &str) -> String {
    sanitize::line(value).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
