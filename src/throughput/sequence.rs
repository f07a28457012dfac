//! When a comparison is looked at, how much error each look may make, and what follows from it.
//!
//! The chance of a false alarm is shared out evenly: every look at every gating metric has its part, and by the union bound all
//! together make no more than the whole. A drop that equals the tolerance therefore fails with at most that chance; a smaller one
//! less often.

use super::location::{Interval, Location, locate};
use super::signed_rank::{MOST_BLOCKS, SignedRank};
use crate::record::Decision;

/// The chance of a false alarm of a whole comparison.
pub const ALPHA: f64 = 0.05;

/// A sequence of looks that cannot work.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SequenceError {
    /// There are none, they do not grow, or there are too many blocks.
    #[error("look after {} blocks: looks are growing numbers of blocks, {MOST_BLOCKS} at the most", listed(looks))]
    Disorderly {
        /// The looks.
        looks: Vec<u64>,
    },
    /// Not even the clearest result would be significant.
    #[error(
        "look after {look} blocks: {looks} looks at {metrics} metrics leave each an error of {alpha:.5}, and {look} blocks on one side come about \
         by chance with {chance:.5}"
    )]
    NeverFires {
        /// The look.
        look: u64,
        /// Number of looks.
        looks: usize,
        /// Number of gating metrics.
        metrics: usize,
        /// What each look at each metric may err.
        alpha: f64,
        /// The chance that all blocks lie on one side.
        chance: f64,
    },
}

impl SequenceError {
    /// What to do about it: no option sets the looks.
    pub const HINT: &str =
        "the looks are part of s3ci, and no option changes them: this is a mistake of its own, please report it";
}

/// The looks of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    looks: Vec<usize>,
    alpha_per_look: f64,
}

impl Sequence {
    /// Shares the error out over looks and gating metrics.
    ///
    /// # Errors
    /// Looks that are in no order, and a look at which nothing could ever fail: it would cost error, and find nothing.
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

    /// What each look at each metric may err, one-sided.
    #[must_use]
    pub fn alpha_per_look(&self) -> f64 {
        self.alpha_per_look
    }

    /// The last look: no more blocks are run.
    #[must_use]
    pub fn last(&self) -> usize {
        self.looks.last().copied().unwrap_or_default()
    }

    /// Whether it is looked at after this many blocks.
    #[must_use]
    pub fn looks_after(&self, blocks: usize) -> bool {
        self.looks.contains(&blocks)
    }

    /// Judges the logarithms of a metric's ratios, one a block, if it is time to look and they decide; after the last look they always do.
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

/// What the interval of a logarithm says of a tolerated drop; none where it holds both.
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
            "look after 6 blocks: 1 looks at 5 metrics leave each an error of 0.01000, and 6 blocks on one side come about by chance with 0.01562"
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
