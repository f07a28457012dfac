//! The search for an order.

use std::collections::{BTreeMap, HashSet};

use super::Operation;

/// Whether a history has an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Ordered,
    None,
    /// The search was given up: no statement.
    TooLarge,
}

/// How many states of the search are remembered at the most.
const MOST_STATES: usize = 2_000_000;

/// Searches for an order of the operations on one key that explains all answers, from what was there at first.
pub fn has_order(operations: &[Operation], at_first: Option<u32>) -> Verdict {
    let tracks = tracks(operations);
    let mut tried: HashSet<State> = HashSet::new();
    let mut left = vec![State { done: vec![0; tracks.len()], value: at_first }];
    while let Some(mut state) = left.pop() {
        state.take_reads(&tracks);
        if state.is_complete(&tracks) {
            return Verdict::Ordered;
        }
        if !tried.insert(state.clone()) {
            continue;
        }
        if tried.len() > MOST_STATES {
            return Verdict::TooLarge;
        }
        let mut next: Vec<(usize, Operation)> =
            state.enabled(&tracks).filter(|(_, operation)| !operation.action.is_read()).collect();
        // The one that returned first is tried first: it is pushed last.
        next.sort_by_key(|(_, operation)| std::cmp::Reverse(operation.returned.unwrap_or(u64::MAX)));
        for (track, operation) in next {
            if let Some(value) = operation.action.leaves(state.value) {
                let mut done = state.done.clone();
                done[track] += 1;
                left.push(State { done, value });
            }
        }
    }
    Verdict::None
}

/// Operations that follow each other: those of a client, up to one that had no answer, which may take effect at any later time.
fn tracks(operations: &[Operation]) -> Vec<Vec<Operation>> {
    let mut by_client: BTreeMap<u8, Vec<Operation>> = BTreeMap::new();
    for operation in operations.iter().filter(|operation| operation.returned.is_some() || !operation.action.is_read()) {
        by_client.entry(operation.client).or_default().push(*operation);
    }
    let mut tracks = Vec::new();
    for mut operations in by_client.into_values() {
        operations.sort_by_key(|operation| operation.called);
        tracks.extend(operations.split_inclusive(|operation| operation.returned.is_none()).map(<[_]>::to_vec));
    }
    tracks
}

/// How far each track is done, and what is there then.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    done: Vec<u32>,
    value: Option<u32>,
}

impl State {
    fn next<'a>(&'a self, tracks: &'a [Vec<Operation>]) -> impl Iterator<Item = (usize, Operation)> + 'a {
        let next = |(track, done): (usize, &u32)| Some((track, *tracks[track].get(*done as usize)?));
        self.done.iter().enumerate().filter_map(next)
    }

    /// The operations that can be next: nothing that is left was answered before they were asked.
    fn enabled<'a>(&'a self, tracks: &'a [Vec<Operation>]) -> impl Iterator<Item = (usize, Operation)> + 'a {
        let first_return = self.next(tracks).filter_map(|(_, operation)| operation.returned).min().unwrap_or(u64::MAX);
        self.next(tracks).filter(move |(_, operation)| operation.called <= first_return)
    }

    /// Takes every read that can be next and fits: it changes nothing, so that no other order needs it later.
    fn take_reads(&mut self, tracks: &[Vec<Operation>]) {
        loop {
            let fits =
                |operation: &Operation| operation.action.is_read() && operation.action.leaves(self.value).is_some();
            let Some((track, _)) = self.enabled(tracks).find(|(_, operation)| fits(operation)) else { return };
            self.done[track] += 1;
        }
    }

    /// Whether all that was answered is done; what had no answer may never have been.
    fn is_complete(&self, tracks: &[Vec<Operation>]) -> bool {
        self.next(tracks).all(|(_, operation)| operation.returned.is_none())
    }
}
