//! The trend for a terminal.

use super::{Trend, commit, of_panel, subject, value, verdict};
use crate::history::{Chart, Panel, Point};
use crate::report::plain::{page::Page, sanitize};

/// Heights of a line drawn with characters.
const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Columns of such a line.
const COLUMNS: usize = 60;

#[must_use]
pub fn render(trend: &Trend) -> String {
    let mut page = Page::default();
    let Some(latest) = trend.latest() else {
        let few = trend.too_few().map(|few| format!("; {few}")).unwrap_or_default();
        page.item(0, "", &format!("the history is empty: nothing was added yet{few}"));
        return page.into_text();
    };
    let (mark, words) = verdict(latest);
    page.item(0, &mark.to_string(), &format!("{}: {words}; {}", sanitize::line(&commit(latest)), trend.extent()));
    for id in &latest.failed {
        page.item(2, "✗", &sanitize::line(id.as_str()));
    }
    for notice in trend.notices() {
        page.item(0, "notice:", &notice);
    }
    changes(&mut page, trend);
    for chart in &trend.charts {
        metric(&mut page, chart);
    }
    page.into_text()
}

fn changes(page: &mut Page, trend: &Trend) {
    let changes = trend.changes();
    if changes.is_empty() {
        page.blank();
        let few = trend.too_few().map(|few| format!("No change points: {few}."));
        page.item(0, "", few.as_deref().unwrap_or("No change points."));
        return;
    }
    page.block("Change points, for information");
    for change in changes {
        let place = trend.history.entries.get(change.run).map(commit).unwrap_or_default();
        let name = sanitize::line(&format!("{} {}", change.chart.suite, change.chart.name));
        let mark = if change.is_worse() { "!" } else { "✓" };
        page.item(2, mark, &format!("{}: {name}, {}", sanitize::line(&place), subject(change.panel.kind)));
        page.item(6, "", &format!("{}, {}", change.size(), change.words()));
    }
}

fn metric(page: &mut Page, chart: &Chart) {
    page.block(&sanitize::line(&format!("{} {}", chart.suite, chart.name)));
    for panel in &chart.panels {
        let Some(point) = last(panel) else { continue };
        let interval = point
            .interval
            .map(|(lower, upper)| format!(" ({} to {})", value(panel.kind, lower), value(panel.kind, upper)));
        let count = of_panel(chart, panel).count();
        let changes = if count == 0 { String::new() } else { format!(", change points: {count}") };
        let now = format!("{}{}", value(panel.kind, point.value), interval.unwrap_or_default());
        page.item(2, "", &format!("{}: {now}{changes}", subject(panel.kind)));
        page.row(&format!("    {}", line(panel)));
    }
}

fn last(panel: &Panel) -> Option<Point> {
    panel.segments.iter().filter_map(|segment| segment.points.last()).max_by_key(|point| point.run).copied()
}

/// The latest points of all segments, side by side.
fn line(panel: &Panel) -> String {
    let mut points: Vec<&Point> = panel.segments.iter().flat_map(|segment| &segment.points).collect();
    points.sort_by_key(|point| point.run);
    let shown = &points[points.len().saturating_sub(COLUMNS)..];
    let least = shown.iter().map(|point| point.value).min().unwrap_or_default();
    let most = shown.iter().map(|point| point.value).max().unwrap_or_default();
    let step = |value: u64| {
        let height = u128::from(value - least) * (STEPS.len() as u128 - 1);
        let place = height.checked_div(u128::from(most - least)).unwrap_or(STEPS.len() as u128 / 2);
        usize::try_from(place).ok().and_then(|place| STEPS.get(place)).copied().unwrap_or(' ')
    };
    shown.iter().map(|point| step(point.value)).collect()
}
