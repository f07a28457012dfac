//! What became of the checks from base to target, in groups, for every report.
//!
//! Deliberately absent: layout, what fails on neither, and known issues that failed on the base too, which stand among the known issues.

use std::collections::BTreeSet;

use crate::model::{CaseId, Change, ComparedCase, GateRecord, Outcome, RunRecord};

/// Checks of one kind of change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group<'a> {
    /// `✗`, `~`, `✓` or `!`.
    pub(super) glyph: char,
    /// What they have in common.
    pub(super) title: &'static str,
    /// The checks in the order of the run.
    pub(super) cases: Vec<&'a CaseId>,
}

/// The groups that have checks, what is new first; none where there was no base.
pub(super) fn groups(record: &RunRecord) -> Vec<Group<'_>> {
    let Some(gate) = &record.gate else { return Vec::new() };
    let kinds = [
        ('✗', "Regressions: passed on the base", Change::Regression),
        ('~', "Failed on the base too", Change::PreExisting),
        ('✓', "Mended: failed on the base", Change::Mended),
        ('!', "Not comparable: one of the two could not be told", Change::Unknown),
    ];
    let cases = record.suites.iter().flat_map(|suite| &suite.cases);
    let known: BTreeSet<_> =
        cases.filter(|case| matches!(case.outcome, Outcome::Known(_))).map(|case| &case.id).collect();
    let is_old_news = |case: &ComparedCase| case.change == Change::PreExisting && known.contains(&case.id);
    let of = |kind| gate.verdicts.iter().filter(move |case| case.change == kind);
    let groups = kinds.into_iter().map(|(glyph, title, kind)| {
        let cases = of(kind).filter(|case| !is_old_news(case)).map(|case| &case.id).collect();
        Group { glyph, title, cases }
    });
    groups.filter(|group| !group.cases.is_empty()).collect()
}

/// Whether a case passed on the base and fails now.
pub(super) fn is_regression(record: &RunRecord, case: &CaseId) -> bool {
    let regressions = |gate: &GateRecord| {
        gate.verdicts.iter().any(|compared| compared.id == *case && compared.change == Change::Regression)
    };
    record.gate.as_ref().is_some_and(regressions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ComparedCase, Outcome, SuiteId};
    use crate::report::fixture;
    use crate::report::tally::Tally;

    fn compared(name: &str, change: Change) -> ComparedCase {
        ComparedCase { id: CaseId::new(&SuiteId::new("etag/local"), name), base: Outcome::Passed, change }
    }

    #[test]
    fn what_is_new_comes_first_and_what_did_not_change_is_left_out() {
        let mut record = fixture::compared();
        record.gate.as_mut().unwrap().verdicts = vec![
            compared("a", Change::Unchanged),
            compared("b", Change::Mended),
            compared("c", Change::Regression),
            compared("d", Change::PreExisting),
        ];
        let shown: Vec<_> = groups(&record).into_iter().map(|group| (group.glyph, group.cases[0].name())).collect();
        assert_eq!(shown, [('✗', "c"), ('~', "d"), ('✓', "b")]);
    }

    #[test]
    fn a_known_issue_that_is_old_is_no_change_and_one_that_is_new_is() {
        let mut record = fixture::with_known_issues();
        record.gate = fixture::compared().gate;
        let known = Tally::of(&record).known[0].case.id.clone();
        let mut cases = |change| {
            let verdicts = vec![ComparedCase { id: known.clone(), base: Outcome::Passed, change }];
            record.gate.as_mut().unwrap().verdicts = verdicts;
            groups(&record).len()
        };
        assert_eq!((cases(Change::PreExisting), cases(Change::Regression), cases(Change::Mended)), (0, 1, 1));
    }

    #[test]
    fn a_regression_is_named_before_worse_failures_that_are_old() {
        let mut record = fixture::record();
        record.gate = fixture::compared().gate;
        let lesser = Tally::of(&record).failed.last().unwrap().case.id.clone();
        let verdicts = vec![ComparedCase { id: lesser.clone(), base: Outcome::Passed, change: Change::Regression }];
        record.gate.as_mut().unwrap().verdicts = verdicts;
        assert!(is_regression(&record, &lesser));
        assert_eq!(Tally::of(&record).failed[0].case.id, lesser);
    }
}
