//! What became of a check from one record to another.
//!
//! Owns the one rule by which two outcomes are a regression, old or fixed, whether they come from two arms of a run or from two runs. A
//! known issue is a broken rule like any other here: the ledger says whether it is red, not whether it is new.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Failure, FailureKind, Outcome};

/// What became of a check from the base to the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It fails now, and passed on the base.
    Regression,
    /// It fails on both.
    PreExisting,
    /// It failed on the base, and passes now.
    Fixed,
    /// It fails on neither.
    Unchanged,
    /// It fails on one of the two at least, and was not judged, or does not apply, on the other.
    Unknown,
}

impl Change {
    /// What an outcome is after another one of the same check.
    ///
    /// A rule that is broken on both sides is old, whatever the symptom, but for one: a client that said so before, and now restores
    /// something wrong without a word, is a regression. A check that passes although a ledger lists it has passed: the rule holds.
    #[must_use]
    pub fn between(from: &Outcome, to: &Outcome) -> Self {
        let silent = |failure: &Failure| failure.kind == FailureKind::SILENT_CORRUPTION;
        match (symptom(from), symptom(to)) {
            (Some(before), Some(after)) if silent(after) && !silent(before) => Self::Regression,
            (Some(_), Some(_)) => Self::PreExisting,
            (None, None) => Self::Unchanged,
            (None, Some(_)) if holds(from) => Self::Regression,
            (Some(_), None) if holds(to) => Self::Fixed,
            _ => Self::Unknown,
        }
    }
}

/// Whether the rule holds, whatever a ledger says of it.
fn holds(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Passed => true,
        outcome => outcome.is_fixed(),
    }
}

/// The wrong answer, whether a ledger names it or not.
pub(super) fn symptom(outcome: &Outcome) -> Option<&Failure> {
    outcome.failure().filter(|failure| failure.kind != FailureKind::KNOWN_ISSUE_FIXED)
}

#[cfg(test)]
mod tests {
    use super::super::{Fault, FaultKind, KnownIssue};
    use super::*;

    #[test]
    fn a_broken_rule_is_new_where_it_held_before() {
        let failure = |kind: &str| Failure::new(kind, "wrong", "right", "wrong");
        let failed = |kind: &str| Outcome::Failed(failure(kind));
        let known = |kind: &str| {
            Outcome::Known(KnownIssue {
                failure: failure(kind),
                cause: None,
                reason: "it does".to_owned(),
                upstream: None,
            })
        };
        let skipped = || Outcome::Skipped { reason: "it does not apply".to_owned() };
        let error = || Outcome::NotJudged(Fault::new(FaultKind::Timeout, "no answer"));
        let inconclusive = || Outcome::Inconclusive { reason: "too noisy".to_owned() };
        let passed = || Outcome::Passed;
        let fixed = || failed(FailureKind::KNOWN_ISSUE_FIXED.as_str());
        let silent = "silent-corruption";
        for (from, to, expected) in [
            (passed(), passed(), Change::Unchanged),
            (passed(), failed("tag"), Change::Regression),
            (passed(), known("tag"), Change::Regression),
            (passed(), skipped(), Change::Unchanged),
            (passed(), error(), Change::Unchanged),
            (failed("tag"), failed("tag"), Change::PreExisting),
            (known("tag"), failed("tag"), Change::PreExisting),
            (failed("tag"), known("tag"), Change::PreExisting),
            (known("tag"), failed("other"), Change::PreExisting),
            (known("tag"), failed(silent), Change::Regression),
            (failed(silent), failed(silent), Change::PreExisting),
            (failed(silent), failed("tag"), Change::PreExisting),
            (failed("tag"), passed(), Change::Fixed),
            (known("tag"), passed(), Change::Fixed),
            (known("tag"), skipped(), Change::Unknown),
            (failed("tag"), error(), Change::Unknown),
            (skipped(), failed("tag"), Change::Unknown),
            (error(), known("tag"), Change::Unknown),
            (inconclusive(), failed("tag"), Change::Unknown),
            (inconclusive(), passed(), Change::Unchanged),
            (known("tag"), fixed(), Change::Fixed),
            (fixed(), known("tag"), Change::Regression),
            (fixed(), failed("tag"), Change::Regression),
            (fixed(), fixed(), Change::Unchanged),
            (passed(), fixed(), Change::Unchanged),
        ] {
            assert_eq!(Change::between(&from, &to), expected, "{from:?} {to:?}");
        }
    }
}
