//! `s3ci plan`: what a run would do, and how it would be split.

use std::fmt::Write;

use serde_json::{Value, json};

use super::refusal::Refusal;
use super::{configured, selection};
use crate::cli::{PlanArgs, PlanFormat};
use crate::exit::Exit;
use crate::plan::{Plan, PlannedSuite};
use crate::report::Console;

/// Prints the plan of a selection.
pub(super) fn plan(arguments: PlanArgs, console: &mut Console) -> Result<Exit, Refusal> {
    let config = configured(&arguments.options.0, console)?;
    let whole = selection::plan(&config, arguments.all, arguments.suites)?;
    let shards = selection::parts(&whole, &config, arguments.shards)?;
    console.print(&match arguments.format {
        PlanFormat::Text => text(&shards),
        PlanFormat::Json => format!("{:#}\n", Value::from(shards.iter().map(value).collect::<Vec<_>>())),
        PlanFormat::GithubMatrix => {
            format!("{}\n", json!({ "include": shards.iter().map(value).collect::<Vec<_>>() }))
        }
    });
    Ok(Exit::Success)
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
