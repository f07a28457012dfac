//! Carries out a plan: prepares the target, runs suite after suite on a fresh server each, and folds what happens into the record.
//!
//! Owns order, cancellation and teardown: whatever was started here is stopped here, on every way out. Deliberately absent: what is
//! asked of a server (`checks`), how one is run (`server`), and how the record is shown (`report`).

mod afterwards;
mod fold;
mod host;
mod known;
mod redaction;
mod repeat;
mod side_by_side;
mod suite;
mod throughput;
mod upgrade;
mod verdicts;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::base::nanoseconds;
use crate::checks::Suite;
use crate::config::Config;
use crate::event::{Event, Events, Prepared};
use crate::ledger::Ledger;
use crate::plan::{Plan, PlannedSuite};
use crate::record::{Fault, FaultKind, HarnessTiming, Interruption, RunRecord, RuntimeKind};
use crate::server::watchdog::Watchdog;
use crate::server::{Credentials, DrimeSettings, Runtime, RuntimeSettings, ServerError, Target, work_dir};

pub use fold::new_record;
use known::KnownIssues;
use redaction::Redaction;

/// Events that may wait for their listener.
const EVENTS: usize = 256;

/// A request to stop: cancelled once, with the reason in the value that was set before.
#[derive(Debug, Clone, Default)]
pub struct Stopper {
    token: CancellationToken,
    by: std::sync::Arc<std::sync::OnceLock<Interruption>>,
}

impl Stopper {
    /// Asks the run to stop; the first reason counts.
    pub fn stop(&self, by: Interruption) {
        let _ = self.by.set(by);
        self.token.cancel();
    }

    /// Resolves when the run is asked to stop.
    pub async fn stopped(&self) -> Interruption {
        self.token.cancelled().await;
        self.by.get().copied().unwrap_or(Interruption::Interrupt)
    }

    /// Cancelled when the run is asked to stop.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// Whether the run was asked to stop.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.token.is_cancelled()
    }
}

/// A run that is about to be carried out.
#[derive(Debug)]
pub struct Run<'a> {
    /// What to do.
    pub plan: &'a Plan,
    /// How.
    pub config: &'a Config,
    /// What results are compared with; nothing if there is no ledger.
    pub ledger: Option<&'a Ledger>,
    /// The earlier run that throughput is compared with, where there is one.
    pub baseline: Option<&'a RunRecord>,
    /// Random name of the run.
    pub run_id: String,
    /// Credentials of an external endpoint.
    pub external_credentials: Option<Credentials>,
    /// What the drime backend stores in.
    pub drime: DrimeSettings,
    /// Whether this program is started a second time, to clear up if it is killed.
    pub watchdog: bool,
    /// Notices that come before anything else.
    pub notices: Vec<String>,
    /// Asks the run to stop.
    pub stopper: Stopper,
}

/// What servers are started from.
struct Arms {
    candidate: Runtime,
    /// Closed with the candidate's.
    base: Option<Runtime>,
}

impl Run<'_> {
    /// Carries the run out. `observe` sees each event after it was folded into the record.
    pub async fn execute(&self, mut observe: impl FnMut(&Event, &RunRecord)) -> RunRecord {
        let started = Instant::now();
        let mut record = new_record(&self.run_id, self.config);
        record.shard = self.plan.shard;
        let redaction = Redaction::of(self.drime.account.as_ref().map(|account| account.key.reveal()));
        let mut known = KnownIssues::of(self.ledger);
        record.ledger = known.identity();
        let (events, mut receiver) = Events::channel(EVENTS);
        let work = async {
            Box::pin(self.work(&events)).await;
            drop(events);
        };
        let fold = async {
            while let Some(event) = receiver.recv().await {
                let event = redaction.apply(event);
                let event = known.judged(event);
                if matches!(event, Event::Prepared { .. }) {
                    record.ledger = known.identity();
                }
                let follows = known.follows(&event, &self.config.repro);
                for event in self.afterwards(&record, &event).into_iter().chain([event]).chain(follows) {
                    fold::apply(&mut record, &event, started);
                    observe(&event, &record);
                }
            }
        };
        tokio::join!(work, fold);
        fold::finish(&mut record, started);
        record
    }

    /// Everything that happens, as events.
    async fn work(&self, events: &Events) {
        for text in self.notices.clone() {
            events.emit(Event::Notice { text }).await;
        }
        let swept = work_dir::sweep(&self.config.work_dir);
        if swept > 0 {
            let plural = if swept == 1 { "y" } else { "ies" };
            let text = format!("removed what an earlier run left: {swept} work director{plural}");
            events.emit(Event::Notice { text }).await;
        }
        let directory = match work_dir::create(&self.run_id, &self.config.work_dir) {
            Ok(directory) => directory,
            Err(error) => {
                let message = format!("make a directory in {}: {error}", self.config.work_dir.display());
                let fault = Fault::new(FaultKind::WorkDir, message).with_hint("name another directory with --work-dir");
                return events.emit(Event::Fault { fault }).await;
            }
        };
        let watchdog = match self.watchdog.then(|| Watchdog::spawn(&self.run_id, directory.path())).transpose() {
            Ok(watchdog) => watchdog,
            Err(error) => {
                let text = format!(
                    "no watchdog: if this run is killed, `s3ci clean` removes what it leaves (failed to {error})"
                );
                events.emit(Event::Notice { text }).await;
                None
            }
        };
        let prepared = tokio::select! {
            prepared = self.arms(directory.path().to_owned(), watchdog.as_ref(), events) => Some(prepared),
            by = self.stopper.stopped() => {
                events.emit(Event::Interrupted { by }).await;
                None
            }
        };
        let orderly = matches!(prepared, Some(Ok(_)));
        match prepared {
            Some(Ok(arms)) => self.suites(arms, directory.path(), events).await,
            Some(Err(error)) => events.emit(Event::Fault { fault: error.into() }).await,
            None => {}
        }
        let removed = directory.close();
        match watchdog {
            // What was cut off in the middle has no owner any more: file work goes on for a moment, a network may just have been made.
            Some(watchdog) if !orderly || self.stopper.is_stopped() => watchdog.abandon().await,
            Some(watchdog) => watchdog.dismiss().await,
            None => {}
        }
        if let Err(error) = removed
            && !self.stopper.is_stopped()
        {
            let text = format!("the work directory could not be removed: {error}");
            events.emit(Event::Notice { text }).await;
        }
    }

    /// Prepares the target and, where there is one, the base.
    async fn arms(&self, work_dir: PathBuf, watchdog: Option<&Watchdog>, events: &Events) -> Result<Arms, ServerError> {
        let candidate = self.prepare(work_dir, watchdog, events).await?;
        let base = match &self.config.comparison {
            None => None,
            Some(comparison) => match throughput::base(&candidate, comparison, events).await {
                Ok(base) => Some(base),
                Err(error) => {
                    if let Err(error) = candidate.close().await {
                        tracing::debug!(%error, "s3ci could not remove what it prepared for the target");
                    }
                    return Err(error);
                }
            },
        };
        Ok(Arms { candidate, base })
    }

    async fn prepare(
        &self,
        work_dir: PathBuf,
        watchdog: Option<&Watchdog>,
        events: &Events,
    ) -> Result<Runtime, ServerError> {
        let settings = RuntimeSettings {
            run_id: self.run_id.clone(),
            choice: self.config.runtime.clone(),
            target: self.config.target.clone(),
            port: self.config.port,
            ready_timeout: self.config.ready_timeout,
            docker: self.config.docker.clone(),
            drime: self.drime.clone(),
            work_dir,
            cache_dir: self.config.cache_dir.clone(),
            watchdog: watchdog.map(Watchdog::pipe),
        };
        if self.plan.has_drime()
            && let Some(text) = self.drime.notice(&self.run_id)
        {
            events.emit(Event::Notice { text }).await;
        }
        // A green run of a release is easily taken for one of the checkout that it was started in.
        if !self.config.target_is_named && Target::Path(".".into()).validate().await.is_ok() {
            let text = format!(
                "this run tests {}, not the checkout in this directory; for that give --target path:.",
                self.config.target
            );
            events.emit(Event::Notice { text }).await;
        }
        let runtime = Runtime::prepare(settings, events).await?;
        let prepared = Prepared { target: runtime.target(), runtime: runtime.identity(), timings: runtime.timings() };
        events.emit(Event::Prepared { prepared: Box::new(prepared) }).await;
        Ok(runtime)
    }

    /// Runs the suites that measure one after the other, and then all others side by side.
    async fn suites(&self, arms: Arms, directory: &std::path::Path, events: &Events) {
        let Arms { candidate: runtime, base } = arms;
        let run_one = async |planned: &PlannedSuite, events: &Events| {
            let credentials = self.external_credentials.clone().unwrap_or_else(Credentials::random);
            let suite = suite::SuiteRun {
                run: self,
                planned,
                runtime: &runtime,
                base: base.as_ref(),
                is_on_the_base: false,
                upgrades: None,
                directory,
                events,
                credentials,
            };
            // A comparison repeats its blocks itself.
            if self.config.repeat > 1 && !planned.suite.is_comparison() {
                repeat::repeated(self.config.repeat, &suite).await;
            } else {
                Box::pin(suite.execute()).await;
            }
            if let Some(base) = &base
                && !self.stopper.is_stopped()
            {
                Box::pin(suite.execute_on_the_base(base)).await;
            }
        };
        let jobs = self.jobs(&runtime);
        let (mut alone, mut together): (Vec<_>, Vec<_>) =
            self.plan.suites.iter().partition(|planned| jobs == 1 || self.runs_alone(planned.suite));
        // A single suite runs beside no other, so the reader sees its events at once.
        if together.len() == 1 {
            alone.append(&mut together);
        }
        for planned in alone {
            if !self.stopper.is_stopped() {
                run_one(planned, events).await;
            }
        }
        Box::pin(side_by_side::run_all(longest_first(together), jobs, &self.stopper, events, run_one)).await;
        if self.stopper.is_stopped() {
            events.emit(Event::Interrupted { by: self.stopper.stopped().await }).await;
        }
        if let Err(error) = runtime.close().await {
            events.emit(Event::Fault { fault: error.into() }).await;
        }
    }

    /// How many suites run at a time. Servers that share a port, or are one and the same, serve one suite at a time.
    fn jobs(&self, runtime: &Runtime) -> usize {
        let shared = runtime.identity().kind == RuntimeKind::Endpoint || self.config.port.is_some();
        if shared { 1 } else { self.config.jobs }
    }

    /// What measures must not be measured beside others, and one account in the cloud takes one suite at a time.
    fn runs_alone(&self, suite: &Suite) -> bool {
        suite.measures() || (suite.backend.is_drime() && self.drime.account.is_some())
    }
}

/// The suites that take longest begin first, so that none is left over at the end: real clients, then by the number of checks.
fn longest_first(mut suites: Vec<&PlannedSuite>) -> Vec<&PlannedSuite> {
    suites.sort_by_key(|planned| std::cmp::Reverse((planned.suite.has_clients(), planned.suite.checks().len())));
    suites
}

/// A duration of the harness, for the record.
fn timing(name: &str, duration: Duration) -> HarnessTiming {
    HarnessTiming { name: name.to_owned(), duration_ns: nanoseconds(duration) }
}
