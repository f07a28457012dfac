//! `report.html`: a run on one page for a browser.
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

use super::{RenderError, Report};
use crate::report::plain::sanitize;
use crate::report::view::View;

#[derive(Debug)]
pub(in crate::report) struct Html;

impl Report for Html {
    fn render(&self, view: &View<'_>) -> Result<String, RenderError> {
        Ok(render(view))
    }
}

fn render(view: &View<'_>) -> String {
    frame::document(&format!("s3ci: {}", view.record.target.spec), &body(view))
}

fn body(view: &View<'_>) -> Markup {
    let record = view.record;
    html! {
        (verdict::hero(view))
        (findings::all(view))
        (ratios::tables(view))
        (throughput::figures(record))
        (known::issues(view))
        (suites::overview(record))
        (setup::reproduction(record))
        (setup::configuration(record))
        footer { "Written by s3ci " (sanitize::line(&record.tool.version)) ". The same run for programs: metrics.json and out.xml." }
    }
}

#[cfg(test)]
mod tests;
