//! The location of a symmetric distribution: the Hodges-Lehmann estimate and its exact interval.
//!
//! Both come from the Walsh averages, the means of all pairs of observations, each observation paired with itself as
//! well. The interval holds every shift that the exact signed-rank test does not reject. Ties and zeros need no
//! correction: with ties the closed interval covers at least as often as it says. The shape of the distribution does
//! not matter, as long as it is symmetric. If the arms are equal, the random order of the arms makes it so.
//!
//! The shift between two samples follows from their two intervals, whatever the spread of either.

use super::signed_rank::SignedRank;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Location {
    /// The Hodges-Lehmann estimate: the median of the Walsh averages.
    pub(crate) estimate: f64,
    /// `None` if there are too few observations for the error.
    pub(crate) interval: Option<Interval>,
}

/// Two one-sided bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interval {
    /// The location is below this with a probability of at most alpha.
    pub(crate) lower: f64,
    /// The location is above this with a probability of at most alpha.
    pub(crate) upper: f64,
}

/// Estimates the location. Each end of the interval has a one-sided error of `alpha`. `None` without observations.
pub(crate) fn locate(observations: &[f64], alpha: f64) -> Option<Location> {
    within(&walsh_averages(observations), SignedRank::of(observations.len()).critical(alpha))
}

/// Estimates how far `to` is above `from`. `None` if either is empty.
///
/// The errors of both estimates come from their own exact intervals and add as independent errors add, squared (the
/// method of variance estimates recovery, Zou and Donner 2008). Unlike a rank test of both samples together, this does
/// not assume equal spreads. It is an approximation.
pub(crate) fn shift(from: &[f64], to: &[f64], alpha: f64) -> Option<Location> {
    let (from, to) = (locate(from, alpha)?, locate(to, alpha)?);
    let estimate = to.estimate - from.estimate;
    let interval = from.interval.zip(to.interval).map(|(before, after)| Interval {
        lower: estimate - (to.estimate - after.lower).hypot(before.upper - from.estimate),
        upper: estimate + (after.upper - to.estimate).hypot(from.estimate - before.lower),
    });
    Some(Location { estimate, interval })
}

/// The test rejects a hypothesis if at most `critical` of the sorted values lie on its far side.
fn within(sorted: &[f64], critical: Option<usize>) -> Option<Location> {
    let interval = critical.and_then(|critical| {
        let lower = sorted.get(critical)?;
        let upper = sorted.get(sorted.len().checked_sub(critical + 1)?)?;
        (lower <= upper).then_some(Interval { lower: *lower, upper: *upper })
    });
    Some(Location { estimate: middle(sorted)?, interval })
}

/// The probability of observations as low as these if the true location is `location` or higher.
///
/// An average that equals the location counts as above it, and so do zeros and ties, so the result is never too small.
#[cfg(test)]
pub(crate) fn chance_of_as_low(observations: &[f64], location: f64) -> f64 {
    let above = walsh_averages(observations).iter().filter(|average| **average >= location).count();
    SignedRank::of(observations.len()).at_most(above)
}

/// Sorted.
fn walsh_averages(observations: &[f64]) -> Vec<f64> {
    let mut averages: Vec<f64> = observations
        .iter()
        .enumerate()
        .flat_map(|(position, one)| observations[position..].iter().map(move |other| f64::midpoint(*one, *other)))
        .collect();
    averages.sort_unstable_by(f64::total_cmp);
    averages
}

/// The median of sorted values.
fn middle(sorted: &[f64]) -> Option<f64> {
    let upper = sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(*upper);
    }
    Some(f64::midpoint(*sorted.get(sorted.len() / 2 - 1)?, *upper))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// Computed by `SciPy`, see `tests/data/throughput/golden.py`.
    #[derive(Debug, Deserialize)]
    struct Golden {
        observations: Vec<f64>,
        estimate: f64,
        tests: Vec<Test>,
        intervals: Vec<Bounds>,
    }

    #[derive(Debug, Deserialize)]
    struct Test {
        location: f64,
        p: f64,
    }

    #[derive(Debug, Deserialize)]
    struct Bounds {
        alpha: f64,
        lower: Option<f64>,
        upper: Option<f64>,
    }

    fn golden() -> Vec<Golden> {
        serde_json::from_str(include_str!("../../tests/data/throughput/golden.json")).unwrap()
    }

    #[test]
    fn the_errors_of_both_samples_add_squared() {
        let around = |center: f64, spread: f64| -> Vec<f64> {
            (-5..=4).map(|at| center + spread * (f64::from(at) + 0.5)).collect()
        };
        let half = |spread: f64| {
            let Interval { lower, upper } = locate(&around(0.0, spread), 0.01).unwrap().interval.unwrap();
            assert!(close(upper, -lower));
            upper
        };
        let Location { estimate, interval } = shift(&around(1.0, 3.0), &around(3.0, 4.0), 0.01).unwrap();
        let Interval { lower, upper } = interval.unwrap();
        assert!(close(estimate, 2.0) && close(upper - 2.0, half(5.0)) && close(2.0 - lower, half(5.0)));
        assert_eq!(shift(&around(0.0, 1.0), &[0.0; 3], 0.01).unwrap().interval, None);
        assert_eq!((shift(&[], &[1.0], 0.05), shift(&[1.0], &[], 0.05)), (None, None));
    }

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() <= 1e-12 * (1.0 + one.abs())
    }

    #[test]
    fn estimates_are_those_of_scipy() {
        for golden in golden() {
            let found = locate(&golden.observations, 0.05).unwrap().estimate;
            assert!(close(found, golden.estimate), "{found} {golden:?}");
        }
    }

    #[test]
    fn chances_are_those_of_scipy() {
        for golden in golden() {
            for test in &golden.tests {
                let found = chance_of_as_low(&golden.observations, test.location);
                assert!(close(found, test.p), "{found} {test:?}");
            }
        }
    }

    #[test]
    fn intervals_hold_what_scipy_does_not_reject() {
        for golden in golden() {
            for bounds in &golden.intervals {
                let interval = locate(&golden.observations, bounds.alpha).unwrap().interval;
                assert_eq!(interval.is_some(), bounds.lower.is_some(), "{bounds:?}");
                let (Some(interval), Some(lower), Some(upper)) = (interval, bounds.lower, bounds.upper) else {
                    continue;
                };
                assert!(close(interval.lower, lower) && close(interval.upper, upper), "{interval:?} {bounds:?}");
            }
        }
    }

    #[test]
    fn ties_and_zeros_widen_nothing_and_break_nothing() {
        let equal = locate(&[0.0; 12], 0.0025).unwrap();
        assert_eq!(equal, Location { estimate: 0.0, interval: Some(Interval { lower: 0.0, upper: 0.0 }) });
        assert!(close(chance_of_as_low(&[0.0; 12], 0.0), 1.0), "nothing speaks against zero");
        assert!(close(chance_of_as_low(&[0.0; 12], 0.01), 1.0 / 4096.0));
        let tied = locate(&[-0.01, -0.01, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.01, 0.01], 0.0025).unwrap();
        assert!(close(tied.estimate, 0.0));
    }

    #[test]
    fn too_few_observations_have_an_estimate_and_no_interval() {
        assert_eq!(locate(&[], 0.05), None);
        assert_eq!(locate(&[1.0, 3.0, 2.0], 0.05).unwrap(), Location { estimate: 2.0, interval: None });
    }
}
