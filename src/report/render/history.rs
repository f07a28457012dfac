//! A history's runs, one a line.

use crate::history::{Entry, History};
use crate::report::plain::{page::Page, sanitize};
use crate::report::render::trend;

/// Says that a run is in the history now, or was before.
#[must_use]
pub fn added(entry: &Entry, place: &str, is_new: bool) -> String {
    let mut page = Page::default();
    let words = if is_new { "added to" } else { "was there before in" };
    page.item(0, "✓", &format!("run {} of {} {words} {place}", entry.run_id, entry.label));
    page.into_text()
}

/// Lists the runs, the earliest commit first.
#[must_use]
pub fn list(history: &History) -> String {
    let mut page = Page::default();
    for entry in &history.entries {
        let (mark, verdict) = trend::verdict(entry);
        let ratios = if entry.ratios.is_empty() { String::new() } else { format!(", {} ratios", entry.ratios.len()) };
        page.row(&sanitize::line(&format!(
            "{mark} {} {:<14} {:<9} {:<14} {verdict}{ratios}",
            entry.time.date(),
            entry.label,
            entry.run_id,
            entry.target,
        )));
    }
    for line in &history.broken {
        page.item(0, "notice:", &format!("line {line} is not what this s3ci writes, and left out"));
    }
    if history.entries.is_empty() {
        page.item(0, "", "the history is empty: nothing was added yet");
    }
    page.into_text()
}
