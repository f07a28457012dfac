//! What became of the checks from base to target, in groups, for every report.
//!
//! Deliberately absent: layout, what fails on neither, and known issues that failed on the base too, which stand among the known issues.

use std::collections::BTreeSet;

use crate::record::{Against, Change, CheckId, ComparedCheck, Outcome, RunRecord};

/// Checks of one kind of change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) struct Group<'a> {
    /// `✗`, `~`, `✓` or `!`.
    pub(in crate::report) glyph: char,
    /// What they have in common.
    pub(in crate::report) title: &'static str,
    /// The checks in the order of the run.
    pub(in crate::report) checks: Vec<&'a CheckId>,
}

/// The groups that have checks, what is new first; none where there was no base.
pub(in crate::report) fn groups(record: &RunRecord) -> Vec<Group<'_>> {
    let Some(against) = &record.against else { return Vec::new() };
    let kinds = [
        ('✗', "Regressions: passed on the base", Change::Regression),
        ('~', "Failed on the base too", Change::PreExisting),
        ('✓', "Fixed: failed on the base", Change::Fixed),
        ('!', "Not comparable: one of the two was not judged", Change::Unknown),
    ];
    let checks = record.suites.iter().flat_map(|suite| &suite.checks);
    let known: BTreeSet<_> =
        checks.filter(|check| matches!(check.outcome, Outcome::Known(_))).map(|check| &check.id).collect();
    let is_old_news = |check: &ComparedCheck| check.change == Change::PreExisting && known.contains(&check.id);
    let of = |kind| against.verdicts.iter().filter(move |check| check.change == kind);
    let groups = kinds.into_iter().map(|(glyph, title, kind)| {
        let checks = of(kind).filter(|check| !is_old_news(check)).map(|check| &check.id).collect();
        Group { glyph, title, checks }
    });
    groups.filter(|group| !group.checks.is_empty()).collect()
}

/// Whether a check passed on the base and fails now.
pub(in crate::report) fn is_regression(record: &RunRecord, check: &CheckId) -> bool {
    let regressions = |against: &Against| {
        against.verdicts.iter().any(|compared| compared.id == *check && compared.change == Change::Regression)
    };
    record.against.as_ref().is_some_and(regressions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{ComparedCheck, Outcome, SuiteId};
    use crate::report::fixture;
    use crate::report::view::tally::Tally;

    fn compared(name: &str, change: Change) -> ComparedCheck {
        ComparedCheck { id: CheckId::new(&SuiteId::new("etag/local"), name), base: Outcome::Passed, change }
    }

    #[test]
    fn what_is_new_comes_first_and_what_did_not_change_is_left_out() {
        let mut record = fixture::compared();
        record.against.as_mut().unwrap().verdicts = vec![
            compared("a", Change::Unchanged),
            compared("b", Change::Fixed),
            compared("c", Change::Regression),
            compared("d", Change::PreExisting),
        ];
        let shown: Vec<_> = groups(&record).into_iter().map(|group| (group.glyph, group.checks[0].name())).collect();
        assert_eq!(shown, [('✗', "c"), ('~', "d"), ('✓', "b")]);
    }

    #[test]
    fn a_known_issue_that_is_old_is_no_change_and_one_that_is_new_is() {
        let mut record = fixture::with_known_issues();
        record.against = fixture::compared().against;
        let known = Tally::of(&record).known[0].check.id.clone();
        let mut checks = |change| {
            let verdicts = vec![ComparedCheck { id: known.clone(), base: Outcome::Passed, change }];
            record.against.as_mut().unwrap().verdicts = verdicts;
            groups(&record).len()
        };
        assert_eq!((checks(Change::PreExisting), checks(Change::Regression), checks(Change::Fixed)), (0, 1, 1));
    }

    #[test]
    fn a_regression_is_named_before_worse_failures_that_are_old() {
        let mut record = fixture::record();
        record.against = fixture::compared().against;
        let lesser = Tally::of(&record).failed.last().unwrap().check.id.clone();
        let verdicts = vec![ComparedCheck { id: lesser.clone(), base: Outcome::Passed, change: Change::Regression }];
        record.against.as_mut().unwrap().verdicts = verdicts;
        assert!(is_regression(&record, &lesser));
        assert_eq!(Tally::of(&record).failed[0].check.id, lesser);
    }
}
