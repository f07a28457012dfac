//! What a run comes to beyond its verdict, in the lines that the terminal and the text report share: what changed against the base,
//! how fast it was, which known issues there are.
//!
//! Deliberately absent: evidence.

use super::format;
use super::known::{self, KnownOfSuite};
use super::page::Page;
use super::rating::Rating;
use super::ratios::{self, Row};
use super::tally::{Known, Tally};
use super::verdicts;
use crate::record::{Metric, RunRecord, SuiteRecord};

/// What is new, old or fixed against the base: at most so many of each group, and how many more there are.
pub(super) fn changes(page: &mut Page, record: &RunRecord, most: usize) {
    for group in verdicts::groups(record) {
        page.block(&format!("{} ({})", group.title, group.checks.len()));
        let glyph = group.glyph.to_string();
        up_to(page, most, &group.checks, |page, check| page.item(2, &glyph, check.as_str()));
    }
}

/// Known issues: the gravest by name where they are few, the others by their number in each suite. Whether any were only counted.
pub(super) fn known_issues(page: &mut Page, record: &RunRecord, tally: &Tally<'_>) -> bool {
    if tally.known.is_empty() {
        return false;
    }
    let ledger = record.ledger.as_ref().map(|ledger| format!(", listed in {}", ledger.source)).unwrap_or_default();
    page.block(&format!("Known issues{ledger}"));
    let (named, counted) = known::named_and_counted(tally);
    for Known { check, .. } in named {
        page.item(2, "~", &format!("{}: {}", check.severity().words(), check.id));
    }
    for group in known::by_suite(counted) {
        page.item(2, "~", &standing(&group));
    }
    !counted.is_empty()
}

fn standing(group: &KnownOfSuite<'_>) -> String {
    format!("{}: {}", group.suite, group.words())
}

/// The ratio of each operation, whatever was decided of it.
pub(super) fn compared(page: &mut Page, record: &RunRecord) {
    let Some(against) = &record.against else { return };
    for found in against.throughput.iter().filter(|found| !found.results.is_empty()) {
        page.block(&format!("Throughput against {}", ratios::base(against)));
        for Row { glyph, metric, ratio, interval, decision, detectable } in ratios::deciding(found) {
            let lead = format!("{glyph} {metric:<8}{ratio} ({interval})");
            page.item(2, &lead, &format!("{decision}; finds a drop of {detectable}"));
        }
    }
}

/// Upload and download of each benchmark.
pub(super) fn throughput(page: &mut Page, record: &RunRecord) {
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

/// Puts items on a page, at most so many, and says how many more there are.
pub(super) fn up_to<T>(page: &mut Page, most: usize, items: &[T], mut show: impl FnMut(&mut Page, &T)) {
    items.iter().take(most).for_each(|item| show(page, item));
    if items.len() > most {
        page.item(2, "…", &format!("and {} more", items.len() - most));
    }
}
