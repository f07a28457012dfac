//! `s3ci compare`: two records side by side.

use super::records;
use super::refusal::Refusal;
use crate::cli::{AnswerFormat, CompareArgs};
use crate::exit::Exit;
use crate::record::{Comparison, Outcome, RunRecord, SuiteSince, compare as compared};
use crate::report::Console;
use crate::report::compare as rendered;
use crate::throughput::since_baseline;

/// Compares, prints, and returns the exit code of the comparison.
pub(super) fn compare(arguments: &CompareArgs, console: &mut Console) -> Result<Exit, Refusal> {
    let (from, to) = (records::read(&arguments.from)?, records::read(&arguments.to)?);
    let comparison = compared(&from, &to)?;
    let since = since(&from, &to);
    let answer = match arguments.format {
        AnswerFormat::Text => rendered::text(&comparison, &since),
        AnswerFormat::Json => rendered::json(&comparison, &since)?,
    };
    console.result(&answer);
    Ok(judge(&comparison, &since))
}

/// Throughput through the base that both runs had, for each suite of the later one that compared.
fn since(from: &RunRecord, to: &RunRecord) -> Vec<SuiteSince> {
    let suites = to.against.iter().flat_map(|against| &against.throughput).map(|compared| compared.suite.clone());
    suites.map(|suite| SuiteSince { found: since_baseline(from, to, &suite), suite }).collect()
}

/// Wrong answers outweigh slow ones, as in a run.
fn judge(comparison: &Comparison, since: &[SuiteSince]) -> Exit {
    let mut red = comparison.checks.iter().filter(|check| check.is_red()).peekable();
    if red.peek().is_none() {
        return if since.iter().any(SuiteSince::has_dropped) { Exit::Slower } else { Exit::Success };
    }
    let slow = red.all(|check| check.to.as_ref().is_some_and(Outcome::is_slow));
    if slow { Exit::Slower } else { Exit::CheckFailed }
}
