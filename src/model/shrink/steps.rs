//! Simpler steps: smaller counts and sizes, plain contents, headers and queries, one bucket.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::model::Program;
use crate::model::difference::Difference;
use crate::model::recipe::{Kind, Recipe};
use crate::model::step::{Headers, Place, Query, Side, Step, filled};

/// The content of a step.
pub(super) fn recipe(step: &Step) -> Option<&Recipe> {
    match step {
        Step::Put { recipe, .. } | Step::Part { recipe, .. } | Step::KilledPut { recipe, .. } => Some(recipe),
        _ => None,
    }
}

fn recipe_mut(step: &mut Step) -> Option<&mut Recipe> {
    match step {
        Step::Put { recipe, .. } | Step::Part { recipe, .. } | Step::KilledPut { recipe, .. } => Some(recipe),
        _ => None,
    }
}

/// The program with one step replaced.
fn with(program: &Program, index: usize, step: Step) -> Program {
    let mut changed = program.clone();
    changed.steps[index] = step;
    changed
}

/// The program with every content changed.
fn all_contents(program: &Program, change: impl Fn(&mut Recipe)) -> Program {
    let mut changed = program.clone();
    for recipe in changed.steps.iter_mut().filter_map(recipe_mut) {
        change(recipe);
        *recipe = recipe.clone().normal();
    }
    changed
}

/// Numbers below one, to be tried in turn: the first that fails is where the search goes on.
fn below(number: u32) -> Vec<u32> {
    let mut numbers = vec![1];
    let mut gap = number / 2;
    while gap > 0 {
        numbers.push(number - gap);
        gap /= 2;
    }
    numbers
}

pub(super) fn counts(program: &Program, _: &Difference) -> Vec<Program> {
    let mut candidates = Vec::new();
    for (index, step) in program.steps.iter().enumerate() {
        let number = match step {
            Step::Put { times, .. } | Step::Copy { times, .. } => *times,
            Step::Fill { count, .. } | Step::Clear { count, .. } => *count,
            Step::Race { operations, .. } => u32::from(*operations),
            _ => continue,
        };
        for smaller in below(number) {
            let mut changed = step.clone();
            match &mut changed {
                Step::Put { times, .. } | Step::Copy { times, .. } => *times = smaller,
                Step::Fill { count, .. } | Step::Clear { count, .. } => *count = smaller,
                Step::Race { operations, .. } => *operations = u16::try_from(smaller).unwrap_or(u16::MAX),
                _ => {}
            }
            candidates.push(with(program, index, changed));
        }
        if let Step::Race { clients, operations, side, keys } = step {
            let race = |clients, keys: &[String]| Step::Race {
                clients,
                operations: *operations,
                side: *side,
                keys: keys.to_vec(),
            };
            candidates.extend((1..*clients).map(|fewer| with(program, index, race(fewer, keys))));
            candidates.push(with(program, index, race(*clients, &keys[..1])));
        }
    }
    candidates
}

/// Sizes that a reader takes for round.
fn round_sizes() -> Vec<usize> {
    let powers = (9..=23).flat_map(|power| [(1_usize << power) - 1, 1 << power, (1 << power) + 1]);
    let fives = [(5 << 20) - 1, 5 << 20, (5 << 20) + 1];
    let mut sizes: Vec<usize> = [0, 1, 2, 3, 11, 100].into_iter().chain(powers).chain(fives).collect();
    sizes.sort_unstable();
    sizes
}

pub(super) fn sizes(program: &Program, _: &Difference) -> Vec<Program> {
    let distinct: BTreeSet<usize> = program.steps.iter().filter_map(recipe).map(|recipe| recipe.size).collect();
    let round = round_sizes();
    let mut candidates = Vec::new();
    for size in distinct.into_iter().rev() {
        let smaller = &round[..round.partition_point(|round| *round < size)];
        let places = below(u32::try_from(smaller.len()).unwrap_or_default());
        let wanted = smaller
            .iter()
            .take(4)
            .copied()
            .chain(places.iter().filter_map(|place| smaller.get(*place as usize)).copied());
        let wanted: Vec<usize> = wanted.chain([size / 2, size.saturating_sub(1)]).collect();
        for wanted in &wanted {
            candidates.push(all_contents(program, |recipe| {
                if recipe.size == size {
                    resize(recipe, *wanted);
                }
            }));
        }
        for (index, step) in program.steps.iter().enumerate() {
            if recipe(step).is_some_and(|recipe| recipe.size == size) {
                for wanted in wanted.iter().take(4) {
                    let mut changed = step.clone();
                    if let Some(recipe) = recipe_mut(&mut changed) {
                        resize(recipe, *wanted);
                    }
                    candidates.push(with(program, index, changed));
                }
            }
        }
    }
    candidates
}

/// Gives a content another size; bytes that are changed stay so, as far as there are any.
fn resize(recipe: &mut Recipe, size: usize) {
    recipe.size = size;
    for place in &mut recipe.changed {
        *place = (*place).min(size.saturating_sub(1));
    }
    *recipe = recipe.clone().normal();
}

pub(super) fn plain(program: &Program, difference: &Difference) -> Vec<Program> {
    let mut candidates = vec![
        all_contents(program, |recipe| {
            recipe.kind = Kind::Letters;
            recipe.skip = 0;
        }),
        all_contents(program, |recipe| recipe.kind = Kind::Letters),
        all_contents(program, |recipe| recipe.skip = 0),
        all_contents(program, |recipe| recipe.variant = 0),
        all_contents(program, |recipe| recipe.changed.clear()),
        without_headers(program),
    ];
    for (index, step) in program.steps.iter().enumerate() {
        candidates.extend(simpler(step, difference).into_iter().map(|step| with(program, index, step)));
    }
    candidates
}

fn without_headers(program: &Program) -> Program {
    let mut changed = program.clone();
    for step in &mut changed.steps {
        if let Step::Put { headers, .. } | Step::Begin { headers, .. } = step {
            *headers = Headers::default();
        }
    }
    changed
}

/// A step that asks less.
fn simpler(step: &Step, difference: &Difference) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Some(recipe) = recipe(step) {
        for simpler in simpler_contents(recipe) {
            let mut changed = step.clone();
            if let Some(recipe) = recipe_mut(&mut changed) {
                *recipe = simpler.normal();
            }
            steps.push(changed);
        }
    }
    match step {
        Step::Put { headers, condition, .. } => {
            let with = |headers: Headers, condition| {
                let mut changed = step.clone();
                if let Step::Put { headers: old, condition: was, .. } = &mut changed {
                    (*old, *was) = (headers, condition);
                }
                changed
            };
            steps.push(with(headers.clone(), None));
            steps.extend(simpler_headers(headers).into_iter().map(|headers| with(headers, *condition)));
        }
        Step::Copy { from, to, replace: Some(headers), times } => {
            let with = |replace| Step::Copy { from: from.clone(), to: to.clone(), replace, times: *times };
            steps.push(with(None));
            steps.extend(simpler_headers(headers).into_iter().map(|headers| with(Some(headers))));
        }
        Step::Get { at, span, condition } => {
            let with = |span, condition| Step::Get { at: at.clone(), span, condition };
            steps.extend([with(None, None), with(*span, None), with(None, *condition)]);
        }
        Step::List { side, query } => {
            steps.extend(simpler_queries(query).into_iter().map(|query| Step::List { side: *side, query }));
        }
        Step::Page { slot, side, query } => {
            steps.extend(simpler_queries(query).into_iter().map(|query| Step::Page {
                slot: *slot,
                side: *side,
                query,
            }));
        }
        Step::DeleteMany { side, keys } => {
            if let [key] = keys.as_slice() {
                steps.push(Step::Delete { at: Place::new(*side, key) });
            }
            let halves = [&keys[..keys.len() / 2], &keys[keys.len() / 2..]];
            steps.extend(halves.map(|keys| Step::DeleteMany { side: *side, keys: keys.to_vec() }));
            let without = |out: &String| keys.iter().filter(|key| *key != out).cloned().collect();
            steps.extend(keys.iter().map(|out| Step::DeleteMany { side: *side, keys: without(out) }));
        }
        Step::Audit => {
            steps.extend(Side::BOTH.map(|side| Step::List { side, query: Query::default() }));
            if let Some(at) = difference.place() {
                steps.push(Step::Head { at: at.clone() });
                steps.push(Step::Get { at, span: None, condition: None });
            }
        }
        Step::Fill { side, prefix, count: 1 } => steps.push(Step::Put {
            at: Place::new(*side, filled(prefix, 0)),
            recipe: Recipe::plain(1),
            headers: Headers::default(),
            condition: None,
            times: 1,
        }),
        Step::Clear { side, prefix, count: 1 } => {
            steps.push(Step::Delete { at: Place::new(*side, filled(prefix, 0)) });
        }
        Step::Remake { .. } => steps.extend(difference.place().map(|at| Step::Delete { at })),
        Step::Kill => steps.push(Step::Restart),
        _ => {}
    }
    steps
}

fn simpler_contents(recipe: &Recipe) -> Vec<Recipe> {
    let mut simpler = vec![
        Recipe { kind: Kind::Letters, ..recipe.clone() },
        Recipe { variant: 0, ..recipe.clone() },
        Recipe { variant: 1, ..recipe.clone() },
        Recipe { skip: 0, ..recipe.clone() },
        Recipe { changed: Vec::new(), ..recipe.clone() },
        Recipe { kind: Kind::Letters, variant: 1, skip: 0, changed: Vec::new(), ..recipe.clone() },
    ];
    for (index, place) in recipe.changed.iter().enumerate() {
        let mut fewer = recipe.clone();
        fewer.changed.remove(index);
        simpler.push(fewer);
        for nearer in [0, 3, place / 2] {
            let mut moved = recipe.clone();
            moved.changed[index] = nearer.min(*place);
            simpler.push(moved);
        }
    }
    simpler
}

fn simpler_headers(headers: &Headers) -> Vec<Headers> {
    let mut simpler = vec![
        Headers::default(),
        Headers { content_type: None, ..headers.clone() },
        Headers { cache_control: None, content_disposition: None, content_encoding: None, ..headers.clone() },
        Headers { metadata: BTreeMap::new(), ..headers.clone() },
        Headers { tags: BTreeMap::new(), ..headers.clone() },
    ];
    for name in headers.metadata.keys() {
        let mut fewer = headers.clone();
        fewer.metadata.remove(name);
        simpler.push(fewer);
    }
    if headers.content_type.is_some() {
        simpler.push(Headers { content_type: Some("text/plain".to_owned()), ..headers.clone() });
    }
    simpler
}

fn simpler_queries(query: &Query) -> Vec<Query> {
    let mut simpler = vec![
        Query::default(),
        Query { prefix: String::new(), ..query.clone() },
        Query { delimiter: None, ..query.clone() },
        Query { page_size: None, ..query.clone() },
        Query { after: None, ..query.clone() },
        Query { version_1: false, ..query.clone() },
        Query { delimiter: query.delimiter.as_ref().map(|_| "/".to_owned()), ..query.clone() },
    ];
    if let Some(size) = query.page_size {
        simpler.extend((1..size.min(4)).map(|size| Query { page_size: Some(size), ..query.clone() }));
    }
    if let Some((last, _)) = query.prefix.char_indices().next_back() {
        simpler.push(Query { prefix: query.prefix[..last].to_owned(), ..query.clone() });
    }
    simpler
}

/// Everything in the first bucket; or, where only one bucket is used, that one as the first.
pub(super) fn one_bucket(program: &Program, _: &Difference) -> Vec<Program> {
    let mut changed = program.clone();
    for step in &mut changed.steps {
        match step {
            Step::Put { at, .. }
            | Step::Get { at, .. }
            | Step::Head { at }
            | Step::Delete { at }
            | Step::Tag { at, .. }
            | Step::Untag { at }
            | Step::Tags { at }
            | Step::Begin { at, .. }
            | Step::KilledPut { at, .. } => at.side = Side::First,
            Step::Copy { from, to, .. } => (from.side, to.side) = (Side::First, Side::First),
            Step::DeleteMany { side, .. }
            | Step::List { side, .. }
            | Step::Page { side, .. }
            | Step::Fill { side, .. }
            | Step::Clear { side, .. }
            | Step::Remake { side }
            | Step::Race { side, .. } => *side = Side::First,
            _ => {}
        }
    }
    vec![changed]
}
