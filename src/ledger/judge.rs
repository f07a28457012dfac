//! Compares a verdict with the ledger: the only place where a failure becomes a known one.

use std::collections::BTreeMap;

use super::{Issue, Ledger};
use crate::record::{CheckId, Failure, FailureKind, KnownIssue, LedgerIdentity, Outcome};

/// What a ledger lists for one version of the server.
#[derive(Debug)]
pub struct Listed<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) version: Option<String>,
    issues: BTreeMap<&'a CheckId, &'a Issue>,
    /// What the base lists, where the tree under test brings the ledger.
    base: Option<Box<Listed<'a>>>,
}

impl<'a> Listed<'a> {
    pub(super) fn new(ledger: &'a Ledger, version: Option<&str>) -> Self {
        let holds = |issue: &&Issue| {
            issue.versions.as_ref().is_none_or(|versions| version.is_some_and(|version| versions.contain(version)))
        };
        let of = |issue: &'a Issue| issue.checks.iter().map(move |check| (check, issue));
        let issues = ledger.issues.iter().filter(holds).flat_map(of).collect();
        let base = ledger.base.as_ref().map(|base| Box::new(Self::new(&base.ledger, version)));
        Self { ledger, version: version.map(str::to_owned), issues, base }
    }

    /// The entry for a check, if there is one.
    #[must_use]
    pub fn issue(&self, check: &CheckId) -> Option<&'a Issue> {
        self.issues.get(check).copied()
    }

    /// Every check that is listed with its entry, in the order of the checks' names.
    pub fn checks(&self) -> impl Iterator<Item = (&'a CheckId, &'a Issue)> {
        self.issues.iter().map(|(check, issue)| (*check, *issue))
    }

    /// The ledger in the record of a run on this version.
    #[must_use]
    pub fn identity(&self) -> LedgerIdentity {
        let Ledger { source, digest, .. } = self.ledger;
        LedgerIdentity { source: source.clone(), digest: digest.clone(), checks: self.issues.len() as u64 }
    }

    /// What a check came to, in the light of the ledger. What s3ci could not judge, or what does not apply, stays what it is.
    #[must_use]
    pub fn judge(&self, check: &CheckId, outcome: Outcome) -> Outcome {
        let Some(issue) = self.issue(check) else {
            return outcome;
        };
        match outcome {
            Outcome::Passed => Outcome::Failed(self.fixed(issue)),
            Outcome::Failed(failure) if issue.fits(&failure) => self.listed(check, issue, failure),
            Outcome::Failed(failure) => Outcome::Failed(self.otherwise(issue, failure)),
            Outcome::Known(_) | Outcome::Inconclusive { .. } | Outcome::Skipped { .. } | Outcome::NotJudged(_) => {
                outcome
            }
        }
    }

    /// A failure that shows as listed: known, unless it is the tree under test alone that lists it.
    fn listed(&self, check: &CheckId, issue: &Issue, failure: Failure) -> Outcome {
        let is_in_force =
            self.base.as_ref().is_none_or(|base| base.issue(check).is_some_and(|issue| issue.fits(&failure)));
        if is_in_force || self.accepts_additions() {
            let failure = Failure { is_proposed: !is_in_force, ..failure };
            let Issue { cause, reason, upstream, .. } = issue.clone();
            return Outcome::Known(KnownIssue { failure, cause, reason, upstream });
        }
        Outcome::Failed(self.proposed(failure, issue.line))
    }

    /// Whether what the tree under test adds to the ledger counts.
    pub(super) fn accepts_additions(&self) -> bool {
        self.ledger.base.as_ref().is_some_and(|base| base.is_accepted)
    }

    /// A failure that the tree under test wants to accept.
    pub(super) fn proposed(&self, failure: Failure, line: usize) -> Failure {
        let message = format!(
            "{}; this change lists it as known ({}, line {line}), which counts once it is merged",
            failure.message, self.ledger.source
        );
        Failure { message, is_proposed: true, ..failure }
    }

    /// What the base expects, for what the tree under test may not lower.
    pub(super) fn of_base(&self) -> Option<&Self> {
        self.base.as_deref()
    }

    /// A fix that goes unnoticed is a guarantee lost: the check would go on being allowed to fail.
    fn fixed(&self, issue: &Issue) -> Failure {
        let version = self.version.as_deref().unwrap_or("this one");
        let (source, line) = (&self.ledger.source, issue.line);
        let message = if self.ledger.is_carried() {
            format!(
                "fixed: the ledger inside s3ci lists it for {version} ({source}, line {line}); use your own ledger without it: \
                 --known-issues FILE"
            )
        } else {
            format!("fixed: remove it from the ledger, or end its versions before {version} ({source}, line {line})")
        };
        let symptom = &issue.symptom;
        let expected = format!("the known issue: {}, {}", symptom.kind, symptom.actual);
        Failure::new(FailureKind::KNOWN_ISSUE_FIXED, message, expected, "the check passes")
    }

    fn otherwise(&self, issue: &Issue, failure: Failure) -> Failure {
        let Issue { symptom, severity, line, .. } = issue;
        let source = &self.ledger.source;
        let listed = if issue.shows(&failure) {
            format!("it costs more than the known issue, which is {severity}")
        } else {
            format!("that is not the known issue, which is {}: {}", symptom.kind, symptom.actual)
        };
        let message = format!("{}; {listed} ({source}, line {line})", failure.message);
        Failure { message, ..failure }
    }
}

impl Issue {
    /// Whether a failure is this one: it shows like this, and costs no more.
    #[must_use]
    pub fn fits(&self, failure: &Failure) -> bool {
        self.shows(failure) && failure.severity.is_none_or(|severity| severity.at_most(self.severity) == severity)
    }

    fn shows(&self, failure: &Failure) -> bool {
        self.symptom.kind == failure.kind && self.symptom.actual.fits(&failure.actual)
    }
}
