//! Cause and effect between the checks of a run: what became of those whose failure would explain that of another.

use super::{CheckId, CheckRecord, Outcome, RunRecord};

/// A check whose failure would explain that of another, and what became of it in the same run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation<'a> {
    /// The check.
    pub check: &'a CheckId,
    /// What became of it; none where it was not run.
    pub outcome: Option<&'a Outcome>,
}

impl Explanation<'_> {
    /// Whether it does explain something: the server broke its rule too, known or not.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.outcome.is_some_and(|outcome| outcome.is_failed() || outcome.is_known())
    }
}

impl RunRecord {
    /// A check by its id; none where it was not run.
    #[must_use]
    pub fn check(&self, id: &CheckId) -> Option<&CheckRecord> {
        self.suites.iter().flat_map(|suite| &suite.checks).find(|check| check.id == *id)
    }

    /// The checks that would explain a failure of this one; those first that do.
    #[must_use]
    pub fn explanations<'a>(&'a self, check: &'a CheckRecord) -> Vec<Explanation<'a>> {
        let found = check.explained_by.iter().map(|id| {
            let outcome = self.check(id).map(|found| &found.outcome);
            Explanation { check: id, outcome }
        });
        let mut found: Vec<_> = found.collect();
        found.sort_by_key(|explanation| !explanation.holds());
        found
    }
}
