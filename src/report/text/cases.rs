//! A line for each case: `✓` passed, `✗` failed, `~` failed as is known, `-` skipped, `?` inconclusive, `!` could not be told. What
//! did not pass says why.

use super::super::curl;
use super::super::evidence;
use super::super::format;
use super::super::page::Page;
use super::super::sanitize;
use crate::model::{CaseRecord, Fault, KnownIssue, Outcome, RunRecord, SuiteRecord};

/// Lines of the last client's output that are shown.
const LAST_LINES: usize = 5;

/// The cases of a suite, and the fault that ended it early.
pub(super) fn list(page: &mut Page, record: &RunRecord, suite: &SuiteRecord) {
    for case in &suite.cases {
        one(page, record, case);
    }
    if let Some(fault) = &suite.fault {
        trouble(page, "suite-completed", fault);
    }
    if suite.cases.is_empty() && suite.fault.is_none() {
        page.item(2, "-", "nothing was checked");
    }
}

fn one(page: &mut Page, record: &RunRecord, case: &CaseRecord) {
    let name = case.id.name();
    match &case.outcome {
        Outcome::Passed => page.item(2, "✓", &format!("{name} ({})", format::duration(case.duration_ns))),
        Outcome::Skipped { reason } => page.item(2, "-", &format!("{name}: skipped: {}", sanitize::line(reason))),
        Outcome::Known(KnownIssue { failure, reason, upstream }) => {
            page.item(2, "~", &format!("{name}: known: {}", sanitize::line(reason)));
            page.item(4, "severity:    ", case.severity.words());
            page.item(4, "actual:      ", &failure.actual);
            explanation(page, record, case);
            if let Some(upstream) = upstream {
                page.item(4, "upstream:    ", upstream);
            }
        }
        Outcome::Inconclusive { reason } => {
            page.item(2, "?", &format!("{name}: inconclusive: {}", sanitize::line(reason)));
        }
        Outcome::Error(fault) => {
            trouble(page, name, fault);
            explanation(page, record, case);
            commands(page, case);
            page.command(4, "repro:", &case.repro);
        }
        Outcome::Failed(failure) => {
            page.item(2, "✗", &format!("{name}: {}", sanitize::line(&failure.message)));
            page.item(4, "severity:    ", case.severity.words());
            page.item(4, "rule:        ", &case.rule);
            page.item(4, "expected:    ", &failure.expected);
            page.item(4, "actual:      ", &failure.actual);
            page.item(4, "consequence: ", &case.consequence);
            explanation(page, record, case);
            commands(page, case);
            if let Some(exchange) = curl::last_exchange(case) {
                page.item(4, "request:     ", &evidence::request_of(exchange));
            }
            page.command(4, "repro:       ", &case.repro);
            if let Some(line) = curl::line(case) {
                page.command(4, "curl:        ", &line);
            }
        }
    }
}

/// Which cases would explain what came of this one, and what came of them.
fn explanation(page: &mut Page, record: &RunRecord, case: &CaseRecord) {
    if let Some((name, cases)) = evidence::explanation(record, case) {
        page.item(4, &format!("{:<13}", format!("{name}:")), &cases);
    }
}

/// What the client of a case did.
fn commands(page: &mut Page, case: &CaseRecord) {
    for command in &case.commands {
        page.item(4, "$", &sanitize::line(&command.line));
        page.item(6, "", &evidence::outcome_of(command));
    }
    let last = case.commands.last().map(|command| command.log.as_slice()).unwrap_or_default();
    for line in &last[last.len().saturating_sub(LAST_LINES)..] {
        page.item(6, "|", &sanitize::line(line));
    }
}

fn trouble(page: &mut Page, name: &str, fault: &Fault) {
    page.item(2, "!", &format!("{name}: could not be told"));
    page.item(4, "reason:", &fault.message);
    if let Some(hint) = &fault.hint {
        page.item(4, "hint:", hint);
    }
}
