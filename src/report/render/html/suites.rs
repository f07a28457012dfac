//! Suite by suite: how many checks ended how, and every one of them with its measurements behind a fold.

use maud::{Markup, html};

use super::strip::percent;
use crate::record::{CheckRecord, Outcome, RunRecord, SuiteRecord};
use crate::report::plain::{
    format::{self, counted},
    sanitize,
};
use crate::report::view::{evidence, tally::Tally, words::distribution};

pub(super) fn overview(record: &RunRecord) -> Markup {
    html! {
        @if !record.suites.is_empty() {
            section {
                h2 { "Suites" }
                @for suite in &record.suites { (one(suite)) }
            }
        }
    }
}

fn one(suite: &SuiteRecord) -> Markup {
    let tally = Tally::of_checks(&suite.checks);
    html! {
        article.card {
            h3 { (sanitize::line(suite.id.as_str())) span.soft.small { " · " (sanitize::line(&suite.title)) } }
            p.small { (tally.counts()) span.soft { " in " (format::duration(suite.duration_ns)) } }
            (bar(&tally))
            @if let Some(fault) = &suite.fault { p { b.warn { "! ended early: " } (sanitize::line(&fault.message)) } }
            details {
                summary { (counted(suite.checks.len(), "check")) ", " (counted(suite.metrics.len(), "measurement")) }
                (facts(suite))
                @if !suite.checks.is_empty() { div.scroll { table { @for check in &suite.checks { (row(check)) } } } }
                @if !suite.metrics.is_empty() {
                    div.scroll { table.small {
                        @for metric in &suite.metrics {
                            tr { td { code { (sanitize::line(&metric.name)) } } td { (distribution(metric)) } }
                        }
                    } }
                }
            }
            @if !suite.server_log.is_empty() {
                details {
                    summary { "the server's last " (counted(suite.server_log.len(), "log line")) }
                    pre { @for line in &suite.server_log { (sanitize::line(line)) "\n" } }
                }
            }
        }
    }
}

fn bar(tally: &Tally<'_>) -> Markup {
    let all = tally.checks().max(1);
    #[expect(clippy::cast_precision_loss, reason = "a width on the screen")]
    let width = |count: usize| format!("width:{}", percent(count as f64 / all as f64 * 100.0));
    html! {
        div.share role="img" aria-label=(tally.counts()) {
            i.is-good style=(width(tally.passed)) {}
            i.is-bad style=(width(tally.failed.len())) {}
            i.is-warn style=(width(tally.troubles.len())) {}
            i.is-soft style=(width(tally.known.len() + tally.possible.len())) {}
        }
    }
}

fn facts(suite: &SuiteRecord) -> Markup {
    html! {
        dl.small {
            dt { "Backend" } dd { (suite.storage) }
            @for (name, value) in &suite.facts { dt { (sanitize::line(name)) } dd { (sanitize::line(value)) } }
            @for it in &suite.capabilities { dt { (sanitize::line(&it.name)) } dd { (evidence::support(it)) } }
            @if let Some(start) = &suite.server_start { dt { "Server ready" } dd { "after " (format::duration(start.ready_ns)) } }
        }
    }
}

fn row(check: &CheckRecord) -> Markup {
    let (tone, mark, words) = match &check.outcome {
        Outcome::Passed => ("good", "✓", String::new()),
        Outcome::Failed(failure) => ("bad", "✗", failure.message.clone()),
        Outcome::Known(issue) => ("soft", "~", format!("known: {}", issue.reason)),
        Outcome::Skipped { reason } => ("soft", "-", format!("skipped: {reason}")),
        Outcome::Inconclusive { reason } => ("warn", "?", format!("inconclusive: {reason}")),
        Outcome::NotJudged(fault) => ("warn", "!", format!("not judged: {}", fault.message)),
    };
    html! {
        tr {
            td.(tone) { (mark) }
            td { (sanitize::line(check.id.name())) @if !words.is_empty() { div.soft.small { (sanitize::line(&words)) } } }
            td.number.small.soft { (format::duration(check.duration_ns)) }
        }
    }
}
