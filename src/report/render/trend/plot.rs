//! One panel as a picture: points, their intervals, and the places where the series changed.
//!
//! The drawing is stretched to the width it is given, so it fits a phone and a wide screen without a script; words stand beside it,
//! where they keep their shape. A segment is a series of its own, and its line ends where it does.

use maud::{Markup, html};

use super::{Change, Trend, commit, of_panel, value};
use crate::history::{Chart, Panel, PanelKind, Point, Segment};
use crate::report::plain::sanitize;

/// Width and height of the drawing in its own units.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 200.0;
/// Commits that the axis names.
const LABELS: usize = 6;
/// Points of the whole page up to which each tells its value where the pointer rests on it.
const TOLD: usize = 4000;

/// Where things stand.
pub(super) struct Scale {
    /// Position of each run on the axis.
    places: Vec<f64>,
    /// Names on the axis with their place in per cent.
    pub(super) labels: Vec<(String, f64)>,
    /// Whether points tell their values.
    told: bool,
}

impl Scale {
    /// Commits at equal distances, runs of one commit at one place.
    pub(super) fn of(trend: &Trend) -> Self {
        let entries = &trend.history.entries;
        let mut commits: Vec<&str> = Vec::new();
        let mut ranks = Vec::new();
        for entry in entries {
            let rank = commits.iter().rposition(|commit| *commit == entry.commit).unwrap_or_else(|| {
                commits.push(&entry.commit);
                commits.len() - 1
            });
            ranks.push(rank);
        }
        let place = |rank: usize| share(rank, commits.len());
        let shown = commits.len().min(LABELS);
        let labels = (0..shown).filter_map(|number| {
            let rank = if shown > 1 { number * (commits.len() - 1) / (shown - 1) } else { 0 };
            let run = ranks.iter().position(|other| *other == rank)?;
            Some((entries.get(run)?.label.clone(), place(rank) / WIDTH * 100.0))
        });
        let panels = trend.charts.iter().flat_map(|chart| &chart.panels);
        let points: usize = panels.flat_map(|panel| &panel.segments).map(|segment| segment.points.len()).sum();
        Self { labels: labels.collect(), places: ranks.into_iter().map(place).collect(), told: points <= TOLD }
    }

    fn across(&self, run: usize) -> f64 {
        self.places.get(run).copied().unwrap_or_default()
    }
}

/// The place of one of several, with some space at both ends.
#[expect(clippy::cast_precision_loss, reason = "a place on the screen")]
fn share(rank: usize, count: usize) -> f64 {
    if count <= 1 { WIDTH / 2.0 } else { 12.0 + rank as f64 / (count - 1) as f64 * (WIDTH - 24.0) }
}

/// The range of values that a panel shows.
struct Range {
    least: f64,
    most: f64,
}

impl Range {
    /// All values and intervals, with some margin; never so narrow that noise of a hundredth looks large.
    #[expect(clippy::cast_precision_loss, reason = "a place on the screen")]
    fn of(panel: &Panel) -> Self {
        let points = panel.segments.iter().flat_map(|segment| &segment.points);
        let ends = points.flat_map(|point| {
            let (lower, upper) = point.interval.unwrap_or((point.value, point.value));
            [point.value, lower, upper]
        });
        let equal = (panel.kind == PanelKind::Ratio).then_some(1_000_000);
        let all: Vec<u64> = ends.chain(equal).collect();
        let least = all.iter().min().copied().unwrap_or_default() as f64;
        let most = all.iter().max().copied().unwrap_or_default() as f64;
        let middle = f64::midpoint(least, most);
        let half = ((most - least) / 2.0 * 1.1).max(middle * 0.05).max(1.0);
        Self { least: (middle - half).max(0.0), most: middle + half }
    }

    #[expect(clippy::cast_precision_loss, reason = "a place on the screen")]
    fn down(&self, value: u64) -> f64 {
        (HEIGHT - (value as f64 - self.least) / (self.most - self.least) * HEIGHT).clamp(0.0, HEIGHT)
    }

    /// Three values of the axis with their place in per cent from the top.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a value within the range is positive")]
    fn ticks(&self) -> [(u64, f64); 3] {
        [0.1, 0.5, 0.9].map(|share| ((self.most - (self.most - self.least) * share) as u64, share * 100.0))
    }
}

pub(super) fn draw(trend: &Trend, scale: &Scale, chart: &Chart, panel: &Panel) -> Markup {
    let range = Range::of(panel);
    let changes: Vec<Change<'_>> = of_panel(chart, panel).collect();
    html! {
        div.plot {
            div.ticks { @for (tick, place) in range.ticks() { span style={ "top:" (percent(place)) } { (value(panel.kind, tick)) } } }
            div.canvas {
                div.marks {
                    @for change in &changes {
                        span.(tone(change)) style={ "left:" (percent(scale.across(change.run) / WIDTH * 100.0)) } { (change.size()) }
                    }
                }
                svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-label=(spoken(chart, panel)) {
                    @for (_, place) in range.ticks() {
                        line.rail x1="0" x2=(WIDTH) y1=(place / 100.0 * HEIGHT) y2=(place / 100.0 * HEIGHT) {}
                    }
                    @if panel.kind == PanelKind::Ratio {
                        line.equal x1="0" x2=(WIDTH) y1=(number(range.down(1_000_000))) y2=(number(range.down(1_000_000))) {}
                    }
                    @for segment in &panel.segments { (series(trend, scale, &range, panel, segment)) }
                    @for change in &changes {
                        @let place = number(f64::midpoint(scale.across(change.before), scale.across(change.run)));
                        line.change.(tone(change)) x1=(place) x2=(place) y1="0" y2=(HEIGHT) {}
                    }
                }
                div.axis.commits {
                    @for (label, place) in &scale.labels { span style={ "left:" (percent(*place)) } { (sanitize::line(label)) } }
                }
            }
        }
    }
}

/// One segment: its intervals as a band, its values as a line, each point on it.
fn series(trend: &Trend, scale: &Scale, range: &Range, panel: &Panel, segment: &Segment) -> Markup {
    let at = |point: &Point, value: u64| format!("{},{}", number(scale.across(point.run)), number(range.down(value)));
    let line: Vec<String> = segment.points.iter().map(|point| at(point, point.value)).collect();
    let with = segment.points.iter().filter_map(|point| Some((point, point.interval?)));
    let upper: Vec<String> = with.clone().map(|(point, (_, upper))| at(point, upper)).collect();
    let lower: Vec<String> = with.rev().map(|(point, (lower, _))| at(point, lower)).collect();
    html! {
        @if upper.len() > 1 { polygon.band points=(format!("{} {}", upper.join(" "), lower.join(" "))) {} }
        @if let ([upper], [lower]) = (upper.as_slice(), lower.as_slice()) { polyline.curve points=(format!("{upper} {lower}")) {} }
        @if line.len() > 1 { polyline.curve points=(line.join(" ")) {} }
        @if scale.told {
            @for (point, place) in segment.points.iter().zip(&line) {
                path.point d=(format!("M{place}h0")) { title { (told(trend, panel, point)) } }
            }
        } @else {
            path.point d=(line.iter().fold(String::new(), |path, place| path + "M" + place + "h0")) {}
        }
    }
}

fn told(trend: &Trend, panel: &Panel, point: &Point) -> String {
    let place = trend.history.entries.get(point.run).map(commit).unwrap_or_default();
    let interval =
        point.interval.map(|(lower, upper)| format!(" ({} to {})", value(panel.kind, lower), value(panel.kind, upper)));
    sanitize::line(&format!("{place}: {}{}", value(panel.kind, point.value), interval.unwrap_or_default()))
}

fn tone(change: &Change<'_>) -> &'static str {
    if change.is_worse() { "bad" } else { "good" }
}

/// The picture for those who cannot see it.
fn spoken(chart: &Chart, panel: &Panel) -> String {
    let points = || panel.segments.iter().flat_map(|segment| &segment.points);
    let first = points().min_by_key(|point| point.run).map(|point| value(panel.kind, point.value)).unwrap_or_default();
    let last = points().max_by_key(|point| point.run).map(|point| value(panel.kind, point.value)).unwrap_or_default();
    let changes = of_panel(chart, panel).count();
    format!("{} points, from {first} to {last}, {changes} change points", points().count())
}

/// A place in the drawing's units; tenths are finer than any screen.
fn number(place: f64) -> String {
    format!("{place:.1}")
}

fn percent(share: f64) -> String {
    format!("{share:.1}%")
}
