//! A suite run several times, told as if it had been run once: of each check how often it failed, and a failure.
//!
//! A check that failed in some of the runs only is flaky: it counts as failed, and says of itself that it is. Facts, metrics and capabilities are those
//! of the first run.

use super::EVENTS;
use super::suite::SuiteRun;
use crate::event::{Event, Events};
use crate::record::{CheckId, CheckRecord, Outcome, Repeats};

/// Runs a suite so many times, each time on a server of its own.
pub(super) async fn repeated(times: usize, suite: &SuiteRun<'_>) {
    let run_once = async |events: Events| {
        let again = SuiteRun { events: &events, ..suite.clone() };
        Box::pin(again.execute()).await;
    };
    gathered(times, suite.events, || suite.run.stopper.is_stopped(), run_once).await;
}

/// The same of anything that tells what happens to the events that it is handed.
async fn gathered(times: usize, events: &Events, is_stopped: impl Fn() -> bool, run_once: impl AsyncFn(Events)) {
    let mut all = Gathered::default();
    for round in 0..times {
        if round > 0 && is_stopped() {
            break;
        }
        let (inner, mut receiver) = Events::channel(EVENTS);
        let listen = async {
            while let Some(event) = receiver.recv().await {
                if let Some(event) = all.take(event, round == 0) {
                    events.emit(event).await;
                }
            }
        };
        tokio::join!(run_once(inner), listen);
        events.progress("runs", round as u64 + 1, times as u64);
    }
    for check in all.checks() {
        events.emit(Event::CheckFinished { check: Box::new(check) }).await;
    }
    if let Some(end) = all.end {
        events.emit(end).await;
    }
}

#[derive(Default)]
struct Gathered {
    checks: Vec<(CheckId, Vec<CheckRecord>)>,
    end: Option<Event>,
}

impl Gathered {
    /// Keeps what belongs to one of several runs; gives back what is told at once.
    fn take(&mut self, event: Event, is_first: bool) -> Option<Event> {
        match event {
            Event::CheckFinished { check } => {
                match self.checks.iter_mut().find(|(id, _)| *id == check.id) {
                    Some((_, checks)) => checks.push(*check),
                    None => self.checks.push((check.id.clone(), vec![*check])),
                }
                None
            }
            Event::SuiteFinished { suite, end } => {
                self.end = Some(match self.end.take() {
                    Some(Event::SuiteFinished { suite, end: mut before }) => {
                        before.duration += end.duration;
                        before.fault = before.fault.or(end.fault);
                        if before.server_log.is_empty() {
                            before.server_log = end.server_log;
                        }
                        Event::SuiteFinished { suite, end: before }
                    }
                    _ => Event::SuiteFinished { suite, end },
                });
                None
            }
            Event::Progress { .. } | Event::Standing { .. } => None,
            Event::SuiteStarted { .. } | Event::Fact { .. } | Event::Capability { .. } | Event::Measured { .. } => {
                Some(event).filter(|_| is_first)
            }
            other => Some(other),
        }
    }

    fn checks(&self) -> Vec<CheckRecord> {
        self.checks.iter().filter_map(|(_, checks)| together(checks)).collect()
    }
}

/// The worst that became of a check, with how often it did.
fn together(checks: &[CheckRecord]) -> Option<CheckRecord> {
    let count = |wanted: fn(&Outcome) -> bool| checks.iter().filter(|check| wanted(&check.outcome)).count();
    let (failed, passed) = (count(Outcome::is_failed), count(|outcome| matches!(outcome, Outcome::Passed)));
    let worst = checks.iter().find(|check| check.outcome.is_failed());
    let worst = worst.or_else(|| checks.iter().find(|check| check.outcome.is_not_judged()));
    let mut check = worst.or_else(|| checks.last())?.clone();
    check.duration_ns = checks.iter().map(|check| check.duration_ns).sum();
    if failed + passed > 0 {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let repeats = Repeats::of(number(failed + passed), number(failed));
        if let Outcome::Failed(failure) = &mut check.outcome {
            let flaky = if repeats.is_flaky() { "flaky: " } else { "" };
            failure.message = format!("{flaky}{}: {}", repeats.words(), failure.message);
        }
        check.repeats = Some(repeats);
    }
    Some(check)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::event::SuiteEnd;
    use crate::record::{Failure, Severity, SuiteId};

    fn passed() -> CheckRecord {
        CheckRecord {
            id: CheckId::new(&SuiteId::new("etag/local"), "put-is-md5"),
            worst_severity: Severity::DataLoss,
            rule: String::new(),
            consequence: String::new(),
            source: String::new(),
            ledger_line: None,
            outcome: Outcome::Passed,
            duration_ns: 1,
            exchanges: Vec::new(),
            repro: String::new(),
            commands: Vec::new(),
            explained_by: Vec::new(),
            counterexample: None,
            repeats: None,
        }
    }

    /// What becomes of a check that fails in these rounds of four.
    async fn told(fails: &[u32]) -> CheckRecord {
        let (events, mut receiver) = Events::channel(EVENTS);
        let round = AtomicU32::new(0);
        gathered(
            4,
            &events,
            || false,
            async |events| {
                let is_bad = fails.contains(&round.fetch_add(1, Ordering::Relaxed));
                let mut check = passed();
                if is_bad {
                    check.outcome = Outcome::Failed(Failure::new("wrong", "it is wrong", "right", "wrong"));
                }
                events.emit(Event::CheckFinished { check: Box::new(check) }).await;
                let end = SuiteEnd::default();
                events.emit(Event::SuiteFinished { suite: SuiteId::new("etag/local"), end: Box::new(end) }).await;
            },
        )
        .await;
        drop(events);
        let mut told = Vec::new();
        while let Some(event) = receiver.recv().await {
            if !matches!(event, Event::Progress { .. }) {
                told.push(event);
            }
        }
        let [Event::CheckFinished { check }, Event::SuiteFinished { .. }] = told.as_slice() else { panic!("{told:?}") };
        (**check).clone()
    }

    #[tokio::test]
    async fn what_fails_sometimes_is_flaky_and_never_green() {
        let flaky = told(&[2]).await;
        assert!(flaky.outcome.is_failed() && flaky.repeats.unwrap().is_flaky());
        let message = &flaky.outcome.failure().unwrap().message;
        assert!(message.starts_with("flaky: failed 1 of 4 times, a share between 0.6% and 80.6%"), "{message}");
        let failed = told(&[0, 1, 2, 3]).await;
        assert!(failed.outcome.is_failed() && !failed.repeats.unwrap().is_flaky());
        assert!(failed.outcome.failure().unwrap().message.starts_with("failed 4 of 4 times"));
        let passed = told(&[]).await;
        assert_eq!((passed.outcome, passed.repeats.unwrap().failed), (Outcome::Passed, 0));
    }
}
