//! The smallest part of a history that has no order, for a reader who has to see why.

use std::collections::{BTreeSet, HashSet};

use super::{Action, Operation, Verdict, has_order};

/// A part of a history without an order that has none either, and of which nothing can be left out, ordered by when it was asked.
///
/// What is left out never makes an order impossible: the end of a history, single reads, a value with all that stored and read it, and what
/// deleted, once nobody is left who found nothing.
pub fn smallest_without_order(operations: &[Operation], at_first: Option<u32>) -> Vec<Operation> {
    let fails = |operations: &[Operation]| has_order(operations, at_first) == Verdict::None;
    let mut kept = shortest_beginning(operations, at_first);
    let weaker = weakened(&kept);
    if fails(&weaker) {
        kept = weaker;
    }
    loop {
        let before = kept.len();
        let mut groups = groups(&kept);
        let mut many = groups.len();
        while many > 0 {
            // Many at a time as long as that goes: most of a long history has nothing to do with what is wrong.
            groups = leave_out(&mut kept, &groups, many, fails);
            many /= 2;
        }
        if kept.len() == before {
            break;
        }
    }
    let is_kept = |operation: &&Operation| {
        kept.iter().any(|kept| (kept.client, kept.called) == (operation.client, operation.called))
    };
    let mut kept: Vec<Operation> = operations.iter().filter(is_kept).copied().collect();
    kept.sort_by_key(|operation| operation.called);
    kept
}

/// The same with fewer demands: a PUT that found nothing as one that need not have.
fn weakened(operations: &[Operation]) -> Vec<Operation> {
    let weaker = |operation: &Operation| match operation.action {
        Action::PutIfAbsent(value) => Operation { action: Action::Put(value), ..*operation },
        _ => *operation,
    };
    operations.iter().filter(|operation| operation.action != Action::Present).map(weaker).collect()
}

/// Leaves groups out, so many at a time, wherever the rest still has no order; the groups that stay.
fn leave_out(
    kept: &mut Vec<Operation>,
    groups: &[Vec<Operation>],
    many: usize,
    fails: impl Fn(&[Operation]) -> bool,
) -> Vec<Vec<Operation>> {
    let mut stay = Vec::new();
    for chunk in groups.chunks(many) {
        let out: HashSet<Operation> = chunk.iter().flatten().copied().collect();
        let without: Vec<_> = kept.iter().filter(|operation| !out.contains(operation)).copied().collect();
        if is_sound(&without, &out) && fails(&without) {
            *kept = without;
        } else {
            stay.extend_from_slice(chunk);
        }
    }
    stay
}

/// The history up to the first answer that no order explains: what was not answered by then counts as not answered.
fn shortest_beginning(operations: &[Operation], at_first: Option<u32>) -> Vec<Operation> {
    let returns: BTreeSet<u64> = operations.iter().filter_map(|operation| operation.returned).collect();
    let returns: Vec<u64> = returns.into_iter().collect();
    let until = |moment: u64| -> Vec<Operation> {
        let cut =
            |operation: &Operation| Operation { returned: operation.returned.filter(|at| *at <= moment), ..*operation };
        operations.iter().filter(|operation| operation.called <= moment).map(cut).collect()
    };
    let ordered = returns.partition_point(|moment| has_order(&until(*moment), at_first) != Verdict::None);
    returns.get(ordered).map_or_else(|| operations.to_vec(), |moment| until(*moment))
}

fn value(action: Action) -> Option<u32> {
    match action {
        Action::Put(value) | Action::PutIfAbsent(value) | Action::Read(Some(value)) => Some(value),
        Action::Delete | Action::Read(None) | Action::Present => None,
    }
}

/// What may be left out, the large pieces first.
fn groups(operations: &[Operation]) -> Vec<Vec<Operation>> {
    let of = |wanted: &dyn Fn(Action) -> bool| -> Vec<Operation> {
        operations.iter().filter(|operation| wanted(operation.action)).copied().collect()
    };
    let values: BTreeSet<u32> = operations.iter().filter_map(|operation| value(operation.action)).collect();
    let mut groups = vec![of(&|action| action == Action::Present)];
    groups.extend(values.into_iter().map(|wanted| of(&|action| value(action) == Some(wanted))));
    let none_seen = operations.iter().any(|operation| operation.action == Action::Read(None));
    if none_seen {
        groups.push(of(&|action| matches!(action, Action::Delete | Action::Read(None))));
    } else {
        groups.extend(of(&|action| action == Action::Delete).into_iter().map(|delete| vec![delete]));
    }
    groups.extend(operations.iter().filter(|operation| operation.action.is_read()).map(|read| vec![*read]));
    groups.retain(|group| !group.is_empty());
    groups
}

/// Whether an order of the whole is one of what is left, too.
fn is_sound(left: &[Operation], out: &HashSet<Operation>) -> bool {
    let without_values = out.iter().any(|operation| !operation.action.is_read() && value(operation.action).is_some());
    let without_deletes = out.iter().any(|operation| operation.action == Action::Delete);
    left.iter().all(|operation| match operation.action {
        // Something may only have been there because of what is left out; nothing, because of a delete that is.
        Action::Present => !without_values,
        Action::PutIfAbsent(_) => !without_deletes,
        _ => true,
    })
}
