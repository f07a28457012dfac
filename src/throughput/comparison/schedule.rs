//! What a block does, and in which order. Pure. It is drawn from the seed and the id of the run, and both are in the
//! record. So you can reproduce the orders of a run, and no two runs share an imbalance.
//!
//! A block is two rounds of the same passes. The arm that goes first for an object in a pass of the first round goes
//! second in the same pass of the second round. The arm that goes second has an advantage, for example warm caches;
//! this way it cancels and does not add to the noise. For each block, pass and object the first arm is drawn anew. So,
//! if the arms are equal, the ratio of a block is as likely to be above one as below.

use rand::RngExt;
use rand::seq::SliceRandom;

use crate::record::{Arm, ThroughputProcedure};
use crate::workload::seeded;

/// The measured operations, in the order of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    Put,
    Get,
    Head,
    /// `ListObjectsV2`, one page.
    List,
    Delete,
}

impl Operation {
    /// Each is a metric that decides.
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

/// The passes of a round, and how often each runs: reads are noisier than the rest, so they repeat.
const ROUND: [(Operation, usize); 5] =
    [(Operation::Put, 1), (Operation::Get, 2), (Operation::Head, 3), (Operation::List, 1), (Operation::Delete, 1)];
/// Objects of the warm-up. After them imports, pools and pages are warm.
const WARM_UP: usize = 4;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlockSchedule {
    pub(crate) started_first: Arm,
    /// The arm that creates its bucket first.
    pub(crate) bucket_first: Arm,
    /// Passes that do not count.
    pub(crate) warm_up: Vec<Pass>,
    pub(crate) passes: Vec<Pass>,
}

/// The operations of a block's passes, in order.
pub(crate) fn passes() -> Vec<Operation> {
    let round = || ROUND.iter().flat_map(|(operation, times)| std::iter::repeat_n(*operation, *times));
    round().chain(round()).collect()
}

/// One operation on each object, on both arms back to back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pass {
    pub(crate) operation: Operation,
    /// One turn for each object or listing, in order.
    pub(crate) turns: Vec<Turn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) object: usize,
    pub(crate) first: Arm,
}

impl BlockSchedule {
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

fn drawn(generator: &mut impl rand::Rng) -> Arm {
    if generator.random_bool(0.5) { Arm::Base } else { Arm::Candidate }
}

impl Pass {
    /// Draws the order of objects, and lets the base go first for half of them. If their number is odd, it draws the
    /// arm that goes first for one more.
    fn draw(operation: Operation, count: usize, generator: &mut impl rand::Rng) -> Self {
        let more = drawn(generator);
        let mut first: Vec<Arm> = (0..count).map(|at| if at % 2 == 0 { more } else { other(more) }).collect();
        first.shuffle(generator);
        let mut turns: Vec<Turn> =
            first.into_iter().enumerate().map(|(object, first)| Turn { object, first }).collect();
        turns.shuffle(generator);
        Self { operation, turns }
    }

    /// The same pass with the other arm first for each object, and a new order of objects.
    fn mirrored(&self, generator: &mut impl rand::Rng) -> Self {
        let mut turns: Vec<Turn> = self.turns.iter().map(|turn| Turn { first: other(turn.first), ..*turn }).collect();
        turns.shuffle(generator);
        Self { operation: self.operation, turns }
    }

    /// The arm that went first in each turn, as in the record: `b` or `c`.
    pub(crate) fn order(&self) -> String {
        let letter = |turn: &Turn| if turn.first == Arm::Base { 'b' } else { 'c' };
        self.turns.iter().map(letter).collect()
    }
}

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
