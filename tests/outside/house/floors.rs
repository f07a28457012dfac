//! The table of floors, and what breaks it: imports that lead upwards, and modules that import each other in a circle.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{House, Need, room};

/// Floors of a module from top to bottom: the modules on each, which do not import each other.
pub(super) type Floors = BTreeMap<String, Vec<Vec<String>>>;

/// Reads the table in the head of `src/lib.rs`: a block that begins with `crate:`. A line that begins at its margin names a module
/// whose floors follow.
pub(super) fn read(lib: &str) -> Floors {
    let lines =
        lib.lines().map_while(|line| line.strip_prefix("//!")).map(|line| line.strip_prefix(' ').unwrap_or(line));
    let table = lines.skip_while(|line| *line != "crate:").take_while(|line| *line != "```");
    let (mut floors, mut module) = (Floors::new(), String::new());
    for line in table.filter(|line| !line.trim().is_empty()) {
        match line.strip_suffix(':').filter(|name| !name.starts_with(' ')) {
            Some("crate") => module.clear(),
            Some(name) => name.clone_into(&mut module),
            None => {
                let rooms = line.split_whitespace().map(str::to_owned).collect();
                floors.entry(module.clone()).or_default().push(rooms);
            }
        }
    }
    floors
}

/// Modules that are on no floor, floors with modules that do not exist, and imports that do not lead down.
pub(super) fn broken(floors: &Floors, house: &House) -> Vec<String> {
    let mut broken = Vec::new();
    let needs = house.needs();
    for (module, floors) in floors {
        let height = |wanted: &str| floors.iter().rev().position(|floor| floor.iter().any(|room| room == wanted));
        let (listed, there) = (floors.iter().flatten().map(String::as_str), house.rooms(module));
        for missing in there.symmetric_difference(&listed.collect::<BTreeSet<_>>()) {
            broken.push(format!("{module} {missing}: not both in the table and in the house"));
        }
        for Need { from, to } in &needs {
            let (Some(above), Some(below)) = (room(module, from), room(module, to)) else { continue };
            if above != below && height(above) <= height(below) {
                broken.push(format!("{from} imports {to}, and {below} does not stand below {above}"));
            }
        }
    }
    broken
}

/// Modules side by side that import each other in a circle, except inside excused modules: each module of the circle with an import
/// that leads to the next.
pub(super) fn circles(house: &House, excused: &[&str]) -> Vec<String> {
    let needs = house.needs();
    let mut modules: BTreeSet<&str> = BTreeSet::from([""]);
    for Need { from, to } in &needs {
        modules.extend([from, to].into_iter().flat_map(|file| ancestors(file)));
    }
    let modules = modules.into_iter().filter(|module| !excused.contains(module));
    modules.flat_map(|module| circles_in(module, &needs)).collect()
}

fn ancestors(file: &str) -> impl Iterator<Item = &str> {
    file.match_indices("::").map(|(at, _)| &file[..at])
}

/// The circles among the parts of a module, the shortest for each set of parts.
fn circles_in(module: &str, needs: &BTreeSet<Need>) -> Vec<String> {
    let mut known: BTreeMap<&str, BTreeMap<&str, &Need>> = BTreeMap::new();
    for need in needs {
        if let (Some(from), Some(to)) = (room(module, &need.from), room(module, &need.to))
            && from != to
        {
            known.entry(from).or_default().entry(to).or_insert(need);
        }
    }
    let ways = known.keys().filter_map(|start| way_back(start, &known));
    let mut told: BTreeMap<BTreeSet<&str>, String> = BTreeMap::new();
    for way in ways {
        let rooms = way.iter().filter_map(|need| room(module, &need.from)).collect();
        let steps: Vec<String> = way.iter().map(|need| format!("{} imports {}", need.from, need.to)).collect();
        told.entry(rooms).or_insert_with(|| steps.join(", "));
    }
    told.into_values().collect()
}

/// The shortest way from a module back to itself.
fn way_back<'a>(start: &str, known: &BTreeMap<&'a str, BTreeMap<&'a str, &'a Need>>) -> Option<Vec<&'a Need>> {
    let (mut ways, mut seen) = (vec![(start, Vec::new())], BTreeSet::new());
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for (room, way) in ways {
            for (next, need) in known.get(room).into_iter().flatten() {
                let way = [way.clone(), vec![*need]].concat();
                if *next == start {
                    return Some(way);
                }
                if seen.insert(*next) {
                    longer.push((*next, way));
                }
            }
        }
        ways = longer;
    }
    None
}
