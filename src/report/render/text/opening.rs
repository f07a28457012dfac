//! The first page of the report: the verdict, what failed, what is new, how fast it was, and where the rest stands.
//!
//! Names a few of each; the chapters of the suites have all of them with their evidence.

use crate::report::plain::{page::Page, sanitize};
use crate::report::render::headlines::{self, up_to};
use crate::report::view::{
    View,
    known::FEW,
    tally::{Failed, Tally},
};

/// All that a reader in a hurry reads.
pub(super) fn write(page: &mut Page, view: &View<'_>) {
    page.blank();
    headlines::verdict(page, view, None);
    failures(page, &view.tally);
    headlines::changes(page, view, FEW);
    headlines::known_issues(page, view);
    notices(page, &view.notices);
    headlines::compared(page, view.record);
    headlines::throughput(page, view.record);
    where_to_look(page, &view.tally);
}

fn failures(page: &mut Page, tally: &Tally<'_>) {
    if !tally.failed.is_empty() {
        page.block(&format!("What failed ({})", tally.failed.len()));
        up_to(page, FEW, &tally.failed, |page, Failed { check, failure }| {
            let (severity, message) = (check.severity().words(), sanitize::line(&failure.message));
            page.item(2, "✗", &format!("{severity}: {}: {message}", check.id));
        });
    }
    if !tally.troubles.is_empty() {
        page.block(&format!("What {} ({})", tally.of_troubles(), tally.troubles.len()));
        up_to(page, FEW, &tally.troubles, |page, trouble| {
            page.item(2, "!", &format!("{}: {}", trouble.place, sanitize::line(&trouble.fault.message)));
        });
    }
}

fn notices(page: &mut Page, notices: &[String]) {
    if !notices.is_empty() {
        page.block("Notices");
        for notice in notices {
            page.item(2, "!", notice);
        }
    }
}

/// Only what there is something of.
fn where_to_look(page: &mut Page, tally: &Tally<'_>) {
    if tally.failed.is_empty() && tally.known.is_empty() {
        return;
    }
    page.block("Where to look");
    if !tally.failed.is_empty() {
        page.item(2, "✗", "what failed: the chapter of each suite has the evidence");
    }
    if !tally.known.is_empty() {
        let evidence = "their evidence is in the other reports";
        page.item(2, "~", &format!("known issues: each with its reason at the end of its suite's chapter; {evidence}"));
    }
}
