//! The record counted and sorted for a reader: how many checks passed, what failed worst, what could not be judged.
//!
//! All reports take their numbers from here, so that they agree. Counting only: what a result means was decided before.

use super::changes;
use crate::record::{
    CheckRecord, Failure, Fault, FaultKind, Interruption, KnownIssue, Outcome, RunRecord, Severity, Storage,
    SuiteRecord,
};
use crate::report::plain::format::counted;

/// Checks that a notice names one by one.
const MOST_PROPOSED: usize = 20;
/// From the worst to the least.
const SEVERITIES: [Severity; 5] =
    [Severity::DataLoss, Severity::Security, Severity::BreaksClients, Severity::Cosmetic, Severity::Slower];

/// A check that the server failed.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Failed<'a> {
    pub(in crate::report) check: &'a CheckRecord,
    pub(in crate::report) failure: &'a Failure,
}

/// A check that the server failed as the ledger says.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Known<'a> {
    pub(in crate::report) check: &'a CheckRecord,
    pub(in crate::report) issue: &'a KnownIssue,
}

/// Something that s3ci could not judge, and where.
#[derive(Debug, Clone)]
pub(in crate::report) struct Trouble<'a> {
    pub(in crate::report) place: String,
    pub(in crate::report) fault: &'a Fault,
    pub(in crate::report) repro: Option<&'a str>,
}

/// What a run amounts to in numbers.
#[derive(Debug, Default)]
pub(in crate::report) struct Tally<'a> {
    pub(in crate::report) passed: usize,
    pub(in crate::report) skipped: usize,
    /// Throughput that the blocks did not decide.
    pub(in crate::report) inconclusive: usize,
    /// What passed on the base first, then the worst; among equals in the order of the run.
    pub(in crate::report) failed: Vec<Failed<'a>>,
    /// The worst first; among equals in the order of the run.
    pub(in crate::report) known: Vec<Known<'a>>,
    /// Known issues of servers on a stand-in that does what the real service is not known to do. They count apart.
    pub(in crate::report) possible: Vec<Known<'a>>,
    /// Faults of the run, of suites and of checks.
    pub(in crate::report) troubles: Vec<Trouble<'a>>,
    pub(in crate::report) interruption: Option<Interruption>,
    errored_checks: usize,
}

/// The suites of each backend on their own, in the order of the run.
pub(in crate::report) fn by_backend(record: &RunRecord) -> Vec<(Storage, Tally<'_>)> {
    let mut backends: Vec<(Storage, Tally<'_>)> = Vec::new();
    for suite in &record.suites {
        let at = backends.iter().position(|(backend, _)| *backend == suite.storage).unwrap_or(backends.len());
        if at == backends.len() {
            backends.push((suite.storage, Tally::default()));
        }
        if let Some((_, tally)) = backends.get_mut(at) {
            tally.add_suite(suite);
        }
    }
    backends
}

impl<'a> Tally<'a> {
    /// Counts a record.
    pub(in crate::report) fn of(record: &'a RunRecord) -> Self {
        let mut tally = Self { interruption: record.interruption, ..Self::default() };
        for fault in &record.faults {
            tally.trouble(if fault.kind == FaultKind::Target { "target" } else { "run" }.to_owned(), fault, None);
        }
        for suite in &record.suites {
            tally.add_suite(suite);
        }
        tally.failed.sort_by_key(|failed| (!changes::is_regression(record, &failed.check.id), failed.check.severity()));
        tally.known.sort_by_key(|known| known.check.severity());
        tally.possible.sort_by_key(|known| known.check.severity());
        tally
    }

    /// Counts some checks.
    pub(in crate::report) fn of_checks(checks: &'a [CheckRecord]) -> Self {
        let mut tally = Self::default();
        tally.add_checks(checks);
        tally
    }

    /// Checks that ended one way or another.
    pub(in crate::report) fn checks(&self) -> usize {
        self.passed
            + self.skipped
            + self.inconclusive
            + self.failed.len()
            + self.known.len()
            + self.possible.len()
            + self.errored_checks
    }

    /// Failed checks by severity, the worst first; severities without failures are left out.
    pub(in crate::report) fn by_severity(&self) -> Vec<(Severity, usize)> {
        by_severity(self.failed.iter().map(|failed| failed.check))
    }

    /// Known issues in words: `17 known issues (8 data loss or corruption, 9 cosmetic)`; none where there are none.
    pub(in crate::report) fn known_in_words(&self) -> Option<String> {
        let count = counted(self.known.len(), "known issue");
        let severities = in_words(&by_severity(self.known.iter().map(|known| known.check)));
        (!self.known.is_empty()).then(|| format!("{count} ({severities})"))
    }

    /// The counts in one line: `10 passed, 1 failed, 2 skipped, 1 error`; what is zero is left out.
    pub(in crate::report) fn counts(&self) -> String {
        let counts = [
            (self.passed, format!("{} passed", self.passed)),
            (self.failed.len(), format!("{} failed", self.failed.len())),
            (self.known.len(), format!("{} known", self.known.len())),
            (self.possible.len(), format!("{} possible", self.possible.len())),
            (self.skipped, format!("{} skipped", self.skipped)),
            (self.inconclusive, format!("{} inconclusive", self.inconclusive)),
            (self.troubles.len(), counted(self.troubles.len(), "error")),
        ];
        let shown: Vec<String> = counts.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text).collect();
        if shown.is_empty() { "nothing checked".to_owned() } else { shown.join(", ") }
    }

    /// What became of what the troubles are about: it was refused where all that is wrong is the target that was named.
    pub(in crate::report) fn of_troubles(&self) -> &'static str {
        if self.is_refused() { "was refused" } else { "could not be judged" }
    }

    /// Whether all that is wrong is the target that was named.
    pub(in crate::report) fn is_refused(&self) -> bool {
        !self.troubles.is_empty() && self.troubles.iter().all(|trouble| trouble.fault.kind == FaultKind::Target)
    }

    /// `✓` when everything was checked and held except for known issues, `✗` when something failed, `!` when something could not be
    /// judged, `~` when there is nothing but known issues.
    pub(in crate::report) fn glyph(&self) -> char {
        if !self.failed.is_empty() {
            '✗'
        } else if !self.troubles.is_empty()
            || self.interruption.is_some()
            || self.passed + self.known.len() + self.possible.len() == 0
            || self.inconclusive > 0
        {
            '!'
        } else if self.passed == 0 {
            '~'
        } else {
            '✓'
        }
    }

    fn add_suite(&mut self, suite: &'a SuiteRecord) {
        let before = self.known.len();
        self.add_checks(&suite.checks);
        if suite.storage.assumed_duplicates.is_some() {
            self.possible.extend(self.known.drain(before..));
        }
        if let Some(fault) = &suite.fault {
            self.trouble(suite.id.to_string(), fault, None);
        }
    }

    fn add_checks(&mut self, checks: &'a [CheckRecord]) {
        for check in checks {
            match &check.outcome {
                Outcome::Passed => self.passed += 1,
                Outcome::Skipped { .. } => self.skipped += 1,
                Outcome::Inconclusive { .. } => self.inconclusive += 1,
                Outcome::Failed(failure) => self.failed.push(Failed { check, failure }),
                Outcome::Known(issue) => self.known.push(Known { check, issue }),
                Outcome::NotJudged(fault) => {
                    self.errored_checks += 1;
                    self.trouble(check.id.to_string(), fault, Some(&check.repro));
                }
            }
        }
    }

    fn trouble(&mut self, place: String, fault: &'a Fault, repro: Option<&'a str>) {
        self.troubles.push(Trouble { place, fault, repro });
    }
}

/// How many checks there are of each severity, the worst first; severities without any are left out.
pub(in crate::report) fn by_severity<'a>(checks: impl Iterator<Item = &'a CheckRecord>) -> Vec<(Severity, usize)> {
    let found: Vec<Severity> = checks.map(CheckRecord::severity).collect();
    let count = |wanted| found.iter().filter(|severity| **severity == wanted).count();
    SEVERITIES.into_iter().map(|severity| (severity, count(severity))).filter(|(_, count)| *count > 0).collect()
}

/// Severities with their numbers: `8 data loss or corruption, 9 cosmetic`.
pub(in crate::report) fn in_words(severities: &[(Severity, usize)]) -> String {
    severities.iter().map(|(severity, count)| format!("{count} {}", severity.words())).collect::<Vec<_>>().join(", ")
}

/// The signal that ended a run.
pub(in crate::report) fn signal(interruption: Interruption) -> &'static str {
    match interruption {
        Interruption::Interrupt => "SIGINT",
        Interruption::Terminate => "SIGTERM",
    }
}

/// What a reader must know before trusting the results: the run's notices, and that it was cut short.
pub(in crate::report) fn notices(record: &RunRecord) -> Vec<String> {
    let cut = record.interruption.map(|interruption| {
        format!("interrupted by {}: the results do not have what had not ended by then", signal(interruption))
    });
    record.notices.iter().cloned().chain(proposed(record)).chain(cut).collect()
}

/// What the tree under test wants to accept, by its own ledger and not by that of its base.
fn proposed(record: &RunRecord) -> Vec<String> {
    let checks = || record.suites.iter().flat_map(|suite| &suite.checks);
    let counting: Vec<&str> = checks()
        .filter(|check| matches!(&check.outcome, Outcome::Failed(failure) if failure.is_proposed))
        .map(|check| check.id.as_str())
        .collect();
    let accepted: Vec<&str> = checks()
        .filter(|check| matches!(&check.outcome, Outcome::Known(issue) if issue.failure.is_proposed))
        .map(|check| check.id.as_str())
        .collect();
    let wants = |ids: &[&str]| {
        let listed = ids.iter().take(MOST_PROPOSED).copied().collect::<Vec<_>>().join(", ");
        let rest = ids.len().saturating_sub(MOST_PROPOSED);
        let rest = if rest == 0 { String::new() } else { format!(" and {rest} more") };
        format!("this change wants to accept {}: {listed}{rest}", counted(ids.len(), "failure"))
    };
    let mut notices = Vec::new();
    if !counting.is_empty() {
        notices.push(format!("{}; they count until its ledger is merged", wants(&counting)));
    }
    if !accepted.is_empty() {
        notices.push(format!("{}; they do not count because of --accept-known-issues", wants(&accepted)));
    }
    notices
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn failures_come_worst_first() {
        let record = fixture::record();
        let tally = Tally::of(&record);
        let severities: Vec<Severity> = tally.failed.iter().map(|failed| failed.check.severity()).collect();
        assert_eq!(severities, [Severity::DataLoss, Severity::BreaksClients]);
        assert_eq!(tally.by_severity(), [(Severity::DataLoss, 1), (Severity::BreaksClients, 1)]);
        assert_eq!((tally.passed, tally.skipped, tally.troubles.len(), tally.checks()), (4, 1, 3, 8));
    }
}
