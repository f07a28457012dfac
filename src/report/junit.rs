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
//! A known issue is `skipped`, which build servers do not count as red, and has its evidence in the check's `system-out`.
//! A suite that broke off has one more check, `suite-completed`; what went wrong outside every suite stands in the suite
//! `s3ci.environment`. Names never hold a seed, a port or a time. Deliberately absent: metrics, which belong into JSON.
//!
//! `time` is in seconds, in whole milliseconds, and says what the record's `duration_ns` says of the same thing: of a check how long it
//! took, of a suite how long it took with the start of its servers and all that was done for its checks together, of the root how long the
//! run took with what came before and between suites. Checks may run side by side, so theirs add up to no total.

mod totals;

use junit_report::{Duration, OffsetDateTime, ReportBuilder, TestCase, TestCaseBuilder, TestSuite, TestSuiteBuilder};
use time::format_description::well_known::Rfc3339;

use super::{evidence, sanitize, tally, words};
use crate::record::{CheckRecord, Fault, FaultKind, Outcome, RunRecord, SuiteRecord};
use totals::Timed;

const ENVIRONMENT: &str = "s3ci.environment";
const CDATA_END: &str = "]]>";

/// A record could not be rendered as JUnit.
#[derive(Debug, thiserror::Error)]
pub enum JunitError {
    /// A suite's start lies outside what a timestamp can say.
    #[error("write the start of {suite} as a timestamp")]
    Timestamp {
        /// Name of the suite.
        suite: String,
        /// Why not.
        source: time::error::Format,
    },
    /// The XML could not be made.
    #[error("write JUnit XML: {0}")]
    Xml(String),
}

impl JunitError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Timestamp { .. } => Some("set the machine's clock".to_owned()),
            Self::Xml(_) => None,
        }
    }
}

/// Renders a record as JUnit XML.
///
/// # Errors
///
/// When a suite's start is no year from 0 to 9999, or the XML could not be made.
pub fn render(record: &RunRecord) -> Result<String, JunitError> {
    let mut suites = Vec::with_capacity(record.suites.len() + 1);
    suites.extend(environment(record)?.map(|suite| Timed { suite, time: Duration::ZERO }));
    for suite in &record.suites {
        suites.push(Timed { suite: test_suite(record, suite)?, time: seconds(suite.duration_ns) });
    }
    let mut xml = Vec::new();
    ReportBuilder::new()
        .add_testsuites(suites.iter().map(|timed| timed.suite.clone()))
        .build()
        .write_xml(&mut xml)
        .map_err(|error| JunitError::Xml(error.to_string()))?;
    let xml = String::from_utf8(xml).map_err(|error| JunitError::Xml(error.to_string()))?;
    Ok(totals::add(&xml, &suites, seconds(record.duration_ns)))
}

/// What went wrong outside every suite, one check for each kind of fault; none when nothing did.
fn environment(record: &RunRecord) -> Result<Option<TestSuite>, JunitError> {
    let mut kinds: Vec<FaultKind> = record.faults.iter().map(|fault| fault.kind).collect();
    kinds.sort_unstable_by_key(|kind| kind.as_str());
    kinds.dedup();
    let mut checks: Vec<TestCase> = kinds.iter().map(|kind| run_fault(record, *kind)).collect();
    if let Some(interruption) = record.interruption {
        let message = format!("the run was ended by {}", tally::signal(interruption));
        checks.push(error_check("run-completed", ENVIRONMENT, &Fault::new(FaultKind::Interrupted, message)));
    }
    if checks.is_empty() {
        return Ok(None);
    }
    let mut suite = suite_of(ENVIRONMENT, record.started_at)?;
    suite.add_testcases(checks);
    suite.set_system_out(&cdata(&preamble(record).join("\n")));
    Ok(Some(suite))
}

fn run_fault(record: &RunRecord, kind: FaultKind) -> TestCase {
    let faults: Vec<&Fault> = record.faults.iter().filter(|fault| fault.kind == kind).collect();
    let texts: Vec<String> = faults.iter().map(|fault| evidence::of_fault(fault)).collect();
    let first = faults.first().map_or("", |fault| &fault.message);
    let message = if faults.len() > 1 { format!("{first} (and {} more)", faults.len() - 1) } else { first.to_owned() };
    let mut check = TestCaseBuilder::error(kind.as_str(), Duration::ZERO, kind.as_str(), &attribute(&message));
    check.set_classname(ENVIRONMENT).set_trace(&cdata(&texts.join("\n\n"))).build()
}

fn test_suite(record: &RunRecord, suite: &SuiteRecord) -> Result<TestSuite, JunitError> {
    let name = attribute(&suite.id.dotted());
    let mut rendered = suite_of(&name, suite.started_at)?;
    rendered.add_testcases(suite.checks.iter().map(|check| test_case(record, check, &name)));
    if let Some(fault) = &suite.fault {
        rendered.add_testcase(error_check("suite-completed", &name, fault));
    }
    let mut lines = preamble(record);
    lines.push(format!("{}, backend {}", suite.title, suite.storage));
    lines.extend(suite.facts.iter().map(|(name, value)| evidence::fact(name, value)));
    let support = suite.capabilities.iter().map(|it| evidence::fact(&it.name, &evidence::support(it)));
    lines.extend(support);
    if rendered.errors() + rendered.failures() > 0 && !suite.server_log.is_empty() {
        lines.extend(evidence::of_log(&suite.server_log));
    }
    rendered.set_system_out(&cdata(&lines.join("\n")));
    Ok(rendered)
}

fn suite_of(name: &str, started_at: OffsetDateTime) -> Result<TestSuite, JunitError> {
    // Whole milliseconds, and formatted once here, because the crate takes it for granted that it can be.
    let milliseconds = u32::from(started_at.millisecond()) * 1_000_000;
    let timestamp = started_at.replace_nanosecond(milliseconds).unwrap_or(started_at);
    timestamp.format(&Rfc3339).map_err(|source| JunitError::Timestamp { suite: name.to_owned(), source })?;
    let mut suite = TestSuiteBuilder::new(name).set_timestamp(timestamp).build();
    name.clone_into(&mut suite.package);
    Ok(suite)
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
    match &check.outcome {
        Outcome::Failed(failure) => rendered.set_trace(&cdata(&evidence::of_failure(record, check, failure))),
        Outcome::Known(known) => rendered.set_system_out(&cdata(&evidence::of_known(record, check, known))),
        Outcome::NotJudged(fault) => rendered.set_trace(&cdata(&evidence::of_error(record, check, fault))),
        Outcome::Passed | Outcome::Skipped { .. } | Outcome::Inconclusive { .. } => &mut rendered,
    };
    let mut rendered = rendered.set_classname(class).build();
    rendered.time = time;
    rendered
}

fn error_check(name: &str, class: &str, fault: &Fault) -> TestCase {
    TestCaseBuilder::error(name, Duration::ZERO, fault.kind.as_str(), &attribute(&fault.message))
        .set_classname(class)
        .set_trace(&cdata(&evidence::of_fault(fault)))
        .build()
}

/// What every suite's output begins with: what was tested, how, and what to know before trusting it.
fn preamble(record: &RunRecord) -> Vec<String> {
    let version = record.target.version.as_deref().unwrap_or("version unknown");
    let mut lines = vec![
        format!("{} {}, seed {}", record.tool.name, record.tool.version, record.seed),
        format!("target: {} ({version})", record.target.spec),
        format!("runtime: {}", words::runtime(&record.runtime)),
        format!("known issues: {}", words::ledger(record.ledger.as_ref())),
    ];
    lines.extend(tally::notices(record).iter().map(|notice| evidence::fact("notice", notice)));
    lines
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

/// Text for a CDATA section. The crate writes it as it comes, so an end mark inside is divided between two sections.
fn cdata(raw: &str) -> String {
    sanitize::text(raw).replace(CDATA_END, "]]]]><![CDATA[>")
}

#[cfg(test)]
mod tests;
