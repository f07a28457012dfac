//! `report.html`: a run on one page, for whoever would rather look than read.
//!
//! The verdict first, then what failed with its evidence, then figures, what is known to fail, and how to repeat the run. One self-contained file: no
//! script, nothing loaded, light and dark by the reader's own setting. The server is hostile: all text passes through
//! `sanitize` and is escaped where it enters the page, which is what the template macro does unless told otherwise; the one
//! exception is the style sheet.
//!
//! Deliberately absent: numbers of its own. They come from the tally and the formats that every report shares.

mod findings;
pub(super) mod frame;
mod known;
mod ratios;
mod setup;
mod strip;
mod suites;
mod throughput;
mod verdict;

use maud::{Markup, html};

use super::sanitize;
use crate::record::RunRecord;

/// Renders the whole page.
#[must_use]
pub fn render(record: &RunRecord) -> String {
    frame::document(&format!("s3ci: {}", record.target.spec), &body(record))
}

fn body(record: &RunRecord) -> Markup {
    html! {
        (verdict::hero(record))
        (findings::all(record))
        (ratios::tables(record))
        (throughput::figures(record))
        (known::issues(record))
        (suites::overview(record))
        (setup::reproduction(record))
        (setup::configuration(record))
        footer { "Written by s3ci " (sanitize::line(&record.tool.version)) ". The same run for programs: metrics.json and out.xml." }
    }
}

#[cfg(test)]
mod tests;
