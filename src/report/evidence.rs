//! What there is to say about a case that did not pass, as plain text: the body of JUnit's `failure` and `error`.
//!
//! One fact a line, each begun with its name, so that it survives any viewer. A value of several lines is continued further
//! in: what a server sent can never pass for a fact, or for a command to paste.

use super::sanitize;
use crate::model::{CapabilityRecord, CaseRecord, Exchange, Failure, Fault, KnownIssue};

/// The evidence of a failed case.
pub(super) fn of_failure(case: &CaseRecord, failure: &Failure) -> String {
    let mut lines = vec![
        sanitize::line(&failure.message),
        String::new(),
        fact("severity", case.severity.words()),
        fact("rule", &case.rule),
        fact("consequence", &case.consequence),
        fact("expected", &failure.expected),
        fact("actual", &failure.actual),
    ];
    exchanges(&mut lines, &case.exchanges);
    lines.push(fact("source", &case.source));
    lines.push(fact("repro", &sanitize::line(&case.repro)));
    lines.join("\n")
}

/// The evidence of a case that failed as the ledger says.
pub(super) fn of_known(case: &CaseRecord, known: &KnownIssue) -> String {
    let reason = fact("known issue", &sanitize::line(&known.reason));
    let upstream = known.upstream.iter().map(|upstream| fact("upstream", &sanitize::line(upstream)));
    let parts = std::iter::once(reason).chain(upstream).chain([of_failure(case, &known.failure)]);
    parts.collect::<Vec<_>>().join("\n")
}

/// The evidence of a case that could not be judged.
pub(super) fn of_error(case: &CaseRecord, fault: &Fault) -> String {
    let mut lines = vec![of_fault(fault), fact("rule", &case.rule)];
    exchanges(&mut lines, &case.exchanges);
    lines.push(fact("repro", &sanitize::line(&case.repro)));
    lines.join("\n")
}

/// A fault with its advice.
pub(super) fn of_fault(fault: &Fault) -> String {
    let hint = fault.hint.iter().map(|hint| fact("hint", hint));
    std::iter::once(continued(&fault.message)).chain(hint).collect::<Vec<_>>().join("\n")
}

/// The last lines of a server's log under a heading.
pub(super) fn of_log(log: &[String]) -> Vec<String> {
    let heading = "last lines of the server's log:".to_owned();
    std::iter::once(heading).chain(log.iter().map(|line| format!("    {}", continued(line)))).collect()
}

/// A named value; what follows its first line is indented.
pub(super) fn fact(name: &str, value: &str) -> String {
    format!("{}: {}", sanitize::line(name), continued(value))
}

/// Whether the server offers something, and how that showed.
pub(super) fn support(capability: &CapabilityRecord) -> String {
    format!("{} ({})", capability.support.word(), sanitize::line(&capability.detail))
}

fn continued(value: &str) -> String {
    sanitize::text(value).replace('\n', "\n        ")
}

fn exchanges(lines: &mut Vec<String>, exchanges: &[Exchange]) {
    if exchanges.is_empty() {
        return;
    }
    lines.push("requests and answers, oldest first:".to_owned());
    for exchange in exchanges {
        let status = exchange.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let (method, path) = (sanitize::line(&exchange.method), sanitize::line(&exchange.path));
        lines.push(format!("  {method} {path} -> {status}"));
        let sent = exchange.request_headers.iter().map(|header| ('>', header));
        let answered = exchange.response_headers.iter().map(|header| ('<', header));
        lines.extend(sent.chain(answered).map(|(way, (name, value))| format!("    {way} {}", fact(name, value))));
        if let Some(body) = &exchange.body_start {
            lines.push(format!("    {}", fact("body", body)));
        }
    }
}
