//! Ordinary programs: some sixty steps of everything, on keys that have a history.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::{headers, keys};
use crate::model::feature::Feature;
use crate::model::step::{Condition, Headers, Place, Query, Span, Step};

const STEPS: usize = 60;
/// Where a piece of a large object ends on many servers.
const EDGES: [usize; 6] = [4 << 10, 64 << 10, 64 << 10, 1 << 20, 5 << 20, 8 << 20];
/// How many of a hundred programs wait for another second, in which times have to move.
const WAITS: u32 = 60;
/// Steps between two looks at everything.
const AUDIT_EVERY: usize = 10;

pub(super) fn write(draft: &mut Draft) {
    some(draft, STEPS / 2);
    if draft.percent(WAITS) {
        draft.push(Step::Wait);
    }
    some(draft, STEPS / 2);
    draft.push(Step::Audit);
}

/// So many steps more.
pub(super) fn some(draft: &mut Draft, count: usize) {
    let end = draft.steps.len() + count;
    let mut next_audit = draft.steps.len() + AUDIT_EVERY;
    for _ in 0..count * 20 {
        if draft.steps.len() >= end {
            return;
        }
        if draft.steps.len() >= next_audit {
            draft.push(Step::Audit);
            next_audit = draft.steps.len() + AUDIT_EVERY;
        }
        one(draft);
    }
}

fn one(draft: &mut Draft) {
    let few = draft.live.places.len() < 4;
    let before = draft.steps.len();
    match draft.up_to(1000) {
        0..340 => put(draft),
        _ if few => put(draft),
        340..415 => delete(draft),
        415..450 => delete_many(draft),
        450..550 => copy(draft),
        550..640 => read(draft),
        640..750 => list(draft),
        750..800 => page(draft),
        800..850 => conditional(draft),
        850..890 => part_of_one(draft),
        890..930 => upload(draft),
        930..960 => tag(draft),
        960..968 => {
            let side = draft.side();
            let is_under_way = draft.live.has_uploads();
            if !is_under_way {
                draft.push(Step::Remake { side });
            }
        }
        _ => head(draft),
    }
    let wrote = draft.steps[before..].last().filter(|step| step.writes()).and_then(|step| step.places().pop());
    if let Some(at) = wrote
        && draft.percent(55)
    {
        look(draft, &at);
    }
}

/// Looks at a key that was just written.
fn look(draft: &mut Draft, at: &Place) {
    match draft.up_to(100) {
        0..55 => drop(draft.push(Step::Get { at: at.clone(), span: None, condition: None })),
        55..70 => drop(draft.push(Step::Head { at: at.clone() })),
        _ => {
            let query = query(draft);
            draft.push(Step::List { side: at.side, query });
        }
    }
}

fn put(draft: &mut Draft) {
    let at = draft.place();
    draft.put(&at);
}

fn delete(draft: &mut Draft) {
    let missing = draft.percent(12);
    let at = if missing { Some(draft.place()) } else { draft.live_place() };
    let Some(at) = at else { return };
    // What was deleted is stored again at once, often.
    if draft.push(Step::Delete { at: at.clone() }) && draft.percent(40) {
        draft.put(&at);
        if draft.percent(20) {
            let (recipe, headers) = (draft.content(&at), draft.headers(&at));
            draft.push(Step::Put { at, recipe, headers, condition: Some(Condition::Absent), times: 1 });
        }
    }
}

fn delete_many(draft: &mut Draft) {
    let side = draft.side();
    let mut keys: Vec<String> =
        draft.live.places.keys().filter(|place| place.side == side).map(|place| place.key.clone()).collect();
    keys.retain(|_| draft.percent(40));
    if draft.percent(30) {
        let key = draft.place().key;
        if !keys.contains(&key) {
            let place = draft.up_to(keys.len() + 1);
            keys.insert(place, key);
        }
    }
    if !keys.is_empty() {
        draft.push(Step::DeleteMany { side, keys });
    }
}

fn copy(draft: &mut Draft) {
    let missing = draft.percent(4);
    let from = if missing { Some(draft.place()) } else { draft.live_place() };
    let Some(from) = from else { return };
    // A source that has just been overwritten is what a cache would miss.
    if draft.percent(40) {
        draft.put(&from);
    }
    let onto_itself = draft.percent(15);
    let to = if onto_itself { from.clone() } else { draft.place() };
    let replaces = to == from || draft.percent(25);
    let replace = if replaces { Some(draft.headers(&from)) } else { None };
    let replace = replace.map(|headers| Headers { tags: BTreeMap::new(), ..headers });
    draft.push(Step::Copy { from, to, replace, times: 1 });
}

fn read(draft: &mut Draft) {
    let missing = draft.percent(15);
    let at = if missing { Some(draft.place()) } else { draft.live_place() };
    if let Some(at) = at {
        draft.push(Step::Get { at, span: None, condition: None });
    }
}

fn head(draft: &mut Draft) {
    let at = draft.place();
    draft.push(Step::Head { at });
}

/// A range of an object that is there and has bytes.
pub(super) fn part_of_one(draft: &mut Draft) {
    let Some(at) = draft.live_place() else { return };
    let Some(size) = draft.size(&at) else { return };
    let (one, other) = (draft.up_to(size), draft.up_to(size));
    let edges: Vec<usize> = EDGES.into_iter().filter(|edge| *edge < size).collect();
    let span = match draft.up_to(if edges.is_empty() { 6 } else { 10 }) {
        // Across the edge of a piece, or just up to it, or from it on.
        6.. => {
            let (edge, before, after) = (draft.one_of(&edges), draft.up_to(3), draft.up_to(3));
            Span::FromTo(edge - before.min(edge), (edge + after).min(size - 1))
        }
        0 => Span::FromTo(0, one),
        1 => Span::FromTo(one.min(other), one.max(other)),
        2 => Span::From(one),
        3 => Span::Last(1 + one),
        4 => Span::FromTo(one, size + 100),
        _ if draft.may(Feature::RangePastEnd) => Span::From(size),
        _ => Span::FromTo(size - 1, size - 1),
    };
    draft.push(Step::Get { at, span: Some(span), condition: None });
}

fn conditional(draft: &mut Draft) {
    let live = if draft.percent(70) { draft.live_place() } else { None };
    let at = live.unwrap_or_else(|| draft.place());
    match draft.up_to(8) {
        0..4 => {
            let (recipe, headers) = (draft.content(&at), draft.headers(&at));
            let condition = draft.one_of(&[Condition::Absent, Condition::Match, Condition::MatchOther]);
            draft.push(Step::Put { at, recipe, headers, condition: Some(condition), times: 1 });
        }
        _ => {
            let condition = draft.one_of(&[
                Condition::Match,
                Condition::MatchOther,
                Condition::NoneMatch,
                Condition::NoneMatchOther,
            ]);
            if draft.live.holds(&at) {
                draft.push(Step::Get { at, span: None, condition: Some(condition) });
            }
        }
    }
}

/// An upload is begun, goes on, or ends; other steps come in between.
fn upload(draft: &mut Draft) {
    const SLOT: u8 = 1;
    if !draft.live.has_uploads() {
        let at = draft.place();
        let headers = draft.headers(&at);
        if draft.push(Step::Begin { slot: SLOT, at: at.clone(), headers }) {
            let recipe = draft.content(&at);
            draft.push(Step::Part { slot: SLOT, number: 2, recipe });
        }
        return;
    }
    match draft.up_to(10) {
        0..2 => drop(draft.push(Step::Abort { slot: SLOT })),
        2..4 => {
            let at = draft.place();
            let recipe = draft.content(&at);
            draft.push(Step::Part { slot: SLOT, number: 2, recipe });
        }
        _ => drop(draft.push(Step::Complete { slot: SLOT })),
    }
}

fn tag(draft: &mut Draft) {
    let Some(at) = draft.live_place() else { return };
    match draft.up_to(5) {
        0..2 => {
            let tags = headers::tags(&mut draft.random);
            draft.push(Step::Tag { at: at.clone(), tags });
            draft.push(Step::Tags { at });
        }
        2 => drop(draft.push(Step::Untag { at })),
        _ => drop(draft.push(Step::Tags { at })),
    }
}

fn list(draft: &mut Draft) {
    let side = draft.side();
    let query = query(draft);
    draft.push(Step::List { side, query });
}

/// Any listing that features allow.
pub(super) fn query(draft: &mut Draft) -> Query {
    let mut query = Query { version_1: draft.percent(40), ..Query::default() };
    if draft.percent(45) {
        query.prefix = prefix(draft);
    }
    if draft.percent(35) {
        query.delimiter =
            Some(if draft.percent(80) { "/".to_owned() } else { draft.one_of(&["-", ".", "a", "//"]).to_owned() });
    }
    if draft.percent(45) {
        query.version_1 |= !draft.may(Feature::Version2Pages);
        query.page_size = Some(draft.one_of(&[1, 2, 2, 3, 5, 7, 1000]));
    }
    // Where a listing of folders begins within one, servers differ and are right.
    if query.delimiter.is_none() && draft.percent(25) {
        query.version_1 |= !draft.may(Feature::StartAfter);
        query.after = Some(start(draft));
    }
    query
}

/// The beginning of a key, at any letter.
fn prefix(draft: &mut Draft) -> String {
    let key = draft.one_of(&draft.keys.clone());
    let ends: Vec<usize> = key.char_indices().map(|(at, letter)| at + letter.len_utf8()).collect();
    match draft.up_to(10) {
        0..4 => draft.one_of(&ends.iter().map(|end| key[..*end].to_owned()).collect::<Vec<_>>()),
        4..7 => key.rfind('/').map_or_else(|| key.clone(), |at| key[..=at].to_owned()),
        7 => key,
        8 => keys::case_twin(&key.chars().take(1 + draft.up_to(3)).collect::<String>()),
        _ => format!("{key}x"),
    }
}

/// A key, or what lies beside one.
fn start(draft: &mut Draft) -> String {
    let key = draft.one_of(&draft.keys.clone());
    match draft.up_to(4) {
        0 => format!("{key}!"),
        1 => key.chars().take(1).collect(),
        _ => key,
    }
}

pub(super) fn page(draft: &mut Draft) {
    let slot = if draft.percent(50) { 1 } else { 2 };
    let is_open = draft.steps.iter().rev().take_while(|step| !matches!(step, Step::Remake { .. }));
    let is_open = is_open.into_iter().any(|step| matches!(step, Step::Page { slot: other, .. } if *other == slot));
    if is_open && draft.percent(65) {
        draft.push(Step::More { slot });
        return;
    }
    let side = draft.side();
    let mut query = query(draft);
    query.version_1 |= !draft.may(Feature::Version2Pages);
    query.delimiter = None;
    query.after = query.after.filter(|_| query.version_1 || draft.may(Feature::StartAfter));
    let size = draft.one_of(&[1, 2, 3]);
    query.page_size = Some(size);
    // Where the page ends on a right server: what is deleted there leaves the next page without its beginning.
    let shown = draft.live.places.keys().filter(|place| {
        let is_past = query.after.as_ref().is_none_or(|after| place.key > *after);
        place.side == side && place.key.starts_with(&query.prefix) && is_past
    });
    let last = shown.take(size as usize).last().cloned();
    if draft.push(Step::Page { slot, side, query })
        && let Some(at) = last
        && draft.percent(35)
        && draft.push(Step::Delete { at })
    {
        draft.push(Step::More { slot });
    }
}
