//! What a block does in which order: pure, and drawn from the seed and the name of the run, which the record has, so that the orders of a
//! run can be told again and no two runs share an imbalance.
//!
//! A block is two rounds of the same passes. Whichever arm came first for an object in a pass of the first round comes second in the
//! same pass of the second one: to come second is an advantage, warm caches and all, and so it cancels instead of adding to the
//! noise. Which arm has it first is drawn anew for each block, pass and object, and that makes a block's ratio as likely to be above
//! one as below where the arms are equal.

use rand::RngExt;
use rand::seq::SliceRandom;

use crate::record::{Arm, ThroughputProcedure};
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

    /// Name of the metric and of the check.
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
/// Objects that go through all operations before anything counts: imports, pools and pages are warm then.
const WARM_UP: usize = 4;

/// One block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlockSchedule {
    /// Whose server is started first.
    pub(crate) started_first: Arm,
    /// Whose server is asked first to make the bucket.
    pub(crate) bucket_first: Arm,
    /// The passes before anything counts.
    pub(crate) warm_up: Vec<Pass>,
    /// The passes in their order.
    pub(crate) passes: Vec<Pass>,
}

/// The operations of a block's passes, in their order.
pub(crate) fn passes() -> Vec<Operation> {
    let round = || ROUND.iter().flat_map(|(operation, times)| std::iter::repeat_n(*operation, *times));
    round().chain(round()).collect()
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
    pub(crate) fn draw(procedure: &ThroughputProcedure, number: u64) -> Self {
        let size = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let (objects, listings) = (size(procedure.objects), size(procedure.listings));
        let mut generator = seeded(procedure.seed, &format!("comparison/{}/block/{number}", procedure.drawn_for));
        let (started_first, bucket_first) = (drawn(&mut generator), drawn(&mut generator));
        let warm_up = Operation::ALL.map(|operation| Pass::draw(operation, objects.min(WARM_UP), &mut generator));
        let operations = passes();
        let first_round: Vec<Pass> = operations[..operations.len() / 2]
            .iter()
            .map(|operation| {
                let count = if *operation == Operation::List { listings } else { objects };
                Pass::draw(*operation, count, &mut generator)
            })
            .collect();
        let second_round: Vec<Pass> = first_round.iter().map(|pass| pass.mirrored(&mut generator)).collect();
        let passes = first_round.into_iter().chain(second_round).collect();
        Self { started_first, bucket_first, warm_up: warm_up.into(), passes }
    }
}

/// Either arm, as likely as the other.
fn drawn(generator: &mut impl rand::Rng) -> Arm {
    if generator.random_bool(0.5) { Arm::Base } else { Arm::Candidate }
}

impl Pass {
    /// Draws the order of objects, and for half of them the base first; where they are odd, who has one more is drawn.
    fn draw(operation: Operation, count: usize, generator: &mut impl rand::Rng) -> Self {
        let more = drawn(generator);
        let mut first: Vec<Arm> = (0..count).map(|at| if at % 2 == 0 { more } else { other(more) }).collect();
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
    use crate::workload::DatasetSettings;

    fn draw(seed: u64, run: &str, number: u64, objects: usize, listings: u64) -> BlockSchedule {
        let dataset = DatasetSettings { files: objects, min_size_bytes: 1, max_size_bytes: 1, subdirs: 0 };
        let procedure = crate::throughput::comparison::procedure(dataset, seed, run, 50_000).unwrap();
        BlockSchedule::draw(&ThroughputProcedure { listings, ..procedure }, number)
    }

    #[test]
    fn a_run_a_seed_and_a_number_draw_the_same_block_twice_and_another_run_another() {
        let draw = |seed, run, number| draw(seed, run, number, 20, 6);
        assert_eq!(draw(1, "one", 1), draw(1, "one", 1));
        assert_ne!(draw(1, "one", 1), draw(1, "one", 2));
        assert_ne!(draw(1, "one", 1), draw(2, "one", 1));
        assert_ne!(draw(1, "one", 1), draw(1, "other", 1));
    }

    #[test]
    fn each_object_has_its_turn_in_each_pass_and_each_arm_comes_first_as_often() {
        let block = draw(3, "one", 1, 20, 6);
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
        let blocks: Vec<_> = (1..=200).map(|number| draw(1, "one", number, 3, 2)).collect();
        let firsts: [fn(&BlockSchedule) -> Arm; 4] = [
            |block| block.started_first,
            |block| block.bucket_first,
            |block| block.warm_up[0].turns[0].first,
            |block| block.passes[0].turns[0].first,
        ];
        for (which, first) in firsts.iter().enumerate() {
            let base = blocks.iter().filter(|block| first(block) == Arm::Base).count();
            assert!((70..=130).contains(&base), "{which}: {base}");
        }
    }
}
