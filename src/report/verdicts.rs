//! What became of the checks from base to target, in groups, for every report.
//!
//! Deliberately absent: layout, and what fails on neither.

use crate::model::{CaseId, Change, GateRecord, RunRecord};

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

/// The groups that have checks, what is new first.
pub(super) fn groups(gate: &GateRecord) -> Vec<Group<'_>> {
    let kinds = [
        ('✗', "Regressions: passed on the base", Change::Regression),
        ('~', "Failed on the base too", Change::PreExisting),
        ('✓', "Mended: failed on the base", Change::Mended),
        ('!', "Not comparable: one of the two could not be told", Change::Unknown),
    ];
    let cases = |kind| gate.verdicts.iter().filter(move |case| case.change == kind).map(|case| &case.id);
    let groups = kinds.into_iter().map(|(glyph, title, kind)| Group { glyph, title, cases: cases(kind).collect() });
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
        let mut gate = fixture::compared().gate.unwrap();
        gate.verdicts = vec![
            compared("a", Change::Unchanged),
            compared("b", Change::Mended),
            compared("c", Change::Regression),
            compared("d", Change::PreExisting),
        ];
        let shown: Vec<_> = groups(&gate).into_iter().map(|group| (group.glyph, group.cases[0].name())).collect();
        assert_eq!(shown, [('✗', "c"), ('~', "d"), ('✓', "b")]);
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
