//! A line for each case: `✓` passed, `✗` failed, `~` failed as is known, `-` skipped, `?` inconclusive, `!` could not be told. What
//! did not pass says why. Known issues stand in a block of their own, with the ledger's reason and no more.

use super::super::curl;
use super::super::evidence;
use super::super::format;
use super::super::page::Page;
use super::super::sanitize;
use super::super::tally::{Known, Tally};
use crate::model::{CaseRecord, Fault, Outcome, RunRecord, SuiteRecord};

/// Lines of the last client's output that are shown.
const LAST_LINES: usize = 5;

/// The cases of a suite under a title, with the fault that ended it early; then what is known to fail, the worst first.
pub(super) fn list(page: &mut Page, title: &str, record: &RunRecord, suite: &SuiteRecord) {
    let mut known = Tally::of_cases(&suite.cases).known;
    if known.is_empty() || known.len() < suite.cases.len() || suite.fault.is_some() {
        page.block(title);
    }
    for case in suite.cases.iter().filter(|case| !case.outcome.is_known()) {
        one(page, record, case);
    }
    if let Some(fault) = &suite.fault {
        trouble(page, "suite-completed", fault);
    }
    if suite.cases.is_empty() && suite.fault.is_none() {
        page.item(2, "-", "nothing was checked");
    }
    if known.is_empty() {
        return;
    }
    known.sort_by_key(|known| known.case.severity);
    page.block(&format!("Known issues ({})", known.len()));
    for Known { case, issue } in known {
        let (severity, reason) = (case.severity.words(), sanitize::line(&issue.reason));
        page.item(2, "~", &format!("{severity}: {}: {reason}", case.id.name()));
    }
}

fn one(page: &mut Page, record: &RunRecord, case: &CaseRecord) {
    let name = case.id.name();
    match &case.outcome {
        Outcome::Passed => page.item(2, "✓", &format!("{name} ({})", format::duration(case.duration_ns))),
        Outcome::Skipped { reason } => page.item(2, "-", &format!("{name}: skipped: {}", sanitize::line(reason))),
        // In a block of their own.
        Outcome::Known(_) => {}
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
