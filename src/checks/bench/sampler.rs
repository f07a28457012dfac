//! Latencies of many requests in little memory.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::base::nanoseconds;
use crate::record::{Direction, Metric, Unit};

/// Up to this many samples are kept as they are.
const KEPT: usize = 32;
/// Three significant digits, from a microsecond to an hour.
const LOWEST_NS: u64 = 1_000;
const HIGHEST_NS: u64 = 3_600_000_000_000;

/// A distribution of durations.
#[derive(Debug)]
pub(super) struct Sampler {
    samples: Vec<u64>,
    histogram: Histogram<u32>,
}

impl Sampler {
    pub(super) fn new() -> Result<Self, hdrhistogram::CreationError> {
        Ok(Self { samples: Vec::new(), histogram: Histogram::new_with_bounds(LOWEST_NS, HIGHEST_NS, 3)? })
    }

    pub(super) fn note(&mut self, duration: Duration) {
        let nanoseconds = nanoseconds(duration);
        if self.samples.len() <= KEPT {
            self.samples.push(nanoseconds);
        }
        self.histogram.saturating_record(nanoseconds);
    }

    /// The distribution as a metric; none where nothing was noted.
    pub(super) fn metric(mut self, name: &str) -> Option<Metric> {
        let n = self.histogram.len();
        if n == 0 {
            return None;
        }
        let quantile = |share: f64, least: u64| (n >= least).then(|| self.histogram.value_at_quantile(share));
        let mut metric = Metric {
            name: name.to_owned(),
            unit: Unit::Nanoseconds,
            direction: Direction::Lower,
            n,
            samples: Vec::new(),
            min: self.histogram.min(),
            median: self.histogram.value_at_quantile(0.5),
            p90: quantile(0.9, 10),
            p99: quantile(0.99, 100),
            p999: quantile(0.999, 1000),
            max: self.histogram.max(),
        };
        if self.samples.len() <= KEPT {
            metric.samples.clone_from(&self.samples);
            self.samples.sort_unstable();
            metric.min = self.samples[0];
            metric.max = self.samples[self.samples.len() - 1];
            metric.median = median(&self.samples);
        }
        Some(metric)
    }
}

fn median(sorted: &[u64]) -> u64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { u64::midpoint(sorted[middle - 1], sorted[middle]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = u64>) -> Metric {
        let mut sampler = Sampler::new().unwrap();
        values.into_iter().for_each(|micros| sampler.note(Duration::from_micros(micros)));
        sampler.metric("x").unwrap()
    }

    #[test]
    fn few_samples_are_kept_and_exact() {
        let metric = of([4, 2, 8, 6]);
        assert_eq!((metric.min, metric.median, metric.max), (2_000, 5_000, 8_000));
        assert_eq!(metric.samples, [4_000, 2_000, 8_000, 6_000]);
        assert_eq!((metric.p90, metric.p99), (None, None));
    }

    #[test]
    fn many_samples_become_percentiles_within_a_thousandth() {
        let metric = of(1..=1000);
        assert_eq!((metric.n, metric.samples.len()), (1000, 0));
        let close = |value: u64, wanted: u64| assert!(value.abs_diff(wanted) * 500 <= wanted, "{value} for {wanted}");
        close(metric.median, 500_000);
        close(metric.p90.unwrap(), 900_000);
        close(metric.p99.unwrap(), 990_000);
        close(metric.p999.unwrap(), 999_000);
    }

    #[test]
    fn nothing_noted_is_no_metric() {
        assert_eq!(Sampler::new().unwrap().metric("x"), None);
    }
}
