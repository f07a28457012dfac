//! The ledger between what happens and the record: each case that ends is held against it, once, before anybody is told.

use crate::event::Event;
use crate::ledger::{Ledger, Listed};
use crate::model::LedgerIdentity;

/// The ledger of a run.
#[derive(Debug)]
pub(super) struct KnownIssues<'a> {
    ledger: Option<&'a Ledger>,
    listed: Option<Listed<'a>>,
}

impl<'a> KnownIssues<'a> {
    /// A run whose target is not known yet.
    pub(super) fn of(ledger: Option<&'a Ledger>) -> Self {
        Self { ledger, listed: ledger.map(|ledger| ledger.of(None)) }
    }

    /// The event as the ledger would have it.
    pub(super) fn judged(&mut self, mut event: Event) -> Event {
        match &mut event {
            Event::Prepared { prepared } => {
                self.listed = self.ledger.map(|ledger| ledger.of(prepared.target.version.as_deref()));
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

    /// The ledger in the record.
    pub(super) fn identity(&self) -> Option<LedgerIdentity> {
        self.listed.as_ref().map(Listed::identity)
    }
}
