//! `s3ci list`.

use std::fmt::Write;

use serde_json::json;

use crate::checks::{CATALOGUE, Suite};
use crate::cli::{ListArgs, ListFormat};
use crate::config::options::{self, Row, SetBy};
use crate::record::CheckSpec;

/// The catalogue, or the table of options.
pub(super) fn list(arguments: &ListArgs) -> String {
    let json = |values: Vec<serde_json::Value>| format!("{:#}\n", serde_json::Value::from(values));
    match (arguments.options, arguments.format) {
        (false, ListFormat::Text) => text(),
        (false, ListFormat::Json) => json(CATALOGUE.iter().map(suite).collect()),
        (false, ListFormat::Md) => markdown(),
        (true, ListFormat::Text) => options::text(),
        (true, ListFormat::Json) => json(options::TABLE.iter().map(option).collect()),
        (true, ListFormat::Md) => options::markdown(),
    }
}

fn option(row: &Row) -> serde_json::Value {
    json!({
        "flag": (!row.only_in_file).then(|| format!("--{}", row.key)),
        "variable": (!row.only_in_file).then_some(&row.variable),
        "key": row.in_file.then_some(&row.key),
        "default": row.default,
        "takes": row.takes,
        "help": row.help,
        "set_by": match row.set_by {
            SetBy::Anyone => "anyone",
            SetBy::Judge => "judge",
        },
    })
}

fn text() -> String {
    let mut text = String::new();
    for suite in CATALOGUE.iter() {
        let _ = writeln!(text, "{:<30} {}", suite.name, suite.title);
        for check in suite.checks() {
            let _ = writeln!(text, "  {}  {}", check.severity.letter(), check.name);
        }
    }
    text.push_str("\nD data loss, S security, B breaks clients, C cosmetic\n");
    text
}

fn suite(suite: &Suite) -> serde_json::Value {
    let check = |check: &CheckSpec| {
        json!({
            "id": format!("{}::{}", suite.name, check.name),
            "severity": check.severity,
            "rule": check.rule,
            "consequence": check.consequence,
            "source": check.source,
        })
    };
    json!({
        "suite": suite.name,
        "title": suite.title,
        "checks": suite.checks().iter().map(check).collect::<Vec<_>>(),
    })
}

/// A document: a section for each suite. If an earlier suite of the kind has a check too, the section only names it.
fn markdown() -> String {
    let mut text = "\
# The checks

Made by `s3ci list --format md`; edit the checks, not this file. A check is named by its suite and its own name, such as
`etag/local::put-is-md5`. What a broken rule costs: **D** data is lost or corrupted, **S** access is granted that should be refused,
**B** a client that relies on the rule stops working, **C** an inconvenience, **T** the same answers, later.
"
    .to_owned();
    for (index, suite) in CATALOGUE.iter().enumerate() {
        let _ = writeln!(text, "\n## {}\n\n{}.", suite.name, capitalised(&suite.title));
        let checks = suite.checks();
        let (told, new): (Vec<_>, Vec<_>) = match model(suite, &CATALOGUE[..index]) {
            Some(earlier) => {
                let earlier_checks = earlier.checks();
                let (told, new): (Vec<CheckSpec>, Vec<CheckSpec>) =
                    checks.into_iter().partition(|check| earlier_checks.contains(check));
                let _ = writeln!(text, "\n{}", shared(earlier, &told));
                (told, new)
            }
            None => (Vec::new(), checks),
        };
        if !new.is_empty() {
            let as_well = if told.is_empty() { "" } else { "And:\n\n" };
            let _ = writeln!(text, "\n{as_well}| | check | rule | when it is broken | source |\n|---|---|---|---|---|");
        }
        for check in new {
            let cells = [check.rule, check.consequence, check.source].map(|cell| cell.replace('|', r"\|"));
            let _ = writeln!(text, "| {} | `{}` | {} |", check.severity.letter(), check.name, cells.join(" | "));
        }
    }
    text
}

/// The earlier suite of the same kind that shares the most checks; none where none shares any.
fn model<'a>(suite: &Suite, earlier: &'a [Suite]) -> Option<&'a Suite> {
    let checks = suite.checks();
    let shared = |other: &&Suite| other.checks().iter().filter(|check| checks.contains(check)).count();
    let kin = earlier.iter().filter(|other| other.id().kind() == suite.id().kind());
    // Of several that share as many, the first.
    kin.rev().max_by_key(shared).filter(|other| shared(other) > 0)
}

/// In words what is as in an earlier suite.
fn shared(earlier: &Suite, told: &[CheckSpec]) -> String {
    if told.len() == earlier.checks().len() {
        return format!("All checks of `{}`.", earlier.name);
    }
    let names: Vec<_> = told.iter().map(|check| format!("`{}`", check.name)).collect();
    format!("Of the checks of `{}`: {}.", earlier.name, names.join(", "))
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_tells_of_each_check_once_for_its_kind_and_no_cell_breaks_its_row() {
        let text = markdown();
        for suite in CATALOGUE.iter() {
            assert!(text.contains(&format!("\n## {}\n", suite.name)), "{}", suite.name);
            for check in suite.checks() {
                assert!(text.contains(&format!("`{}`", check.name)), "{}", check.name);
                assert!(text.contains(&check.rule.replace('|', r"\|")), "{}", check.rule);
            }
        }
        for row in text.lines().filter(|line| line.starts_with("| ")) {
            assert_eq!(row.replace(r"\|", "").matches('|').count(), 6, "{row}");
        }
        let told = text.lines().filter(|line| line.starts_with("| D | `range-first` |")).count();
        assert_eq!(told, 1, "the drime suite refers to the local one");
        assert!(text.contains("All checks of `api/local`.") && text.contains("Of the checks of `etag/local`: "));
    }
}
