//! The table of broken rules as text: a rule on a line of its own, then each check that notices.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The checks that are red, by the name of the rule that is broken.
pub(super) type Table = BTreeMap<String, BTreeSet<String>>;

pub(super) fn rows(table: &Table) -> String {
    let row = |(rule, checks): (&String, &BTreeSet<String>)| {
        let checks: String = checks.iter().map(|check| format!("\n  {check}")).collect();
        format!("{rule}{checks}")
    };
    table.iter().map(row).collect::<Vec<_>>().join("\n\n")
}

/// The table that was accepted last.
pub(super) fn accepted() -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside/mutants/snapshots/broken_rules.snap");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let body = text.splitn(3, "---\n").nth(2).unwrap_or_default();
    let (mut table, mut rule) = (Table::new(), "");
    for line in body.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("  ") {
            Some(check) => drop(table.get_mut(rule).expect("a rule comes first").insert(check.to_owned())),
            None => {
                rule = line;
                table.insert(rule.to_owned(), BTreeSet::new());
            }
        }
    }
    table
}
