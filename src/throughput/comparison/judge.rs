//! What the blocks say so far. Pure.
//!
//! A decided metric stays decided, with the interval that decided it. Looking again until another answer comes would
//! raise the error. Further blocks, which other metrics need, are kept in the record.

use std::collections::BTreeMap;

use super::ratios::Ratio;
use crate::record::{Decision, Direction, ThroughputProcedure, ThroughputResult};
use crate::throughput::location::{Location, locate};
use crate::throughput::millionths::{millionths, share, signed_millionths};
use crate::throughput::power::detectable_drop;
use crate::throughput::{Sequence, SequenceError};

/// For each metric the drop, in millionths, that this machine cannot tell from noise (`s3ci calibrate`).
pub type Floors = BTreeMap<String, u64>;

#[derive(Debug)]
pub(crate) struct Judge {
    sequence: Sequence,
    tolerance_ppm: u64,
    floors: Floors,
    seed: u64,
    series: Vec<Series>,
}

#[derive(Debug)]
struct Series {
    first: Ratio,
    logs: Vec<f64>,
    decided: Option<(Decision, usize)>,
}

impl Judge {
    /// # Errors
    /// A look at which nothing could ever fail.
    pub(crate) fn new(procedure: &ThroughputProcedure, metrics: usize, floors: Floors) -> Result<Self, SequenceError> {
        let sequence = Sequence::new(&procedure.looks, metrics)?;
        let (tolerance_ppm, seed) = (procedure.tolerance_ppm, procedure.seed);
        Ok(Self { sequence, tolerance_ppm, floors, seed, series: Vec::new() })
    }

    /// Adds a block without a judgement.
    pub(crate) fn note(&mut self, ratios: Vec<Ratio>) {
        for ratio in ratios {
            let at = self.series.iter().position(|series| series.first.metric == ratio.metric);
            let log = ratio.log;
            let at = at.unwrap_or_else(|| {
                self.series.push(Series { first: ratio, logs: Vec::new(), decided: None });
                self.series.len() - 1
            });
            self.series[at].logs.push(log);
        }
    }

    /// Adds a block, and judges the metrics if it is time to look.
    pub(crate) fn take(&mut self, ratios: Vec<Ratio>) {
        self.note(ratios);
        for at in 0..self.series.len() {
            let (_, tolerance_ppm) = self.tolerance(&self.series[at].first);
            let series = &mut self.series[at];
            if series.first.decides && series.decided.is_none() {
                let decision = self.sequence.judge(&series.logs, share(tolerance_ppm));
                series.decided = decision.map(|decision| (decision, series.logs.len()));
            }
        }
    }

    /// Whether every deciding metric is decided.
    pub(crate) fn is_decided(&self) -> bool {
        let mut deciding = self.series.iter().filter(|series| series.first.decides).peekable();
        deciding.peek().is_some() && deciding.all(|series| series.decided.is_some())
    }

    #[cfg(test)]
    pub(crate) fn decisions(&self) -> Vec<Decision> {
        self.series.iter().filter_map(|series| Some(series.decided?.0)).collect()
    }

    /// The state of the comparison in one line.
    pub(crate) fn standing(&self) -> String {
        let deciding = self.series.iter().filter(|series| series.first.decides);
        let words = deciding.map(|series| {
            let estimate = locate(&series.logs, 1.0).map_or(0.0, |location| location.estimate);
            let state = match series.decided {
                None => " (open)",
                Some((Decision::Pass, _)) => "",
                Some((Decision::Fail, _)) => " (slower)",
                Some((Decision::Inconclusive, _)) => " (undecided)",
            };
            format!("{} {:.3}{state}", series.first.metric, estimate.exp())
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// The results of all metrics. The smallest detectable drop takes a while to compute, so only `at_the_end`.
    pub(crate) fn results(&self, at_the_end: bool) -> Vec<ThroughputResult> {
        let (deciding, informing): (Vec<_>, Vec<_>) = self.series.iter().partition(|series| series.first.decides);
        deciding.into_iter().chain(informing).filter_map(|series| self.result(series, at_the_end)).collect()
    }

    fn result(&self, series: &Series, at_the_end: bool) -> Option<ThroughputResult> {
        let looked_at = series.decided.map_or(series.logs.len(), |(_, blocks)| blocks);
        let logs = series.logs.get(..looked_at)?;
        let alpha = self.sequence.alpha_per_look();
        let Location { estimate, interval } = locate(logs, alpha)?;
        let (floor_ppm, tolerance_ppm) = self.tolerance(&series.first);
        let tells = at_the_end && series.first.direction == Direction::Higher;
        let drop = tells.then(|| detectable_drop(logs, alpha, share(tolerance_ppm), self.seed)).flatten();
        Some(ThroughputResult {
            metric: series.first.metric.clone(),
            direction: series.first.direction,
            estimator: series.first.estimator,
            decision: series.decided.map(|(decision, _)| decision),
            blocks: looked_at as u64,
            ratio_ppm: millionths(estimate.exp()),
            lower_ppm: interval.map(|interval| millionths(interval.lower.exp())),
            upper_ppm: interval.map(|interval| millionths(interval.upper.exp())),
            alpha_ppm: millionths(alpha),
            tolerance_ppm,
            floor_ppm,
            detectable_drop_ppm: drop.map(millionths),
            log_ratios_ppm: series.logs.iter().map(|log| signed_millionths(*log)).collect(),
        })
    }

    /// The floor of a metric on this machine, and the tolerance that follows.
    fn tolerance(&self, metric: &Ratio) -> (Option<u64>, u64) {
        let floor = self.floors.get(&metric.metric).copied();
        (floor, self.tolerance_ppm.max(floor.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Estimator;

    fn procedure() -> ThroughputProcedure {
        ThroughputProcedure {
            version: 1,
            seed: 1,
            drawn_for: String::new(),
            objects: 10,
            min_size_bytes: 1,
            max_size_bytes: 2,
            listings: 2,
            passes: Vec::new(),
            looks: vec![10, 15, 20, 30],
            alpha_ppm: 50_000,
            alpha_per_look_ppm: 2_500,
            tolerance_ppm: 50_000,
        }
    }

    fn ratio(metric: &str, decides: bool, log: f64) -> Ratio {
        let (direction, estimator) = (Direction::Higher, Estimator::MedianOfRatios);
        Ratio { metric: metric.to_owned(), direction, estimator, decides, log }
    }

    fn wobble(block: i32) -> f64 {
        0.001 * f64::from(block % 5 - 2)
    }

    #[test]
    fn a_metric_that_is_decided_stays_so_and_the_run_goes_on_for_the_others() {
        let mut judge = Judge::new(&procedure(), 5, Floors::new()).unwrap();
        for block in 0..12 {
            // After the look that decides, `put` gets worse.
            let put = if block < 10 { 0.0 } else { -0.5 };
            judge.take(vec![ratio("put", true, put + wobble(block)), ratio("get", true, 0.05 * f64::from(block - 6))]);
        }
        assert!(!judge.is_decided());
        let results = judge.results(true);
        assert_eq!((results[0].decision, results[0].blocks), (Some(Decision::Pass), 10));
        assert_eq!((results[0].ratio_ppm, results[0].log_ratios_ppm.len()), (1_000_000, 12));
        assert_eq!((results[1].decision, results[1].blocks), (None, 12));
        assert_eq!(judge.standing(), "put 1.000, get 0.975 (open)");
    }

    #[test]
    fn the_tolerance_is_no_less_than_the_floor_of_the_machine() {
        let decide = |floors: Floors| {
            let mut judge = Judge::new(&procedure(), 5, floors).unwrap();
            (0..10).for_each(|block| judge.take(vec![ratio("put", true, -0.09 + wobble(block))]));
            let result = judge.results(true).remove(0);
            (result.decision, result.tolerance_ppm, result.floor_ppm)
        };
        assert_eq!(decide(Floors::new()), (Some(Decision::Fail), 50_000, None));
        let floor = |ppm| Floors::from([("put".to_owned(), ppm)]);
        assert_eq!(decide(floor(120_000)), (Some(Decision::Pass), 120_000, Some(120_000)));
        assert_eq!(decide(floor(10_000)), (Some(Decision::Fail), 50_000, Some(10_000)));
    }

    #[test]
    fn what_only_informs_decides_nothing_and_comes_last() {
        let mut judge = Judge::new(&procedure(), 5, Floors::new()).unwrap();
        (0..10).for_each(|block| {
            judge.take(vec![ratio("put.total", false, -0.5 + wobble(block)), ratio("put", true, wobble(block))]);
        });
        assert!(judge.is_decided());
        let results = judge.results(true);
        assert_eq!((results[1].metric.as_str(), results[1].decision), ("put.total", None));
        assert!(results[1].upper_ppm < Some(700_000) && results[0].detectable_drop_ppm > Some(50_000));
    }

    #[test]
    fn before_the_first_block_nothing_is_decided() {
        assert!(!Judge::new(&procedure(), 5, Floors::new()).unwrap().is_decided());
    }
}
