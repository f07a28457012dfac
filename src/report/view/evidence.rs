//! What there is to say about a check that did not pass, as plain text: the body of JUnit's `failure` and `error`.
//!
//! One fact a line, each begun with its name, so that it survives any viewer. A value of several lines is continued further
//! in: what a server sent can never pass for a fact, or for a command to paste.

use super::{counterexample, curl};
use crate::record::{
    CapabilityRecord, CheckRecord, Command, Exchange, Explanation, Failure, Fault, KnownIssue, Outcome, RunRecord,
};
use crate::report::plain::{format, sanitize};

/// The evidence of a failed check of a run.
pub(in crate::report) fn of_failure(record: &RunRecord, check: &CheckRecord, failure: &Failure) -> String {
    let mut lines = vec![
        sanitize::line(&failure.message),
        String::new(),
        fact("severity", failure.severity(check.worst_severity).words()),
        fact("rule", &check.rule),
        fact("consequence", &check.consequence),
        fact("expected", &failure.expected),
        fact("actual", &failure.actual),
    ];
    lines.extend(explanation(record, check).map(|(name, checks)| fact(name, &checks)));
    if let Some(failed) = counterexample::failed(check) {
        lines.push(fact("counterexample", &failed));
        lines.extend(counterexample::steps(check));
        lines.push("the same with aws-cli:".to_owned());
        lines.extend(counterexample::aws_cli(check).iter().map(|command| format!("    {command}")));
    }
    commands(&mut lines, check);
    exchanges(&mut lines, &check.exchanges);
    lines.push(fact("source", &check.source));
    lines.push(fact("repro", &sanitize::line(&check.repro)));
    lines.extend(curl::line(check).map(|line| fact("curl", &line)));
    lines.join("\n")
}

/// The evidence of a check that failed as the ledger says.
pub(in crate::report) fn of_known(record: &RunRecord, check: &CheckRecord, known: &KnownIssue) -> String {
    let reason = fact("known issue", &sanitize::line(&known.reason));
    let upstream = known.upstream.iter().map(|upstream| fact("upstream", &sanitize::line(upstream)));
    let parts = std::iter::once(reason).chain(upstream).chain([of_failure(record, check, &known.failure)]);
    parts.collect::<Vec<_>>().join("\n")
}

/// The evidence of a check that could not be judged.
pub(in crate::report) fn of_error(record: &RunRecord, check: &CheckRecord, fault: &Fault) -> String {
    let mut lines = vec![of_fault(fault), fact("rule", &check.rule)];
    lines.extend(explanation(record, check).map(|(name, checks)| fact(name, &checks)));
    commands(&mut lines, check);
    exchanges(&mut lines, &check.exchanges);
    lines.push(fact("repro", &sanitize::line(&check.repro)));
    lines.join("\n")
}

/// A fault with its advice.
pub(in crate::report) fn of_fault(fault: &Fault) -> String {
    let hint = fault.hint.iter().map(|hint| fact("hint", hint));
    std::iter::once(continued(&fault.message)).chain(hint).collect::<Vec<_>>().join("\n")
}

/// The last lines of a server's log under a heading.
pub(in crate::report) fn of_log(log: &[String]) -> Vec<String> {
    let heading = "last lines of the server's log:".to_owned();
    std::iter::once(heading).chain(log.iter().map(|line| format!("    {}", continued(line)))).collect()
}

/// A named value; what follows its first line is indented.
pub(in crate::report) fn fact(name: &str, value: &str) -> String {
    format!("{}: {}", sanitize::line(name), continued(value))
}

/// Whether the server offers something, and how that showed.
pub(in crate::report) fn support(capability: &CapabilityRecord) -> String {
    let change = match capability.expected {
        Some(expected) if expected != capability.support => format!(", {} in the ledger", expected.word()),
        _ => String::new(),
    };
    format!("{}{change} ({})", capability.support.word(), sanitize::line(&capability.detail))
}

fn continued(value: &str) -> String {
    sanitize::text(value).replace('\n', "\n        ")
}

fn commands(lines: &mut Vec<String>, check: &CheckRecord) {
    if check.commands.is_empty() {
        return;
    }
    lines.push("commands of the client, oldest first:".to_owned());
    for command in &check.commands {
        lines.push(format!("  $ {}", sanitize::line(&command.line)));
        lines.push(format!("    -> {}", outcome_of(command)));
        lines.extend(command.log.iter().map(|line| format!("    | {}", sanitize::line(line))));
    }
}

/// How a command ended and what it did, in one line.
pub(in crate::report) fn outcome_of(command: &Command) -> String {
    let duration = format::duration(command.wall_ns);
    let mut parts = vec![command.ended.to_string(), format!("{duration}, CPU {}", format::duration(command.cpu_ns))];
    parts.extend(command.transferred.map(|count| format!("{count} transferred")));
    parts.extend(command.skipped.map(|count| format!("{count} skipped")));
    if let Some(requests) = &command.requests {
        let counts: Vec<String> =
            requests.iter().map(|(what, count)| format!("{count} {}", sanitize::line(what))).collect();
        parts.push(format!("requests: {}", if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }));
    }
    parts.join("; ")
}

/// Whether any of the checks that would explain this one does, as the name of a fact, and what became of each of them in the run.
/// None where nothing is known to explain it.
pub(in crate::report) fn explanation(record: &RunRecord, check: &CheckRecord) -> Option<(&'static str, String)> {
    let found = record.explanations(check);
    let name = explains(&found)?;
    let checks: Vec<String> = found.iter().map(|found| format!("{} ({})", found.check, standing(found))).collect();
    Some((name, sanitize::line(&checks.join(", "))))
}

/// What the checks are called that would explain another: one that was not told of leaves it open. None where there are none.
pub(in crate::report) fn explains(found: &[Explanation<'_>]) -> Option<&'static str> {
    if found.is_empty() {
        None
    } else if found.iter().any(Explanation::holds) {
        Some("explained by")
    } else if found.iter().all(|found| found.outcome == Some(&Outcome::Passed)) {
        Some("unexplained")
    } else {
        Some("may explain")
    }
}

/// What became of a check here, in this run.
pub(in crate::report) fn standing(explanation: &Explanation<'_>) -> &'static str {
    match explanation.outcome {
        None => "not run here",
        Some(Outcome::Passed) => "passed here",
        Some(Outcome::Failed(_)) => "failed here",
        Some(Outcome::Known(_)) => "known issue here",
        Some(Outcome::Skipped { .. }) => "skipped here",
        Some(Outcome::NotJudged(_)) => "not judged here",
        Some(Outcome::Inconclusive { .. }) => "inconclusive here",
    }
}

/// A request and the status of its answer, in one line.
pub(in crate::report) fn request_of(exchange: &Exchange) -> String {
    let status = exchange.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    format!("{} {} -> {status}", sanitize::line(&exchange.method), sanitize::line(&exchange.path))
}

fn exchanges(lines: &mut Vec<String>, exchanges: &[Exchange]) {
    if exchanges.is_empty() {
        return;
    }
    lines.push("requests and answers, oldest first:".to_owned());
    for exchange in exchanges {
        lines.push(format!("  {}", request_of(exchange)));
        let sent = exchange.request_headers.iter().map(|header| ('>', header));
        let answered = exchange.response_headers.iter().map(|header| ('<', header));
        lines.extend(sent.chain(answered).map(|(way, (name, value))| format!("    {way} {}", fact(name, value))));
        if let Some(body) = &exchange.body_start {
            lines.push(format!("    {}", fact("body", body)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn what_a_client_did_stands_beside_what_explains_it() {
        let record = fixture::with_a_client();
        let check = &record.suites[2].checks[0];
        let text = of_failure(&record, check, &Failure::new("silent-corruption", "wrong bytes", "right", "wrong"));
        let explanation = "explained by: api/local::range-first (known issue here), api/local::object-roundtrip (passed here), \
                           auth/local::integrity-signed-chunks (not run here)\n";
        assert!(text.contains(explanation), "{text}");
        assert!(text.contains("  $ aws s3 cp s3://bucket/file file\n"), "{text}");
        assert!(
            text.contains("    -> exit status 0; 1.50 s, CPU 500.00 ms; 1 transferred; requests: 2 GET object\n"),
            "{text}"
        );
        assert!(text.contains("    | download:") && !text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_failure_whose_causes_hold_is_said_to_be_unexplained() {
        let mut record = fixture::with_a_client();
        record.suites[1].checks[2].outcome = Outcome::Passed;
        let check = &record.suites[2].checks[0];
        let (name, checks) = explanation(&record, check).unwrap();
        assert_eq!(name, "may explain", "one of them was not run");
        assert!(
            checks.starts_with("api/local::object-roundtrip (passed here), api/local::range-first (passed here), ")
        );
        record.suites[2].checks[0].explained_by.truncate(2);
        assert_eq!(explanation(&record, &record.suites[2].checks[0]).unwrap().0, "unexplained");
        assert_eq!(explanation(&record, &record.suites[1].checks[0]), None, "nothing is known to explain it");
    }
}
