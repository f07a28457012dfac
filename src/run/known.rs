//! Compares each check that ends with the ledger, once, before the record and the console see it.

use crate::event::Event;
use crate::ledger::{Ledger, Listed};
use crate::record::{Backend, CheckRecord, LedgerIdentity, SuiteId};

/// The ledger of a run.
#[derive(Debug)]
pub(super) struct KnownIssues<'a> {
    ledger: Option<&'a Ledger>,
    listed: Option<Listed<'a>>,
    /// The suite under way, and the backend of its server.
    suite: Option<(SuiteId, Backend)>,
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
            Event::SuiteStarted { suite, storage, .. } => self.suite = Some((suite.clone(), storage.backend)),
            Event::Capability { capability, .. } => {
                if let (Some(listed), Some((_, backend))) = (&self.listed, &self.suite) {
                    capability.expected = listed.support(*backend, &capability.name);
                }
            }
            Event::CheckFinished { check } => {
                if let Some(listed) = &self.listed {
                    check.ledger_line = listed.issue(&check.id).map(|issue| issue.line as u64);
                    check.outcome = listed.judge(&check.id, check.outcome.clone());
                }
                // What a failure costs is not what a fix does.
                if check.outcome.is_fixed() {
                    "the ledger is out of date: it would hide this failure if it came back"
                        .clone_into(&mut check.consequence);
                }
            }
            _ => {}
        }
        event
    }

    /// What else follows from an event: a result where a server offers other things than the ledger says.
    /// `repro` are the words that repeat the run, without the selection.
    pub(super) fn follows(&self, event: &Event, repro: &str) -> Option<Event> {
        let Event::Capability { capability, exchanges } = event else { return None };
        let (suite, backend) = self.suite.as_ref()?;
        let check = self.listed.as_ref()?.changed(suite, *backend, capability)?;
        let (exchanges, repro) = (exchanges.clone(), format!("{repro} {suite}"));
        Some(Event::CheckFinished { check: Box::new(CheckRecord { exchanges, repro, ..check }) })
    }

    /// The ledger in the record.
    pub(super) fn identity(&self) -> Option<LedgerIdentity> {
        self.listed.as_ref().map(Listed::identity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{CapabilityRecord, Exchange, Outcome, Support};

    /// A run of the built-in ledger that has come to a suite on a backend of 0.2.1.
    fn under_way(ledger: &Ledger) -> KnownIssues<'_> {
        let suite = Some((SuiteId::new("api/local"), Backend::Local));
        KnownIssues { ledger: Some(ledger), listed: Some(ledger.of(Some("0.2.1"))), suite }
    }

    fn asked(support: Support) -> Event {
        let (name, detail) = ("multipart".to_owned(), "as asked".to_owned());
        let exchange = Exchange {
            method: "POST".to_owned(),
            path: "/b/k?uploads".to_owned(),
            request_headers: Vec::new(),
            status: Some(200),
            response_headers: Vec::new(),
            body_start: None,
        };
        let capability = CapabilityRecord { name, support, detail, expected: None };
        Event::Capability { capability, exchanges: vec![exchange] }
    }

    #[test]
    fn what_is_offered_otherwise_is_red_with_its_requests_and_how_to_repeat_it() {
        let ledger = Ledger::built_in().unwrap();
        let known = under_way(&ledger);
        assert!(known.follows(&asked(Support::Broken), "s3ci run").is_none(), "as listed");
        let follows = known.follows(&asked(Support::Supported), "s3ci run --seed 7 --target pypi:0.2.1");
        let Some(Event::CheckFinished { check }) = follows else { panic!("{follows:?}") };
        assert!(matches!(check.outcome, Outcome::Failed(_)), "{check:?}");
        assert_eq!(check.repro, "s3ci run --seed 7 --target pypi:0.2.1 api/local");
        assert_eq!(check.exchanges.len(), 1);
    }
}
