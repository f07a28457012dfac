//! Two records side by side, for a person and for a program.
//!
//! The verdict first: which rules held before and are broken now, and what became slower through the base that both had. What only
//! informs, such as single figures of two single runs, stands last and says why it is to be read with care.

use serde::Serialize;

use super::RenderError;
use crate::record::{
    Change, CheckComparison, Comparison, Decision, MetricComparison, OfferComparison, Outcome, Side, SuiteSince,
    Support, Unit,
};
use crate::report::plain::{
    format::{self, counted},
    page::Page,
    sanitize,
};

/// Renders a comparison for a terminal.
#[must_use]
pub fn text(comparison: &Comparison, since: &[SuiteSince]) -> String {
    let mut page = Page::default();
    page.item(0, "", &verdict(comparison, since));
    for (side, whose) in [(&comparison.from, "first"), (&comparison.to, "second")] {
        if !side.complete {
            page.item(
                0,
                "!",
                &format!(
                    "the {whose} run did not end: checks that it lacks may be gone, or it may not have reached them"
                ),
            );
        }
    }
    for (title, mark, chosen) in groups() {
        block(&mut page, comparison, title, mark, chosen);
    }
    offers(&mut page, comparison);
    for since in since {
        through_the_base(&mut page, since);
    }
    throughput(&mut page, comparison);
    page.into_text()
}

/// The comparison as JSON, its checks and metrics in full, with what it comes to.
///
/// # Errors
/// Never for a comparison of records that were read.
pub fn json(comparison: &Comparison, since: &[SuiteSince]) -> Result<String, RenderError> {
    #[derive(Serialize)]
    struct Document<'a> {
        regressions: usize,
        throughput: &'a [SuiteSince],
        #[serde(flatten)]
        comparison: &'a Comparison,
    }
    let document = Document { regressions: red(comparison, since), throughput: since, comparison };
    serde_json::to_string_pretty(&document).map(|json| json + "\n").map_err(RenderError::Json)
}

fn red(comparison: &Comparison, since: &[SuiteSince]) -> usize {
    let checks: Vec<String> =
        comparison.checks.iter().filter(|check| check.is_red()).map(|check| check.id.to_string()).collect();
    // An operation that fails against the base and against the other run is one regression.
    let is_new = |name: &String| !checks.contains(name);
    let dropped =
        since.iter().flat_map(|since| since.dropped().map(|drop| format!("{}::{}", since.suite, drop.metric)));
    checks.len() + dropped.filter(is_new).count()
}

fn verdict(comparison: &Comparison, since: &[SuiteSince]) -> String {
    let count = |change| comparison.checks.iter().filter(|check| check.change == Some(change)).count();
    let both = comparison.checks.iter().filter(|check| check.change.is_some()).count();
    let (from, to) = (side(&comparison.from), side(&comparison.to));
    let (old, fixed) = (count(Change::PreExisting), count(Change::Fixed));
    let vanished = match comparison.checks.iter().filter(|check| check.to.is_none()).count() {
        0 => String::new(),
        gone => format!(", {gone} VANISHED"),
    };
    let new = match comparison.checks.iter().filter(|check| is_new_failure(check)).count() {
        0 => String::new(),
        new => format!(", {new} NEW AND FAILING"),
    };
    let rest = format!("{} in both; {old} failing in both, {fixed} fixed{new}{vanished}", counted(both, "check"));
    match red(comparison, since) {
        0 => format!("✓ no regression from {from} to {to}: {rest}"),
        red => format!("✗ {} from {from} to {to}: {rest}", counted(red, "REGRESSION")),
    }
}

fn side(side: &Side) -> String {
    match &side.version {
        Some(version) if !side.target.ends_with(version.as_str()) => format!("{} ({version})", side.target),
        _ => side.target.clone(),
    }
}

/// A check that the first record does not have, and that fails.
fn is_new_failure(check: &CheckComparison) -> bool {
    check.from.is_none() && check.to.as_ref().is_some_and(Outcome::is_failed)
}

type Chosen = fn(&CheckComparison) -> bool;

/// The groups of checks in the order in which they matter.
fn groups() -> [(&'static str, &'static str, Chosen); 8] {
    [
        ("Regressions", "✗", CheckComparison::is_red),
        ("Regressions that the ledger lists", "~", CheckComparison::is_listed_regression),
        ("New checks that fail", "!", is_new_failure),
        ("Fails in one, and was not judged in the other", "!", |check| check.change == Some(Change::Unknown)),
        ("Passed before, not judged any more", "!", |check| {
            check.change == Some(Change::Unchanged) && check.is_no_longer_judged()
        }),
        ("Vanished", "!", |check| check.to.is_none()),
        ("Fixed", "✓", |check| check.change == Some(Change::Fixed)),
        ("Failing in both", "~", |check| check.change == Some(Change::PreExisting)),
    ]
}

fn block(page: &mut Page, comparison: &Comparison, title: &str, mark: &str, chosen: Chosen) {
    let checks: Vec<&CheckComparison> = comparison.checks.iter().filter(|check| chosen(check)).collect();
    if checks.is_empty() {
        return;
    }
    page.block(&format!("{title} ({})", checks.len()));
    for check in checks {
        let words = check.to.as_ref().map(words).filter(|words| !words.is_empty());
        page.item(2, mark, &format!("{} ({})", check.id, check.severity.words()));
        // What fails in both was read before.
        if let Some(words) = words.filter(|_| check.change != Some(Change::PreExisting)) {
            page.item(6, "", &sanitize::line(&words));
        }
    }
}

fn offers(page: &mut Page, comparison: &Comparison) {
    if comparison.offers.is_empty() {
        return;
    }
    page.block(&format!("Offered otherwise ({})", comparison.offers.len()));
    for OfferComparison { suite, name, from, to } in &comparison.offers {
        let mark = if *to == Support::Supported { "✓" } else { "!" };
        let text = format!("{suite}: {name} was {}, and is {} now", from.word(), to.word());
        page.item(2, mark, &sanitize::line(&text));
    }
}

fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passed => String::new(),
        Outcome::Failed(failure) => failure.message.clone(),
        Outcome::Known(issue) => format!("{} ({})", issue.failure.message, issue.reason),
        Outcome::Skipped { reason } => format!("skipped: {reason}"),
        Outcome::Inconclusive { reason } => format!("inconclusive: {reason}"),
        Outcome::NotJudged(fault) => format!("not judged: {}", fault.message),
    }
}

fn through_the_base(page: &mut Page, since: &SuiteSince) {
    page.block(&format!("{} of both, through the base that they have in common", since.suite));
    match &since.found {
        Err(reason) => page.item(2, "!", &format!("cannot be compared: {reason}")),
        Ok(metrics) => {
            for metric in metrics {
                let mark = match metric.decision {
                    Decision::Pass => "✓",
                    Decision::Fail => "✗",
                    Decision::Inconclusive => "?",
                };
                page.item(2, mark, &format!("{}: {}", metric.metric, metric.in_words()));
            }
        }
    }
}

fn throughput(page: &mut Page, comparison: &Comparison) {
    let is_shown = |metric: &&MetricComparison| metric.unit == Unit::BytesPerSecond && metric.ratio_ppm.is_some();
    let shown: Vec<&MetricComparison> = comparison.metrics.iter().filter(is_shown).collect();
    if shown.is_empty() {
        return;
    }
    page.block("Throughput of each run, for information");
    for metric in &shown {
        let show = |value: Option<u64>| value.map(|value| format::quantity(value, metric.unit)).unwrap_or_default();
        let label = sanitize::line(&format!("{} {}", metric.suite, metric.name));
        let change = metric.ratio_ppm.map(format::change).unwrap_or_default();
        page.row(&format!("  {label:<42} {:>13} {:>13} {change:>8}", show(metric.from), show(metric.to)));
    }
    for caveat in &comparison.caveats {
        page.item(2, "!", caveat);
    }
    let rest = comparison.metrics.len() - shown.len();
    page.item(2, "", &format!("Two single runs vary; use --against to find a drop. --format json has {rest} more."));
}

#[cfg(test)]
mod tests;
