//! Contents: sizes around the powers that servers buffer by, and overwrites that are related to what they replace.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::Theme;
use crate::model::recipe::{Kind, Recipe};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;
/// What servers take for the end of a small object, or of a piece of a large one.
const STEPS: [usize; 6] = [512, 4 * KIB, 8 * KIB, 16 * KIB, 32 * KIB, 64 * KIB];
const LARGE_STEPS: [usize; 5] = [MIB, 4 * MIB, 5 * MIB, 8 * MIB, 10 * MIB];

/// A content after those that a key had before, oldest first.
pub(super) fn next(random: &mut ChaCha8Rng, before: &[Recipe], theme: Theme) -> Recipe {
    let Some(last) = before.last() else { return fresh(random, theme) };
    let near = |random: &mut ChaCha8Rng| random.random_range(0..3);
    let mut recipe = last.clone();
    match random.random_range(0..100) {
        // The same size and another byte.
        0..24 if last.size > 0 => recipe.changed.push(some_place(random, last.size)),
        24..34 => recipe.variant += 1,
        // A common head.
        34..42 => recipe.size = last.size / 2,
        42..48 => recipe.size = last.size.saturating_sub(1 + near(random)),
        48..56 => recipe.size = last.size + 1 + near(random),
        56..60 if last.size <= MIB => recipe.size = last.size * 2 + 1,
        // A common tail.
        60..66 if last.size > 8 => {
            let gone = 1 + random.random_range(0..8);
            recipe.skip += gone;
            recipe.size -= gone;
        }
        66..70 if last.skip > 0 => {
            recipe.size += last.skip;
            recipe.skip = 0;
        }
        70..75 => recipe.size = 0,
        75..83 => recipe = before[before.len().saturating_sub(2)].clone(),
        83..87 => {}
        87..92 => recipe.kind = Kind::ALL[random.random_range(0..Kind::ALL.len())],
        _ => recipe = fresh(random, theme),
    }
    if recipe.size == 0 && last.size == 0 {
        recipe = fresh(random, theme);
    }
    // A place that was changed twice is as it was.
    if recipe.changed.len() > 3 {
        recipe.changed.clear();
        recipe.variant += 1;
    }
    recipe.normal()
}

pub(super) fn fresh(random: &mut ChaCha8Rng, theme: Theme) -> Recipe {
    let size = size(random, theme);
    let kind = match random.random_range(0..100) {
        0..45 => Kind::Random,
        45..55 => Kind::Letters,
        _ => Kind::ALL[random.random_range(0..Kind::ALL.len())],
    };
    let skip = if random.random_range(0..4) == 0 { 16 } else { 0 };
    Recipe { size, kind, variant: random.random_range(0..50), skip, changed: Vec::new() }.normal()
}

fn size(random: &mut ChaCha8Rng, theme: Theme) -> usize {
    let around = |random: &mut ChaCha8Rng, steps: &[usize]| {
        steps[random.random_range(0..steps.len())] - 1 + random.random_range(0..3)
    };
    if theme == Theme::Large {
        return match random.random_range(0..100) {
            0..8 => random.random_range(1..MIB),
            _ => around(random, &LARGE_STEPS),
        };
    }
    match random.random_range(0..1000) {
        0..60 => 0,
        60..120 => 1,
        120..560 => random.random_range(2..200),
        560..700 => random.random_range(200..4000),
        700..900 => around(random, &STEPS),
        900..970 => random.random_range(64 * KIB..140 * KIB),
        970..992 => around(random, &LARGE_STEPS[..1]),
        _ => random.random_range(MIB..3 * MIB),
    }
}

/// The start, the middle, the end, or beyond what a server reads at first.
fn some_place(random: &mut ChaCha8Rng, size: usize) -> usize {
    let last = size - 1;
    match random.random_range(0..6) {
        0 => 0,
        1 => last,
        2 => size / 2,
        3 => (64 * KIB).min(last),
        4 => (5 * MIB).min(last),
        _ => random.random_range(0..size),
    }
}
