//! The exact distribution of Wilcoxon's signed-rank statistic, as a table.
//!
//! Under the hypothesis each sign is a fair coin. So the table counts the sign patterns that give each sum, by adding
//! one rank after another. No sampling, no normal approximation.

/// More blocks would overflow the counts. No comparison has that many.
pub(crate) const MOST_BLOCKS: usize = 60;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedRank {
    /// Number of sign patterns for each sum of positive ranks.
    patterns: Vec<u64>,
    n: usize,
}

impl SignedRank {
    /// `n` is at most [`MOST_BLOCKS`].
    pub(crate) fn of(n: usize) -> Self {
        let n = n.min(MOST_BLOCKS);
        let mut patterns = vec![0; n * (n + 1) / 2 + 1];
        patterns[0] = 1;
        for rank in 1..=n {
            for sum in (rank..patterns.len()).rev() {
                patterns[sum] += patterns[sum - rank];
            }
        }
        Self { patterns, n }
    }

    /// The probability that the sum is at most `sum`.
    pub(crate) fn at_most(&self, sum: usize) -> f64 {
        let patterns: u64 = self.patterns.iter().take(sum + 1).sum();
        share(patterns, self.n)
    }

    /// The largest sum whose cumulative probability is at most `alpha`. `None` if even sum 0 is more likely than that.
    pub(crate) fn critical(&self, alpha: f64) -> Option<usize> {
        let mut patterns = 0;
        let mut critical = None;
        for (sum, count) in self.patterns.iter().enumerate() {
            patterns += count;
            if share(patterns, self.n) > alpha {
                break;
            }
            critical = Some(sum);
        }
        critical
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of 2^60 in double precision is off by less than 1e-15")]
fn share(patterns: u64, n: usize) -> f64 {
    patterns as f64 / (1_u64 << n) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_observations_can_be_counted_by_hand() {
        let three = SignedRank::of(3);
        assert_eq!(three.patterns, [1, 1, 1, 2, 1, 1, 1]);
        assert!((three.at_most(2) - 3.0 / 8.0).abs() < 1e-15);
        assert!((three.at_most(6) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn a_sum_is_critical_only_if_all_up_to_it_fit() {
        let ten = SignedRank::of(10);
        // 1/1024, 2/1024, 3/1024, 5/1024.
        assert_eq!(ten.critical(0.0009), None);
        assert_eq!(ten.critical(0.001), Some(0));
        assert_eq!(ten.critical(0.0025), Some(1));
        assert_eq!(ten.critical(0.003), Some(2));
        assert_eq!(ten.critical(1.0), Some(55));
    }
}
