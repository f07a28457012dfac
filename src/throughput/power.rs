//! The smallest drop that a comparison would have found, computed from the residuals of its blocks.
//!
//! The normal formula is optimistic: it ignores outliers, and it ignores that the interval is exact for few blocks. So
//! this resamples comparisons: it draws as many blocks as there were, with replacement, from the residuals, and notes
//! the upper end of their interval. A drop moves that end down by the drop itself. So 80 of 100 comparisons find the
//! drop that moves the 80th percentile of those ends to the tolerance.

use rand::RngExt;

use super::location::locate;
use crate::workload::seeded;

/// Resampled comparisons. With this many, the percentile is good to a few thousandths of a standard deviation.
const RESAMPLES: usize = 400;
/// This many of 100 comparisons must find the drop.
const POWER: usize = 80;

/// The smallest drop, as a share, that would have failed with a power of 80%. `None` if there are too few blocks for an
/// interval.
pub(crate) fn detectable_drop(log_ratios: &[f64], alpha: f64, tolerance: f64, seed: u64) -> Option<f64> {
    let estimate = locate(log_ratios, alpha)?.estimate;
    let mut generator = seeded(seed, "comparison/power");
    let mut ends = Vec::with_capacity(RESAMPLES);
    for _ in 0..RESAMPLES {
        let drawn: Vec<f64> =
            log_ratios.iter().map(|_| log_ratios[generator.random_range(0..log_ratios.len())] - estimate).collect();
        ends.push(locate(&drawn, alpha)?.interval?.upper);
    }
    ends.sort_unstable_by(f64::total_cmp);
    let end = ends.get(RESAMPLES * POWER / 100)?;
    Some((1.0 - (1.0 - tolerance) * (-end).exp()).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_noise_needs_a_larger_drop_and_none_needs_the_tolerance_alone() {
        let blocks = |spread: f64| -> Vec<f64> { (0..15).map(|at| spread * f64::from((at * 7) % 15 - 7)).collect() };
        let drop = |spread| detectable_drop(&blocks(spread), 0.0025, 0.05, 1).unwrap();
        assert!((drop(0.0) - 0.05).abs() < 1e-12, "{}", drop(0.0));
        assert!(drop(0.001) < drop(0.004) && drop(0.004) < drop(0.02), "{} {}", drop(0.001), drop(0.004));
        assert!((drop(0.004) - drop(0.004)).abs() < 1e-15, "the same blocks tell the same");
    }

    #[test]
    fn a_drop_just_larger_than_that_is_found_four_times_out_of_five() {
        let blocks: Vec<f64> = (0..20).map(|at| 0.004 * f64::from((at * 7) % 20 - 10)).collect();
        let drop = detectable_drop(&blocks, 0.0025, 0.05, 1).unwrap();
        let estimate = locate(&blocks, 0.0025).unwrap().estimate;
        let mut generator = seeded(2, "test");
        let found = (0..500).filter(|_| {
            let moved = |_| blocks[generator.random_range(0..blocks.len())] - estimate + (1.0 - drop - 1e-9).ln();
            let drawn: Vec<f64> = blocks.iter().map(moved).collect();
            locate(&drawn, 0.0025).unwrap().interval.unwrap().upper < 0.95_f64.ln()
        });
        let found = found.count();
        assert!((360..=440).contains(&found), "{found} of 500");
    }

    #[test]
    fn too_few_blocks_tell_nothing() {
        assert_eq!(detectable_drop(&[0.0; 4], 0.0025, 0.05, 1), None);
        assert_eq!(detectable_drop(&[], 0.0025, 0.05, 1), None);
    }
}
