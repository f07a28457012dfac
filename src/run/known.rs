//! The ledger between what happens and the record: each case that ends is held against it, once, before anybody is told.

use crate::event::Event;
use crate::ledger::{Ledger, Listed};
use crate::model::{LedgerIdentity, SuiteId};

/// The ledger of a run.
#[derive(Debug)]
pub(super) struct KnownIssues<'a> {
    ledger: Option<&'a Ledger>,
    listed: Option<Listed<'a>>,
    /// The suite under way, and the backend of its server.
    suite: Option<(SuiteId, String)>,
}

impl<'a> KnownIssues<'a> {
    /// A run whose target is not known yet.
    pub(super) fn of(ledger: Option<&'a Ledger>) -> Self {
        Self { ledger, listed: ledger.map(|ledger| ledger.of(None)), suite: None }
    }

    /// The event as the ledger would have it.
    pub(super) fn judged(&mut self, mut event: Event) -> Event {
        match &mut event {
            Event::Prepared { prepared } => {
                self.listed = self.ledger.map(|ledger| ledger.of(prepared.target.version.as_deref()));
            }
            Event::SuiteStarted { suite, backend, .. } => {
                let backend = backend.split(' ').next().unwrap_or_default().to_owned();
                self.suite = Some((suite.clone(), backend));
            }
            Event::Capability { capability } => {
                if let (Some(listed), Some((_, backend))) = (&self.listed, &self.suite) {
                    capability.expected = listed.support(backend, &capability.name);
                }
            }
            Event::CaseFinished { case } => {
                if let Some(listed) = &self.listed {
                    case.outcome = listed.judge(&case.id, case.outcome.clone());
                }
            }
            _ => {}
        }
        event
    }

    /// What else follows from an event: a result where a server offers other things than the ledger says.
    pub(super) fn follows(&self, event: &Event) -> Option<Event> {
        let Event::Capability { capability } = event else { return None };
        let (suite, backend) = self.suite.as_ref()?;
        let case = self.listed.as_ref()?.changed(suite, backend, capability)?;
        Some(Event::CaseFinished { case: Box::new(case) })
    }

    /// The ledger in the record.
    pub(super) fn identity(&self) -> Option<LedgerIdentity> {
        self.listed.as_ref().map(Listed::identity)
    }
}
