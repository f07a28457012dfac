//! The two custom formats of github-action-benchmark: a JSON array of results, of which either less or more is better.
//!
//! A file has one direction, so that a record makes two. What is counted only (files, pages) is in neither unless a direction makes
//! sense of it; the record says which.

use serde_json::{Value, json};

use super::{decimal, metrics, ratios};
use crate::record::{Direction, Metric, RunRecord, Unit};
use crate::report::plain::format;

/// Renders what is better when it is less, such as latencies.
#[must_use]
pub fn smaller_is_better(record: &RunRecord) -> String {
    render(record, Direction::Lower)
}

/// Renders what is better when it is more, such as throughput.
#[must_use]
pub fn bigger_is_better(record: &RunRecord) -> String {
    render(record, Direction::Higher)
}

fn render(record: &RunRecord, direction: Direction) -> String {
    let figures = metrics(record).filter(|(_, metric)| metric.direction == direction).map(|(suite, metric)| {
        let mut result = json!({
            "name": format!("{suite} {}", metric.name),
            "unit": unit(metric.unit),
            "value": metric.median,
        });
        if let Some(range) = range(metric) {
            result["range"] = range.into();
        }
        result["extra"] = format!("median of {}, {}", metric.n, record.target.spec).into();
        result
    });
    let ratios = ratios(record).filter(|(_, result)| result.direction == direction).map(|(suite, result)| {
        let ends = result.lower_ppm.zip(result.upper_ppm);
        let ends = ends.map(|(lower, upper)| format!("{} to {}", format::ratio(lower), format::ratio(upper)));
        let mut value = json!({ "name": format!("{suite} {} ratio", result.metric), "unit": "ratio" });
        // The digits of the record, whatever a float makes of them.
        value["value"] = serde_json::from_str(&decimal(result.ratio_ppm, 6)).unwrap_or(Value::Null);
        if let Some(ends) = ends {
            value["range"] = ends.into();
        }
        value
    });
    format!("{:#}\n", Value::from(figures.chain(ratios).collect::<Vec<_>>()))
}

/// From the least to the greatest sample, in the metric's unit.
fn range(metric: &Metric) -> Option<String> {
    (metric.n > 1).then(|| format!("{} to {}", metric.min, metric.max))
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Nanoseconds => "ns",
        Unit::Bytes => "bytes",
        Unit::BytesPerSecond => "bytes/s",
        Unit::OperationsPerSecond => "op/s",
        Unit::Count => "count",
    }
}
