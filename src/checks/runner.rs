//! How a check is run: its body under a deadline, a panic being a result like any other, and its record with what was seen meanwhile.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::FutureExt;

use super::SuiteContext;
use crate::base::{lock, nanoseconds};
use crate::event::{Event, Events};
use crate::record::{
    CheckId, CheckRecord, CheckSpec, Command, Counterexample, Exchange, FailureKind, Fault, FaultKind, Outcome,
    Severity, Stop, SuiteId,
};
use crate::s3::{Recorder, S3};

/// How long a server that broke off an answer is given to be noticed as dead.
const DEATH_GRACE: Duration = Duration::from_millis(500);

/// Classes of failures that the end of the server would explain.
const BROKEN_OFF: [&str; 3] = ["broken-answer", "client-failed", "client-refused"];

/// Runs the body of one check and reports what became of it.
#[derive(Debug)]
pub struct CheckRunner<'a> {
    context: &'a SuiteContext<'a>,
    s3: S3,
    recorder: Recorder,
    commands: Commands,
    explained_by: &'static [&'static str],
    counterexample: Option<Counterexample>,
}

/// What clients did for a check. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Commands(Arc<Mutex<Vec<Command>>>);

impl Commands {
    /// Notes a command.
    pub(super) fn note(&self, command: Command) {
        lock(&self.0).push(command);
    }

    fn all(&self) -> Vec<Command> {
        lock(&self.0).clone()
    }
}

impl<'a> CheckRunner<'a> {
    /// A runner with a recorded client.
    #[must_use]
    pub fn new(context: &'a SuiteContext<'a>) -> Self {
        let (s3, recorder) = context.s3.recorded();
        Self { context, s3, recorder, commands: Commands::default(), explained_by: &[], counterexample: None }
    }

    /// Names the checks whose failure would explain a failure of this one.
    pub(super) fn explained_by(mut self, checks: &'static [&'static str]) -> Self {
        self.explained_by = checks;
        self
    }

    /// Shows the fewest requests that a failure takes, and repeats just these.
    pub(super) fn with_counterexample(self, counterexample: Counterexample) -> Self {
        Self { counterexample: Some(counterexample), ..self }
    }

    /// Where the commands of clients are noted.
    pub(super) fn commands(&self) -> &Commands {
        &self.commands
    }

    /// The client whose exchanges become the evidence.
    #[must_use]
    pub fn s3(&self) -> &S3 {
        &self.s3
    }

    /// Runs the body under a deadline and reports; the value, or none where the check did not pass.
    pub async fn run<T>(
        &self,
        spec: &CheckSpec,
        deadline: Duration,
        body: impl Future<Output = Result<T, Stop>>,
    ) -> Option<T> {
        let started = Instant::now();
        let guarded = tokio::time::timeout(deadline, AssertUnwindSafe(body).catch_unwind());
        let ended = match guarded.await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => {
                Err(Fault::new(FaultKind::Panic, format!("the check panicked: {}", panic_text(&*panic))).into())
            }
            Err(_) => {
                Err(Fault::new(FaultKind::Timeout, format!("the check took longer than {} s", deadline.as_secs()))
                    .with_hint("the server may hang, or the machine is slow: see the server's log, or raise --timeout")
                    .into())
            }
        };
        let (value, outcome) = match ended {
            Ok(value) => (Some(value), Outcome::Passed),
            Err(stop) => (None, self.unless_dead(stop).await.into()),
        };
        self.report(spec, outcome, started.elapsed()).await;
        value
    }

    /// A failure of a server that has died meanwhile tells nothing about the rule.
    async fn unless_dead(&self, stop: Stop) -> Stop {
        let broken_off = match &stop {
            Stop::Failed(failure) => BROKEN_OFF.contains(&failure.kind.as_str()),
            Stop::Fault(_) => true,
            Stop::Skipped(_) => return stop,
        };
        if let Some(service) = self.context.server.drime()
            && let Some(fault) = service.fault().await
        {
            return fault.into();
        }
        let grace = if broken_off { DEATH_GRACE } else { Duration::ZERO };
        let how = match tokio::time::timeout(grace, self.context.server.ended()).await {
            Ok(how) => how,
            // Of an endpoint that somebody else runs nobody tells the end: ask once more.
            Err(_) if broken_off && !self.context.s3.is_reachable().await => "nobody answers there any more".to_owned(),
            Err(_) => return stop,
        };
        Fault::new(FaultKind::ServerDied, format!("the server died during the check: {how}"))
            .with_hint("the last lines of the server's log are in the report")
            .into()
    }

    /// Reports a check that was not run.
    pub async fn skip(&self, spec: &CheckSpec, reason: &str) {
        let SuiteContext { events, suite, settings, .. } = self.context;
        Self::skipped(events, suite, spec, reason, &settings.repro).await;
    }

    /// Reports a check of a suite that could not even begin.
    pub async fn skipped(events: &Events, suite: &SuiteId, spec: &CheckSpec, reason: &str, repro: &str) {
        let outcome = Outcome::Skipped { reason: reason.to_owned() };
        tell(events, suite, spec, outcome, Duration::ZERO, repro).await;
    }

    async fn report(&self, spec: &CheckSpec, outcome: Outcome, duration: Duration) {
        let exchanges = match outcome {
            Outcome::Failed(_) | Outcome::Known(_) | Outcome::NotJudged(_) => self.recorder.exchanges(),
            Outcome::Passed | Outcome::Skipped { .. } | Outcome::Inconclusive { .. } => Vec::new(),
        };
        let SuiteContext { events, suite, settings, .. } = self.context;
        let mut commands = self.commands.all();
        if matches!(outcome, Outcome::Passed | Outcome::Skipped { .. }) {
            for command in &mut commands {
                command.log.clear();
            }
        }
        let mut check = record(suite, spec, outcome, duration, exchanges, &settings.repro);
        check.commands = commands;
        let SuiteContext { backend, explains, .. } = self.context;
        check.explained_by = self.explained_by.iter().filter_map(|check| explains(*backend, check)).collect();
        if let Some(counterexample) = self.counterexample.clone().filter(|_| check.outcome.is_failed()) {
            check.repro = format!("{} --program '{}'", check.repro, counterexample.program);
            check.counterexample = Some(counterexample);
        }
        events.emit(Event::CheckFinished { check: Box::new(check) }).await;
    }
}

/// Reports a check without its requests.
pub(super) async fn tell(
    events: &Events,
    suite: &SuiteId,
    spec: &CheckSpec,
    outcome: Outcome,
    duration: Duration,
    repro: &str,
) {
    let check = Box::new(record(suite, spec, outcome, duration, Vec::new(), repro));
    events.emit(Event::CheckFinished { check }).await;
}

/// A client that restores wrong data without a word loses data, whatever the check is about.
fn worst_severity(spec: &CheckSpec, outcome: &Outcome) -> Severity {
    match outcome {
        Outcome::Failed(failure) if failure.kind == FailureKind::SILENT_CORRUPTION => Severity::DataLoss,
        _ => spec.severity,
    }
}

fn record(
    suite: &SuiteId,
    spec: &CheckSpec,
    outcome: Outcome,
    duration: Duration,
    exchanges: Vec<Exchange>,
    repro: &str,
) -> CheckRecord {
    let worst = worst_severity(spec, &outcome);
    let id = CheckId::new(suite, spec.name);
    let repro = format!("{repro} {id}");
    CheckRecord {
        id,
        worst_severity: worst,
        rule: spec.rule.to_owned(),
        consequence: spec.consequence.to_owned(),
        source: spec.source.to_owned(),
        outcome: outcome.with_severity(worst),
        duration_ns: nanoseconds(duration),
        exchanges,
        repro,
        commands: Vec::new(),
        explained_by: Vec::new(),
        ledger_line: None,
        counterexample: None,
        repeats: None,
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no text")
}
