//! The last words of a run: the verdict, what failed and how to repeat it, throughput in two lines, where the reports lie.
//!
//! Plain text; the console colours it. Deliberately absent: what passed, beyond its number.

use super::format;
use super::outputs::Outputs;
use super::page::Page;
use super::rating::Rating;
use super::ratios::{self, Row};
use super::sanitize;
use super::tally::{self, Failed, Known, Tally, Trouble};
use super::verdicts;
use crate::model::{Metric, RunRecord, SuiteRecord};

/// Renders the summary of a record whose reports were written to `outputs`.
pub(super) fn render(record: &RunRecord, outputs: &Outputs) -> String {
    let tally = Tally::of(record);
    let mut page = Page::default();
    page.item(0, "", &format!("{} {}", tally.glyph(), tally::verdict(record)));
    for failed in &tally.failed {
        failure(&mut page, *failed);
    }
    for trouble in &tally.troubles {
        error(&mut page, trouble);
    }
    changes(&mut page, record);
    known_issues(&mut page, record, &tally.known);
    compared(&mut page, record);
    throughput(&mut page, record);
    let notices = tally::notices(record);
    if !notices.is_empty() {
        page.blank();
        for notice in notices {
            page.item(0, "notice:", &notice);
        }
    }
    if !outputs.listed().is_empty() {
        page.block("Reports");
        for (what, path) in outputs.listed() {
            page.pair(what, &path.display().to_string());
        }
    }
    page.into_text()
}

fn failure(page: &mut Page, Failed { case, failure }: Failed<'_>) {
    page.blank();
    page.item(0, "✗", &format!("{}: {}", case.severity.words(), case.id));
    page.item(2, "", &sanitize::line(&failure.message));
    page.item(2, "", &sanitize::line(&case.consequence));
    page.command(2, "repro:", &case.repro);
}

/// Every known issue by its name: what is not red must not be forgotten.
fn known_issues(page: &mut Page, record: &RunRecord, known: &[Known<'_>]) {
    if known.is_empty() {
        return;
    }
    let ledger = record.ledger.as_ref().map(|ledger| format!(", listed in {}", ledger.source)).unwrap_or_default();
    page.block(&format!("Known issues{ledger}"));
    for Known { case, .. } in known {
        page.item(2, "~", &format!("{}: {}", case.severity.words(), case.id));
    }
}

fn error(page: &mut Page, Trouble { place, fault, repro }: &Trouble<'_>) {
    page.blank();
    page.item(0, "!", &format!("could not be told: {place}"));
    page.item(2, "reason:", &fault.message);
    if let Some(hint) = &fault.hint {
        page.item(2, "hint:", hint);
    }
    if let Some(repro) = repro {
        page.command(2, "repro:", repro);
    }
}

/// What is new, old or mended against the base.
fn changes(page: &mut Page, record: &RunRecord) {
    for group in record.gate.iter().flat_map(verdicts::groups) {
        page.block(&format!("{} ({})", group.title, group.cases.len()));
        for case in group.cases {
            page.item(2, &group.glyph.to_string(), case.as_str());
        }
    }
}

/// The ratio of each operation, whatever was decided of it.
fn compared(page: &mut Page, record: &RunRecord) {
    let Some(gate) = &record.gate else { return };
    for found in gate.throughput.iter().filter(|found| !found.results.is_empty()) {
        page.block(&format!("Throughput against {}", ratios::base(gate)));
        for Row { glyph, metric, ratio, interval, decision, detectable } in ratios::deciding(found) {
            let lead = format!("{glyph} {metric:<8}{ratio} ({interval})");
            page.item(2, &lead, &format!("{decision}; finds a drop of {detectable}"));
        }
    }
}

fn throughput(page: &mut Page, record: &RunRecord) {
    let mut suites = record.suites.iter().filter(|suite| suite.id.kind() == "bench").peekable();
    if suites.peek().is_none() {
        return;
    }
    page.block("Throughput");
    for suite in suites {
        for phase in ["upload", "download"] {
            page.item(2, &format!("{:<29}{phase:<9}", suite.id.as_str()), &figures(suite, phase));
        }
    }
}

/// The figures of one phase, or that there are none.
fn figures(suite: &SuiteRecord, phase: &str) -> String {
    let metric = |quantity: &str| {
        let name = format!("{phase}.{quantity}");
        suite.metrics.iter().find(|metric| metric.name == name)
    };
    let value = |metric: &Metric| format::quantity(metric.median, metric.unit);
    let rate = metric("throughput").map(|rate| format!("{} ({})", value(rate), Rating::of(rate.median).words()));
    let shown: Vec<String> = rate.into_iter().chain(metric("rate").map(value)).collect();
    if shown.is_empty() { "not measured".to_owned() } else { shown.join(", ") }
}

#[cfg(test)]
mod tests;
