//! What the terminal shows at the end of a run: the verdict, what failed and how to repeat it, throughput in two lines, where the reports are.
//!
//! Plain text; the console colours it. The verdict is the first line, and where more than a screen follows it stands once more above the
//! reports, so that nobody has to scroll for it. Deliberately absent: what passed, beyond its number.

use crate::record::RunRecord;
use crate::report::files::{Outputs, quoted};
use crate::report::plain::{page::Page, sanitize};
use crate::report::render::headlines;
use crate::report::view::{
    View, counterexample,
    tally::{Failed, Trouble},
};

/// Lines that every terminal shows at once, the reports' own and the prompt left out.
const SCREEN: usize = 16;

/// Renders the summary of a record whose reports were written to `outputs`.
pub(in crate::report) fn render(record: &RunRecord, outputs: &Outputs) -> String {
    let view = View::of(record);
    let tally = &view.tally;
    let mut page = Page::default();
    headlines::verdict(&mut page, &view, outputs.path("text"));
    for failed in &tally.failed {
        failure(&mut page, *failed);
    }
    for trouble in &tally.troubles {
        error(&mut page, tally.of_troubles(), trouble);
    }
    headlines::changes(&mut page, &view, usize::MAX);
    if headlines::known_issues(&mut page, &view) {
        page.item(2, "hint:", &where_reasons_are(outputs));
    }
    headlines::compared(&mut page, record);
    headlines::throughput(&mut page, record);
    if !view.notices.is_empty() {
        page.blank();
        for notice in &view.notices {
            page.item(0, "notice:", notice);
        }
    }
    if page.lines() > SCREEN {
        page.blank();
        headlines::verdict(&mut page, &view, outputs.path("text"));
    }
    if !outputs.is_empty() {
        page.block("Reports");
        for (what, path) in outputs.listed() {
            page.pair(what, &path.display().to_string());
        }
    }
    page.into_text()
}

fn failure(page: &mut Page, Failed { check, failure }: Failed<'_>) {
    page.blank();
    page.item(0, "✗", &format!("{}: {}", check.severity().words(), check.id));
    page.item(2, "", &sanitize::line(&failure.message));
    for line in counterexample::steps(check) {
        page.row(&line);
    }
    page.item(2, "", &sanitize::line(&check.consequence));
    page.command(2, "repro:", &check.repro);
}

fn error(page: &mut Page, what: &str, Trouble { place, fault, repro }: &Trouble<'_>) {
    page.blank();
    page.item(0, "!", &format!("{what}: {place}"));
    page.item(2, "reason:", &fault.message);
    if let Some(hint) = &fault.hint {
        page.item(2, "hint:", hint);
    }
    if let Some(repro) = repro {
        page.command(2, "repro:", repro);
    }
}

/// Where each known issue stands with its reason: in the text report, or in one that can still be made.
fn where_reasons_are(outputs: &Outputs) -> String {
    match (outputs.path("text"), outputs.path("json")) {
        (Some(text), _) => format!("each with its reason: {}", text.display()),
        (None, Some(json)) => format!("each with its reason: s3ci report {}", quoted(json)),
        (None, None) => "each with its reason: in the report that --text FILE writes".to_owned(),
    }
}

#[cfg(test)]
mod tests;
