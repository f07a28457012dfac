//! A run under way: the console shows it, signals stop it, and reports are written after every suite and at its end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::refusal::Refusal;
use super::signals;
use crate::base::lock;
use crate::config::Config;
use crate::event::Event;
use crate::exit::Exit;
use crate::ledger::Ledger;
use crate::plan::Plan;
use crate::record::RunRecord;
use crate::report::{Console, GitHub, Outputs, WriteError};
use crate::run::{Run, Stopper};
use crate::server::{Credentials, DrimeSettings, Target};

/// What to run.
pub(super) struct Order<'a> {
    pub(super) plan: &'a Plan,
    pub(super) config: &'a Config,
    pub(super) ledger: Option<&'a Ledger>,
    pub(super) baseline: Option<&'a RunRecord>,
    pub(super) run_id: String,
    pub(super) drime: DrimeSettings,
    pub(super) notices: Vec<String>,
}

/// Runs to the end, or until a signal.
pub(super) async fn carry_out(
    order: Order<'_>,
    console: &Arc<Mutex<Console>>,
    outputs: &Outputs,
) -> Result<RunRecord, Refusal> {
    let Order { plan, config, ledger, baseline, run_id, drime, notices } = order;
    let stopper = Stopper::default();
    signals::listen(stopper.clone()).map_err(|error| Refusal::new("listen for signals", &error, Exit::Environment))?;
    // They are for the endpoint, and nothing else is given them.
    let external_credentials = external_credentials().filter(|_| matches!(config.target, Target::Endpoint(_)));
    let run =
        Run { plan, config, ledger, baseline, run_id, external_credentials, drime, notices, watchdog: true, stopper };
    let ticker = tokio::spawn(tick(Arc::clone(console)));
    let record = run.execute(|event, record| observe(event, record, console, outputs)).await;
    ticker.abort();
    Ok(record)
}

/// A name for a run that no other one has.
pub(super) fn run_id() -> String {
    format!("{:08x}", rand::random::<u32>())
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

/// Writes the final reports and shows how the run ended.
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
        // The reports that can be written name those that could not.
        drop(outputs.write_all(record));
        for error in failed {
            Refusal::from(error).tell(console);
        }
    }
    console.summary(record, outputs);
    if github.is_some() {
        console.commands(&GitHub::annotations(record));
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

/// Credentials of an endpoint, from the variables that every S3 tool uses.
fn external_credentials() -> Option<Credentials> {
    let access_key = std::env::var("AWS_ACCESS_KEY_ID").ok()?;
    let secret_key = std::env::var("AWS_SECRET_ACCESS_KEY").ok()?;
    Some(Credentials { access_key, secret_key })
}
