//! Known issues in the groups that reports show them in: by suite, and the few that are named where the others are counted.
//!
//! Deliberately absent: layout.

use super::tally::{Known, Tally, by_severity, in_words};
use crate::record::SuiteId;

/// So many may be named before anything else is said of a run; more of them hide what is new.
pub(in crate::report) const FEW: usize = 10;

/// The known issues of one suite.
#[derive(Debug)]
pub(in crate::report) struct KnownOfSuite<'a> {
    pub(in crate::report) suite: SuiteId,
    /// The worst first; among equals in the order of the run.
    pub(in crate::report) issues: Vec<Known<'a>>,
}

impl KnownOfSuite<'_> {
    /// How many there are of each severity: `12 data loss or corruption, 3 cosmetic`.
    pub(in crate::report) fn words(&self) -> String {
        in_words(&by_severity(self.issues.iter().map(|known| known.check)))
    }
}

/// Known issues, the worst first, suite by suite: those suites first that have the worst.
pub(in crate::report) fn by_suite<'a>(known: &[Known<'a>]) -> Vec<KnownOfSuite<'a>> {
    let mut suites: Vec<KnownOfSuite<'a>> = Vec::new();
    for issue in known {
        let suite = issue.check.id.suite();
        match suites.iter_mut().find(|found| found.suite == suite) {
            Some(found) => found.issues.push(*issue),
            None => suites.push(KnownOfSuite { suite, issues: vec![*issue] }),
        }
    }
    suites
}

/// Those to name, and those to count: whole severities are named, from the worst on, while they are few together.
pub(in crate::report) fn named_and_counted<'t, 'a>(tally: &'t Tally<'a>) -> (&'t [Known<'a>], &'t [Known<'a>]) {
    let mut named = 0;
    for (_, count) in by_severity(tally.known.iter().map(|known| known.check)) {
        if named + count > FEW {
            break;
        }
        named += count;
    }
    tally.known.split_at(named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn suites_with_the_worst_come_first_and_count_by_severity() {
        let record = fixture::with_many_known_issues();
        let tally = Tally::of(&record);
        let shown: Vec<String> =
            by_suite(&tally.known).iter().map(|group| format!("{}: {}", group.suite, group.words())).collect();
        assert_eq!(shown, ["api/local: 1 data loss or corruption, 12 breaks clients", "etag/local: 11 breaks clients"]);
    }

    #[test]
    fn whole_severities_are_named_while_they_are_few() {
        let record = fixture::with_known_issues();
        let tally = Tally::of(&record);
        assert_eq!(named_and_counted(&tally).1.len(), 0, "two are few");
        let record = fixture::with_many_known_issues();
        let tally = Tally::of(&record);
        let (named, counted) = named_and_counted(&tally);
        assert_eq!(named.iter().map(|known| known.check.id.name()).collect::<Vec<_>>(), ["range-first"]);
        assert_eq!(counted.len(), 23);
    }
}
