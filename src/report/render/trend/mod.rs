//! The trend across commits: to a terminal, and on one page for a browser.
//!
//! The latest verdict first, then what changed and where, then each metric: its ratio to the reference, which is the series to trust,
//! beside the figure itself, which is one machine's. Change points are advice to look and are called so.
//!
//! Deliberately absent: finding them, and judging.

mod page;
mod plot;
mod text;

use crate::history::{Chart, Entry, History, Mark, Panel, PanelKind};
use crate::report::plain::format;

pub use page::render as html;
pub use text::render as text;

/// A history with what is charted of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// The runs, and the lines that could not be read.
    pub history: History,
    /// The charts, ratios first.
    pub charts: Vec<Chart>,
    /// Points that a series needs at least for a change point.
    pub fewest: usize,
}

/// A change point with all that is said of it.
#[derive(Clone, Copy)]
struct Change<'a> {
    chart: &'a Chart,
    panel: &'a Panel,
    mark: &'a Mark,
    /// The last run before it.
    before: usize,
    /// The first run after it.
    run: usize,
}

impl Trend {
    /// All change points, the latest first; of one commit, those of ratios first.
    fn changes(&self) -> Vec<Change<'_>> {
        let panels = self.charts.iter().flat_map(|chart| chart.panels.iter().map(move |panel| (chart, panel)));
        let mut changes: Vec<Change<'_>> = panels.flat_map(|(chart, panel)| of_panel(chart, panel)).collect();
        changes.sort_by_key(|change| (std::cmp::Reverse(change.run), change.panel.kind != PanelKind::Ratio));
        changes
    }

    fn latest(&self) -> Option<&Entry> {
        self.history.entries.last()
    }

    /// `3 runs of 2 commits`.
    fn extent(&self) -> String {
        let mut commits: Vec<&str> = self.history.entries.iter().map(|entry| entry.commit.as_str()).collect();
        commits.sort_unstable();
        commits.dedup();
        format!(
            "{} of {}",
            format::counted(self.history.entries.len(), "run"),
            format::counted(commits.len(), "commit")
        )
    }

    /// That no series can have a change point yet, where that is so: too few runs are there, or too few that can be compared.
    fn too_few(&self) -> Option<String> {
        let segments = self.charts.iter().flat_map(|chart| &chart.panels).flat_map(|panel| &panel.segments);
        let longest = segments.map(|segment| segment.points.len()).max().unwrap_or_default();
        let runs = self.history.entries.len();
        let need = format!("change points need at least {}", self.fewest);
        if runs < self.fewest {
            Some(format!("too few runs for a trend: {runs}; {need}"))
        } else if longest < self.fewest && !self.charts.is_empty() {
            Some(format!("too few runs for a trend: of {runs}, {longest} can be compared at most; {need}"))
        } else {
            None
        }
    }

    /// What a reader must know before trusting it.
    fn notices(&self) -> Vec<String> {
        let lines: Vec<String> = self.history.broken.iter().map(ToString::to_string).collect();
        if lines.is_empty() {
            return Vec::new();
        }
        let (noun, verb) = if lines.len() == 1 { ("line", "is") } else { ("lines", "are") };
        vec![format!("{noun} {} of the history {verb} not what this s3ci writes, and left out", lines.join(", "))]
    }
}

fn of_panel<'a>(chart: &'a Chart, panel: &'a Panel) -> impl Iterator<Item = Change<'a>> {
    panel.segments.iter().flat_map(move |segment| {
        segment.marks.iter().filter_map(move |mark| {
            let run = segment.points.get(mark.index)?.run;
            let before = segment.points.get(mark.index.checked_sub(1)?)?.run;
            Some(Change { chart, panel, mark, before, run })
        })
    })
}

/// How the latest run ended: a mark, and a sentence that leaves nothing out.
pub(super) fn verdict(entry: &Entry) -> (char, String) {
    let checks = entry.checks;
    let all = checks.passed + checks.failed + checks.known + checks.skipped + checks.not_judged + checks.inconclusive;
    let rest: String = [
        (checks.not_judged, "not judged"),
        (checks.inconclusive, "inconclusive"),
        (checks.known, "known to fail"),
        (checks.skipped, "skipped"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .fold(String::new(), |rest, part| rest + ", " + &part);
    let passed = format!("{} of {all} checks passed{rest}", checks.passed);
    match entry.exit_code {
        _ if checks.failed > 0 => ('✗', format!("{} of {all} checks failed{rest}", checks.failed)),
        0 if checks.inconclusive > 0 => ('?', passed),
        0 => ('✓', passed),
        code => ('!', format!("the run ended with {code}: {passed}")),
    }
}

/// The commit in words: its label, and the version where that says more.
fn commit(entry: &Entry) -> String {
    match &entry.version {
        Some(version) if !entry.label.contains(version.as_str()) => format!("{} ({version})", entry.label),
        _ => entry.label.clone(),
    }
}

fn value(kind: PanelKind, value: u64) -> String {
    match kind {
        PanelKind::Ratio => format::ratio(value),
        PanelKind::Figure(unit) => format::quantity(value, unit),
    }
}

/// What a panel shows.
fn subject(kind: PanelKind) -> &'static str {
    match kind {
        PanelKind::Ratio => "ratio to the reference",
        PanelKind::Figure(_) => "figure of this kind of machine",
    }
}

impl Change<'_> {
    /// `-6.1%`.
    fn size(&self) -> String {
        let percent = self.mark.change() * 100.0;
        format!("{percent:+.1}%")
    }

    fn is_worse(&self) -> bool {
        self.mark.is_worse(self.panel.direction)
    }

    /// Which way it went, from where to where, and how sure that is.
    fn words(&self) -> String {
        let kind = self.panel.kind;
        let (before, after) = (value(kind, self.mark.before), value(kind, self.mark.after));
        let way = if self.is_worse() { "worse" } else { "better" };
        // Shuffles tell no smaller chance than that of one of them.
        format!("{way}, from {before} to {after}, p ≤ {:.3} by Otava's count", self.mark.chance.max(0.001))
    }
}

#[cfg(test)]
mod tests;
