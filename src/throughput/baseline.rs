//! The comparison with an earlier run, through the base that both runs had.
//!
//! Figures of two machines, or of one machine at two times, differ by more than most regressions do. Their ratios to
//! one base do not: whatever the machine does to the candidate, it does to the base in the same block. So two runs are
//! comparable if each compared with the same release by the same procedure. Otherwise there is no answer, but a reason.
//!
//! Only half of the error is spent. The sum of the two intervals is an approximation, and a run that was decided early
//! stopped at a moment when its blocks happened to favour a decision. The tests simulate both.

use super::ALPHA;
use super::location::shift;
use super::millionths::{millionths, share, signed_share};
use super::sequence::decide;
use crate::record::{Decision, Reference, RunRecord, SinceBaseline, SuiteId, ThroughputComparison, ThroughputResult};

/// Compares every deciding metric.
///
/// The metrics share the error of a comparison evenly, so that a drop that equals the tolerance fails in at most
/// [`ALPHA`] of the runs.
///
/// # Errors
/// Why the two runs are not comparable.
pub fn since_baseline(
    baseline: &RunRecord,
    now: &RunRecord,
    suite: &SuiteId,
) -> Result<Vec<SinceBaseline>, &'static str> {
    let then = throughput(baseline, suite).ok_or("the baseline compared nothing with a base")?;
    let now_in = throughput(now, suite).ok_or("this run compared nothing with a base")?;
    let reference = |record: &RunRecord| Some(Reference::of(record.against.as_ref()?)?.digest);
    match (reference(baseline), reference(now)) {
        (Some(then), Some(now)) if then == now => {}
        (Some(_), Some(_)) => {
            return Err("the baseline was compared with another base, or one with other dependencies");
        }
        _ => return Err("the records do not say whether both runs had the same base"),
    }
    if baseline.runtime.kind != now.runtime.kind {
        return Err("the baseline ran in another runtime");
    }
    if then.procedure.in_words() != now_in.procedure.in_words() {
        return Err("the baseline had other objects or another procedure");
    }
    let decides = |result: &&ThroughputResult| result.decision.is_some();
    let results: Vec<&ThroughputResult> = now_in.results.iter().filter(decides).collect();
    let alpha = ALPHA / f64::from(u32::try_from(results.len().max(1)).unwrap_or(u32::MAX));
    let of = |result: &&ThroughputResult| {
        let earlier = then.results.iter().find(|earlier| earlier.metric == result.metric);
        judge(earlier.map_or(&[], |earlier| &earlier.log_ratios_ppm), result, alpha)
    };
    Ok(results.iter().map(of).collect())
}

fn throughput<'a>(record: &'a RunRecord, suite: &SuiteId) -> Option<&'a ThroughputComparison> {
    record.against.as_ref()?.throughput.iter().find(|comparison| comparison.suite == *suite)
}

/// Compares one metric with an error of `alpha`. Inconclusive if either run has no blocks of it.
fn judge(then: &[i64], now: &ThroughputResult, alpha: f64) -> SinceBaseline {
    let logs = |ppm: &[i64]| -> Vec<f64> { ppm.iter().copied().map(signed_share).collect() };
    let found = shift(&logs(then), &logs(&now.log_ratios_ppm), alpha / 2.0);
    let interval = found.and_then(|found| found.interval);
    SinceBaseline {
        metric: now.metric.clone(),
        decision: decide(interval, share(now.tolerance_ppm)).unwrap_or(Decision::Inconclusive),
        ratio_ppm: found.map(|found| millionths(found.estimate.exp())),
        interval_ppm: interval.map(|found| (millionths(found.lower.exp()), millionths(found.upper.exp()))),
        blocks: (then.len(), now.log_ratios_ppm.len()),
        tolerance_ppm: now.tolerance_ppm,
        tolerated: now.tolerated(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Direction, Estimator};
    use crate::throughput::Sequence;
    use crate::throughput::comparison::LOOKS;
    use crate::throughput::millionths::signed_millionths;
    use crate::throughput::simulation::normal;
    use crate::workload::seeded;

    fn result(log_ratios_ppm: Vec<i64>) -> ThroughputResult {
        ThroughputResult {
            metric: "put".to_owned(),
            direction: Direction::Higher,
            estimator: Estimator::MedianOfRatios,
            decision: Some(Decision::Pass),
            blocks: 10,
            ratio_ppm: 1_000_000,
            lower_ppm: None,
            upper_ppm: None,
            alpha_ppm: 2_500,
            tolerance_ppm: 50_000,
            floor_ppm: None,
            detectable_drop_ppm: None,
            log_ratios_ppm,
        }
    }

    /// Blocks around a ratio, with the noise of a quiet machine.
    fn blocks(ratio: f64, count: i64) -> Vec<i64> {
        (0..count).map(|at| signed_millionths(ratio.ln()) + 7_000 * (at * 7 % 5 - 2)).collect()
    }

    #[test]
    fn what_counts_is_the_change_and_not_how_either_run_stands_to_the_reference() {
        let decision = |then: f64, now: f64| judge(&blocks(then, 10), &result(blocks(now, 15)), 0.01).decision;
        assert_eq!(
            (decision(1.0, 1.0), decision(0.5, 0.5), decision(0.5, 0.6)),
            (Decision::Pass, Decision::Pass, Decision::Pass)
        );
        assert_eq!((decision(1.2, 1.0), decision(0.5, 0.45)), (Decision::Fail, Decision::Fail));
        assert_eq!(decision(1.0, 0.95), Decision::Inconclusive, "a drop that equals the tolerance");
    }

    #[test]
    fn too_few_blocks_are_an_estimate_and_no_answer() {
        let found = judge(&blocks(1.0, 2), &result(blocks(0.5, 2)), 0.01);
        assert_eq!((found.decision, found.interval_ppm), (Decision::Inconclusive, None));
        assert_eq!(found.in_words(), "50% of the baseline (too few for an interval, 2 and 2 blocks)");
    }

    #[test]
    fn what_the_baseline_did_not_measure_is_inconclusive_and_says_why() {
        let found = judge(&[], &result(blocks(1.0, 10)), 0.01);
        assert_eq!((found.decision, found.ratio_ppm), (Decision::Inconclusive, None));
        assert_eq!(found.in_words(), "the baseline has no blocks of it");
    }

    /// How often a run fails against an earlier one. Both are normal around their ratio and are decided as real runs
    /// are.
    fn failed(spreads: (f64, f64), drop: f64, blocks: Option<(usize, usize)>) -> usize {
        let mut generator = seeded(1, &format!("baseline/{spreads:?}/{drop}/{blocks:?}"));
        let sequence = Sequence::new(&LOOKS, 5).unwrap();
        let mut run = |center: f64, spread: f64, blocks: Option<usize>| {
            let mut logs = Vec::new();
            let over = |logs: &[f64]| match blocks {
                Some(blocks) => logs.len() == blocks,
                None => sequence.judge(logs, 0.05).is_some(),
            };
            while !over(&logs) {
                logs.push(center + spread * normal(&mut generator));
            }
            logs.iter().map(|log| signed_millionths(*log)).collect::<Vec<_>>()
        };
        (0..PAIRS)
            .filter(|_| {
                let then = run(0.0, spreads.0, blocks.map(|blocks| blocks.0));
                let now = run((1.0 - drop).ln(), spreads.1, blocks.map(|blocks| blocks.1));
                judge(&then, &result(now), ALPHA / 5.0).decision == Decision::Fail
            })
            .count()
    }

    /// Enough to tell 1 of 100 from 2.
    const PAIRS: usize = 2000;
    const SPREADS: [(f64, f64); 5] = [(0.03, 0.03), (0.01, 0.05), (0.05, 0.01), (0.03, 0.1), (0.1, 0.03)];

    #[test]
    fn a_drop_that_is_just_tolerated_fails_in_one_run_of_a_hundred_whatever_the_spreads_and_blocks() {
        for spreads in SPREADS {
            for blocks in [None, Some((10, 10)), Some((10, 30)), Some((30, 10))] {
                let failed = failed(spreads, 0.05, blocks);
                assert!(failed <= PAIRS / 100, "{spreads:?} {blocks:?}: {failed}");
            }
        }
    }

    #[test]
    fn equal_runs_never_fail_and_a_drop_by_a_fifth_is_found() {
        for spreads in &SPREADS[..3] {
            assert_eq!(failed(*spreads, 0.0, None), 0, "{spreads:?}");
            assert!(failed(*spreads, 0.2, None) >= PAIRS * 95 / 100, "{spreads:?}");
        }
    }
}
