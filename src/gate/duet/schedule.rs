//! What a block does in which order: pure, and drawn from a seed, so that the record and its seed repeat it.
//!
//! A block is two rounds of the same passes. Whichever arm came first for an object in a pass of the first round comes second in the
//! same pass of the second one: to come second is an advantage, warm caches and all, and so it cancels instead of adding to the
//! noise. Which arm has it first is drawn anew for each block, pass and object, and that makes a block's ratio as likely to be above
//! one as below where the arms are equal.

use rand::RngExt;
use rand::seq::SliceRandom;

use crate::model::Arm;
use crate::workload::seeded;

/// What is measured, in the order of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    /// `PutObject`.
    Put,
    /// `GetObject`.
    Get,
    /// `HeadObject`.
    Head,
    /// `ListObjectsV2`, one page.
    List,
    /// `DeleteObject`.
    Delete,
}

impl Operation {
    /// All of them; each is a metric that decides.
    pub(crate) const ALL: [Self; 5] = [Self::Put, Self::Get, Self::Head, Self::List, Self::Delete];

    /// Name of the metric and of the case.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Put => "put",
            Self::Get => "get",
            Self::Head => "head",
            Self::List => "list",
            Self::Delete => "delete",
        }
    }
}

/// The passes of a round, each with how often it runs: reading is noisier than the rest and bears repeating.
const ROUND: [(Operation, usize); 5] =
    [(Operation::Put, 1), (Operation::Get, 2), (Operation::Head, 3), (Operation::List, 1), (Operation::Delete, 1)];

/// One block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlockSchedule {
    /// Whose server is started first.
    pub(crate) started_first: Arm,
    /// The passes in their order.
    pub(crate) passes: Vec<Pass>,
}

/// One operation on each object, on both arms back to back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pass {
    /// What is done.
    pub(crate) operation: Operation,
    /// The objects in turn, or the listings.
    pub(crate) turns: Vec<Turn>,
}

/// One object's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Which object.
    pub(crate) object: usize,
    /// Whose server is asked first.
    pub(crate) first: Arm,
}

impl BlockSchedule {
    /// Draws the block of a number.
    pub(crate) fn draw(seed: u64, number: u64, objects: usize, listings: usize) -> Self {
        let mut generator = seeded(seed, &format!("duet/block/{number}"));
        let started_first = if generator.random_bool(0.5) { Arm::Base } else { Arm::Candidate };
        let passes = ROUND.iter().flat_map(|(operation, times)| std::iter::repeat_n(*operation, *times));
        let first_round: Vec<Pass> = passes
            .map(|operation| {
                let count = if operation == Operation::List { listings } else { objects };
                Pass::draw(operation, count, &mut generator)
            })
            .collect();
        let second_round: Vec<Pass> = first_round.iter().map(|pass| pass.mirrored(&mut generator)).collect();
        Self { started_first, passes: first_round.into_iter().chain(second_round).collect() }
    }
}

impl Pass {
    /// Draws the order of objects, and for half of them the base first.
    fn draw(operation: Operation, count: usize, generator: &mut impl rand::Rng) -> Self {
        let mut first: Vec<Arm> = (0..count).map(|at| if at % 2 == 0 { Arm::Base } else { Arm::Candidate }).collect();
        first.shuffle(generator);
        let mut turns: Vec<Turn> =
            first.into_iter().enumerate().map(|(object, first)| Turn { object, first }).collect();
        turns.shuffle(generator);
        Self { operation, turns }
    }

    /// The same pass with the other arm first for each object, the objects in an order of their own.
    fn mirrored(&self, generator: &mut impl rand::Rng) -> Self {
        let mut turns: Vec<Turn> = self.turns.iter().map(|turn| Turn { first: other(turn.first), ..*turn }).collect();
        turns.shuffle(generator);
        Self { operation: self.operation, turns }
    }

    /// Who came first in turn, as the record has it.
    pub(crate) fn order(&self) -> String {
        let letter = |turn: &Turn| if turn.first == Arm::Base { 'b' } else { 'c' };
        self.turns.iter().map(letter).collect()
    }
}

/// The arm that is not this one.
pub(crate) fn other(arm: Arm) -> Arm {
    match arm {
        Arm::Base => Arm::Candidate,
        Arm::Candidate => Arm::Base,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_and_a_number_draw_the_same_block_twice() {
        let draw = |seed, number| BlockSchedule::draw(seed, number, 20, 6);
        assert_eq!(draw(1, 1), draw(1, 1));
        assert_ne!(draw(1, 1), draw(1, 2));
        assert_ne!(draw(1, 1), draw(2, 1));
    }

    #[test]
    fn each_object_has_its_turn_in_each_pass_and_each_arm_comes_first_as_often() {
        let block = BlockSchedule::draw(3, 1, 20, 6);
        let rounds = block.passes.len() / 2;
        for (pass, mirror) in block.passes[..rounds].iter().zip(&block.passes[rounds..]) {
            let count = if pass.operation == Operation::List { 6 } else { 20 };
            let first = |pass: &Pass, object| {
                let turns: Vec<&Turn> = pass.turns.iter().filter(|turn| turn.object == object).collect();
                assert_eq!(turns.len(), 1);
                turns[0].first
            };
            assert_eq!((pass.operation, pass.turns.len()), (mirror.operation, count));
            assert!((0..count).all(|object| first(pass, object) != first(mirror, object)));
            let base_first = pass.turns.iter().filter(|turn| turn.first == Arm::Base).count();
            assert_eq!((base_first, pass.order().len()), (count / 2, count));
        }
    }

    #[test]
    fn over_blocks_neither_arm_is_preferred() {
        let blocks: Vec<_> = (1..=200).map(|number| BlockSchedule::draw(1, number, 3, 2)).collect();
        let base_started = blocks.iter().filter(|block| block.started_first == Arm::Base).count();
        let base_first = blocks.iter().filter(|block| block.passes[0].turns[0].first == Arm::Base).count();
        assert!((70..=130).contains(&base_started) && (70..=130).contains(&base_first), "{base_started} {base_first}");
    }
}
