//! The facts and verdicts of a record, computed once for all renderings.
//!
//! Owns every number and sentence that more than one rendering shows, so that they agree. Deliberately absent: layout and markup.

pub(super) mod changes;
pub(super) mod counterexample;
pub(super) mod curl;
pub(super) mod evidence;
pub(super) mod known;
pub(super) mod rating;
pub(super) mod ratios;
pub(super) mod tally;
pub(super) mod verdict;
pub(super) mod words;

use crate::record::RunRecord;
use changes::Group;
use tally::Tally;
use verdict::Verdict;

/// A record as a reader sees it.
#[derive(Debug)]
pub struct View<'a> {
    pub(super) record: &'a RunRecord,
    pub(super) tally: Tally<'a>,
    pub(super) verdict: Verdict,
    /// What changed against the base, in groups; empty where there was none.
    pub(super) changes: Vec<Group<'a>>,
    /// What a reader must know before trusting the results.
    pub(super) notices: Vec<String>,
    /// What the names of JUnit's suites end with, where runs of a matrix are read together.
    pub(super) junit_suffix: Option<String>,
}

impl<'a> View<'a> {
    #[must_use]
    pub fn of(record: &'a RunRecord) -> Self {
        let tally = Tally::of(record);
        Self {
            verdict: Verdict::of(record, &tally),
            changes: changes::groups(record),
            notices: tally::notices(record),
            junit_suffix: None,
            record,
            tally,
        }
    }
}
