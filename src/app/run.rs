//! `s3ci run`.

use std::sync::{Arc, Mutex};

use super::execution::{Order, carry_out, finish, run_id};
use super::outputs::outputs;
use super::proposal::Wanted;
use super::refusal::Refusal;
use super::{drime, records, selection, surroundings};
use crate::base::lock;
use crate::checks::CATALOGUE;
use crate::cli::RunArgs;
use crate::config::Config;
use crate::exit::Exit;
use crate::ledger::Ledger;
use crate::plan::{PlanError, nearest};
use crate::record::{RunRecord, SuiteId};
use crate::report::{Console, GitHub};

/// Checks all that can be checked beforehand, runs, reports.
pub(super) async fn run(
    arguments: RunArgs,
    github: Option<&GitHub>,
    console: &Arc<Mutex<Console>>,
) -> Result<Exit, Refusal> {
    let config = Config::new(&arguments.options.0, surroundings(&lock(console)))?;
    let ledger = Ledger::chosen(&config.known_issues)?;
    known_thresholds(&config)?;
    let plan = selection::part(selection::plan(&config, arguments.all, arguments.suites)?, &config)?;
    config.target.validate().await?;
    if let Some(comparison) = &config.comparison {
        comparison.base.validate().await?;
    }
    let (drime, notice) = drime::settings(&config, plan.has_drime(), &mut lock(console))?;
    // Before anything is written, so that it may be of the same directory.
    let baseline = baseline(&config)?;
    let outputs = outputs(&config)?;
    let proposal = Wanted::check(config.update_known_issues.clone(), ledger.as_ref())?;
    let notices = config.notices.iter().cloned().chain(notice).collect();
    let (ledger, baseline, run_id) = (ledger.as_ref(), baseline.as_ref(), run_id());
    let order = Order { plan: &plan, config: &config, ledger, baseline, run_id, drime, notices };
    let mut record = carry_out(order, console, &outputs).await?;
    let mut console = lock(console);
    let exit = finish(&mut record, &mut console, &outputs, github);
    Ok(proposal.map_or(exit, |proposal| proposal.tell(&record, exit, &mut console)))
}

/// The earlier run to compare with.
fn baseline(config: &Config) -> Result<Option<RunRecord>, Refusal> {
    let path = config.comparison.as_ref().and_then(|comparison| comparison.baseline.as_ref());
    let Some(path) = path else { return Ok(None) };
    let record = records::read(path)?;
    if record.against.as_ref().is_none_or(|against| against.throughput.is_empty()) {
        let cause = "that run did not compare throughput with a base";
        return Err(Refusal::because(format!("use the baseline {}", path.display()), cause, Exit::Usage)
            .hint("name a run of the throughput suite with the same --against"));
    }
    Ok(Some(record))
}

/// A threshold on a suite that does not exist would hold for ever.
fn known_thresholds(config: &Config) -> Result<(), Refusal> {
    let known = |suite: &SuiteId| CATALOGUE.iter().any(|known| known.name == suite.as_str());
    match config.thresholds.0.iter().find(|threshold| !known(&threshold.suite)) {
        None => Ok(()),
        Some(threshold) => {
            let (name, nearest) = (threshold.suite.to_string(), nearest(threshold.suite.as_str()));
            let error = PlanError::Unknown { name, nearest };
            let what = format!("use a threshold on {}", threshold.suite);
            Err(Refusal::new(what, &error, Exit::Usage).hint(error.hint()))
        }
    }
}
