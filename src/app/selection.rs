//! From the suites that a user named to a plan: what the configuration leaves of them, and the part that a shard runs.

use std::path::Path;

use super::records;
use super::refusal::Refusal;
use crate::config::Config;
use crate::exit::Exit;
use crate::plan::shard::{self, Durations};
use crate::plan::{Filter, Plan, Selection};
use crate::server::{Backends, Target};

/// The plan of all suites, or of those that were named.
pub(super) fn plan(config: &Config, all: bool, suites: Vec<String>) -> Result<Plan, Refusal> {
    let selection = match &config.rerun {
        None => Selection::of(all, suites)?,
        Some(earlier) if !all && suites.is_empty() => Selection::Named(red(earlier)?),
        Some(_) => {
            let cause = "--rerun says already what to run";
            return Err(Refusal::because("run suites together with --rerun".to_owned(), cause, Exit::Usage)
                .hint("give either suites (or --all) or --rerun"));
        }
    };
    Ok(Plan::new(&selection, filter(config))?)
}

/// What was red in an earlier run: checks that failed or were not judged, and suites that broke off.
fn red(earlier: &Path) -> Result<Vec<String>, Refusal> {
    let record = records::read(earlier)?;
    let broken_off = record.suites.iter().filter(|suite| suite.fault.is_some()).map(|suite| suite.id.to_string());
    let checks = record.suites.iter().flat_map(|suite| &suite.checks);
    let checks = checks.filter(|check| check.outcome.is_failed() || check.outcome.is_not_judged());
    let red: Vec<String> =
        broken_off.chain(checks.map(|check| check.id.to_string())).filter(|name| is_known(name)).collect();
    if red.is_empty() {
        let cause = "nothing failed in that run, or this s3ci does not have the checks that did";
        return Err(Refusal::because(format!("run again what was red in {}", earlier.display()), cause, Exit::Usage)
            .hint("name suites, or give --all"));
    }
    Ok(red)
}

/// Whether this s3ci has such a suite or check. A threshold has an id too, and is neither.
fn is_known(name: &str) -> bool {
    Plan::new(&Selection::Named(vec![name.to_owned()]), Filter::NONE).is_ok()
}

/// What the configuration leaves out of a selection.
fn filter(config: &Config) -> Filter {
    let usual = match (config.backend, &config.target) {
        (None, Target::Endpoint(_)) => Backends::Local,
        _ => Backends::Both,
    };
    Filter {
        parallel_only: config.parallel,
        backends: config.backend.unwrap_or(Backends::Both),
        usual,
        has_base: config.comparison.is_some(),
    }
}

/// The part of a plan that `--shard` names; the whole where it names none.
pub(super) fn part(whole: Plan, config: &Config) -> Result<Plan, Refusal> {
    let Some(text) = &config.shard else { return Ok(whole) };
    Ok(shard::part(&whole, text, &durations(config.durations.as_deref())?)?)
}

pub(super) fn parts(whole: &Plan, config: &Config, count: u64) -> Result<Vec<Plan>, Refusal> {
    Ok(shard::split(whole, count, &durations(config.durations.as_deref())?)?)
}

fn durations(file: Option<&Path>) -> Result<Durations, Refusal> {
    file.map_or_else(|| Ok(Durations::default()), |file| Ok(Durations::of(&records::read(file)?)))
}
