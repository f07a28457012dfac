//! Runs the same checks on the base, so that reports can tell what is new from what failed before.

use std::time::Instant;

use super::known::KnownIssues;
use super::suite::SuiteRun;
use super::{EVENTS, fold, new_record};
use crate::event::{Event, Events, Prepared};
use crate::record::SuiteRecord;
use crate::server::Runtime;

impl SuiteRun<'_> {
    /// Runs the suite on the base, and tells what became of its checks there.
    pub(super) async fn execute_on_the_base(&self, base: &Runtime) {
        let suite = self.planned.suite;
        if suite.needs_base() {
            return;
        }
        self.events.emit(Event::Standing { text: format!("{} on the base", suite.name) }).await;
        let Some(found) = Box::pin(self.found_on(base)).await else { return };
        if let Some(fault) = &found.fault {
            let text = format!("{} did not run to its end on the base: {}", suite.name, fault.message);
            self.events.emit(Event::Notice { text }).await;
        }
        self.events.emit(Event::OnBase { suite: Box::new(found) }).await;
    }

    /// The suite's record on the base, as if it were the target: by the ledger of its own version.
    async fn found_on(&self, base: &Runtime) -> Option<SuiteRecord> {
        let started = Instant::now();
        let mut record = new_record(&self.run.run_id, self.run.config);
        let mut known = KnownIssues::of(self.run.ledger);
        let prepared = Prepared { target: base.target(), runtime: base.identity(), timings: Vec::new() };
        known.judged(Event::Prepared { prepared: Box::new(prepared) });
        let (events, mut receiver) = Events::channel(EVENTS);
        let run = async move {
            let on_base = SuiteRun {
                run: self.run,
                planned: self.planned,
                runtime: base,
                base: None,
                is_on_the_base: true,
                upgrades: None,
                directory: self.directory,
                events: &events,
                credentials: self.credentials.clone(),
            };
            Box::pin(on_base.execute()).await;
        };
        let fold = async {
            while let Some(event) = receiver.recv().await {
                fold::apply(&mut record, &known.judged(event), started);
            }
        };
        tokio::join!(run, fold);
        record.suites.pop()
    }
}
