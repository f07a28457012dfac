//! CSV for Apache Otava: a row for each run, a column for each series, and the columns `time` and `commit`.
//!
//! Otava takes a file for one series after the other and knows no gaps. So the rows are the runs that can be compared with the latest
//! one (by the keys that part the series of a trend: machine, settings, reference, procedure), and the columns are what all of them have.

use std::collections::BTreeMap;

use time::format_description::well_known::Rfc3339;

use super::decimal;
use crate::history::{Entry, History};
use crate::record::Unit;

/// Renders what can be compared with the latest run; a history without runs has no more than the fixed columns.
#[must_use]
pub fn render(history: &History) -> String {
    let latest = history.entries.last();
    let rows: Vec<(&Entry, BTreeMap<String, String>)> = history
        .entries
        .iter()
        .filter(|entry| latest.is_some_and(|latest| entry.is_comparable_with(latest)))
        .map(|entry| (entry, values(entry)))
        .collect();
    let names = rows.last().map(|(_, values)| values.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let columns: Vec<&String> =
        names.iter().filter(|name| rows.iter().all(|(_, values)| values.contains_key(*name))).collect();
    let mut text = line(["time", "commit"].into_iter().chain(columns.iter().map(|name| name.as_str())));
    for (entry, values) in &rows {
        let time = entry.time.format(&Rfc3339).unwrap_or_default();
        let cells = columns.iter().filter_map(|name| values.get(*name).map(String::as_str));
        text.push_str(&line([time.as_str(), entry.label.as_str()].into_iter().chain(cells)));
    }
    text
}

/// The series of a run: `bench/local upload.latency seconds`, `throughput/local put ratio`.
fn values(entry: &Entry) -> BTreeMap<String, String> {
    let figure = |unit| match unit {
        Unit::Nanoseconds => ("seconds", 9),
        Unit::Bytes => ("bytes", 0),
        Unit::BytesPerSecond => ("bytes/s", 0),
        Unit::OperationsPerSecond => ("op/s", 0),
        Unit::Count => ("count", 0),
    };
    let figures = entry.metrics.iter().map(|metric| {
        let (unit, places) = figure(metric.unit);
        (format!("{} {} {unit}", metric.suite, metric.name), decimal(metric.median, places))
    });
    let ratios =
        entry.ratios.iter().map(|ratio| (format!("{} {} ratio", ratio.suite, ratio.name), decimal(ratio.ratio_ppm, 6)));
    figures.chain(ratios).collect()
}

/// A line of cells, each quoted where it has to be.
fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let quoted = |cell: &str| {
        // A label may come from anywhere, and a spreadsheet takes some beginnings for a formula.
        let cell = if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell.to_owned() };
        if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
    };
    cells.map(quoted).collect::<Vec<_>>().join(",") + "\n"
}
