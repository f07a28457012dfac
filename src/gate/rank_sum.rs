//! The exact distribution of the Mann-Whitney statistic, as a table.
//!
//! Under the hypothesis each way to deal the ranks out to the two samples is as likely as any other. How many of them give a sum is a
//! coefficient of the Gaussian binomial, which follows by multiplying and dividing polynomials. No sampling, no normal approximation.

use super::signed_rank::MOST_BLOCKS;

/// The distribution for two numbers of observations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RankSum {
    /// How many of the ways give each number of pairs whose second is the lower one.
    ways: Vec<u128>,
}

impl RankSum {
    /// The table for `n` and `m` observations, [`MOST_BLOCKS`] of each at the most.
    pub(crate) fn of(n: usize, m: usize) -> Self {
        let (n, m) = (n.min(MOST_BLOCKS), m.min(MOST_BLOCKS));
        // The product of (1 - x^(m+i)) / (1 - x^i), cut off behind its last term. Each partial product is a whole polynomial with
        // coefficients below 2^120, and wrapping makes what lies between two steps harmless.
        let mut ways = vec![0_u128; n * m + 1];
        ways[0] = 1;
        for i in 1..=n {
            for at in (m + i..ways.len()).rev() {
                ways[at] = ways[at].wrapping_sub(ways[at - m - i]);
            }
            for at in i..ways.len() {
                ways[at] = ways[at].wrapping_add(ways[at - i]);
            }
        }
        Self { ways }
    }

    /// The chance that the number of pairs is at most this.
    #[cfg(test)]
    pub(crate) fn at_most(&self, pairs: usize) -> f64 {
        share(self.ways.iter().take(pairs + 1).sum(), self.all())
    }

    /// The largest number of pairs that is at most as likely, with all below it, as `alpha`; none where even none is likelier.
    pub(crate) fn critical(&self, alpha: f64) -> Option<usize> {
        let (all, mut ways) = (self.all(), 0);
        let fits = self.ways.iter().take_while(|count| {
            ways += **count;
            share(ways, all) <= alpha
        });
        fits.count().checked_sub(1)
    }

    fn all(&self) -> u128 {
        self.ways.iter().sum()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share in double precision is off by less than 1e-15")]
fn share(ways: u128, all: u128) -> f64 {
    ways as f64 / all as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_observations_can_be_counted_by_hand() {
        assert_eq!(RankSum::of(2, 3).ways, [1, 1, 2, 2, 2, 1, 1]);
        assert!((RankSum::of(2, 3).at_most(1) - 0.2).abs() < 1e-15);
    }

    #[test]
    fn the_largest_table_holds_all_ways_to_deal_and_is_symmetric() {
        let largest = RankSum::of(MOST_BLOCKS, MOST_BLOCKS);
        // 120! / (60! 60!).
        assert_eq!(largest.all(), 96_614_908_840_363_322_603_893_139_521_372_656);
        assert!(largest.ways.iter().eq(largest.ways.iter().rev()));
    }

    #[test]
    fn a_number_is_critical_only_if_all_up_to_it_fit() {
        // 1/20, 2/20, 4/20 of C(6, 3).
        let three = RankSum::of(3, 3);
        assert_eq!([three.critical(0.04), three.critical(0.05), three.critical(0.1)], [None, Some(0), Some(1)]);
        assert_eq!(three.critical(1.0), Some(9));
    }
}
