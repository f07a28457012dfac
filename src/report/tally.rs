//! The record counted and sorted for a reader: how many checks passed, what failed worst, what could not be told.
//!
//! All reports take their numbers from here, so that they agree. Counting only: what a result means was decided before.

use super::format::counted;
use super::sanitize;
use super::verdicts;
use crate::model::{CaseRecord, Failure, Fault, Interruption, KnownIssue, Outcome, RunRecord, Severity, SuiteId};

/// Kinds of suites whose failures no ledger may hide from the first line: what they check is what backups stand on.
const BEDROCK: [&str; 4] = ["bench", "sync", "etag", "clients"];

/// Kind of the faults that are not s3ci's to tell more of: what was to be tested is not there, or is something else.
const TARGET: &str = "target";

/// From the worst to the least.
const SEVERITIES: [Severity; 5] =
    [Severity::DataLoss, Severity::Security, Severity::BreaksClients, Severity::Cosmetic, Severity::Slower];

/// A case that the server failed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Failed<'a> {
    pub(super) case: &'a CaseRecord,
    pub(super) failure: &'a Failure,
}

/// A case that the server failed as the ledger says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) case: &'a CaseRecord,
    pub(super) issue: &'a KnownIssue,
}

/// Something that s3ci could not tell, and where.
#[derive(Debug, Clone)]
pub(super) struct Trouble<'a> {
    pub(super) place: String,
    pub(super) fault: &'a Fault,
    pub(super) repro: Option<&'a str>,
}

/// What a run amounts to in numbers.
#[derive(Debug, Default)]
pub(super) struct Tally<'a> {
    pub(super) passed: usize,
    pub(super) skipped: usize,
    /// Throughput that the blocks did not decide.
    pub(super) inconclusive: usize,
    /// What passed on the base first, then the worst; among equals in the order of the run.
    pub(super) failed: Vec<Failed<'a>>,
    /// The worst first; among equals in the order of the run.
    pub(super) known: Vec<Known<'a>>,
    /// Faults of the run, of suites and of cases.
    pub(super) troubles: Vec<Trouble<'a>>,
    pub(super) interruption: Option<Interruption>,
    errored_cases: usize,
}

/// The suites of each backend on their own, in the order of the run.
pub(super) fn by_backend(record: &RunRecord) -> Vec<(&str, Tally<'_>)> {
    let mut backends: Vec<(&str, Tally<'_>)> = Vec::new();
    for suite in &record.suites {
        let at = backends.iter().position(|(backend, _)| *backend == suite.backend).unwrap_or(backends.len());
        if at == backends.len() {
            backends.push((&suite.backend, Tally::default()));
        }
        if let Some((_, tally)) = backends.get_mut(at) {
            tally.add_cases(&suite.cases);
            if let Some(fault) = &suite.fault {
                tally.trouble(suite.id.to_string(), fault, None);
            }
        }
    }
    backends
}

impl<'a> Tally<'a> {
    /// Counts a record.
    pub(super) fn of(record: &'a RunRecord) -> Self {
        let mut tally = Self { interruption: record.interruption, ..Self::default() };
        for fault in &record.faults {
            tally.trouble(if fault.kind == TARGET { TARGET } else { "run" }.to_owned(), fault, None);
        }
        for suite in &record.suites {
            tally.add_cases(&suite.cases);
            if let Some(fault) = &suite.fault {
                tally.trouble(suite.id.to_string(), fault, None);
            }
        }
        tally.failed.sort_by_key(|failed| (!verdicts::is_regression(record, &failed.case.id), failed.case.severity));
        tally.known.sort_by_key(|known| known.case.severity);
        tally
    }

    /// Counts some cases.
    pub(super) fn of_cases(cases: &'a [CaseRecord]) -> Self {
        let mut tally = Self::default();
        tally.add_cases(cases);
        tally
    }

    /// Checks that ended one way or another.
    pub(super) fn checks(&self) -> usize {
        self.passed + self.skipped + self.inconclusive + self.failed.len() + self.known.len() + self.errored_cases
    }

    /// Failed checks by severity, the worst first; severities without failures are left out.
    pub(super) fn by_severity(&self) -> Vec<(Severity, usize)> {
        by_severity(self.failed.iter().map(|failed| failed.case))
    }

    /// Known issues in words: `17 known issues (8 data loss or corruption, 9 cosmetic)`; none where there are none.
    pub(super) fn known_in_words(&self) -> Option<String> {
        let count = counted(self.known.len(), "known issue");
        let severities = in_words(&by_severity(self.known.iter().map(|known| known.case)));
        (!self.known.is_empty()).then(|| format!("{count} ({severities})"))
    }

    /// Known data loss, if it is in what backups stand on as well: the first such suite, and how many others there are of any kind.
    fn known_in_bedrock(&self) -> Option<(SuiteId, usize)> {
        let grave = self.known.iter().filter(|known| known.case.severity == Severity::DataLoss);
        let mut suites: Vec<SuiteId> = grave.map(|known| known.case.id.suite()).collect();
        suites.dedup();
        let first = suites.iter().find(|suite| BEDROCK.contains(&suite.kind()))?;
        Some((first.clone(), suites.len() - 1))
    }

    /// The counts in one line: `10 passed, 1 failed, 2 skipped, 1 error`; what is zero is left out.
    pub(super) fn counts(&self) -> String {
        let counts = [
            (self.passed, format!("{} passed", self.passed)),
            (self.failed.len(), format!("{} failed", self.failed.len())),
            (self.known.len(), format!("{} known", self.known.len())),
            (self.skipped, format!("{} skipped", self.skipped)),
            (self.inconclusive, format!("{} inconclusive", self.inconclusive)),
            (self.troubles.len(), counted(self.troubles.len(), "error")),
        ];
        let shown: Vec<String> = counts.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text).collect();
        if shown.is_empty() { "nothing checked".to_owned() } else { shown.join(", ") }
    }

    /// What became of what the troubles are about: it was refused where all that is wrong is the target that was named.
    pub(super) fn of_troubles(&self) -> &'static str {
        if self.is_refused() { "was refused" } else { "could not be told" }
    }

    fn is_refused(&self) -> bool {
        !self.troubles.is_empty() && self.troubles.iter().all(|trouble| trouble.fault.kind == TARGET)
    }

    /// `✓` when everything was checked and held but for known issues, `✗` when something failed, `!` when something could not be
    /// told, `~` when there is nothing but known issues.
    pub(super) fn glyph(&self) -> char {
        if !self.failed.is_empty() {
            '✗'
        } else if !self.troubles.is_empty()
            || self.interruption.is_some()
            || self.passed + self.known.len() == 0
            || self.inconclusive > 0
        {
            '!'
        } else if self.passed == 0 {
            '~'
        } else {
            '✓'
        }
    }

    fn add_cases(&mut self, cases: &'a [CaseRecord]) {
        for case in cases {
            match &case.outcome {
                Outcome::Passed => self.passed += 1,
                Outcome::Skipped { .. } => self.skipped += 1,
                Outcome::Inconclusive { .. } => self.inconclusive += 1,
                Outcome::Failed(failure) => self.failed.push(Failed { case, failure }),
                Outcome::Known(issue) => self.known.push(Known { case, issue }),
                Outcome::Error(fault) => {
                    self.errored_cases += 1;
                    self.trouble(case.id.to_string(), fault, Some(&case.repro));
                }
            }
        }
    }

    fn trouble(&mut self, place: String, fault: &'a Fault, repro: Option<&'a str>) {
        self.troubles.push(Trouble { place, fault, repro });
    }
}

/// How many cases there are of each severity, the worst first; severities without any are left out.
pub(super) fn by_severity<'a>(cases: impl Iterator<Item = &'a CaseRecord>) -> Vec<(Severity, usize)> {
    let found: Vec<Severity> = cases.map(|case| case.severity).collect();
    let count = |wanted| found.iter().filter(|severity| **severity == wanted).count();
    SEVERITIES.into_iter().map(|severity| (severity, count(severity))).filter(|(_, count)| *count > 0).collect()
}

/// Severities with their numbers: `8 data loss or corruption, 9 cosmetic`.
pub(super) fn in_words(severities: &[(Severity, usize)]) -> String {
    severities.iter().map(|(severity, count)| format!("{count} {}", severity.words())).collect::<Vec<_>>().join(", ")
}

/// The run in one sentence that begins with a word in capitals.
pub(super) fn verdict(record: &RunRecord) -> String {
    let tally = Tally::of(record);
    let old = tally.known_in_bedrock().map(|(suite, others)| {
        let others = if others == 0 { String::new() } else { format!(" and {}", counted(others, "other suite")) };
        format!("KNOWN DATA LOSS in {suite}{others}")
    });
    let mut parts = vec![verdict_on_the_unknown(record, &tally)];
    // Where nothing is new it is the first word, so that no line is too short for it.
    let place = usize::from(!tally.failed.is_empty());
    parts.splice(place..place, old);
    parts.extend(tally.known_in_words());
    parts.join("; ")
}

fn verdict_on_the_unknown(record: &RunRecord, tally: &Tally<'_>) -> String {
    let checks = counted(tally.checks(), "check");
    if let Some(interruption) = tally.interruption {
        return format!("INTERRUPTED by {} after {checks}: {}", signal(interruption), tally.counts());
    }
    if !tally.failed.is_empty() {
        if tally.failed.iter().all(|failed| failed.case.outcome.is_fixed()) {
            return format!("LEDGER OUT OF DATE: {} of {checks} passed that it lists", tally.failed.len());
        }
        let new = tally.failed.iter().filter(|failed| verdicts::is_regression(record, &failed.case.id)).count();
        let new = match new {
            0 => String::new(),
            all if all == tally.failed.len() => ", all of which passed on the base".to_owned(),
            some => format!(", {some} of which passed on the base"),
        };
        return format!("FAILED: {} of {checks} ({}){new}", tally.failed.len(), in_words(&tally.by_severity()));
    }
    if let (true, Some(trouble)) = (tally.is_refused(), tally.troubles.first()) {
        return format!("REFUSED: {}", sanitize::line(&trouble.fault.message));
    }
    if tally.troubles.iter().any(|trouble| trouble.fault.kind != "report") {
        return format!("ERROR: s3ci could not tell ({}; {})", checks, tally.counts());
    }
    if !tally.troubles.is_empty() {
        return format!("REPORT MISSING: {} ({checks})", tally.counts());
    }
    match (record.exit_code, tally.passed) {
        (0 | 6, _) if tally.inconclusive > 0 => format!("UNDECIDED: {} ({checks})", tally.counts()),
        (0, 0) if !tally.known.is_empty() => format!("NOTHING NEW: {checks}"),
        (0, 0) => format!("NOTHING CHECKED: {}", tally.counts()),
        (0, _) if tally.skipped > 0 => format!("PASSED: {} of {checks}, {} skipped", tally.passed, tally.skipped),
        (0, _) if !tally.known.is_empty() => format!("PASSED: {} of {checks}", tally.passed),
        (0, _) => format!("PASSED: all of {checks}"),
        (code, _) => format!("EXIT CODE {code}: {} ({checks})", tally.counts()),
    }
}

/// The signal that ended a run.
pub(super) fn signal(interruption: Interruption) -> &'static str {
    match interruption {
        Interruption::Interrupt => "SIGINT",
        Interruption::Terminate => "SIGTERM",
    }
}

/// What a reader must know before trusting the results: the run's notices, and that it was cut short.
pub(super) fn notices(record: &RunRecord) -> Vec<String> {
    let cut = record.interruption.map(|interruption| {
        format!("interrupted by {}: what had not ended by then is not in the results", signal(interruption))
    });
    record.notices.iter().cloned().chain(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CaseId;
    use crate::report::fixture;

    #[test]
    fn failures_come_worst_first() {
        let record = fixture::record();
        let tally = Tally::of(&record);
        let severities: Vec<Severity> = tally.failed.iter().map(|failed| failed.case.severity).collect();
        assert_eq!(severities, [Severity::DataLoss, Severity::BreaksClients]);
        assert_eq!(tally.by_severity(), [(Severity::DataLoss, 1), (Severity::BreaksClients, 1)]);
        assert_eq!((tally.passed, tally.skipped, tally.troubles.len(), tally.checks()), (4, 1, 3, 8));
    }

    #[test]
    fn the_verdict_names_the_worst_that_holds() {
        let mut record = fixture::record();
        assert_eq!(verdict(&record), "FAILED: 2 of 8 checks (1 data loss or corruption, 1 breaks clients)");
        record.interruption = Some(Interruption::Interrupt);
        assert_eq!(verdict(&record), "INTERRUPTED by SIGINT after 8 checks: 4 passed, 2 failed, 1 skipped, 3 errors");
        record.interruption = None;
        for suite in &mut record.suites {
            suite.cases.retain(|case| !case.outcome.is_failed());
        }
        assert_eq!(verdict(&record), "ERROR: s3ci could not tell (6 checks; 4 passed, 1 skipped, 3 errors)");
    }

    #[test]
    fn a_target_that_is_not_there_is_refused_and_not_called_something_that_could_not_be_told() {
        let mut record = fixture::clean();
        record.suites.clear();
        let message = "failed to find release 9.9.9 of pys3local: there is no such release";
        record.faults = vec![Fault::new("target", message)];
        record.exit_code = 2;
        let tally = Tally::of(&record);
        assert_eq!(verdict(&record), format!("REFUSED: {message}"));
        assert_eq!(
            (tally.glyph(), tally.of_troubles(), tally.troubles[0].place.as_str()),
            ('!', "was refused", "target")
        );
        record.faults.push(Fault::new("docker", "connect to the Docker daemon: no such file"));
        assert_eq!(Tally::of(&record).of_troubles(), "could not be told");
        assert!(verdict(&record).starts_with("ERROR: s3ci could not tell "), "{}", verdict(&record));
    }

    #[test]
    fn a_clean_run_passes_and_an_empty_one_does_not() {
        let mut record = fixture::clean();
        assert_eq!(verdict(&record), "PASSED: all of 2 checks");
        record.suites.iter_mut().for_each(|suite| suite.cases.clear());
        assert_eq!(verdict(&record), "NOTHING CHECKED: nothing checked");
        record.faults.push(Fault::new("report", "write out.xml: disk full"));
        assert_eq!(verdict(&record), "REPORT MISSING: 1 error (0 checks)");
    }

    #[test]
    fn known_issues_are_counted_beside_the_verdict_and_data_loss_where_backups_stand_on_it_is_never_overlooked() {
        let mut record = fixture::with_known_issues();
        let known = "2 known issues (1 data loss or corruption, 1 breaks clients)";
        assert_eq!(verdict(&record), format!("PASSED: 3 of 5 checks; {known}"));
        assert_eq!(Tally::of(&record).glyph(), '✓');
        record.suites[1].cases.retain(|case| case.outcome.is_known());
        record.suites.remove(0);
        assert_eq!(verdict(&record), format!("NOTHING NEW: 2 checks; {known}"));
        assert_eq!(Tally::of(&record).glyph(), '~');
        for case in &mut record.suites[0].cases {
            case.id = CaseId::new(&SuiteId::new("sync/local"), case.id.name());
        }
        assert_eq!(verdict(&record), format!("KNOWN DATA LOSS in sync/local; NOTHING NEW: 2 checks; {known}"));
        let mut elsewhere = record.suites[0].clone();
        for case in &mut elsewhere.cases {
            case.id = CaseId::new(&SuiteId::new("api/local"), case.id.name());
        }
        record.suites.insert(0, elsewhere);
        let said = verdict(&record);
        assert!(said.starts_with("KNOWN DATA LOSS in sync/local and 1 other suite; NOTHING NEW: 4 checks; "), "{said}");
        let failed =
            fixture::record().suites.into_iter().find(|suite| suite.cases.iter().any(|case| case.outcome.is_failed()));
        record.suites.extend(failed);
        let said = verdict(&record);
        assert!(said.starts_with("FAILED: "), "{said}");
        assert!(said.contains("; KNOWN DATA LOSS in sync/local and 1 other suite; 4 known issues ("), "{said}");
    }

    #[test]
    fn what_could_not_be_decided_is_neither_a_pass_nor_a_failure() {
        let mut record = fixture::clean();
        record.suites[0].cases[1].outcome = Outcome::Inconclusive { reason: "too noisy".to_owned() };
        assert_eq!(verdict(&record), "UNDECIDED: 1 passed, 1 inconclusive (2 checks)");
        assert_eq!(Tally::of(&record).glyph(), '!');
    }

    #[test]
    fn an_exit_code_without_a_failed_check_is_never_called_a_pass() {
        let mut record = fixture::clean();
        record.exit_code = 3;
        assert_eq!(verdict(&record), "EXIT CODE 3: 2 passed (2 checks)");
    }
}
