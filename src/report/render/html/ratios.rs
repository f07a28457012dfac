//! The comparison with a base: a table of ratios, each with its interval drawn beside it.

use maud::{Markup, html};

use crate::record::{Against, ThroughputComparison, ThroughputResult};
use crate::report::plain::sanitize;
use crate::report::view::{
    View,
    changes::Group,
    ratios::{self, Row},
};

/// The ends of the drawing: 30% down and 30% up.
const DRAWN: (f64, f64) = (0.7, 1.3);

pub(super) fn tables(view: &View<'_>) -> Markup {
    let Some(against) = &view.record.against else { return html! {} };
    let found = against.throughput.iter().filter(|found| !found.results.is_empty());
    html! {
        (changes(&view.changes))
        @for found in found { (table(against, found)) }
    }
}

/// What is new, old or fixed against the base.
fn changes(groups: &[Group<'_>]) -> Markup {
    html! {
        @for group in groups {
            section {
                h2 { (group.glyph) " " (group.title) " (" (group.checks.len()) ")" }
                div.card { @for check in &group.checks { p { code { (sanitize::line(check.as_str())) } } } }
            }
        }
    }
}

fn table(against: &Against, found: &ThroughputComparison) -> Markup {
    let rows = ratios::rows(found);
    html! {
        section {
            h2 { "Throughput against " (sanitize::line(&ratios::base(against))) }
            div.card.scroll {
                table {
                    tr { th {} @for name in ratios::HEAD { th { (name) } } th { "0.7 to 1.3 of the base" } }
                    @for (row, result) in rows.iter().zip(&found.results) { (line(row, result)) }
                }
                p.small.soft { (ratios::explanation(found)) }
            }
        }
    }
}

fn line(row: &Row, result: &ThroughputResult) -> Markup {
    let class = match row.glyph {
        '✓' => "good",
        '✗' => "bad",
        ' ' => "soft",
        _ => "warn",
    };
    html! {
        tr class=(class) {
            td { (row.glyph) } td { (sanitize::line(&row.metric)) } td.number { (row.ratio) } td.number { (row.interval) }
            td { (row.decision) } td.number { (row.detectable) }
            td { (interval(result)) }
        }
    }
}

/// The interval as a band on a rail whose middle is equality.
fn interval(result: &ThroughputResult) -> Markup {
    let bounds = result.lower_ppm.zip(result.upper_ppm);
    let (lower, upper) = bounds.unwrap_or((result.ratio_ppm, result.ratio_ppm));
    let (from, to) = (place(lower), place(upper));
    html! {
        svg role="img" width="160" height="16" aria-label=(result.in_words()) {
            line.rail x1="50%" x2="50%" y1="0" y2="100%" {}
            rect.most x=(percent(from)) y="5" width=(percent((to - from).max(0.5))) height="6" {}
            line.middle x1=(percent(place(result.ratio_ppm))) x2=(percent(place(result.ratio_ppm))) y1="2" y2="14" {}
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a place on the screen needs no more digits than a float has")]
fn place(ppm: u64) -> f64 {
    let (least, most) = DRAWN;
    ((ppm as f64 / 1e6 - least) / (most - least)).clamp(0.0, 1.0) * 100.0
}

fn percent(place: f64) -> String {
    format!("{place:.2}%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn every_metric_has_its_ratio_and_a_drawing_with_words() {
        let page = tables(&View::of(&fixture::compared())).into_string();
        assert!(page.contains("Throughput against pypi:0.2.0 (0.2.0)"), "{page}");
        assert!(page.contains(r#"aria-label="0.884 of the base (0.871 to 0.902, 10 blocks)""#), "{page}");
        assert_eq!(page.matches("<svg").count(), 4);
        assert!(tables(&View::of(&fixture::clean())).into_string().is_empty());
    }
}
