//! A measured quantity with its distribution.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Unit of every number of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Nanoseconds.
    Nanoseconds,
    /// Bytes.
    Bytes,
    /// Bytes per second.
    BytesPerSecond,
    /// Operations per second.
    OperationsPerSecond,
    /// A plain count.
    Count,
}

impl Unit {
    /// Its name for a reader.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nanoseconds => "nanoseconds",
            Self::Bytes => "bytes",
            Self::BytesPerSecond => "bytes per second",
            Self::OperationsPerSecond => "operations per second",
            Self::Count => "counts",
        }
    }
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

/// A measured quantity.
///
/// Numbers are whole (bytes, nanoseconds, rates per second), so that they survive JSON unchanged.
/// Percentiles are absent if there are too few samples: p90 needs 10, p99 100, p999 1000.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Metric {
    /// Dotted, stable name within the suite, such as `upload.throughput`.
    pub name: String,
    /// Unit of all numbers below.
    pub unit: Unit,
    /// Which way is better.
    pub direction: Direction,
    /// How many samples were taken.
    pub n: u64,
    /// The samples themselves where there are at most 32; otherwise the distribution below stands for them.
    pub samples: Vec<u64>,
    /// Smallest sample.
    pub min: u64,
    /// Median, to three significant digits where n is over 32.
    pub median: u64,
    /// 90th percentile.
    pub p90: Option<u64>,
    /// 99th percentile.
    pub p99: Option<u64>,
    /// 99.9th percentile.
    pub p999: Option<u64>,
    /// Largest sample.
    pub max: u64,
}

impl Metric {
    /// A quantity measured once.
    #[must_use]
    pub fn single(name: impl Into<String>, unit: Unit, direction: Direction, value: u64) -> Self {
        Self {
            name: name.into(),
            unit,
            direction,
            n: 1,
            samples: vec![value],
            min: value,
            median: value,
            p90: None,
            p99: None,
            p999: None,
            max: value,
        }
    }
}
