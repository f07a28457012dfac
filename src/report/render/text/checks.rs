//! A line for each check: `✓` passed, `✗` failed, `~` failed as is known, `-` skipped, `?` inconclusive, `!` not judged. What
//! did not pass says why. Known issues stand in a block of their own, with the ledger's reason and no more.

use crate::record::{CheckRecord, Fault, Outcome, RunRecord, SuiteRecord};
use crate::report::plain::{format, page::Page, sanitize};
use crate::report::view::{
    counterexample, curl, evidence,
    tally::{Known, Tally},
};

/// Lines of the last client's output that are shown.
const LAST_LINES: usize = 5;

/// The checks of a suite under a title, with the fault that ended it early; then what is known to fail, the worst first.
pub(super) fn list(page: &mut Page, title: &str, record: &RunRecord, suite: &SuiteRecord) {
    let mut known = Tally::of_checks(&suite.checks).known;
    if known.is_empty() || known.len() < suite.checks.len() || suite.fault.is_some() {
        page.block(title);
    }
    for check in suite.checks.iter().filter(|check| !check.outcome.is_known()) {
        one(page, record, check);
    }
    if let Some(fault) = &suite.fault {
        trouble(page, "suite-completed", fault);
    }
    if suite.checks.is_empty() && suite.fault.is_none() {
        page.item(2, "-", "nothing was checked");
    }
    if known.is_empty() {
        return;
    }
    known.sort_by_key(|known| known.check.severity());
    page.block(&format!("Known issues ({})", known.len()));
    for Known { check, issue } in known {
        let (severity, reason) = (check.severity().words(), sanitize::line(&issue.reason));
        page.item(2, "~", &format!("{severity}: {}: {reason}", check.id.name()));
    }
}

fn one(page: &mut Page, record: &RunRecord, check: &CheckRecord) {
    let name = check.id.name();
    match &check.outcome {
        Outcome::Passed => page.item(2, "✓", &format!("{name} ({})", format::duration(check.duration_ns))),
        Outcome::Skipped { reason } => page.item(2, "-", &format!("{name}: skipped: {}", sanitize::line(reason))),
        // In a block of their own.
        Outcome::Known(_) => {}
        Outcome::Inconclusive { reason } => {
            page.item(2, "?", &format!("{name}: inconclusive: {}", sanitize::line(reason)));
        }
        Outcome::NotJudged(fault) => {
            trouble(page, name, fault);
            explanation(page, record, check);
            commands(page, check);
            page.command(4, "repro:", &check.repro);
        }
        Outcome::Failed(failure) => {
            page.item(2, "✗", &format!("{name}: {}", sanitize::line(&failure.message)));
            page.item(4, "severity:    ", check.severity().words());
            page.item(4, "rule:        ", &check.rule);
            page.item(4, "expected:    ", &failure.expected);
            page.item(4, "actual:      ", &failure.actual);
            page.item(4, "consequence: ", &check.consequence);
            explanation(page, record, check);
            counterexample::steps(check).iter().for_each(|line| page.row(&format!("  {line}")));
            commands(page, check);
            if let Some(exchange) = curl::last_exchange(check) {
                page.item(4, "request:     ", &evidence::request_of(exchange));
            }
            page.command(4, "repro:       ", &check.repro);
            if let Some(line) = curl::line(check) {
                page.command(4, "curl:        ", &line);
            }
        }
    }
}

/// Which checks would explain what came of this one, and what came of them.
fn explanation(page: &mut Page, record: &RunRecord, check: &CheckRecord) {
    if let Some((name, checks)) = evidence::explanation(record, check) {
        page.item(4, &format!("{:<13}", format!("{name}:")), &checks);
    }
}

/// What the client of a check did.
fn commands(page: &mut Page, check: &CheckRecord) {
    for command in &check.commands {
        page.item(4, "$", &sanitize::line(&command.line));
        page.item(6, "", &evidence::outcome_of(command));
    }
    let last = check.commands.last().map(|command| command.log.as_slice()).unwrap_or_default();
    for line in &last[last.len().saturating_sub(LAST_LINES)..] {
        page.item(6, "|", &sanitize::line(line));
    }
}

fn trouble(page: &mut Page, name: &str, fault: &Fault) {
    page.item(2, "!", &format!("{name}: not judged"));
    page.item(4, "reason:", &fault.message);
    if let Some(hint) = &fault.hint {
        page.item(4, "hint:", hint);
    }
}
