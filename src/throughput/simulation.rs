//! How often the procedure fails over many comparisons: without a change, and with drops of several sizes.
//!
//! Everything is seeded. The blocks go to the same [`Judge`](super::comparison) as real ones. The noise of a block is
//! an assumption ([`QUIET`]). The other kinds have twice the noise, outliers, or drift, or are as measured in Docker
//! ([`TABLE`]).

use std::f64::consts::TAU;

use rand::{Rng, RngExt};

use super::comparison::simulated::{Comparison, METRICS};
use crate::record::Decision;
use crate::workload::seeded;

/// Assumed standard deviation of a block's logarithm by metric: put, get, head, list, delete. The first two are what
/// equal arms showed on an idle machine. The others are assumed to be like the second.
const QUIET: [f64; METRICS] = [0.015, 0.030, 0.030, 0.030, 0.030];
/// Standard deviations of equal arms in Docker on two cores, from the table in `docs/THROUGHPUT.md`.
const TABLE: [f64; METRICS] = [0.073, 0.077, 0.036, 0.022, 0.023];

#[derive(Debug, Clone, Copy)]
enum Noise {
    /// Normal, with a multiple of [`QUIET`].
    Times(f64),
    /// One block in ten is eight times as noisy.
    Outliers,
    /// The ratio wanders up and down over a dozen blocks, by as much as the noise.
    Drift,
    /// Normal, with [`TABLE`].
    Table,
}

#[derive(Debug, Clone, Copy)]
enum Dropped {
    /// One operation, a different one in each comparison.
    One,
    All,
}

impl Noise {
    fn of(self, block: u32, phase: f64, metric: usize, generator: &mut impl Rng) -> f64 {
        let (sd, normal) = (QUIET[metric], normal(generator));
        match self {
            Self::Times(times) => times * sd * normal,
            Self::Table => TABLE[metric] * normal,
            Self::Outliers => sd * normal * if generator.random_bool(0.1) { 8.0 } else { 1.0 },
            Self::Drift => sd * (normal + (TAU * (f64::from(block) / 12.0 + phase)).sin()),
        }
    }
}

/// A normal variate by the Box-Muller transform.
pub(super) fn normal(generator: &mut impl Rng) -> f64 {
    let (one, two): (f64, f64) = (1.0 - generator.random::<f64>(), generator.random());
    (-2.0 * one.ln()).sqrt() * (TAU * two).cos()
}

/// How many comparisons ended in which way.
#[derive(Debug, Default)]
struct Ends {
    failed: usize,
    undecided: usize,
    /// Comparisons that needed at most two looks.
    soon: usize,
}

/// Runs comparisons in which the throughput of operations has dropped by the share `drop`.
fn simulate(name: &str, noise: Noise, dropped: Dropped, drop: f64) -> Ends {
    let mut generator = seeded(1, &format!("simulation/{name}"));
    let mut ends = Ends::default();
    for number in 0..COMPARISONS {
        let phase: [f64; METRICS] = std::array::from_fn(|_| generator.random());
        let mut comparison = Comparison::new(0.05);
        let mut block = 0;
        while !comparison.is_decided() {
            comparison.take(std::array::from_fn(|metric| {
                let has_dropped = matches!(dropped, Dropped::All) || metric == number % METRICS;
                let center = if has_dropped { (1.0 - drop).ln() } else { 0.0 };
                center + noise.of(block, phase[metric], metric, &mut generator)
            }));
            block += 1;
        }
        let decisions = comparison.decisions();
        ends.failed += usize::from(decisions.contains(&Decision::Fail));
        ends.undecided += usize::from(decisions.contains(&Decision::Inconclusive));
        ends.soon += usize::from(block <= 15);
    }
    ends
}

/// Enough to tell 1 of 100 from 2, and few enough for every build.
const COMPARISONS: usize = 500;

#[test]
fn where_nothing_changed_at_most_one_comparison_of_a_hundred_fails() {
    for (name, noise) in [
        ("quiet", Noise::Times(1.0)),
        ("twice", Noise::Times(2.0)),
        ("outliers", Noise::Outliers),
        ("drift", Noise::Drift),
        ("table", Noise::Table),
    ] {
        let ends = simulate(name, noise, Dropped::One, 0.0);
        assert!(ends.failed <= COMPARISONS / 100, "{name}: {ends:?}");
    }
}

#[test]
fn a_drop_by_a_tenth_of_any_one_operation_is_found_95_times_of_100() {
    for (name, noise) in [
        ("quiet", Noise::Times(1.0)),
        ("twice", Noise::Times(2.0)),
        ("outliers", Noise::Outliers),
        ("drift", Noise::Drift),
    ] {
        let ends = simulate(name, noise, Dropped::One, 0.1);
        assert!(ends.failed >= COMPARISONS * 95 / 100, "{name}: {ends:?}");
    }
}

#[test]
fn a_drop_that_is_just_tolerated_fails_no_more_often_than_was_promised() {
    for (name, noise) in [
        ("quiet", Noise::Times(1.0)),
        ("twice", Noise::Times(2.0)),
        ("outliers", Noise::Outliers),
        ("drift", Noise::Drift),
        ("table", Noise::Table),
    ] {
        for dropped in [Dropped::One, Dropped::All] {
            let ends = simulate(name, noise, dropped, 0.05);
            assert!(ends.failed <= COMPARISONS * 5 / 100, "{name}, {dropped:?}: {ends:?}");
        }
    }
}

#[test]
fn a_machine_that_is_much_too_noisy_gets_no_answer_rather_than_a_wrong_one() {
    let ends = simulate("noisy", Noise::Times(8.0), Dropped::One, 0.0);
    assert!(ends.failed <= COMPARISONS / 100 && ends.undecided > COMPARISONS / 2, "{ends:?}");
}

#[test]
fn where_nothing_changed_and_it_is_quiet_two_looks_decide_mostly() {
    let ends = simulate("soon", Noise::Times(1.0), Dropped::One, 0.0);
    assert!(ends.soon >= COMPARISONS * 9 / 10 && ends.undecided <= COMPARISONS / 100, "{ends:?}");
}
