//! Programs from a seed: the same seed, features and number give the same program on every machine.
//!
//! Most programs are ordinary ones of some sixty steps on eight to twelve keys. Between them come special ones for what sixty steps cannot
//! reach: counts past a hundred, more than a thousand objects, large objects, long names, pages of every size, several clients, restarts.
//! Restarts come last, because each sets back whatever a server counts.
//!
//! # Why not `proptest-state-machine`
//!
//! It was the first choice, and does not fit. Its runner applies transitions in a synchronous function, where ours wait for a network. What it shrinks is a
//! tree of strategies that it has generated itself, so that a program that a person types (`--program`) could not be made smaller. It takes one transition away at a
//! time, where a program on a server wants half of them gone at once, since each try takes a second. And programs would have no text. What is taken
//! from it: a model that generates only what is possible in its present state, and preconditions that are asked again when steps are left out
//! ([`super::Program::check`], [`super::feature::Features::allow`]).

mod contents;
mod draft;
mod headers;
mod keys;
mod ordinary;
mod special;

use rand_chacha::ChaCha8Rng;

use super::Program;
use super::feature::Features;
use super::step::Step;
use crate::workload::seeded;

use draft::Draft;

/// Makes the programs of a seed.
#[derive(Debug, Clone)]
pub struct Generator {
    seed: u64,
    features: Features,
}

/// What a program is after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Ordinary,
    /// Counts past a hundred.
    Counts,
    /// More than a thousand objects.
    Many,
    Large,
    /// Long names and deep folders.
    Names,
    /// Listings page by page.
    Pages,
    /// Several clients at a time.
    Races,
    Restarts,
}

use Theme::{Counts, Large, Many, Names, Ordinary, Pages, Races, Restarts};

/// The first programs of a run.
const FIRST: [Theme; 22] = [
    Counts, Ordinary, Pages, Large, Ordinary, Races, Names, Ordinary, Many, Ordinary, Ordinary, Large, Pages, Ordinary,
    Names, Ordinary, Ordinary, Races, Ordinary, Pages, Ordinary, Large,
];
/// Those after them, again and again.
const LATER: [Theme; 12] =
    [Ordinary, Pages, Ordinary, Large, Ordinary, Names, Counts, Ordinary, Races, Many, Ordinary, Restarts];

/// The number of the first of the programs that end every run, however long it is.
const LAST: usize = 1 << 31;

impl Generator {
    /// The numbers of the programs that end every run.
    pub const LAST: [usize; 2] = [LAST, LAST + 1];

    pub fn new(seed: u64, features: Features) -> Self {
        Self { seed, features }
    }

    /// The features that its programs may have.
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// The same with fewer features.
    #[must_use]
    pub fn with(&self, features: Features) -> Self {
        Self { features, ..self.clone() }
    }

    pub fn theme(number: usize) -> Theme {
        if number >= LAST {
            return Restarts;
        }
        FIRST.get(number).copied().unwrap_or_else(|| LATER[(number - FIRST.len()) % LATER.len()])
    }

    /// The program of a number, counted from 0.
    pub fn program(&self, number: usize) -> Program {
        let generator: ChaCha8Rng = seeded(self.seed, &format!("model program {number}"));
        let theme = Self::theme(number);
        let mut draft = Draft::new(generator, self.features.clone(), theme);
        match theme {
            Ordinary | Names => ordinary::write(&mut draft),
            Counts => special::counts(&mut draft),
            Many => special::many(&mut draft),
            Large => special::large(&mut draft),
            Pages => special::pages(&mut draft),
            Races => special::races(&mut draft),
            Restarts => special::restarts(&mut draft),
        }
        draft.finished()
    }
}

/// What a program counts for towards `--model-steps`: a step that does something many times counts for more.
pub fn weight(program: &Program) -> u64 {
    let of = |step: &Step| match step {
        Step::Put { times, .. } | Step::Copy { times, .. } => 1 + u64::from(*times) / 5,
        Step::Fill { count, .. } => 1 + u64::from(*count) / 10,
        Step::Race { clients, operations, .. } => u64::from(*clients) * u64::from(*operations) / 5,
        _ => 1,
    };
    program.steps.iter().map(of).sum()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::feature::{Feature, needed};
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_programs_and_all_of_them_can_be_read_again() {
        let generator = Generator::new(7, Features::all());
        for number in 0..FIRST.len() + LATER.len() {
            let program = generator.program(number);
            assert_eq!(program, generator.program(number));
            program.check().unwrap();
            let text = program.to_string();
            assert_eq!(text.parse::<Program>().unwrap(), program, "{text}");
        }
        assert_ne!(Generator::new(8, Features::all()).program(1), generator.program(1));
    }

    #[test]
    fn a_feature_that_is_left_out_is_in_no_program_and_all_others_are_in_some() {
        let mut seen = BTreeSet::new();
        for feature in Feature::ALL {
            let features = Features::all().without(&BTreeSet::from([*feature]));
            let generator = Generator::new(3, features.clone());
            for number in (0..FIRST.len()).chain(Generator::LAST) {
                let program = generator.program(number);
                assert!(features.allow(&program), "{feature:?} in {program}");
                assert!(!program.steps.is_empty());
                seen.extend(needed(&program));
            }
        }
        let never: Vec<_> = Feature::ALL.iter().filter(|feature| !seen.contains(feature)).collect();
        // How pages and races are judged, and not what programs are made of.
        assert_eq!(never, [&Feature::ExactPrefixPages, &Feature::RacesIfAbsent]);
    }
}
