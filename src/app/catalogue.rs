//! `s3ci list`.

use std::fmt::Write;

use serde_json::json;

use crate::cli::ListFormat;
use crate::exit::Exit;
use crate::report::Console;
use crate::suites::{CATALOGUE, Suite};

/// Prints the catalogue.
pub(super) fn list(format: ListFormat, console: &mut Console) -> Exit {
    let text = match format {
        ListFormat::Text => text(),
        ListFormat::Json => format!("{:#}\n", serde_json::Value::from(CATALOGUE.iter().map(suite).collect::<Vec<_>>())),
        ListFormat::Md => markdown(),
    };
    console.print(&text);
    Exit::Success
}

fn text() -> String {
    let mut text = String::new();
    for suite in CATALOGUE {
        let _ = writeln!(text, "{:<30} {}", suite.name, suite.title);
        for case in suite.cases() {
            let _ = writeln!(text, "  {}  {}", case.severity.letter(), case.name);
        }
    }
    text.push_str("\nD data loss, S security, B breaks clients, C cosmetic\n");
    text
}

fn suite(suite: &Suite) -> serde_json::Value {
    let case = |case: &&crate::model::CaseSpec| {
        json!({
            "id": format!("{}::{}", suite.name, case.name),
            "severity": case.severity,
            "rule": case.rule,
            "consequence": case.consequence,
            "source": case.source,
        })
    };
    json!({
        "suite": suite.name,
        "title": suite.title,
        "cases": suite.cases().iter().map(case).collect::<Vec<_>>(),
    })
}

fn markdown() -> String {
    let mut text =
        "# The checks\n\nMade by `s3ci list --format md`. D: data loss, S: security, B: breaks clients, C: cosmetic.\n"
            .to_owned();
    for suite in CATALOGUE {
        let _ = writeln!(
            text,
            "\n## {}: {}\n\n| case | | rule | when it is broken | source |\n|---|---|---|---|---|",
            suite.name, suite.title
        );
        for case in suite.cases() {
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} | {} |",
                case.name,
                case.severity.letter(),
                case.rule,
                case.consequence,
                case.source
            );
        }
    }
    text
}
