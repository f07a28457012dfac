//! `s3ci run`.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::proposal::Wanted;
use super::report;
use super::{fail, refuse_config, refuse_ledger, refuse_plan, refuse_report, signals, validate};
use crate::base::lock;
use crate::checks::CATALOGUE;
use crate::cli::{ReportPaths, RunArgs, When};
use crate::config::Config;
use crate::event::Event;
use crate::exit::Exit;
use crate::ledger::Ledger;
use crate::plan::{Plan, PlanError, Selection, nearest};
use crate::record::{RunRecord, SuiteId};
use crate::report::{Console, GitHub, Outputs, WriteError};
use crate::run::{Run, Stopper};
use crate::server::{Credentials, DrimeSettings, Target};

/// Names of the reports in `--out`.
const JUNIT: &str = "out.xml";
pub(super) const METRICS: &str = "metrics.json";
const TEXT: &str = "report.txt";
const HTML: &str = "report.html";

/// Checks all that can be checked beforehand, runs, reports.
pub(super) async fn run(arguments: RunArgs, mut console: Console) -> Exit {
    let config = match Config::new(arguments.settings, arguments.config.as_deref()) {
        Ok(config) => config,
        Err(error) => return refuse_config(&mut console, &error),
    };
    let ledger = match Ledger::chosen(&config.known_issues) {
        Ok(ledger) => ledger,
        Err(error) => return refuse_ledger(&mut console, &error),
    };
    if let Err(exit) = known_thresholds(&config, &mut console) {
        return exit;
    }
    let selection = Selection::of(arguments.all, arguments.suites);
    let plan = match selection.and_then(|selection| Plan::new(&selection, super::plan::filter(&config))) {
        Ok(plan) => plan,
        Err(error) => return refuse_plan(&mut console, &error),
    };
    let part = super::plan::part(plan, arguments.shard.as_deref(), arguments.durations.as_deref(), &mut console);
    let plan = match part {
        Ok(plan) => plan,
        Err(exit) => return exit,
    };
    for target in [Some(&config.target), config.comparison.as_ref().map(|comparison| &comparison.base)] {
        if let Some(target) = target
            && let Err(exit) = validate(target, &mut console).await
        {
            return exit;
        }
    }
    let drime = match super::drime::settings(&config, plan.has_drime(), &mut console) {
        Ok(drime) => drime,
        Err(exit) => return exit,
    };
    let baseline = match baseline(&config, &mut console) {
        Ok(baseline) => baseline,
        Err(exit) => return exit,
    };
    let outputs = match outputs(&arguments.reports, &mut console) {
        Ok(outputs) => outputs,
        Err(exit) => return exit,
    };
    let proposal = match Wanted::check(arguments.update_known_issues, ledger.as_ref(), &mut console) {
        Ok(proposal) => proposal,
        Err(exit) => return exit,
    };
    let run_id = format!("{:08x}", rand::random::<u32>());
    let github = github(arguments.github, &run_id);
    if let Some(github) = &github {
        console.print(&github.opening());
    }
    let console = Arc::new(Mutex::new(console));
    let order =
        Order { plan: &plan, config: &config, ledger: ledger.as_ref(), baseline: baseline.as_ref(), run_id, drime };
    let mut record = match carry_out(order, &console, &outputs).await {
        Ok(record) => record,
        Err(exit) => return exit,
    };
    let mut console = lock(&console);
    let exit = finish(&mut record, &mut console, &outputs, github.as_ref());
    proposal.map_or(exit, |proposal| proposal.tell(&record, exit, &mut console))
}

/// What is to be run.
pub(super) struct Order<'a> {
    pub(super) plan: &'a Plan,
    pub(super) config: &'a Config,
    pub(super) ledger: Option<&'a Ledger>,
    pub(super) baseline: Option<&'a RunRecord>,
    pub(super) run_id: String,
    pub(super) drime: DrimeSettings,
}

/// Runs, told on the console and stopped by signals.
pub(super) async fn carry_out(
    order: Order<'_>,
    console: &Arc<Mutex<Console>>,
    outputs: &Outputs,
) -> Result<RunRecord, Exit> {
    let Order { plan, config, ledger, baseline, run_id, drime } = order;
    let stopper = Stopper::default();
    if let Err(error) = signals::listen(stopper.clone()) {
        return Err(fail(&mut lock(console), "listen for signals", &error, None, Exit::Environment));
    }
    // Nobody but the endpoint that they are for ever sees them.
    let external_credentials = external_credentials().filter(|_| matches!(config.target, Target::Endpoint(_)));
    let run = Run { plan, config, ledger, baseline, run_id, external_credentials, drime, stopper };
    let ticker = tokio::spawn(tick(Arc::clone(console)));
    let record = run.execute(|event, record| observe(event, record, console, outputs)).await;
    ticker.abort();
    Ok(record)
}

/// The earlier run to compare with; read before anything is written, so that it may be of the same directory.
fn baseline(config: &Config, console: &mut Console) -> Result<Option<RunRecord>, Exit> {
    let path = config.comparison.as_ref().and_then(|comparison| comparison.baseline.as_ref());
    let Some(path) = path else { return Ok(None) };
    let record = report::read(path, console)?;
    if record.against.as_ref().is_none_or(|against| against.throughput.is_empty()) {
        let what = format!("use the baseline {}", path.display());
        let hint = "name a run of throughput with the same --against";
        console.error(&what, &["its run compared no throughput with a base".to_owned()], Some(hint));
        return Err(Exit::Usage);
    }
    Ok(Some(record))
}

/// A threshold on a suite that does not exist would hold for ever.
fn known_thresholds(config: &Config, console: &mut Console) -> Result<(), Exit> {
    let known = |suite: &SuiteId| CATALOGUE.iter().any(|known| known.name == suite.as_str());
    match config.thresholds.iter().find(|threshold| !known(&threshold.suite)) {
        None => Ok(()),
        Some(threshold) => {
            let what = format!("use a threshold on {}", threshold.suite);
            let error =
                PlanError::Unknown { name: threshold.suite.to_string(), nearest: nearest(threshold.suite.as_str()) };
            Err(fail(console, &what, &error, error.hint().as_deref(), Exit::Usage))
        }
    }
}

/// The step of GitHub Actions that this is, where it is one or is to be taken for one.
pub(super) fn github(when: When, run_id: &str) -> Option<GitHub> {
    let wanted = match when {
        When::Auto => GitHub::is_here(),
        When::Always => true,
        When::Never => false,
    };
    // The run's own name is part of bucket names: a server knows it.
    wanted.then(|| GitHub::of_environment(format!("{run_id}{:032x}", rand::random::<u128>())))
}

/// Where reports go; a directory named by `--out` is made.
pub(super) fn outputs(paths: &ReportPaths, console: &mut Console) -> Result<Outputs, Exit> {
    if let Some(directory) = &paths.out
        && let Err(error) = make(directory)
    {
        let what = format!("make the report directory {}", directory.display());
        let hint = "choose a directory that you may write to";
        return Err(fail(console, &what, &error, Some(hint), Exit::Report));
    }
    let default = |name: &str| paths.out.as_ref().map(|directory| directory.join(name));
    let outputs = Outputs {
        junit: paths.junit.clone().or_else(|| default(JUNIT)),
        json: paths.json.clone().or_else(|| default(METRICS)),
        text: paths.text.clone().or_else(|| default(TEXT)),
        html: paths.html.clone().or_else(|| default(HTML)),
    };
    outputs.check().map_err(|error| refuse_report(console, &error))?;
    Ok(outputs)
}

/// Makes a directory for reports. One that was not there tells git to leave it alone: in a checkout that is tested (`path:.`) the reports of
/// one run would be among the sources of the next.
fn make(directory: &Path) -> io::Result<()> {
    let is_new = !directory.exists();
    std::fs::create_dir_all(directory)?;
    if is_new { std::fs::write(directory.join(".gitignore"), "*\n") } else { Ok(()) }
}

/// Shows an event, and writes the reports whenever a suite has ended, so that a crash loses one suite at most.
fn observe(event: &Event, record: &RunRecord, console: &Mutex<Console>, outputs: &Outputs) {
    lock(console).event(event);
    if matches!(event, Event::SuiteFinished { .. }) {
        for error in outputs.write_all(record) {
            tracing::debug!(%error, "a report could not be written after a suite; the end of the run tells");
        }
    }
}

/// Writes the reports for good and tells how the run ended.
pub(super) fn finish(
    record: &mut RunRecord,
    console: &mut Console,
    outputs: &Outputs,
    github: Option<&GitHub>,
) -> Exit {
    let mut failed = outputs.write_all(record);
    failed.extend(github.into_iter().flat_map(|github| github.write(record, outputs)));
    if !failed.is_empty() {
        record.faults.extend(failed.iter().map(WriteError::fault));
        Exit::judge(record);
        // Reports that can be written tell of those that could not.
        drop(outputs.write_all(record));
        for error in &failed {
            refuse_report(console, error);
        }
    }
    console.summary(record, outputs);
    if let Some(github) = github {
        console.print(&github.closing(record));
    }
    Exit::of(record).first().copied().unwrap_or(Exit::Success)
}

async fn tick(console: Arc<Mutex<Console>>) {
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    loop {
        seconds.tick().await;
        lock(&console).tick();
    }
}

/// Credentials of an endpoint that somebody else runs, from the variables that every S3 tool uses.
fn external_credentials() -> Option<Credentials> {
    let access_key = std::env::var("AWS_ACCESS_KEY_ID").ok()?;
    let secret_key = std::env::var("AWS_SECRET_ACCESS_KEY").ok()?;
    Some(Credentials { access_key, secret_key })
}
