//! What went wrong, each with what it costs, the evidence, and the line that repeats it.

use maud::{Markup, html};

use super::frame::quoted;
use crate::record::{CheckRecord, Exchange, Explanation, Failure, RunRecord, Severity};
use crate::report::plain::{format::counted, sanitize};
use crate::report::view::{
    View, counterexample, curl,
    evidence::{explains, outcome_of, standing},
    tally::{Failed, Trouble},
};

/// Up to this many failures are shown unfolded.
const UNFOLDED: usize = 3;

pub(super) fn all(view: &View<'_>) -> Markup {
    let View { record, tally, .. } = view;
    let unfolded = tally.failed.len() <= UNFOLDED;
    html! {
        @for (severity, count) in tally.by_severity() {
            section {
                h2 { span.(tone(severity)) { "✗ " } (sanitize::line(severity.words())) span.soft { " · " (counted(count, "failed check")) } }
                @for failed in tally.failed.iter().filter(|failed| failed.check.severity() == severity) {
                    (failure(record, *failed, unfolded))
                }
            }
        }
        @if !tally.troubles.is_empty() {
            section {
                h2 { span.warn { "! " } "What " (tally.of_troubles()) }
                @for trouble in &tally.troubles { (error(trouble)) }
            }
        }
    }
}

fn failure(record: &RunRecord, Failed { check, failure }: Failed<'_>, unfolded: bool) -> Markup {
    html! {
        details.card.finding.{ "edge-" (tone(check.severity())) } id=(sanitize::line(check.id.as_str())) open[unfolded] {
            summary {
                h3 { (sanitize::line(check.id.as_str())) }
                span { (sanitize::line(&failure.message)) }
            }
            (evidence(record, check, failure))
        }
    }
}

/// Everything that there is to see of a failed check.
pub(super) fn evidence(record: &RunRecord, check: &CheckRecord, failure: &Failure) -> Markup {
    let explanations = record.explanations(check);
    html! {
        p.soft { (sanitize::line(&check.consequence)) }
        dl {
            dt { "rule" } dd { (sanitize::line(&check.rule)) }
            dt { "expected" } dd { (quoted(&failure.expected)) }
            dt { "actual" } dd { (quoted(&failure.actual)) }
            @if let Some(name) = explains(&explanations) {
                dt { (name) }
                dd { @for explanation in &explanations { div { (explaining(explanation)) } } }
            }
            @if let Some(failed) = counterexample::failed(check) {
                dt { "the fewest requests" }
                dd { (failed) pre { (counterexample::steps(check).join("\n")) } }
                dt { "with aws-cli" } dd { pre { (counterexample::aws_cli(check).join("\n")) } }
            }
            dt { "to repeat it" } dd { pre { (sanitize::line(&check.repro)) } }
            @if let Some(line) = curl::line(check) { dt { "its last request" } dd { pre { (line) } } }
            dt { "source" } dd { (sanitize::line(&check.source)) }
        }
        (commands(check))
        (exchanges(&check.exchanges))
    }
}

/// A check that would explain another, and what became of it; the way to its own evidence where it has some.
fn explaining(explanation: &Explanation<'_>) -> Markup {
    let check = sanitize::line(explanation.check.as_str());
    html! {
        @if explanation.holds() { a href={ "#" (check) } { (check) } } @else { (check) }
        span.soft { " (" (standing(explanation)) ")" }
    }
}

fn error(trouble: &Trouble<'_>) -> Markup {
    html! {
        article.card.edge-warn {
            h3 { span.warn { "! " } (sanitize::line(&trouble.place)) }
            (quoted(&trouble.fault.message))
            @if let Some(hint) = &trouble.fault.hint { p { b { "hint: " } (sanitize::line(hint)) } }
            @if let Some(repro) = trouble.repro { pre { (sanitize::line(repro)) } }
        }
    }
}

fn commands(check: &CheckRecord) -> Markup {
    html! {
        @if !check.commands.is_empty() {
            details {
                summary { (counted(check.commands.len(), "command")) " of the client, oldest first" }
                @for command in &check.commands {
                    pre { "$ " (sanitize::line(&command.line)) "\n→ " (outcome_of(command))
                        @for line in &command.log { "\n| " (sanitize::line(line)) } }
                }
            }
        }
    }
}

fn exchanges(exchanges: &[Exchange]) -> Markup {
    html! {
        @if !exchanges.is_empty() {
            details {
                summary { (counted(exchanges.len(), "request")) " with what was answered, oldest first" }
                @for exchange in exchanges { pre { (exchange_text(exchange)) } }
            }
        }
    }
}

fn exchange_text(exchange: &Exchange) -> String {
    let status = exchange.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let mut lines = vec![format!("{} {} → {status}", sanitize::line(&exchange.method), sanitize::line(&exchange.path))];
    let headers = |way: &'static str, headers: &[(String, String)]| {
        let shown = headers.iter().map(|(name, value)| format!("{way} {}: {}", sanitize::line(name), continued(value)));
        shown.collect::<Vec<_>>()
    };
    lines.extend(headers(">", &exchange.request_headers));
    lines.extend(headers("<", &exchange.response_headers));
    lines.extend(exchange.body_start.iter().map(|body| format!("body: {}", continued(body))));
    lines.join("\n")
}

/// What follows the first line is indented, so that it never passes for another header.
fn continued(value: &str) -> String {
    sanitize::text(value).replace('\n', "\n    ")
}

fn tone(severity: Severity) -> &'static str {
    match severity {
        Severity::DataLoss | Severity::Security => "bad",
        Severity::BreaksClients => "warn",
        Severity::Cosmetic | Severity::Slower => "soft",
    }
}
