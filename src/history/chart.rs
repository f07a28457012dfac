//! Turns the lines of a history into series of comparable values.
//!
//! A ratio is comparable with ratios to the same reference by the same procedure. A figure is comparable with figures
//! of the same kind of machine and settings. Both belong to one major version of the record. A point that differs in
//! one of these goes into another segment. Deliberately absent: statistics. The caller passes in the search for change
//! points.

use std::collections::BTreeMap;

use super::entry::{Entry, Measured, Ratio};
use crate::record::{Direction, Unit};

/// Everything that is charted of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    pub suite: String,
    /// Name within the suite.
    pub name: String,
    /// The ratio to a reference first, if there is one, then the figure itself.
    pub panels: Vec<Panel>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    pub kind: PanelKind,
    pub direction: Direction,
    /// The series; the points of each are comparable.
    pub segments: Vec<Segment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PanelKind {
    /// The ratio to a reference, in millionths.
    Ratio,
    Figure(Unit),
}

/// A series of comparable points.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// What the points have in common: the reference, or the machine.
    pub basis: String,
    /// In order of time.
    pub points: Vec<Point>,
    /// The change points, in order.
    pub marks: Vec<Mark>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// Index of the run in the history.
    pub run: usize,
    pub value: u64,
    pub interval: Option<(u64, u64)>,
}

/// A change point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Index in the segment of the first point after the change.
    pub index: usize,
    /// The probability of such a change by chance.
    pub chance: f64,
    /// Median of the points since the previous change.
    pub before: u64,
    /// Median of the points until the next change.
    pub after: u64,
}

impl Mark {
    /// `after / before - 1`.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a change in per cent needs no more digits than a float has")]
    pub fn change(&self) -> f64 {
        self.after as f64 / self.before.max(1) as f64 - 1.0
    }

    #[must_use]
    pub fn is_worse(&self, direction: Direction) -> bool {
        match direction {
            Direction::Higher => self.after < self.before,
            Direction::Lower => self.after > self.before,
        }
    }
}

/// Charts of the metrics that `wanted` accepts by suite, name and unit (`None` for a ratio), ratios first. `changes`
/// finds the change points of a series: the index of the first point after each, and its probability by chance.
pub fn charts(
    entries: &[Entry],
    wanted: impl Fn(&str, &str, Option<Unit>) -> bool,
    changes: impl Fn(&[f64]) -> Vec<(usize, f64)>,
) -> Vec<Chart> {
    let mut sheets = Sheets::default();
    for (run, entry) in entries.iter().enumerate() {
        for ratio in entry.ratios.iter().filter(|ratio| wanted(ratio.suite.as_str(), &ratio.name, None)) {
            sheets.ratio(run, entry, ratio);
        }
    }
    for (run, entry) in entries.iter().enumerate() {
        for metric in &entry.metrics {
            if wanted(metric.suite.as_str(), &metric.name, Some(metric.unit)) {
                sheets.figure(run, entry, metric);
            }
        }
    }
    let mut charts = sheets.charts;
    for segment in charts.iter_mut().flat_map(|chart| &mut chart.panels).flat_map(|panel| &mut panel.segments) {
        mark(segment, &changes);
    }
    charts
}

/// Charts under construction, and their index by suite and name.
#[derive(Default)]
struct Sheets {
    charts: Vec<Chart>,
    places: BTreeMap<(String, String), usize>,
}

impl Sheets {
    fn ratio(&mut self, run: usize, entry: &Entry, ratio: &Ratio) {
        let Some(basis) = entry.basis_of_ratio(ratio) else { return };
        let chart = self.chart(ratio.suite.as_str(), &ratio.name);
        let interval = ratio.lower_ppm.zip(ratio.upper_ppm);
        add(chart, PanelKind::Ratio, ratio.direction, basis, Point { run, value: ratio.ratio_ppm, interval });
        if let Some(value) = ratio.operation_ns {
            let kind = PanelKind::Figure(Unit::Nanoseconds);
            add(chart, kind, Direction::Lower, entry.basis_of_operation(ratio), Point { run, value, interval: None });
        }
    }

    fn figure(&mut self, run: usize, entry: &Entry, metric: &Measured) {
        let chart = self.chart(metric.suite.as_str(), &metric.name);
        let point = Point { run, value: metric.median, interval: None };
        add(chart, PanelKind::Figure(metric.unit), metric.direction, entry.basis_of_figures(), point);
    }

    fn chart(&mut self, suite: &str, name: &str) -> &mut Chart {
        let charts = &mut self.charts;
        let place = *self.places.entry((suite.to_owned(), name.to_owned())).or_insert_with(|| {
            charts.push(Chart { suite: suite.to_owned(), name: name.to_owned(), panels: Vec::new() });
            charts.len() - 1
        });
        &mut self.charts[place]
    }
}

fn add(chart: &mut Chart, kind: PanelKind, direction: Direction, basis: String, point: Point) {
    let panel = chart.panels.iter().position(|panel| panel.kind == kind).unwrap_or_else(|| {
        chart.panels.push(Panel { kind, direction, segments: Vec::new() });
        chart.panels.len() - 1
    });
    let segments = &mut chart.panels[panel].segments;
    match segments.iter_mut().find(|segment| segment.basis == basis) {
        Some(segment) => segment.points.push(point),
        None => segments.push(Segment { basis, points: vec![point], marks: Vec::new() }),
    }
}

#[expect(clippy::cast_precision_loss, reason = "what is measured has fewer digits than a float")]
fn mark(segment: &mut Segment, changes: impl Fn(&[f64]) -> Vec<(usize, f64)>) {
    let values: Vec<f64> = segment.points.iter().map(|point| point.value as f64).collect();
    let found = changes(&values);
    let starts = std::iter::once(0).chain(found.iter().map(|(index, _)| *index));
    let ends = found.iter().map(|(index, _)| *index).chain(std::iter::once(values.len()));
    let middles: Vec<u64> = starts.zip(ends).map(|(start, end)| middle(&segment.points[start..end])).collect();
    segment.marks = found
        .iter()
        .zip(middles.windows(2))
        .map(|((index, chance), sides)| Mark { index: *index, chance: *chance, before: sides[0], after: sides[1] })
        .collect();
}

fn middle(points: &[Point]) -> u64 {
    let mut values: Vec<u64> = points.iter().map(|point| point.value).collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}
