//! Change points of a series: E-divisive with a permutation test.
//!
//! The energy distance between the points before and behind a place is largest where the distribution changes, be it in
//! level, spread or shape. The test takes the best place of all intervals and shuffles the points within their
//! intervals. If shuffled points seldom reach the same distance, the place is a change point, and the search continues
//! on both sides of it. The method is that of Matteson and James, "A Nonparametric Approach for Multiple Change Point
//! Analysis of Multivariate Data" (2014).
//!
//! Deliberately absent: a verdict. A change point is advice to look; the throughput comparison judges.

use std::ops::Range;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// The probability that a place without a change counts as a change point.
pub const SIGNIFICANCE: f64 = 0.001;
/// Shuffles in one test.
const PERMUTATIONS: u32 = 999;
/// How many shuffles may reach the distance that was seen. Otava counts this way: the probability is their number
/// divided by the number of shuffles plus one. It does not count the series itself as an extreme; most others do.
const EXTREMES: u32 = 1;
/// A change needs this many points behind it: one odd last point is not a change yet.
const POINTS_AFTER: usize = 3;

/// A series needs this many points. Fewer points have so few orders that every division of them is too likely by
/// chance.
pub const FEWEST_POINTS: usize = 11;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangePoint {
    /// Index of the first point after the change.
    pub index: usize,
    /// The energy distance between the points before and behind it.
    pub qhat: f64,
    /// The probability of such a distance by chance.
    pub chance: f64,
}

/// The best place of an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Candidate {
    index: usize,
    qhat: f64,
}

/// Finds the change points of a series, in its order. The same seed finds the same points.
#[must_use]
pub fn change_points(series: &[f64], seed: u64) -> Vec<ChangePoint> {
    let settled = |point: &ChangePoint| series.len() - point.index >= POINTS_AFTER;
    divide(series, seed).into_iter().filter(settled).collect()
}

/// All change points, including those with few points behind them.
fn divide(series: &[f64], seed: u64) -> Vec<ChangePoint> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut found: Vec<ChangePoint> = Vec::new();
    loop {
        let intervals = intervals(&found, series.len());
        let Some(candidate) = best(series, &intervals) else { break };
        let Some(chance) = chance(candidate, series, &intervals, &mut random) else { break };
        let Candidate { index, qhat } = candidate;
        found.push(ChangePoint { index, qhat, chance });
        found.sort_unstable_by_key(|point| point.index);
    }
    found
}

/// The intervals between the change points.
fn intervals(found: &[ChangePoint], end: usize) -> Vec<Range<usize>> {
    let starts = std::iter::once(0).chain(found.iter().map(|point| point.index));
    let ends = found.iter().map(|point| point.index).chain(std::iter::once(end));
    starts.zip(ends).map(|(start, end)| start..end).collect()
}

/// The best place of all intervals. `None` if each interval is a single point.
fn best(series: &[f64], intervals: &[Range<usize>]) -> Option<Candidate> {
    let mut best: Option<Candidate> = None;
    for interval in intervals {
        let Some(here) = candidate(&series[interval.clone()]) else { continue };
        if best.is_none_or(|best| here.qhat > best.qhat) {
            best = Some(Candidate { index: here.index + interval.start, ..here });
        }
    }
    best
}

/// The share of shuffles that reach the distance that was seen. `None` as soon as there are too many.
fn chance(seen: Candidate, series: &[f64], intervals: &[Range<usize>], random: &mut ChaCha8Rng) -> Option<f64> {
    let mut shuffled = series.to_vec();
    let mut extremes = 0;
    for _ in 0..PERMUTATIONS {
        for interval in intervals {
            shuffled[interval.clone()].shuffle(random);
        }
        if best(&shuffled, intervals).is_some_and(|best| best.qhat >= seen.qhat) {
            extremes += 1;
        }
        if extremes > EXTREMES {
            return None;
        }
    }
    Some(f64::from(extremes) / f64::from(PERMUTATIONS + 1))
}

/// The place that divides the start of a slice best, over all lengths of that start, so that a later change does not
/// hide an earlier one.
#[expect(clippy::cast_precision_loss, reason = "a series has few points")]
fn candidate(series: &[f64]) -> Option<Candidate> {
    // Sums of distances across each place, and among the points behind it, up to the current end of the slice.
    let mut across = vec![0.0; series.len()];
    let mut behind = vec![0.0; series.len()];
    // The sum among the points before a place, divided by the number of their pairs. It does not depend on the end of
    // the slice.
    let mut before = vec![0.0; series.len() + 1];
    let mut pairs_before = 0.0;
    let inverse: Vec<f64> = (0..=series.len()).map(|count| 1.0 / count.max(1) as f64).collect();
    let mut best = Candidate { index: 0, qhat: f64::NEG_INFINITY };
    for (last, value) in series.iter().enumerate() {
        let total: f64 = series[..last].iter().map(|other| (other - value).abs()).sum();
        let mut sum = 0.0;
        for place in 1..=last {
            sum += (series[place - 1] - value).abs();
            across[place] += sum;
            behind[place] += total - sum;
            let (left, right) = (place as f64, (last + 1 - place) as f64);
            // With one point behind the place, `behind` is zero, and so is this term.
            let among = right * before[place] + left * behind[place] * inverse[last - place];
            let qhat = 2.0 * inverse[last + 1] * (across[place] - among);
            if qhat > best.qhat || (qhat >= best.qhat && place < best.index) {
                best = Candidate { index: place, qhat };
            }
        }
        pairs_before += total;
        before[last + 1] = pairs_before * inverse[last];
    }
    (best.index > 0).then_some(best)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// Computed by Apache Otava, see `tests/data/change_points/golden.py`.
    #[derive(Debug, Deserialize)]
    struct Golden {
        name: String,
        series: Vec<f64>,
        best: Place,
        changes: Vec<Place>,
    }

    #[derive(Debug, Deserialize)]
    struct Place {
        index: usize,
        qhat: f64,
    }

    impl Place {
        fn is(&self, index: usize, qhat: f64) -> bool {
            self.index == index && (self.qhat - qhat).abs() <= 1e-9 * self.qhat.abs().max(1e-3)
        }
    }

    fn golden() -> Vec<Golden> {
        serde_json::from_str(include_str!("../../tests/data/change_points/golden.json")).unwrap()
    }

    #[test]
    fn the_best_place_is_that_of_otava() {
        for Golden { name, series, best, .. } in golden() {
            let found = candidate(&series).unwrap();
            assert!(best.is(found.index, found.qhat), "{name}: {found:?} {best:?}");
        }
    }

    #[test]
    fn the_change_points_are_those_of_otava() {
        let mut in_all = 0;
        for Golden { name, series, changes, .. } in golden() {
            let found = divide(&series, 1);
            assert_eq!(found.len(), changes.len(), "{name}: {found:?} {changes:?}");
            assert!(found.iter().zip(&changes).all(|(found, change)| change.is(found.index, found.qhat)), "{name}");
            assert!(found.iter().all(|found| found.chance <= SIGNIFICANCE));
            in_all += changes.len();
        }
        assert!(in_all >= 8, "the series have changes to be found");
    }

    #[test]
    fn a_change_needs_three_points_behind_it() {
        let series = |after: usize| [[1.0, 1.01, 0.99, 1.0, 1.02].repeat(24), vec![0.5; after]].concat();
        for after in [0, 1, 2] {
            assert_eq!(change_points(&series(after), 1), [], "{after}");
        }
        let found = change_points(&series(3), 1);
        assert_eq!(found.iter().map(|point| point.index).collect::<Vec<_>>(), [120]);
        assert!(!divide(&series(2), 1).is_empty(), "two points are seen, and not told yet");
    }

    /// The clearest change there is: two levels with almost no noise, which change at any place.
    fn is_found(points: usize, seed: u64) -> bool {
        let level = |point: usize, place: usize| if point < place { 1.0 } else { 2.0 };
        let noise = |point: usize| [0.000, 0.003, 0.001, 0.004, 0.002][point % 5];
        (1..points).any(|place| {
            let series: Vec<f64> = (0..points).map(|point| level(point, place) + noise(point)).collect();
            !change_points(&series, seed).is_empty()
        })
    }

    #[test]
    fn fewer_points_than_the_fewest_have_no_change_point_however_plain_the_change_is() {
        for points in 0..FEWEST_POINTS {
            assert!(!(1..=20).any(|seed| is_found(points, seed)), "{points}");
        }
        assert!((1..=20).any(|seed| is_found(FEWEST_POINTS, seed)));
    }

    #[test]
    fn what_does_not_change_has_no_change_points() {
        for series in [vec![], vec![1.0], vec![1.0, 2.0], vec![3.0; 50]] {
            assert_eq!(change_points(&series, 1), [], "{series:?}");
        }
    }

    #[test]
    fn a_search_takes_the_same_course_again() {
        let series = &golden()[3].series;
        assert_eq!(change_points(series, 7), change_points(series, 7));
    }
}
