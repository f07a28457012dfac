//! Shards: a plan split over machines that run at the same time.
//!
//! Owns the split, which is the same wherever and whenever it is made from the same selection and the same durations, so that
//! machines that never talk to each other run every suite once. A suite is never split: it has one server. Deliberately absent:
//! putting the records together again (`record::merge`).

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::{Plan, PlannedSuite};
use crate::checks::Suite;
use crate::record::{RunRecord, Shard};

/// How long suites take, in nanoseconds, as far as a record of an earlier run tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Durations(BTreeMap<String, u64>);

impl Durations {
    /// The durations that a run recorded.
    #[must_use]
    pub fn of(record: &RunRecord) -> Self {
        Self(record.suites.iter().map(|suite| (suite.id.to_string(), suite.duration_ns)).collect())
    }

    /// A suite that nobody has timed counts as one of middling length, and where none was timed, its checks are counted.
    fn of_suite(&self, suite: &Suite) -> u64 {
        let middling = || {
            let mut durations: Vec<u64> = self.0.values().copied().collect();
            durations.sort_unstable();
            durations.get(durations.len() / 2).copied()
        };
        self.0.get(suite.name).copied().or_else(middling).unwrap_or(suite.checks().len() as u64)
    }
}

/// What is not a shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// It is not `I/N`.
    #[error("understand shard {text}")]
    Malformed {
        /// What was typed.
        text: String,
    },
    /// There are fewer suites than shards.
    #[error("split {suites} suites into {count} shards")]
    TooMany {
        /// Suites that were selected.
        suites: usize,
        /// Shards that were asked for.
        count: u64,
    },
}

impl ShardError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Malformed { .. } => "write I/N with I from 1 to N, such as 2/4".to_owned(),
            Self::TooMany { suites: 1, .. } => "a suite is never split: one suite is one shard".to_owned(),
            Self::TooMany { suites, .. } => format!("a suite is never split: ask for 1 to {suites} shards"),
        }
    }
}

/// Reads `I/N`: which part, and of how many.
///
/// # Errors
/// Anything else, or I outside 1 to N.
pub fn parse(text: &str) -> Result<(u64, u64), ShardError> {
    let number = |part: &str| part.parse::<u64>().ok().filter(|number| *number > 0);
    let parts = text.split_once('/').and_then(|(number_of, count)| Some((number(number_of)?, number(count)?)));
    match parts {
        Some((number, count)) if number <= count => Ok((number, count)),
        _ => Err(ShardError::Malformed { text: text.to_owned() }),
    }
}

/// The one shard of a plan that this machine has.
///
/// # Errors
/// As [`parse`] and [`split`].
pub fn part(plan: &Plan, text: &str, durations: &Durations) -> Result<Plan, ShardError> {
    let (number, count) = parse(text)?;
    let parts = split(plan, count, durations)?;
    parts
        .into_iter()
        .find(|part| part.shard.is_some_and(|shard| shard.number == number))
        .ok_or_else(|| ShardError::Malformed { text: text.to_owned() })
}

/// Splits a plan into shards that take about as long as each other: the longest suite goes first, to the shard that has least to do.
///
/// # Errors
/// More shards than suites.
pub fn split(plan: &Plan, count: u64, durations: &Durations) -> Result<Vec<Plan>, ShardError> {
    let too_many = || ShardError::TooMany { suites: plan.suites.len(), count };
    let shards =
        usize::try_from(count).ok().filter(|count| (1..=plan.suites.len()).contains(count)).ok_or_else(too_many)?;
    let mut order: Vec<usize> = (0..plan.suites.len()).collect();
    order.sort_by_key(|position| std::cmp::Reverse(durations.of_suite(plan.suites[*position].suite)));
    let mut loads = vec![(0_u64, 0_usize); shards];
    let mut chosen: Vec<Vec<usize>> = vec![Vec::new(); shards];
    for position in order {
        // Of shards with equally little to do the one with fewer suites, so that none stays empty.
        let least = (0..shards).min_by_key(|shard| loads[*shard]).unwrap_or_default();
        loads[least].0 += durations.of_suite(plan.suites[position].suite);
        loads[least].1 += 1;
        chosen[least].push(position);
    }
    let parts: Vec<Vec<PlannedSuite>> = chosen
        .into_iter()
        .map(|mut positions| {
            positions.sort_unstable();
            positions.into_iter().map(|position| plan.suites[position].clone()).collect()
        })
        .collect();
    let split = digest(&parts);
    let plans = (1..).zip(parts).map(|(number, suites)| Plan { suites, shard: Some(Shard { number, count, split }) });
    Ok(plans.collect())
}

/// Stands for a split: parts of two splits do not make a whole, even where their numbers do.
fn digest(parts: &[Vec<PlannedSuite>]) -> u32 {
    let mut hasher = Sha256::new();
    for part in parts {
        for PlannedSuite { suite, only } in part {
            hasher.update(suite.name);
            for check in only.iter().flatten() {
                hasher.update([b' ']);
                hasher.update(check);
            }
            hasher.update([b'\n']);
        }
        hasher.update([0]);
    }
    let [first, second, third, fourth, ..] = <[u8; 32]>::from(hasher.finalize());
    u32::from_be_bytes([first, second, third, fourth])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::plan::{Filter, Selection};

    fn everything() -> Plan {
        Plan::new(&Selection::All, Filter::NONE).unwrap()
    }

    fn names(plan: &Plan) -> Vec<&'static str> {
        plan.suites.iter().map(|planned| planned.suite.name).collect()
    }

    #[test]
    fn every_suite_is_in_one_shard_and_no_shard_is_empty() {
        let plan = everything();
        for count in 1..=plan.suites.len() as u64 {
            let shards = split(&plan, count, &Durations::default()).unwrap();
            let mut together: Vec<_> = shards.iter().flat_map(names).collect();
            let mut whole = names(&plan);
            together.sort_unstable();
            whole.sort_unstable();
            assert_eq!(together, whole);
            assert!(shards.iter().all(|shard| !shard.suites.is_empty()), "{count} shards");
        }
    }

    #[test]
    fn a_long_suite_gets_a_shard_of_its_own() {
        let plan = everything();
        let longest = plan.suites[3].suite.name;
        let durations = plan.suites.iter().map(|planned| {
            let name = planned.suite.name;
            (name.to_owned(), if name == longest { 1_000_000 } else { 1_000 })
        });
        let shards = split(&plan, 2, &Durations(durations.collect())).unwrap();
        assert_eq!(names(&shards[0]), [longest]);
        assert_eq!(shards[1].suites.len(), plan.suites.len() - 1);
    }

    #[test]
    fn parts_of_a_split_have_its_mark_and_those_of_another_have_another() {
        let plan = everything();
        let mark = |durations: &Durations| {
            let marks: BTreeSet<_> =
                split(&plan, 3, durations).unwrap().iter().map(|part| part.shard.unwrap().split).collect();
            assert_eq!(marks.len(), 1);
            marks
        };
        let longest = Durations([(plan.suites[3].suite.name.to_owned(), 1_000_000)].into());
        assert_eq!(mark(&Durations::default()), mark(&Durations::default()));
        assert_ne!(mark(&Durations::default()), mark(&longest));
    }

    #[test]
    fn suites_keep_the_order_of_the_catalogue_and_a_split_can_be_repeated() {
        let plan = everything();
        let shards = split(&plan, 3, &Durations::default()).unwrap();
        let again = split(&plan, 3, &Durations::default()).unwrap();
        assert_eq!(shards.iter().map(names).collect::<Vec<_>>(), again.iter().map(names).collect::<Vec<_>>());
        let whole = names(&plan);
        for shard in shards.iter().map(names) {
            let places: Vec<_> = shard.iter().map(|name| whole.iter().position(|other| other == name)).collect();
            assert!(places.is_sorted(), "{shard:?}");
        }
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        assert_eq!(parse("2/4"), Ok((2, 4)));
        for text in ["", "2", "0/4", "5/4", "a/b", "1/0", "-1/4", "1/2/3"] {
            assert_eq!(parse(text), Err(ShardError::Malformed { text: text.to_owned() }), "{text}");
        }
        let plan = everything();
        assert!(matches!(
            split(&plan, plan.suites.len() as u64 + 1, &Durations::default()),
            Err(ShardError::TooMany { .. })
        ));
    }
}
