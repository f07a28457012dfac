//! What the server is known to fail, folded suite by suite, each issue with its evidence behind a fold of its own.

use maud::{Markup, html};

use super::findings::evidence;
use crate::record::RunRecord;
use crate::report::plain::{format::counted, sanitize};
use crate::report::view::{
    View,
    known::{KnownOfSuite, by_suite},
    tally::Known,
};

pub(super) fn issues(view: &View<'_>) -> Markup {
    let View { record, tally, .. } = view;
    html! {
        @if let Some(words) = tally.known_in_words() {
            section {
                h2 { span.soft { "~ " } (words) }
                p.small.soft { "The server fails these as the ledger says of its version, so they do not fail the run." }
                @for group in by_suite(&tally.known) { (of_suite(record, &group)) }
            }
        }
        @if !tally.possible.is_empty() {
            section {
                h2 { span.soft { "~ " } (counted(tally.possible.len(), "possible issue")) }
                p.small.soft { "The server fails these if the Drime service keeps both versions of a name. Nobody knows whether it does." }
                @for group in by_suite(&tally.possible) { (of_suite(record, &group)) }
            }
        }
    }
}

fn of_suite(record: &RunRecord, group: &KnownOfSuite<'_>) -> Markup {
    html! {
        details.card.finding.group.edge-soft {
            summary {
                h3 { (sanitize::line(group.suite.as_str())) span.soft.small { " · " (group.issues.len()) } }
                span { (group.words()) }
            }
            @for issue in &group.issues { (one(record, *issue)) }
        }
    }
}

fn one(record: &RunRecord, Known { check, issue }: Known<'_>) -> Markup {
    html! {
        details.card.finding.edge-soft id=(sanitize::line(check.id.as_str())) {
            summary {
                h3 { (sanitize::line(check.id.as_str())) span.soft.small { " · " (check.severity().words()) } }
                span { (sanitize::line(&issue.reason)) }
            }
            @if let Some(upstream) = &issue.upstream { p { "upstream: " (sanitize::line(upstream)) } }
            (evidence(record, check, &issue.failure))
        }
    }
}
