//! The trend on one page: a file that loads nothing and needs no script.

use maud::{Markup, html};

use super::plot::{self, Scale};
use super::{Change, Trend, commit, subject, verdict};
use crate::history::{Chart, Entry, Panel, PanelKind};
use crate::record::Decision;
use crate::report::plain::{format::counted, sanitize};
use crate::report::render::html::frame;

/// Renders the whole page.
#[must_use]
pub fn render(trend: &Trend) -> String {
    let title =
        trend.latest().map_or_else(|| "s3ci: trend".to_owned(), |entry| format!("s3ci: trend of {}", entry.target));
    frame::document(&title, &body(trend))
}

fn body(trend: &Trend) -> Markup {
    let scale = Scale::of(trend);
    html! {
        p.soft.small { "s3ci · trend · " (trend.extent()) }
        @match trend.latest() {
            Some(latest) => (hero(latest)),
            None => header.card.hero.edge-warn {
                h1 { "The history is empty" }
                p.soft { "s3ci history add puts a run into it." }
                @if let Some(few) = trend.too_few() { p.soft { (few) } }
            },
        }
        @for notice in trend.notices() { p.card.edge-warn { b.warn { "! " } (sanitize::line(&notice)) } }
        @if !trend.history.entries.is_empty() {
            (changes(trend))
            section {
                h2 { "Metric by metric" }
                p.small.soft {
                    "Each point is a run, at its commit. A ratio is measured against a reference release on the same machine at the same "
                    "time, with its interval as a band: it is the series to trust. A figure is that of one kind of machine. A line ends where the "
                    "reference, the machine or the settings change. A dashed line is a change point, with what it changed."
                }
                @for chart in &trend.charts { (one(trend, &scale, chart)) }
                @if trend.charts.is_empty() { p.card { "The history has none of the chosen metrics." } }
            }
            footer { "Written by s3ci " (env!("CARGO_PKG_VERSION")) ". Change points are found by E-divisive at a significance of 0.001 and fail no build." }
        }
    }
}

/// How the latest run ended.
fn hero(latest: &Entry) -> Markup {
    let (mark, words) = verdict(latest);
    let (edge, tone) = match mark {
        '✓' => ("edge-good", "good"),
        '✗' => ("edge-bad", "bad"),
        _ => ("edge-warn", "warn"),
    };
    html! {
        header.card.hero.(edge) {
            h1 { span.mark.(tone) { (mark) } (sanitize::line(&commit(latest))) ": " (words) }
            p.soft { (sanitize::line(&format!("{} · {} · run {}", latest.target, latest.machine, latest.run_id))) }
            @if let Some(reference) = &latest.reference {
                p.soft { "measured against " (sanitize::line(&reference.target)) }
            }
            @for id in &latest.failed { p { span.bad { "✗ " } (sanitize::line(id.as_str())) } }
            @let decided: Vec<_> = latest.ratios.iter().filter_map(|ratio| Some((ratio, ratio.decision?))).collect();
            @if !decided.is_empty() {
                ul.tiles {
                    @for (ratio, decision) in decided {
                        @let (tone, words) = decision_words(decision);
                        li { b { (super::format::ratio(ratio.ratio_ppm)) } span { (sanitize::line(&ratio.name)) " " span.(tone) { (words) } } }
                    }
                }
            }
        }
    }
}

fn decision_words(decision: Decision) -> (&'static str, &'static str) {
    match decision {
        Decision::Pass => ("good", "✓ pass"),
        Decision::Fail => ("bad", "✗ slower"),
        Decision::Inconclusive => ("warn", "? inconclusive"),
    }
}

/// All change points, the latest first.
fn changes(trend: &Trend) -> Markup {
    let changes = trend.changes();
    html! {
        section {
            h2 { "What changed" span.soft { " · " (counted(changes.len(), "change point")) ", for information" } }
            @if let (true, Some(few)) = (changes.is_empty(), trend.too_few()) { p.card { b.warn { "! " } (few) } }
            @else if changes.is_empty() { p.card { "Nothing stands out of the noise." } }
            @else { ul.card.changes { @for change in &changes { (item(trend, change)) } } }
        }
    }
}

fn item(trend: &Trend, change: &Change<'_>) -> Markup {
    let place = trend.history.entries.get(change.run).map(commit).unwrap_or_default();
    let tone = if change.is_worse() { "bad" } else { "good" };
    let name = format!("{} {}", change.chart.suite, change.chart.name);
    html! {
        li {
            b.size.(tone) { (change.size()) }
            div {
                a href={ "#" (anchor(change.chart)) } { (sanitize::line(&name)) } " at " b { (sanitize::line(&place)) }
                div.soft.small { (subject(change.panel.kind)) ": " (change.words()) }
            }
        }
    }
}

fn one(trend: &Trend, scale: &Scale, chart: &Chart) -> Markup {
    html! {
        article.card id=(anchor(chart)) {
            h3 { (sanitize::line(&chart.name)) span.soft.small { " · " (sanitize::line(&chart.suite)) } }
            div.panels { @for panel in &chart.panels { (shown(trend, scale, chart, panel)) } }
        }
    }
}

fn shown(trend: &Trend, scale: &Scale, chart: &Chart, panel: &Panel) -> Markup {
    let last = panel.segments.iter().filter_map(|segment| segment.points.last()).max_by_key(|point| point.run);
    html! {
        section {
            p.small {
                (subject(panel.kind))
                @if let Some(point) = last { ", now " b { (super::value(panel.kind, point.value)) } }
                @if let Some((lower, upper)) = last.and_then(|point| point.interval) {
                    span.soft { " (" (super::value(panel.kind, lower)) " to " (super::value(panel.kind, upper)) ")" }
                }
            }
            (plot::draw(trend, scale, chart, panel))
            @if panel.kind == PanelKind::Ratio || panel.segments.len() > 1 {
                details.small.soft {
                    summary { "what is compared with what" }
                    @for segment in &panel.segments { p { (counted(segment.points.len(), "point")) ": " (sanitize::line(&segment.basis)) } }
                }
            }
        }
    }
}

/// A place on the page that a link can name.
fn anchor(chart: &Chart) -> String {
    let plain = |character: char| if character.is_ascii_alphanumeric() { character } else { '-' };
    format!("{} {}", chart.suite, chart.name).chars().map(plain).collect()
}
