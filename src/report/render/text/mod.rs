//! The text report, in the layout of the reports that pys3local's own benchmark scripts print.
//!
//! The verdict with what failed, what is new and how fast it was; what was tested, how and where; a chapter for each suite, benchmarks
//! with the blocks Configuration, Test Data, Performance and Verification; `FINAL RESULT`, whose first line is the verdict again. What
//! failed has its evidence, a known issue one line. 80 columns, no colour. Deliberately absent: anything that `metrics.json` does not
//! hold.

mod checks;
mod measures;
mod opening;

use time::format_description::well_known::Rfc3339;

use super::{RenderError, Report, headlines};
use crate::record::{RunRecord, SuiteRecord};
use crate::report::plain::{format, page::Page};
use crate::report::view::{View, tally};
use crate::report::view::{
    evidence,
    ratios::{self, Row},
    words::{host, ledger, runtime},
};
use measures::Measures;

#[derive(Debug)]
pub(in crate::report) struct Text;

impl Report for Text {
    fn render(&self, view: &View<'_>) -> Result<String, RenderError> {
        Ok(render(view))
    }
}

/// The whole report.
#[must_use]
pub fn render(view: &View<'_>) -> String {
    let record = view.record;
    let mut page = Page::default();
    page.header("S3CI REPORT");
    opening::write(&mut page, view);
    setup(&mut page, record);
    for suite in &record.suites {
        page.blank();
        if suite.id.kind() == "bench" { benchmark(&mut page, record, suite) } else { checks(&mut page, record, suite) }
    }
    page.blank();
    final_result(&mut page, view);
    page.into_text()
}

/// What was tested, how and where.
fn setup(page: &mut Page, record: &RunRecord) {
    page.block("Setup");
    page.pair(&record.tool.name, &record.tool.version);
    page.pair("Target", &record.target.spec);
    page.pair("Version", record.target.version.as_deref().unwrap_or("unknown"));
    if let Some(digest) = &record.target.source_digest {
        page.pair("Sources", digest);
    }
    if let Some(image) = &record.target.image {
        page.pair("Image", &format!("{} ({})", image.tag, image.id));
        if let Some(base) = &image.base {
            page.pair("Base image", base);
        }
        if let Some(digest) = &image.constraints_digest {
            page.pair("Constraints", digest);
        }
    }
    if let Some(against) = &record.against {
        page.pair("Against", &ratios::base(against));
    }
    page.pair("Known issues", &ledger(record.ledger.as_ref()));
    page.pair("Runtime", &runtime(&record.runtime));
    page.pair("Host", &host(&record.host));
    page.pair("Run", &record.run_id);
    page.pair("Seed", &record.seed.to_string());
    let started = record.started_at.replace_nanosecond(0).unwrap_or(record.started_at);
    page.pair("Started", &started.format(&Rfc3339).unwrap_or_else(|_| started.to_string()));
    page.pair("Duration", &format::duration(record.duration_ns));
    for timing in &record.timings {
        page.pair(&format!("- {}", timing.name), &format::duration(timing.duration_ns));
    }
}

fn benchmark(page: &mut Page, record: &RunRecord, suite: &SuiteRecord) {
    page.header(&format!("BENCHMARK REPORT: {}", suite.id));
    configuration(page, suite);
    let mut measures = Measures::of(suite);
    measures.test_data(page);
    measures.performance(page);
    measures.latencies(page);
    measures.others(page);
    checks::list(page, "Verification", record, suite);
}

fn checks(page: &mut Page, record: &RunRecord, suite: &SuiteRecord) {
    page.header(&format!("{}: {}", suite.title.to_uppercase(), suite.id));
    configuration(page, suite);
    compared(page, record, suite);
    let mut measures = Measures::of(suite);
    measures.latencies(page);
    measures.others(page);
    checks::list(page, "Checks", record, suite);
}

/// What a comparison found of each metric.
fn compared(page: &mut Page, record: &RunRecord, suite: &SuiteRecord) {
    let Some(against) = &record.against else { return };
    for found in against.throughput.iter().filter(|found| found.suite == suite.id) {
        page.block(&format!("Against {}", ratios::base(against)));
        let [metric, ratio, interval, decision, finds] = ratios::HEAD;
        page.row(&format!("    {metric:<14}{ratio:>6}  {interval:<15}  {decision:<33}{finds:>15}"));
        for row in ratios::rows(found) {
            let Row { glyph, metric, ratio, interval, decision, detectable } = row;
            page.row(&format!("  {glyph} {metric:<14}{ratio:>6}  {interval:<15}  {decision:<33}{detectable:>15}"));
        }
        page.item(2, "", &ratios::explanation(found));
    }
}

fn configuration(page: &mut Page, suite: &SuiteRecord) {
    page.block("Configuration");
    page.pair("Suite", &suite.title);
    page.pair("Backend", &suite.storage.to_string());
    for (name, value) in &suite.facts {
        page.pair(name, value);
    }
    for capability in &suite.capabilities {
        page.pair(&capability.name, &evidence::support(capability));
    }
    if let Some(start) = &suite.server_start {
        page.pair("Server ready", &format!("after {}", format::duration(start.ready_ns)));
    }
    page.pair("Suite time", &format::duration(suite.duration_ns));
}

fn final_result(page: &mut Page, view: &View<'_>) {
    let View { record, tally, .. } = view;
    page.header("FINAL RESULT");
    page.blank();
    headlines::verdict(page, view, None);
    for group in &view.changes {
        page.block(&format!("{} ({})", group.title, group.checks.len()));
        for check in &group.checks {
            page.item(2, &group.glyph.to_string(), check.as_str());
        }
    }
    page.blank();
    let backends = tally::by_backend(record);
    if backends.len() > 1 {
        for (backend, tally) in &backends {
            let counts = format!("{} {}", tally.glyph(), tally.counts());
            page.pair(&backend.to_string(), &counts);
        }
        page.blank();
    }
    page.pair("Checks", &tally.checks().to_string());
    page.pair("Passed", &tally.passed.to_string());
    page.pair("Failed", &tally.failed.len().to_string());
    for (severity, count) in tally.by_severity() {
        page.item(4, "", &format!("{count} {}", severity.words()));
    }
    page.pair("Known issues", &tally.known.len().to_string());
    for (severity, count) in tally::by_severity(tally.known.iter().map(|known| known.check)) {
        page.item(4, "", &format!("{count} {}", severity.words()));
    }
    if !tally.possible.is_empty() {
        page.pair("Possible issues", &format!("{}, if the Drime service keeps both versions", tally.possible.len()));
    }
    page.pair("Skipped", &tally.skipped.to_string());
    page.pair("Errors", &tally.troubles.len().to_string());
    for trouble in &tally.troubles {
        page.item(4, "!", &format!("{}: {}", trouble.place, trouble.fault.message));
    }
    page.pair("Exit code", &record.exit_code.to_string());
}

#[cfg(test)]
mod tests;
