//! What there is to say about a case that did not pass, as plain text: the body of JUnit's `failure` and `error`.
//!
//! Raw: the caller sanitises. One fact a line, each begun with its name, so that it survives any viewer.

use crate::model::{CaseRecord, Exchange, Failure, Fault};

/// The evidence of a failed case.
pub(super) fn of_failure(case: &CaseRecord, failure: &Failure) -> String {
    let mut lines = vec![
        failure.message.clone(),
        String::new(),
        format!("severity: {}", case.severity.words()),
        format!("rule: {}", case.rule),
        format!("consequence: {}", case.consequence),
        format!("expected: {}", failure.expected),
        format!("actual: {}", failure.actual),
    ];
    exchanges(&mut lines, &case.exchanges);
    lines.push(format!("source: {}", case.source));
    lines.push(format!("repro: {}", case.repro));
    lines.join("\n")
}

/// The evidence of a case that could not be judged.
pub(super) fn of_error(case: &CaseRecord, fault: &Fault) -> String {
    let mut lines = vec![of_fault(fault), format!("rule: {}", case.rule)];
    exchanges(&mut lines, &case.exchanges);
    lines.push(format!("repro: {}", case.repro));
    lines.join("\n")
}

/// A fault with its advice.
pub(super) fn of_fault(fault: &Fault) -> String {
    match &fault.hint {
        Some(hint) => format!("{}\nhint: {hint}", fault.message),
        None => fault.message.clone(),
    }
}

fn exchanges(lines: &mut Vec<String>, exchanges: &[Exchange]) {
    if exchanges.is_empty() {
        return;
    }
    lines.push("requests and answers, oldest first:".to_owned());
    for exchange in exchanges {
        let status = exchange.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        lines.push(format!("  {} {} -> {status}", exchange.method, exchange.path));
        lines.extend(exchange.request_headers.iter().map(|(name, value)| format!("    > {name}: {value}")));
        lines.extend(exchange.response_headers.iter().map(|(name, value)| format!("    < {name}: {value}")));
        if let Some(body) = &exchange.body_start {
            lines.push(format!("    body: {body}"));
        }
    }
}
