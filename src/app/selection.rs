//! From the suites that a user named to a plan: what the configuration leaves of them, and the part that a shard runs.

use std::path::Path;

use super::records;
use super::refusal::Refusal;
use crate::config::Config;
use crate::plan::shard::{self, Durations};
use crate::plan::{Filter, Plan, Selection};
use crate::server::{Backends, Target};

/// The plan of all suites, or of those that were named.
pub(super) fn plan(config: &Config, all: bool, suites: Vec<String>) -> Result<Plan, Refusal> {
    Ok(Plan::new(&Selection::of(all, suites)?, filter(config))?)
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
