//! `s3ci trend`: how metrics moved from commit to commit.

use super::history;
use super::refusal::Refusal;
use crate::cli::TrendArgs;
use crate::exit::Exit;
use crate::history::charts;
use crate::record::Unit;
use crate::report::trend::{self, Trend};
use crate::report::{Console, check_writable, write_atomically};
use crate::throughput::{FEWEST_POINTS, change_points};

/// Seed of the shuffles, so that a history has the same change points each time.
const SEED: u64 = 1;

/// Shows the trend, and writes the page where one was asked for.
pub(super) fn trend(arguments: &TrendArgs, console: &mut Console) -> Result<Exit, Refusal> {
    if let Some(path) = &arguments.html {
        check_writable(path)?;
    }
    let history = history::read(&arguments.from)?;
    let wanted = |suite: &str, name: &str, unit: Option<Unit>| is_wanted(&arguments.metric, suite, name, unit);
    let changes =
        |series: &[f64]| change_points(series, SEED).into_iter().map(|point| (point.index, point.chance)).collect();
    let charts = charts(&history.entries, wanted, changes);
    let trend = Trend { history, charts, fewest: FEWEST_POINTS };
    console.result(&trend::text(&trend));
    if let Some(path) = arguments.html.as_deref() {
        write_atomically(path, trend::html(&trend).as_bytes())?;
        console.result(&format!("\nHTML page: {}\n", path.display()));
    }
    Ok(Exit::Success)
}

/// Ratios, rates of transfer and latencies, unless the user asks for others; the rate of a local copy says nothing about the server.
fn is_wanted(asked: &[String], suite: &str, name: &str, unit: Option<Unit>) -> bool {
    if !asked.is_empty() {
        let whole = format!("{suite}/{name}");
        return asked.iter().any(|part| whole.contains(part.as_str()));
    }
    let usual = |unit| match unit {
        Unit::BytesPerSecond => !name.starts_with("local-copy."),
        Unit::Nanoseconds => name.ends_with(".latency"),
        Unit::Bytes | Unit::OperationsPerSecond | Unit::Count => false,
    };
    unit.is_none_or(usual)
}
