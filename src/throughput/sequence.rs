//! When a comparison looks at its blocks, how much error each look may make, and what the look decides.
//!
//! Every look at every deciding metric gets an equal share of the error. By the union bound the comparison as a whole
//! makes no more than [`ALPHA`]. So a drop that equals the tolerance fails with at most that probability, and a smaller
//! drop less often.

use super::location::{Interval, Location, locate};
use super::signed_rank::{MOST_BLOCKS, SignedRank};
use crate::record::Decision;

/// The probability of a false alarm in a whole comparison.
pub const ALPHA: f64 = 0.05;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SequenceError {
    /// There are no looks, they do not grow, or they have too many blocks.
    #[error("look after {} blocks: looks must be growing numbers of blocks, at most {MOST_BLOCKS}", listed(looks))]
    Disorderly { looks: Vec<u64> },
    /// Not even the clearest result would be significant at this look.
    #[error(
        "look after {look} blocks: {looks} looks at {metrics} metrics leave each an error of {alpha:.5}, and {look} blocks on one side happen \
         by chance with probability {chance:.5}"
    )]
    NeverFires {
        look: u64,
        looks: usize,
        /// Number of deciding metrics.
        metrics: usize,
        /// Error of each look at each metric.
        alpha: f64,
        /// The probability that all blocks lie on one side by chance.
        chance: f64,
    },
}

impl SequenceError {
    pub const HINT: &str =
        "the looks are part of s3ci, and no option changes them: this is a bug in s3ci, please report it";
}

#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    looks: Vec<usize>,
    alpha_per_look: f64,
}

impl Sequence {
    /// Divides the error over looks and deciding metrics.
    ///
    /// # Errors
    /// The looks are in no order, or nothing could ever fail at one of them: such a look costs error and finds nothing.
    pub fn new(looks: &[u64], metrics: usize) -> Result<Self, SequenceError> {
        let disorderly = || SequenceError::Disorderly { looks: looks.to_vec() };
        let counts: Vec<usize> = looks.iter().filter_map(|look| usize::try_from(*look).ok()).collect();
        let grow = counts.windows(2).all(|pair| pair[0] < pair[1]);
        if counts.is_empty() || counts.len() < looks.len() || !grow || counts.iter().any(|look| *look > MOST_BLOCKS) {
            return Err(disorderly());
        }
        let shares = u32::try_from(counts.len() * metrics.max(1)).map_err(|_| disorderly())?;
        let alpha_per_look = ALPHA / f64::from(shares);
        for look in &counts {
            let chance = SignedRank::of(*look).at_most(0);
            if chance > alpha_per_look {
                return Err(SequenceError::NeverFires {
                    look: *look as u64,
                    looks: counts.len(),
                    metrics,
                    alpha: alpha_per_look,
                    chance,
                });
            }
        }
        Ok(Self { looks: counts, alpha_per_look })
    }

    /// The one-sided error of each look at each metric.
    #[must_use]
    pub fn alpha_per_look(&self) -> f64 {
        self.alpha_per_look
    }

    /// The number of blocks at the last look.
    #[must_use]
    pub fn last(&self) -> usize {
        self.looks.last().copied().unwrap_or_default()
    }

    #[must_use]
    pub fn looks_after(&self, blocks: usize) -> bool {
        self.looks.contains(&blocks)
    }

    /// Judges a metric by the logarithms of its ratios, one a block. `None` if it is not time to look, or if the
    /// interval does not decide. The last look always decides.
    #[must_use]
    pub fn judge(&self, log_ratios: &[f64], tolerance: f64) -> Option<Decision> {
        if !self.looks_after(log_ratios.len()) {
            return None;
        }
        let Location { interval, .. } = locate(log_ratios, self.alpha_per_look)?;
        let at_last = || (log_ratios.len() == self.last()).then_some(Decision::Inconclusive);
        decide(interval, tolerance).or_else(at_last)
    }
}

/// `None` if the interval of the logarithm contains the tolerated drop.
pub(super) fn decide(interval: Option<Interval>, tolerance: f64) -> Option<Decision> {
    let tolerated = (1.0 - tolerance).ln();
    match interval? {
        Interval { upper, .. } if upper < tolerated => Some(Decision::Fail),
        Interval { lower, .. } if lower > tolerated => Some(Decision::Pass),
        _ => None,
    }
}

fn listed(looks: &[u64]) -> String {
    if looks.is_empty() {
        return "no".to_owned();
    }
    looks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_shared_out_over_looks_and_metrics() {
        let sequence = Sequence::new(&[10, 15, 20, 30], 5).unwrap();
        assert!((sequence.alpha_per_look() - 0.0025).abs() < 1e-15);
        assert_eq!((sequence.last(), sequence.looks_after(15), sequence.looks_after(16)), (30, true, false));
    }

    #[test]
    fn a_look_that_could_never_find_anything_is_refused() {
        let refused = |looks: &[u64], metrics| Sequence::new(looks, metrics).unwrap_err();
        // 2^-8 is more than 0.0025.
        assert!(matches!(refused(&[8, 15, 20, 30], 5), SequenceError::NeverFires { look: 8, .. }));
        assert!(matches!(refused(&[6], 5), SequenceError::NeverFires { look: 6, .. }));
        assert!(Sequence::new(&[7], 5).is_ok());
        let text = refused(&[6], 5).to_string();
        assert_eq!(
            text,
            "look after 6 blocks: 1 looks at 5 metrics leave each an error of 0.01000, and 6 blocks on one side happen by chance with probability 0.01562"
        );
    }

    #[test]
    fn looks_must_grow() {
        for looks in [&[][..], &[15, 10], &[10, 10], &[10, 61]] {
            assert!(matches!(Sequence::new(looks, 1), Err(SequenceError::Disorderly { .. })), "{looks:?}");
        }
    }

    #[test]
    fn it_is_judged_at_looks_alone_and_at_the_last_one_in_any_case() {
        let sequence = Sequence::new(&[10, 15], 5).unwrap();
        let around =
            |center: f64, n: u32| -> Vec<f64> { (0..n).map(|at| center + 0.001 * f64::from(at % 3)).collect() };
        assert_eq!(sequence.judge(&around(0.0, 9), 0.05), None);
        assert_eq!(sequence.judge(&around(0.0, 10), 0.05), Some(Decision::Pass));
        assert_eq!(sequence.judge(&around(-0.1, 10), 0.05), Some(Decision::Fail));
        assert_eq!(sequence.judge(&around(-0.0523, 10), 0.05), None);
        assert_eq!(sequence.judge(&around(-0.0523, 15), 0.05), Some(Decision::Inconclusive));
        assert_eq!(sequence.judge(&around(0.3, 10), 0.05), Some(Decision::Pass), "faster is no failure");
    }
}
