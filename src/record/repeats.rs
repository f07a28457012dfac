//! What came of a check that was run several times.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How often a check failed, and between which shares the true one lies, with 95% confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Repeats {
    /// How often it was judged.
    pub runs: u32,
    pub failed: u32,
    /// The interval of Clopper and Pearson, in percent.
    pub least_percent: f64,
    pub most_percent: f64,
}

impl Eq for Repeats {}

impl Repeats {
    #[must_use]
    pub fn of(runs: u32, failed: u32) -> Self {
        let percent = |share: f64| (share * 1_000.0).round() / 10.0;
        let least = if failed == 0 { 0.0 } else { share_where(runs, |share| at_least(runs, failed, share), true) };
        let most = if failed == runs { 1.0 } else { share_where(runs, |share| at_most(runs, failed, share), false) };
        Self { runs, failed, least_percent: percent(least), most_percent: percent(most) }
    }

    /// Whether it failed sometimes and sometimes not.
    #[must_use]
    pub fn is_flaky(&self) -> bool {
        self.failed > 0 && self.failed < self.runs
    }

    /// The share of failures for a reader.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { runs, failed, least_percent, most_percent } = self;
        format!(
            "failed {failed} of {runs} times, a share between {least_percent}% and {most_percent}% with 95% confidence"
        )
    }
}

/// Each side of the interval leaves so much out.
const TAIL: f64 = 0.025;

/// The share at which a probability, which grows or falls with it, is that of a tail.
fn share_where(runs: u32, probability: impl Fn(f64) -> f64, grows: bool) -> f64 {
    if runs == 0 {
        return if grows { 0.0 } else { 1.0 };
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if (probability(middle) > TAIL) == grows {
            high = middle;
        } else {
            low = middle;
        }
    }
    f64::midpoint(low, high)
}

fn at_most(runs: u32, failed: u32, share: f64) -> f64 {
    (0..=failed).map(|count| binomial(runs, count, share)).sum()
}

fn at_least(runs: u32, failed: u32, share: f64) -> f64 {
    (failed..=runs).map(|count| binomial(runs, count, share)).sum()
}

/// The probability of just so many failures; in logarithms, so that many runs do not overflow.
fn binomial(runs: u32, count: u32, share: f64) -> f64 {
    let ways: f64 = (1..=count).map(|at| (f64::from(runs - count + at) / f64::from(at)).ln()).sum();
    let failed = if count == 0 { 0.0 } else { f64::from(count) * share.ln() };
    let passed = if count == runs { 0.0 } else { f64::from(runs - count) * (1.0 - share).ln() };
    (ways + failed + passed).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `scipy.stats.binomtest(k, n).proportion_ci()`.
    #[test]
    fn the_interval_is_that_of_clopper_and_pearson() {
        for (runs, failed, least, most) in
            [(10, 0, 0.0, 30.8), (10, 3, 6.7, 65.2), (10, 10, 69.2, 100.0), (100, 1, 0.0, 5.4), (1000, 500, 46.9, 53.1)]
        {
            let repeats = Repeats::of(runs, failed);
            assert_eq!((repeats.least_percent, repeats.most_percent), (least, most), "{failed} of {runs}");
        }
        assert!(Repeats::of(10, 3).is_flaky() && !Repeats::of(10, 0).is_flaky() && !Repeats::of(10, 10).is_flaky());
    }
}
