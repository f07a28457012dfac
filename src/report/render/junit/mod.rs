//! JUnit XML, for build servers.
//!
//! A suite of the run is a `testsuite` named `s3ci.<suite>.<backend>`; a check is a `testcase` of that class. Where the server
//! is wrong there is a `failure`, where s3ci could not judge an `error`:
//!
//! ```xml
//! <testsuite id="0" name="s3ci.etag.local" tests="1" errors="0" failures="1" skipped="0" …>
//!   <testcase name="changes-on-same-size-edit" time="0.0412" classname="s3ci.etag.local">
//!     <failure type="etag-unchanged" message="the ETag stayed the same"><![CDATA[…evidence…]]></failure>
//!   </testcase>
//!   <system-out><![CDATA[…notices, facts, the server's log…]]></system-out>
//! </testsuite>
//! ```
//!
//! A known issue is `skipped`, which build servers do not count as red, and has its evidence as the body of that.
//! A suite that broke off has one more check, `suite-completed`; what went wrong outside every suite stands in the suite
//! `s3ci.environment`. Names never hold a seed, a port or a time. `file` and `line` say which entry of the ledger a check has.
//! Only suites that failed have a `system-out`. Deliberately absent: metrics, which belong into JSON.
//!
//! `time` is in seconds, in whole milliseconds, and says what the record's `duration_ns` says of the same thing: of a check how long it
//! took, of a suite how long it took with the start of its servers and all that was done for its checks together, of the root how long the
//! run took with what came before and between suites. Checks may run side by side, so theirs add up to no total.

mod complete;

use junit_report::{Duration, ReportBuilder, TestCase, TestCaseBuilder, TestResult, TestSuite, TestSuiteBuilder};
use time::OffsetDateTime;
use time::format_description::FormatItem;
use time::macros::format_description;

use super::{RenderError, Report};
use crate::record::{CheckRecord, Fault, FaultKind, Outcome, RunRecord, SuiteRecord};
use crate::report::plain::sanitize;
use crate::report::view::{View, evidence, tally, words};
use complete::Suite;

const ENVIRONMENT: &str = "s3ci.environment";
const CDATA_END: &str = "]]>";
/// As the schemas that Ant and Jenkins use have it: no fraction, and no zone.
const MOMENT: &[FormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
/// Lines of a suite's output. Jenkins repeats them at every check of the suite.
const MOST_LINES: usize = 400;

#[derive(Debug)]
pub(in crate::report) struct Junit;

impl Report for Junit {
    fn render(&self, view: &View<'_>) -> Result<String, RenderError> {
        render(view)
    }
}

fn render(view: &View<'_>) -> Result<String, RenderError> {
    let record = view.record;
    let mut suites = Vec::with_capacity(record.suites.len() + 1);
    suites.extend(environment(view)?);
    for suite in &record.suites {
        suites.push(test_suite(view, suite)?);
    }
    let mut xml = Vec::new();
    let whole = ReportBuilder::new().add_testsuites(suites.iter().map(|it| it.suite.clone())).build();
    whole.write_xml(&mut xml).map_err(|error| RenderError::Xml(Box::new(error)))?;
    complete::complete(&String::from_utf8_lossy(&xml), &suites, seconds(record.duration_ns))
}

/// What went wrong outside every suite, one check for each kind of fault; none when nothing did.
fn environment(view: &View<'_>) -> Result<Option<Suite>, RenderError> {
    let record = view.record;
    let name = named(ENVIRONMENT, view);
    let mut kinds: Vec<FaultKind> = record.faults.iter().map(|fault| fault.kind).collect();
    kinds.sort_unstable_by_key(|kind| kind.as_str());
    kinds.dedup();
    let mut checks: Vec<TestCase> = kinds.iter().map(|kind| run_fault(record, *kind, &name)).collect();
    if let Some(interruption) = record.interruption {
        let message = format!("the run was ended by {}", tally::signal(interruption));
        checks.push(error_check("run-completed", &name, &Fault::new(FaultKind::Interrupted, message)));
    }
    if checks.is_empty() {
        return Ok(None);
    }
    let mut suite = suite_of(&name, checks);
    suite.set_system_out(&output(preamble(view)));
    Ok(Some(Suite { timestamp: timestamp(&name, record.started_at)?, suite, time: Duration::ZERO, lines: Vec::new() }))
}

fn run_fault(record: &RunRecord, kind: FaultKind, class: &str) -> TestCase {
    let faults: Vec<&Fault> = record.faults.iter().filter(|fault| fault.kind == kind).collect();
    let texts: Vec<String> = faults.iter().map(|fault| evidence::of_fault(fault)).collect();
    let first = faults.first().map_or("", |fault| &fault.message);
    let message = if faults.len() > 1 { format!("{first} (and {} more)", faults.len() - 1) } else { first.to_owned() };
    let mut check = TestCaseBuilder::error(kind.as_str(), Duration::ZERO, kind.as_str(), &attribute(&message));
    check.set_classname(class).set_trace(&cdata(&texts.join("\n\n"))).build()
}

fn test_suite(view: &View<'_>, suite: &SuiteRecord) -> Result<Suite, RenderError> {
    let name = named(&suite.id.dotted(), view);
    let checks = suite.checks.iter().map(|check| test_case(view.record, check, &name));
    let broken_off = suite.fault.iter().map(|fault| error_check("suite-completed", &name, fault));
    let mut rendered = suite_of(&name, checks.chain(broken_off));
    if rendered.errors() + rendered.failures() > 0 {
        let mut lines = preamble(view);
        lines.push(format!("{}, backend {}", suite.title, suite.storage));
        lines.extend(suite.facts.iter().map(|(name, value)| evidence::fact(name, value)));
        lines.extend(suite.capabilities.iter().map(|it| evidence::fact(&it.name, &evidence::support(it))));
        if !suite.server_log.is_empty() {
            lines.extend(evidence::of_log(&suite.server_log));
        }
        rendered.set_system_out(&output(lines));
    }
    let lines = suite.checks.iter().map(|check| place(view.record, check).and_then(|(_, line)| line)).collect();
    let timestamp = timestamp(&name, suite.started_at)?;
    Ok(Suite { suite: rendered, time: seconds(suite.duration_ns), timestamp, lines })
}

fn suite_of(name: &str, checks: impl IntoIterator<Item = TestCase>) -> TestSuite {
    let mut suite = TestSuiteBuilder::new(name).add_testcases(checks).build();
    name.clone_into(&mut suite.package);
    suite
}

/// The name of a suite, which is the class of its checks. A run of a matrix has a suffix of its own, because GitLab keeps one of equals.
fn named(name: &str, view: &View<'_>) -> String {
    let suffix = view.junit_suffix.as_ref().map(|suffix| format!(".{suffix}")).unwrap_or_default();
    attribute(&format!("{name}{suffix}"))
}

fn timestamp(suite: &str, moment: OffsetDateTime) -> Result<String, RenderError> {
    let moment = moment.to_offset(time::UtcOffset::UTC);
    moment.format(MOMENT).map_err(|source| RenderError::Timestamp { suite: suite.to_owned(), source })
}

/// The file that a reader is to look at, with the line where it is known: the entry of the ledger.
fn place<'a>(record: &'a RunRecord, check: &CheckRecord) -> Option<(&'a str, Option<u64>)> {
    let line = check.ledger_line?;
    Some((record.ledger.as_ref()?.source.as_str(), Some(line)))
}

fn test_case(record: &RunRecord, check: &CheckRecord, class: &str) -> TestCase {
    let name = attribute(check.id.name());
    let time = seconds(check.duration_ns);
    let mut rendered = match &check.outcome {
        Outcome::Passed => TestCaseBuilder::success(&name, time),
        Outcome::Failed(failure) => {
            TestCaseBuilder::failure(&name, time, &attribute(failure.kind.as_str()), &attribute(&failure.message))
        }
        Outcome::Skipped { reason } => TestCaseBuilder::skipped_with_cause(&name, "skipped", &attribute(reason)),
        Outcome::Known(known) => {
            TestCaseBuilder::skipped_with_cause(&name, "known", &attribute(&format!("known: {}", known.reason)))
        }
        Outcome::Inconclusive { reason } => {
            let message = format!("inconclusive: {reason}");
            TestCaseBuilder::skipped_with_cause(&name, "inconclusive", &attribute(&message))
        }
        Outcome::NotJudged(fault) => {
            TestCaseBuilder::error(&name, time, fault.kind.as_str(), &attribute(&fault.message))
        }
    };
    let body = match &check.outcome {
        Outcome::Failed(failure) => Some(evidence::of_failure(record, check, failure)),
        Outcome::Known(known) => Some(evidence::of_known(record, check, known)),
        Outcome::NotJudged(fault) => Some(evidence::of_error(record, check, fault)),
        Outcome::Passed | Outcome::Skipped { .. } | Outcome::Inconclusive { .. } => None,
    };
    let mut rendered = rendered.set_classname(class).build();
    rendered.time = time;
    rendered.filepath = place(record, check).map(|(file, _)| attribute(file));
    set_body(&mut rendered.result, body.as_deref());
    rendered
}

/// The crate's builder leaves out the body of what was skipped.
fn set_body(result: &mut TestResult, body: Option<&str>) {
    match result {
        TestResult::Failure { cause, .. }
        | TestResult::Error { cause, .. }
        | TestResult::SkippedWithCause { cause, .. } => {
            *cause = body.map(cdata);
        }
        TestResult::Success | TestResult::Skipped => {}
    }
}

fn error_check(name: &str, class: &str, fault: &Fault) -> TestCase {
    TestCaseBuilder::error(name, Duration::ZERO, fault.kind.as_str(), &attribute(&fault.message))
        .set_classname(class)
        .set_trace(&cdata(&evidence::of_fault(fault)))
        .build()
}

/// What every suite's output begins with: what was tested, how, and what to know before trusting it.
fn preamble(view: &View<'_>) -> Vec<String> {
    let record = view.record;
    let version = record.target.version.as_deref().unwrap_or("version unknown");
    let mut lines = vec![
        format!("{} {}, seed {}", record.tool.name, record.tool.version, record.seed),
        format!("target: {} ({version})", record.target.spec),
        format!("runtime: {}", words::runtime(&record.runtime)),
        format!("known issues: {}", words::ledger(record.ledger.as_ref())),
    ];
    lines.extend(view.notices.iter().map(|notice| evidence::fact("notice", notice)));
    lines
}

/// The output of a suite: the lines that come first, and the last ones where they are too many.
fn output(mut lines: Vec<String>) -> String {
    let mut lines: Vec<String> =
        lines.drain(..).flat_map(|line| line.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    if lines.len() > MOST_LINES {
        let left_out = lines.len() - MOST_LINES + 1;
        let words = format!("({left_out} lines are left out here; metrics.json has all)");
        lines.splice(MOST_LINES / 4..MOST_LINES / 4 + left_out, [words]);
    }
    cdata(&lines.join("\n"))
}

/// Seconds with no more than three decimals.
fn seconds_of(time: Duration) -> String {
    let seconds = format!("{:.3}", time.as_seconds_f64());
    seconds.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn seconds(nanoseconds: u64) -> Duration {
    // Whole milliseconds: the schema that Jenkins uses takes three decimals and no more.
    Duration::try_from(std::time::Duration::from_millis(nanoseconds.saturating_add(500_000) / 1_000_000))
        .unwrap_or(Duration::MAX)
}

/// A value for an attribute: one line; the crate escapes markup there.
fn attribute(raw: &str) -> String {
    sanitize::line(raw)
}

/// Text for a CDATA section. The crate does not escape it, so an end mark inside is divided between two sections.
fn cdata(raw: &str) -> String {
    sanitize::text(raw).replace(CDATA_END, "]]]]><![CDATA[>")
}

#[cfg(test)]
mod tests;
