//! Programs for what sixty ordinary steps do not reach.

use super::draft::Draft;
use super::ordinary;
use crate::model::feature::Feature;
use crate::model::recipe::{Kind, Recipe};
use crate::model::step::{Headers, Place, Query, Side, Step};

fn small(draft: &mut Draft) -> Recipe {
    Recipe { variant: 0, ..Recipe::plain(5 + draft.up_to(60)) }
}

fn put(at: &Place, recipe: Recipe, times: u32) -> Step {
    Step::Put { at: at.clone(), recipe, headers: Headers::default(), condition: None, times }
}

fn whole(side: Side) -> Step {
    Step::List { side, query: Query::default() }
}

/// Whatever a server counts passes a hundred: overwrites, new keys, copies, deletes.
pub(super) fn counts(draft: &mut Draft) {
    let at = Place::new(Side::First, draft.keys[0].clone());
    let other = Place::new(Side::First, draft.keys[1 % draft.keys.len()].clone());
    let recipe = small(draft);
    draft.push(put(&at, recipe.clone(), 130));
    draft.push(Step::Audit);
    if at != other {
        draft.push(Step::Copy { from: at, to: other, replace: None, times: 70 });
    }
    let prefix = draft.one_of(&["n-", "n/", "d/e/n-"]).to_owned();
    let count = 140 + u32::try_from(draft.up_to(30)).unwrap_or_default();
    draft.push(Step::Fill { side: Side::First, prefix: prefix.clone(), count });
    draft.push(whole(Side::First));
    draft.push(Step::Audit);
    draft.push(Step::Clear { side: Side::First, prefix: prefix.clone(), count: count - 20 });
    draft.push(Step::Audit);
    draft.push(Step::Fill { side: Side::First, prefix, count: 30 });
    draft.push(Step::Audit);
}

/// More objects than a page holds, and more of them in one DeleteObjects than a database takes in one statement.
pub(super) fn many(draft: &mut Draft) {
    ordinary::some(draft, 8);
    let prefix = draft.one_of(&["n-", "n/", "d/e/n-"]).to_owned();
    let most = if draft.may(Feature::MoreThanAPage) { 1002 } else { 600 };
    let count = most + u32::try_from(draft.up_to(40)).unwrap_or_default();
    let side = Side::First;
    draft.push(Step::Fill { side, prefix: prefix.clone(), count });
    let version_1 = Query { version_1: true, ..Query::default() };
    // A listing of so many takes a server long: as few as there are ways to ask.
    let size = u32::try_from(510 + draft.up_to(300)).ok();
    draft.push(whole(side));
    draft.push(Step::List { side, query: Query { page_size: size, ..version_1.clone() } });
    draft.push(Step::Page { slot: 1, side, query: Query { page_size: Some(100), ..version_1.clone() } });
    ordinary::some(draft, 6);
    draft.push(Step::More { slot: 1 });
    draft.push(Step::List { side, query: version_1.clone() });
    let cleared = 505 + u32::try_from(draft.up_to(80)).unwrap_or_default();
    draft.push(Step::Clear { side, prefix: prefix.clone(), count: cleared });
    draft.push(Step::Audit);
    draft.push(Step::More { slot: 1 });
    draft.push(Step::Fill { side, prefix: prefix.clone(), count: 15 });
    draft.push(Step::Clear { side, prefix, count: 15 });
    draft.push(Step::Audit);
}

/// Objects that no server takes in one piece.
pub(super) fn large(draft: &mut Draft) {
    let places: Vec<Place> = draft.keys.iter().map(|key| Place::new(Side::First, key)).collect();
    let get = |at: &Place| Step::Get { at: at.clone(), span: None, condition: None };
    for _ in 0..4 {
        let at = draft.one_of(&places);
        draft.put(&at);
        draft.push(get(&at));
        if draft.percent(60) {
            // Overwritten, with something related to it.
            draft.put(&at);
            draft.push(get(&at));
        }
        let to = draft.one_of(&places);
        if to != at {
            draft.push(Step::Copy { from: at.clone(), to: to.clone(), replace: None, times: 1 });
            draft.push(get(&to));
        }
        ordinary::part_of_one(draft);
    }
    if draft.may(Feature::Uploads) {
        let at = draft.one_of(&places);
        let (whole, rest) =
            (Recipe { kind: Kind::Random, ..Recipe::plain(5 << 20) }, Recipe { variant: 1, ..Recipe::plain(70_000) });
        draft.push(Step::Begin { slot: 1, at: at.clone(), headers: Headers::default() });
        draft.push(Step::Part { slot: 1, number: 10, recipe: rest });
        draft.push(Step::Part { slot: 1, number: 2, recipe: whole });
        draft.push(Step::Head { at: at.clone() });
        draft.push(Step::Complete { slot: 1 });
        draft.push(get(&at));
    }
    draft.push(Step::Audit);
}

/// Listings of every kind while objects come and go.
pub(super) fn pages(draft: &mut Draft) {
    for key in draft.keys.clone() {
        let at = Place::new(Side::First, key);
        let recipe = small(draft);
        draft.push(put(&at, recipe, 1));
    }
    for _ in 0..10 {
        let side = Side::First;
        for _ in 0..2 {
            let mut query = ordinary::query(draft);
            if query.page_size.is_none() && draft.percent(50) {
                query.version_1 |= !draft.may(Feature::Version2Pages);
                query.page_size = Some(draft.one_of(&[1, 2, 3]));
            }
            draft.push(Step::List { side, query });
        }
        ordinary::page(draft);
        ordinary::some(draft, 1);
        ordinary::page(draft);
    }
    draft.push(Step::Audit);
}

/// Several clients at a time on few keys.
pub(super) fn races(draft: &mut Draft) {
    ordinary::some(draft, 6);
    for clients in [4, 6] {
        let keys = draft.keys.iter().take(2).cloned().collect();
        draft.push(Step::Race { clients, operations: 30, side: Side::First, keys });
        draft.push(Step::Audit);
    }
}

/// What is there before the server ends is there afterwards.
pub(super) fn restarts(draft: &mut Draft) {
    for step in [Step::Restart, Step::Kill] {
        ordinary::some(draft, 14);
        if draft.push(step) {
            draft.push(Step::Audit);
        }
    }
    if draft.may(Feature::KilledPut) {
        let at = draft.place();
        let recipe = draft.content(&at);
        draft.push(Step::KilledPut { at, recipe });
        draft.push(Step::Audit);
    }
    ordinary::some(draft, 6);
    draft.push(Step::Audit);
}
