//! Turns the times of a block into one number for each metric. Pure.
//!
//! The ratio of an object is the mean over its passes. The ratio of a block is the median of its objects. The ratio of
//! the total times is kept too: it weighs objects by size, and is noisier.

use std::collections::BTreeMap;
use std::time::Duration;

use super::block::{Measured, Pair};
use super::schedule::Operation;
use crate::base::median;
use crate::record::{Direction, Estimator, ThroughputBlock};
use crate::workload::SizeClass;

/// The number of a block for one metric.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ratio {
    pub(crate) metric: String,
    pub(crate) direction: Direction,
    pub(crate) estimator: Estimator,
    /// Whether the metric decides, or only informs.
    pub(crate) decides: bool,
    /// ln(candidate / base).
    pub(crate) log: f64,
}

impl Ratio {
    /// The metric that decides an operation.
    pub(super) fn deciding(operation: Operation, log: f64) -> Self {
        let metric = operation.name().to_owned();
        Self { metric, direction: Direction::Higher, estimator: Estimator::MedianOfRatios, decides: true, log }
    }
}

/// The numbers of a block. Those that decide come first, in the order of the operations.
pub(super) fn of(measured: &Measured, class: impl Fn(usize) -> Option<SizeClass>) -> Vec<Ratio> {
    let objects: Vec<(Operation, BTreeMap<usize, f64>)> =
        Operation::ALL.into_iter().map(|operation| (operation, by_object(operation, &measured.pairs))).collect();
    let deciding = objects
        .iter()
        .filter_map(|(operation, logs)| Some(Ratio::deciding(*operation, median(logs.values().copied())?)));
    let content = objects.iter().filter(|(operation, _)| matches!(operation, Operation::Put | Operation::Get));
    let by_size = content.flat_map(|(operation, logs)| {
        SizeClass::ALL.into_iter().filter_map(|size| {
            let of_size = logs.iter().filter(|(object, _)| class(**object) == Some(size)).map(|(_, log)| *log);
            let metric = format!("{}.{}", operation.name(), size.name());
            Some(Ratio { metric, decides: false, ..Ratio::deciding(*operation, median(of_size)?) })
        })
    });
    deciding.chain(by_size).chain(sums(&measured.record)).collect()
}

/// The mean of each object over its passes.
fn by_object(operation: Operation, pairs: &[Pair]) -> BTreeMap<usize, f64> {
    let mut logs: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for pair in pairs.iter().filter(|pair| pair.operation == operation) {
        let entry = logs.entry(pair.object).or_default();
        entry.0 += log_of_throughput(pair.taken.base, pair.taken.candidate);
        entry.1 += 1.0;
    }
    logs.into_iter().map(|(object, (sum, count))| (object, sum / count)).collect()
}

/// The total times of all objects, and the CPU time and memory of the servers.
fn sums(block: &ThroughputBlock) -> Vec<Ratio> {
    let mut ratios = Vec::new();
    for operation in Operation::ALL {
        let passes = || block.passes.iter().filter(|pass| pass.operation == operation.name());
        let sum = Ratio { estimator: Estimator::RatioOfSums, decides: false, ..Ratio::deciding(operation, 0.0) };
        let taken = |of: fn(&crate::record::ThroughputPass) -> u64| Duration::from_nanos(passes().map(of).sum());
        let log = log_of_throughput(taken(|pass| pass.base_ns), taken(|pass| pass.candidate_ns));
        ratios.push(Ratio { metric: format!("{}.total", operation.name()), log, ..sum.clone() });
        let spent = |of: fn(&crate::record::ThroughputPass) -> Option<u64>| passes().map(of).sum::<Option<u64>>();
        let cpu = (spent(|pass| pass.base_cpu_ns), spent(|pass| pass.candidate_cpu_ns));
        if let Some(log) = log_of_use(cpu) {
            let metric = format!("{}.cpu", operation.name());
            ratios.push(Ratio { metric, direction: Direction::Lower, log, ..sum });
        }
    }
    if let Some(log) = log_of_use((block.base_memory_bytes, block.candidate_memory_bytes)) {
        let (direction, estimator) = (Direction::Lower, Estimator::RatioOfSums);
        ratios.push(Ratio { metric: "memory".to_owned(), direction, estimator, decides: false, log });
    }
    ratios
}

/// Both arms do the same work, so the ratio of throughput is the inverse ratio of time.
fn log_of_throughput(base: Duration, candidate: Duration) -> f64 {
    let seconds = |duration: Duration| duration.max(Duration::from_nanos(1)).as_secs_f64();
    (seconds(base) / seconds(candidate)).ln()
}

#[expect(clippy::cast_precision_loss, reason = "a ratio needs no more digits than a float has")]
fn log_of_use((base, candidate): (Option<u64>, Option<u64>)) -> Option<f64> {
    let (base, candidate) = (base.filter(|used| *used > 0)?, candidate.filter(|used| *used > 0)?);
    Some((candidate as f64 / base as f64).ln())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Arm, ThroughputPass};
    use crate::throughput::comparison::block::Both;

    fn pair(operation: Operation, object: usize, base: u64, candidate: u64) -> Pair {
        let milliseconds = Duration::from_millis;
        Pair { operation, object, taken: Both { base: milliseconds(base), candidate: milliseconds(candidate) } }
    }

    fn block(pairs: Vec<Pair>, cpu: Option<u64>) -> Measured {
        let sum = |of: fn(&Pair) -> Duration| pairs.iter().map(of).sum::<Duration>().as_nanos().try_into().unwrap();
        let pass = ThroughputPass {
            operation: "put".to_owned(),
            order: "bc".to_owned(),
            base_ns: sum(|pair| pair.taken.base),
            candidate_ns: sum(|pair| pair.taken.candidate),
            base_cpu_ns: cpu,
            candidate_cpu_ns: cpu.map(|cpu| 2 * cpu),
        };
        let record = ThroughputBlock {
            number: 1,
            started_first: Arm::Base,
            duration_ns: 1,
            passes: vec![pass],
            base_memory_bytes: Some(100),
            candidate_memory_bytes: Some(100),
        };
        Measured { record, pairs }
    }

    fn found(measured: &Measured, metric: &str) -> Option<f64> {
        let ratios = of(measured, |object| Some(if object == 2 { SizeClass::Large } else { SizeClass::Small }));
        ratios.into_iter().find(|ratio| ratio.metric == metric).map(|ratio| (ratio.log.exp() * 1e6).round() / 1e6)
    }

    #[test]
    fn a_block_has_the_middle_object_and_an_outlier_moves_the_sum_alone() {
        let put = |object, base, candidate| pair(Operation::Put, object, base, candidate);
        let measured = block(vec![put(0, 10, 10), put(1, 10, 20), put(2, 10, 1000)], Some(7));
        assert_eq!((found(&measured, "put"), found(&measured, "put.large")), (Some(0.5), Some(0.01)));
        assert_eq!(found(&measured, "put.total"), Some((30.0_f64 / 1030.0 * 1e6).round() / 1e6));
        assert_eq!((found(&measured, "put.cpu"), found(&measured, "memory")), (Some(2.0), Some(1.0)));
        assert_eq!((found(&measured, "get"), found(&measured, "put.medium")), (None, None));
    }

    #[test]
    fn coming_second_cancels_over_the_passes_of_an_object() {
        let measured = block(vec![pair(Operation::Get, 0, 10, 8), pair(Operation::Get, 0, 8, 10)], None);
        assert_eq!((found(&measured, "get"), found(&measured, "put.cpu")), (Some(1.0), None));
    }
}
