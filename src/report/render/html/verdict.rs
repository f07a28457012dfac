//! The first thing on the page: what the run amounts to, and what a reader must know before trusting it.

use maud::{Markup, html};
use time::format_description::well_known::Rfc3339;

use crate::record::RunRecord;
use crate::report::plain::{format, sanitize};
use crate::report::view::{View, ratios, words::runtime};

pub(super) fn hero(view: &View<'_>) -> Markup {
    let View { record, tally, verdict, notices, .. } = view;
    let (edge, tone) = match verdict.glyph {
        '✓' => ("edge-good", "good"),
        '✗' => ("edge-bad", "bad"),
        _ => ("edge-warn", "warn"),
    };
    let started = record.started_at.format(&Rfc3339).unwrap_or_default();
    html! {
        p.soft.small { "s3ci · run " (sanitize::line(&record.run_id)) " · " time datetime=(started) { (moment(record)) } }
        header.card.hero.(edge) {
            h1 { span.mark.(tone) { (verdict.glyph) } (sanitize::line(&verdict.sentence)) }
            @if let Some(loss) = &verdict.known_loss { p { span.warn { "~ " } (sanitize::line(loss)) } }
            p.soft { (subject(record)) }
            ul.tiles {
                (tile(tally.passed, "passed"))
                (tile(tally.failed.len(), "failed"))
                (tile(tally.known.len(), "known"))
                (tile(tally.skipped, "skipped"))
                (tile(tally.troubles.len(), tally.of_troubles()))
                li { b { (format::duration(record.duration_ns)) } span { "in all" } }
            }
        }
        @for notice in notices {
            p.card.edge-warn { b.warn { "! " } (sanitize::line(notice)) }
        }
    }
}

fn tile(count: usize, what: &str) -> Markup {
    html! { li { b { (count) } span { (what) } } }
}

/// What was tested and how, in one line.
fn subject(record: &RunRecord) -> String {
    let version = record.target.version.as_ref().map(|version| format!(", version {version}")).unwrap_or_default();
    let base =
        record.against.as_ref().map(|against| format!(" · against {}", ratios::base(against))).unwrap_or_default();
    sanitize::line(&format!("{}{version}{base} · {}", record.target.spec, runtime(&record.runtime)))
}

fn moment(record: &RunRecord) -> String {
    let at = record.started_at;
    format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_base_is_named_beside_the_target() {
        assert!(subject(&fixture::compared()).contains(" · against "));
        assert!(!subject(&fixture::record()).contains("against"));
    }
}
