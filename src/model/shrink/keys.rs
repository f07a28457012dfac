//! Simpler keys, the same in all steps, so that what is related stays so.

use std::collections::BTreeSet;

use crate::model::Program;
use crate::model::difference::Difference;
use crate::model::step::Step;

pub(super) fn simpler(program: &Program, _: &Difference) -> Vec<Program> {
    let keys: BTreeSet<String> = program.places().into_iter().map(|place| place.key).collect();
    let segments: BTreeSet<String> = keys.iter().flat_map(|key| key.split('/')).map(str::to_owned).collect();
    let mut candidates = Vec::new();
    let mut rename = |change: &dyn Fn(&str) -> String| candidates.extend(renamed(program, &keys, change));
    for key in &keys {
        for simple in ["a", "b", "c", "a/a", "a/a/a"] {
            rename(&|other| if other == key { simple.to_owned() } else { other.to_owned() });
        }
        let parts: Vec<&str> = key.split('/').collect();
        for out in 0..parts.len() {
            let fewer: Vec<&str> =
                parts.iter().enumerate().filter(|(at, _)| *at != out).map(|(_, part)| *part).collect();
            rename(&|other| if other == key { fewer.join("/") } else { other.to_owned() });
        }
        for (at, part) in parts.iter().enumerate().filter(|(_, part)| **part != "a") {
            let _ = part;
            let mut plain = parts.clone();
            plain[at] = "a";
            rename(&|other| if other == key { plain.join("/") } else { other.to_owned() });
        }
    }
    for segment in segments.iter().filter(|segment| !segment.is_empty()) {
        for simple in simpler_names(segment) {
            rename(&|key| {
                let parts: Vec<&str> =
                    key.split('/').map(|part| if part == segment { simple.as_str() } else { part }).collect();
                parts.join("/")
            });
        }
    }
    candidates
}

/// A name with less in it.
fn simpler_names(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut names: Vec<String> = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
    let half = letters.len() / 2;
    if half > 0 {
        names.push(letters[..half].iter().collect());
        names.push(letters[half..].iter().collect());
    }
    let quarter = letters.len() / 4;
    if quarter > 0 {
        names.push(letters[..letters.len() - quarter].iter().collect());
    }
    for at in 0..letters.len().min(12) {
        let without: Vec<char> =
            letters.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, letter)| *letter).collect();
        names.push(without.iter().collect());
        if letters[at] != 'a' {
            let mut plain = letters.clone();
            plain[at] = 'a';
            names.push(plain.iter().collect());
        }
    }
    names.retain(|simple| !simple.is_empty());
    names
}

/// The program with all keys renamed; none where two keys would become one, or one would be no key.
fn renamed(program: &Program, keys: &BTreeSet<String>, change: &dyn Fn(&str) -> String) -> Option<Program> {
    let after: BTreeSet<String> = keys.iter().map(|key| change(key)).collect();
    let are_keys = after.iter().all(|key| !key.is_empty() && key != "." && key.split('/').all(|part| part != ".."));
    if after.len() != keys.len() || !are_keys {
        return None;
    }
    let mut program = program.clone();
    for step in &mut program.steps {
        match step {
            Step::Put { at, .. }
            | Step::Get { at, .. }
            | Step::Head { at }
            | Step::Delete { at }
            | Step::Tag { at, .. }
            | Step::Untag { at }
            | Step::Tags { at }
            | Step::Begin { at, .. }
            | Step::KilledPut { at, .. } => at.key = change(&at.key),
            Step::Copy { from, to, .. } => {
                from.key = change(&from.key);
                to.key = change(&to.key);
            }
            Step::DeleteMany { keys, .. } | Step::Race { keys, .. } => {
                for key in keys {
                    *key = change(key);
                }
            }
            Step::List { query, .. } | Step::Page { query, .. } => {
                query.prefix = change(&query.prefix);
                query.after = query.after.as_deref().map(change);
            }
            _ => {}
        }
    }
    Some(program)
}
