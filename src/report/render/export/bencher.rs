//! Bencher Metric Format: a JSON object of benchmarks, each an object of measures.
//!
//! `latency` (nanoseconds) and `throughput` (operations per second) are measures that Bencher has from the start; the others are made
//! when somebody sends them. A bound is the interval of a ratio, or the least and the greatest sample of a figure.

use serde_json::{Map, Value, json};

use super::{metrics, ratios};
use crate::record::{RunRecord, Unit};

/// Millionths of a whole.
const MILLION: f64 = 1_000_000.0;

/// Renders the figures and ratios of a record.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "the format has floats, and a ratio needs six digits")]
pub fn render(record: &RunRecord) -> String {
    let mut benchmarks = Map::new();
    let mut add = |name: String, measure: &str, value: Value| {
        let measures = benchmarks.entry(name).or_insert_with(|| json!({}));
        if let Some(measures) = measures.as_object_mut() {
            measures.insert(measure.to_owned(), value);
        }
    };
    for (suite, metric) in metrics(record) {
        let mut value = json!({ "value": metric.median });
        if metric.n > 1 {
            value["lower_value"] = metric.min.into();
            value["upper_value"] = metric.max.into();
        }
        add(format!("{suite} {}", metric.name), measure(metric.unit), value);
    }
    for (suite, result) in ratios(record) {
        let share = |millionths: u64| json!(millionths as f64 / MILLION);
        let mut value = json!({ "value": share(result.ratio_ppm) });
        if let Some((lower, upper)) = result.lower_ppm.zip(result.upper_ppm) {
            value["lower_value"] = share(lower);
            value["upper_value"] = share(upper);
        }
        add(format!("{suite} {}", result.metric), "ratio", value);
    }
    format!("{:#}\n", Value::Object(benchmarks))
}

fn measure(unit: Unit) -> &'static str {
    match unit {
        Unit::Nanoseconds => "latency",
        Unit::OperationsPerSecond => "throughput",
        Unit::BytesPerSecond => "bytes-per-second",
        Unit::Bytes => "bytes",
        Unit::Count => "count",
    }
}
