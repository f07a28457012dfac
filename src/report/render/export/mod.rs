//! A record or a history in the formats of programs that keep measurements themselves.
//!
//! Each format is a function to text. Names are those of the record: suite and metric. Where a comparison with a base was made, its
//! ratios are exported beside the figures, because they are what can be compared between machines.
//!
//! Deliberately absent: sending anything anywhere.

mod bencher;
mod benchmark_action;
mod openmetrics;
mod otava;

use crate::record::{Metric, RunRecord, SuiteId, ThroughputResult};

pub use bencher::render as bencher;
pub use benchmark_action::{bigger_is_better, smaller_is_better};
pub use openmetrics::render as openmetrics;
pub use otava::render as otava;

/// All metrics with the suites that measured them.
fn metrics(record: &RunRecord) -> impl Iterator<Item = (&SuiteId, &Metric)> {
    record.suites.iter().flat_map(|suite| suite.metrics.iter().map(move |metric| (&suite.id, metric)))
}

/// All ratios to a base with the suites that compared.
fn ratios(record: &RunRecord) -> impl Iterator<Item = (&SuiteId, &ThroughputResult)> {
    let comparisons = record.against.iter().flat_map(|against| &against.throughput);
    comparisons.flat_map(|comparison| comparison.results.iter().map(move |result| (&comparison.suite, result)))
}

/// A whole number of small parts as a decimal: 1,234,567 of 9 places is `0.001234567`. No float comes near it.
fn decimal(value: u64, places: u32) -> String {
    let scale = 10_u64.saturating_pow(places);
    let width = usize::try_from(places).unwrap_or_default();
    let text = format!("{}.{:0width$}", value / scale, value % scale);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
