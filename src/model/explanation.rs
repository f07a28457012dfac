//! Cause and effect between the cases of a run: what became of those whose failure would explain that of another.

use super::{CaseId, CaseRecord, Outcome, RunRecord};

/// A case whose failure would explain that of another, and what became of it in the same run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation<'a> {
    /// The case.
    pub case: &'a CaseId,
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
    /// A case by its id; none where it was not run.
    #[must_use]
    pub fn case(&self, id: &CaseId) -> Option<&CaseRecord> {
        self.suites.iter().flat_map(|suite| &suite.cases).find(|case| case.id == *id)
    }

    /// The cases that would explain a failure of this one; those first that do.
    #[must_use]
    pub fn explanations<'a>(&'a self, case: &'a CaseRecord) -> Vec<Explanation<'a>> {
        let found = case.explained_by.iter().map(|id| {
            let outcome = self.case(id).map(|found| &found.outcome);
            Explanation { case: id, outcome }
        });
        let mut found: Vec<_> = found.collect();
        found.sort_by_key(|explanation| !explanation.holds());
        found
    }
}
