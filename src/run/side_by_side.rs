//! Suites that measure nothing, side by side on servers of their own.
//!
//! The events of a suite are kept until the suite has ended and are then passed on together. So the record and the terminal are the same
//! as if the suites had run one after the other. Only events about the preparation of an image are passed on at once. Deliberately
//! absent: which suites may run so (`checks`), and the order of the record (`fold`).

use futures_util::{StreamExt, stream};
use tokio::sync::Mutex;

use super::{EVENTS, Stopper};
use crate::event::{Event, Events};
use crate::plan::PlannedSuite;
use crate::record::SuiteId;

/// Runs suites, at most `jobs` at a time; `run_one` runs one of them and emits what happens to the events that it gets.
/// A run that is asked to stop starts no other suite.
pub(super) async fn run_all<'a>(
    suites: Vec<&'a PlannedSuite>,
    jobs: usize,
    stopper: &Stopper,
    events: &Events,
    run_one: impl AsyncFn(&'a PlannedSuite, &Events),
) {
    let standing = Mutex::new(Standing { running: Vec::new(), ended: 0, suites: suites.len() });
    stream::iter(suites)
        .for_each_concurrent(jobs, |planned| {
            let (standing, run_one) = (&standing, &run_one);
            async move {
                if stopper.is_stopped() {
                    return;
                }
                standing.lock().await.begins(planned.suite.id(), events).await;
                let kept = keep(standing, events, async |inner: Events| run_one(planned, &inner).await).await;
                let mut standing = standing.lock().await;
                for event in kept {
                    events.emit(event).await;
                }
                standing.ends(&planned.suite.id(), events).await;
            }
        })
        .await;
}

/// The events of a suite, in their order. The lock keeps events that are passed on at once out of the middle of another suite's events.
async fn keep(standing: &Mutex<Standing>, events: &Events, suite: impl AsyncFnOnce(Events)) -> Vec<Event> {
    let (inner, mut receiver) = Events::channel(EVENTS);
    let listen = async {
        let mut kept = Vec::new();
        while let Some(event) = receiver.recv().await {
            match event {
                Event::Preparing { .. } | Event::Output { .. } => {
                    let _turn = standing.lock().await;
                    events.emit(event).await;
                }
                // Where one of several suites stands is of no use once it has ended.
                Event::Progress { .. } | Event::Standing { .. } => {}
                other => kept.push(other),
            }
        }
        kept
    };
    tokio::join!(suite(inner), listen).1
}

/// Where all of them stand.
struct Standing {
    running: Vec<SuiteId>,
    ended: usize,
    suites: usize,
}

impl Standing {
    async fn begins(&mut self, suite: SuiteId, events: &Events) {
        self.running.push(suite);
        self.tell(events).await;
    }

    async fn ends(&mut self, suite: &SuiteId, events: &Events) {
        self.running.retain(|running| running != suite);
        self.ended += 1;
        self.tell(events).await;
    }

    async fn tell(&self, events: &Events) {
        let running: Vec<String> = self.running.iter().map(ToString::to_string).collect();
        let text = format!("{} of {} suites ended; running: {}", self.ended, self.suites, running.join(", "));
        if !running.is_empty() {
            events.emit(Event::Running { text }).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Barrier;

    use super::*;
    use crate::plan::{Filter, Plan, Selection};
    use crate::record::Interruption;

    fn plan() -> Plan {
        Plan::new(&Selection::Named(vec!["etag".to_owned(), "auth".to_owned()]), Filter::NONE).unwrap()
    }

    async fn told(plan: &Plan, stopper: &Stopper, run_one: impl AsyncFn(&PlannedSuite, &Events)) -> Vec<String> {
        let (events, mut receiver) = Events::channel(EVENTS);
        let run = async {
            run_all(plan.suites.iter().collect(), 2, stopper, &events, run_one).await;
            drop(events);
        };
        let listen = async {
            let mut told = Vec::new();
            while let Some(event) = receiver.recv().await {
                if let Event::Notice { text } = event {
                    told.push(text);
                }
            }
            told
        };
        tokio::join!(run, listen).1
    }

    #[tokio::test]
    async fn suites_overlap_and_what_each_tells_comes_in_one_piece() {
        let (plan, both) = (plan(), Barrier::new(2));
        let started = AtomicUsize::new(0);
        let told = told(&plan, &Stopper::default(), async |planned, events| {
            let notice = |text: &str| Event::Notice { text: format!("{} {text}", planned.suite.name) };
            events.emit(notice("begins")).await;
            // Only two that are under way at a time get past this.
            if started.fetch_add(1, Ordering::Relaxed) < 2 {
                both.wait().await;
            }
            events.emit(notice("ends")).await;
        })
        .await;
        let pieces: Vec<_> = told.chunks(2).collect();
        assert_eq!(pieces.len(), plan.suites.len());
        for piece in pieces {
            let name = piece[0].strip_suffix(" begins").unwrap();
            assert_eq!(piece[1], format!("{name} ends"));
        }
    }

    #[tokio::test]
    async fn a_run_that_is_stopped_starts_no_other_suite() {
        let (plan, stopper) = (plan(), Stopper::default());
        let told = told(&plan, &stopper, async |_, events| {
            stopper.stop(Interruption::Interrupt);
            events.emit(Event::Notice { text: "ran".to_owned() }).await;
        })
        .await;
        assert_eq!(told, ["ran"]);
    }
}
