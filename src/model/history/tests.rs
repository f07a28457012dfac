use std::time::Instant;

use rand::{Rng, RngExt};

use super::*;
use crate::workload::seeded;

fn operation(client: u8, action: Action, called: u64, returned: u64) -> Operation {
    Operation { client, action, called, returned: Some(returned) }
}

fn verdict(operations: &[Operation]) -> Verdict {
    has_order(operations, None)
}

use Action::{Delete, Present, Put, PutIfAbsent, Read};

/// Histories of registers whose answers are known from the literature: Herlihy and Wing (1990), Lowe (2017), and what every text on the
/// subject has.
#[test]
fn golden_histories_have_the_known_answers() {
    let golden: [(&str, Vec<Operation>, Verdict); 12] = [
        ("nothing", vec![], Verdict::Ordered),
        (
            "a read beside a write sees the old value",
            vec![operation(1, Put(1), 0, 10), operation(2, Read(None), 5, 6)],
            Verdict::Ordered,
        ),
        ("or the new one", vec![operation(1, Put(1), 0, 10), operation(2, Read(Some(1)), 5, 6)], Verdict::Ordered),
        (
            "but not the new one and then the old one",
            vec![operation(1, Put(1), 0, 10), operation(2, Read(Some(1)), 2, 4), operation(3, Read(None), 5, 6)],
            Verdict::None,
        ),
        (
            "a stale read",
            vec![operation(1, Put(1), 0, 1), operation(1, Put(2), 2, 3), operation(2, Read(Some(1)), 4, 5)],
            Verdict::None,
        ),
        (
            "two writes at a time in either order",
            vec![operation(1, Put(1), 0, 10), operation(2, Put(2), 0, 10), operation(3, Read(Some(1)), 11, 12)],
            Verdict::Ordered,
        ),
        (
            "but in one order for all",
            vec![
                operation(1, Put(1), 0, 10),
                operation(2, Put(2), 0, 10),
                operation(3, Read(Some(1)), 11, 12),
                operation(4, Read(Some(2)), 13, 14),
            ],
            Verdict::None,
        ),
        ("what nobody wrote", vec![operation(1, Read(Some(7)), 0, 1)], Verdict::None),
        (
            "a deleted value comes back",
            vec![operation(1, Put(1), 0, 1), operation(1, Delete, 2, 3), operation(2, Read(Some(1)), 4, 5)],
            Verdict::None,
        ),
        (
            "two winners of one race",
            vec![operation(1, PutIfAbsent(1), 0, 10), operation(2, PutIfAbsent(2), 0, 10)],
            Verdict::None,
        ),
        (
            "a loser saw the winner",
            vec![operation(1, PutIfAbsent(1), 0, 10), operation(2, Present, 0, 10)],
            Verdict::Ordered,
        ),
        (
            "a write without an answer may show late or never",
            vec![
                Operation { client: 1, action: Put(1), called: 0, returned: None },
                operation(2, Read(None), 5, 6),
                operation(2, Read(Some(1)), 7, 8),
            ],
            Verdict::Ordered,
        ),
    ];
    for (name, operations, expected) in golden {
        assert_eq!(verdict(&operations), expected, "{name}");
    }
}

/// A history of a right server: each operation takes effect at some moment between request and answer.
fn right_history(clients: u8, count: usize, generator: &mut impl Rng) -> Vec<Operation> {
    let mut free_at = vec![0_u64; usize::from(clients)];
    let mut effects: Vec<(u64, u8, u64, u64)> = Vec::new();
    for _ in 0..count {
        let client = generator.random_range(0..clients);
        let called = free_at[usize::from(client)] + generator.random_range(1..20);
        let returned = called + generator.random_range(2..60);
        free_at[usize::from(client)] = returned;
        effects.push((generator.random_range(called..=returned), client, called, returned));
    }
    effects.sort_unstable();
    let (mut state, mut written) = (None, 0);
    let answered = |(_, client, called, returned)| {
        let action = match generator.random_range(0..10) {
            0..3 => {
                written += 1;
                state = Some(written);
                Put(written)
            }
            3 => {
                state = None;
                Delete
            }
            4 if state.is_some() => Present,
            4 => {
                written += 1;
                state = Some(written);
                PutIfAbsent(written)
            }
            _ => Read(state),
        };
        operation(client, action, called, returned)
    };
    effects.into_iter().map(answered).collect()
}

/// Every order is tried: slow, and plainly right.
fn by_force(left: &[Operation], state: Option<u32>) -> bool {
    let first_return = left.iter().filter_map(|operation| operation.returned).min().unwrap_or(u64::MAX);
    left.is_empty()
        || (0..left.len()).any(|index| {
            let operation = left[index];
            let rest: Vec<_> =
                left.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, other)| *other).collect();
            let fits = operation.called <= first_return;
            fits && operation.action.leaves(state).is_some_and(|state| by_force(&rest, state))
        })
}

#[test]
fn small_histories_have_the_answer_that_trying_every_order_gives() {
    let mut generator = seeded(1, "histories");
    let (mut ordered, mut none) = (0, 0);
    for _ in 0..3_000 {
        let count = generator.random_range(2..8);
        let mut operations = right_history(3, count, &mut generator);
        let spoiled = generator.random_range(0..operations.len());
        if let Read(seen) = &mut operations[spoiled].action {
            *seen = Some(generator.random_range(1..4));
        }
        let expected = by_force(&operations, None);
        *if expected { &mut ordered } else { &mut none } += 1;
        let found = verdict(&operations);
        assert_eq!(found == Verdict::Ordered, expected, "{operations:#?}");
        if !expected {
            let smallest = smallest_without_order(&operations, None);
            assert_eq!(verdict(&smallest), Verdict::None, "{smallest:#?}");
        }
    }
    assert!(ordered > 500 && none > 500, "{ordered} {none}");
}

#[test]
fn ten_thousand_operations_of_eight_clients_take_no_time_and_one_stale_read_is_found() {
    let mut generator = seeded(2, "long history");
    let mut operations = right_history(8, 10_000, &mut generator);
    let started = Instant::now();
    assert_eq!(verdict(&operations), Verdict::Ordered);
    let took = started.elapsed();
    // Without optimisation it takes several times as long.
    let most = if cfg!(debug_assertions) { 10 } else { 1 };
    assert!(took < std::time::Duration::from_secs(most), "{took:?}");
    make_last_read_stale(&mut operations);
    assert_eq!(verdict(&operations), Verdict::None);
}

#[test]
fn a_stale_read_in_a_thousand_operations_is_shown_with_no_more_than_what_makes_it_stale() {
    let mut operations = right_history(8, 1_000, &mut seeded(3, "long history"));
    let stale = make_last_read_stale(&mut operations);
    let smallest = smallest_without_order(&operations, None);
    assert!(
        smallest.len() <= 4 && smallest.iter().any(|operation| operation.action == Read(Some(stale))),
        "{smallest:#?}"
    );
}

/// Lets the last read that found something find what another PUT had replaced long before.
fn make_last_read_stale(operations: &mut [Operation]) -> u32 {
    let read = operations.iter().rposition(|operation| matches!(operation.action, Read(Some(_)))).unwrap();
    let Read(Some(value)) = operations[read].action else { unreachable!() };
    operations[read].action = Read(Some(value - 30));
    value - 30
}
