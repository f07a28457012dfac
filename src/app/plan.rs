//! `s3ci plan`: what a run would do, and how it would be split; also where `run` gets its plan from.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::{refuse_config, refuse_plan, report};
use crate::cli::{PlanArgs, PlanFormat};
use crate::config::Config;
use crate::exit::Exit;
use crate::plan::shard::{self, Durations};
use crate::plan::{Filter, Plan, PlanError, PlannedSuite, Selection};
use crate::report::Console;
use crate::server::{Backends, Target};

/// Prints the plan of a selection.
pub(super) fn plan(arguments: PlanArgs, console: &mut Console) -> Exit {
    match shards(arguments, console) {
        Ok((shards, format)) => {
            console.print(&match format {
                PlanFormat::Text => text(&shards),
                PlanFormat::Json => format!("{:#}\n", Value::from(shards.iter().map(value).collect::<Vec<_>>())),
                PlanFormat::GithubMatrix => {
                    format!("{}\n", json!({ "include": shards.iter().map(value).collect::<Vec<_>>() }))
                }
            });
            Exit::Success
        }
        Err(exit) => exit,
    }
}

fn shards(arguments: PlanArgs, console: &mut Console) -> Result<(Vec<Plan>, PlanFormat), Exit> {
    let config = Config::new(arguments.settings, arguments.config.as_deref());
    let config = config.map_err(|error| refuse_config(console, &error))?;
    let selection = Selection::of(arguments.all, arguments.suites);
    let whole = selection.and_then(|selection| Plan::new(&selection, filter(&config)));
    let whole = whole.map_err(|error| refuse_plan(console, &error))?;
    let durations = durations(arguments.durations.as_deref(), console)?;
    let shards = shard::split(&whole, arguments.shards, &durations);
    let shards = shards.map_err(|error| refuse_plan(console, &PlanError::from(error)))?;
    Ok((shards, arguments.format))
}

/// What the configuration leaves out of a selection.
pub(super) fn filter(config: &Config) -> Filter {
    let usual = match (config.backends, &config.target) {
        (None, Target::Endpoint(_)) => Backends::Local,
        _ => Backends::Both,
    };
    Filter {
        parallel_only: config.parallel_only,
        backends: config.backends.unwrap_or(Backends::Both),
        usual,
        has_base: config.comparison.is_some(),
    }
}

/// The part of a plan that `--shard` names; the whole where it names none.
pub(super) fn part(
    whole: Plan,
    shard: Option<&str>,
    durations_from: Option<&Path>,
    console: &mut Console,
) -> Result<Plan, Exit> {
    let Some(text) = shard else { return Ok(whole) };
    let durations = durations(durations_from, console)?;
    shard::part(&whole, text, &durations).map_err(|error| refuse_plan(console, &PlanError::from(error)))
}

fn durations(file: Option<&Path>, console: &mut Console) -> Result<Durations, Exit> {
    file.map_or_else(|| Ok(Durations::default()), |file| Ok(Durations::of(&report::read(file, console)?)))
}

/// What is named to run a suite again: itself, or the checks that were chosen of it.
fn words(planned: &PlannedSuite) -> Vec<String> {
    let name = planned.suite.name;
    planned
        .only
        .as_ref()
        .map_or_else(|| vec![name.to_owned()], |only| only.iter().map(|check| format!("{name}::{check}")).collect())
}

fn text(shards: &[Plan]) -> String {
    let mut text = String::new();
    for plan in shards {
        if let Some(shard) = plan.shard.filter(|shard| shard.count > 1) {
            let _ = writeln!(text, "shard {}/{}", shard.number, shard.count);
        }
        for planned in &plan.suites {
            let chosen = planned.only.as_ref().filter(|_| !planned.suite.is_flow()).map(Vec::len);
            let count = chosen.unwrap_or_else(|| planned.suite.checks().len());
            let noun = if count == 1 { "check" } else { "checks" };
            let _ = writeln!(text, "  {:<30} {count:>4} {noun:<7} {}", planned.suite.name, planned.suite.title);
        }
    }
    text
}

fn value(plan: &Plan) -> Value {
    let shard = plan.shard.map(|shard| format!("{}/{}", shard.number, shard.count));
    let suites: Vec<String> = plan.suites.iter().flat_map(words).collect();
    json!({ "shard": shard, "number": plan.shard.map(|shard| shard.number), "suites": suites.join(" ") })
}
