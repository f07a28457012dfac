//! What a run comes to beyond its verdict, in the lines that the terminal and the text report share: what changed against the base,
//! how fast it was, which known issues there are.
//!
//! Deliberately absent: evidence.

use std::path::Path;

use crate::record::{Metric, RunRecord, SuiteRecord};
use crate::report::plain::{format, page::Page};
use crate::report::view::{
    View,
    known::{self, KnownOfSuite},
    rating::Rating,
    ratios::{self, Row},
    tally::Known,
};

/// What the run comes to: the first line, with where the known issues stand, and the second line where there is one.
pub(in crate::report) fn verdict(page: &mut Page, view: &View<'_>, known_in: Option<&Path>) {
    let known_in = known_in.filter(|_| !view.tally.known.is_empty());
    let known_in = known_in.map(|path| format!(" ({})", path.display())).unwrap_or_default();
    page.item(0, "", &format!("{}{known_in}", view.verdict.line()));
    if let Some(loss) = &view.verdict.known_loss {
        page.item(0, "~", loss);
    }
}

/// What is new, old or fixed against the base: a few of each group, and how many more there are.
pub(in crate::report) fn changes(page: &mut Page, view: &View<'_>, most: usize) {
    for group in &view.changes {
        page.block(&format!("{} ({})", group.title, group.checks.len()));
        let glyph = group.glyph.to_string();
        up_to(page, most, &group.checks, |page, check| page.item(2, &glyph, check.as_str()));
    }
}

/// Known issues: the gravest by name where they are few, the others by their number in each suite. Whether any were only counted.
pub(in crate::report) fn known_issues(page: &mut Page, view: &View<'_>) -> bool {
    let View { record, tally, .. } = view;
    if tally.known.is_empty() && tally.possible.is_empty() {
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
    if !tally.possible.is_empty() {
        let count = tally.possible.len();
        page.item(2, "~", &format!("{count} more if the Drime service keeps both versions of a name"));
    }
    !counted.is_empty()
}

fn standing(group: &KnownOfSuite<'_>) -> String {
    format!("{}: {}", group.suite, group.words())
}

/// The ratio of each operation, whatever was decided of it.
pub(in crate::report) fn compared(page: &mut Page, record: &RunRecord) {
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
pub(in crate::report) fn throughput(page: &mut Page, record: &RunRecord) {
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

/// The figures of one phase, or a word that there are none.
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

/// Puts the first items on a page, and says how many more there are.
pub(in crate::report) fn up_to<T>(page: &mut Page, most: usize, items: &[T], mut show: impl FnMut(&mut Page, &T)) {
    items.iter().take(most).for_each(|item| show(page, item));
    if items.len() > most {
        page.item(2, "…", &format!("and {} more", items.len() - most));
    }
}
