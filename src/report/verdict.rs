//! The run in one sentence: what every report begins with.
//!
//! Owns the order in which what holds is said. Deliberately absent: the numbers, which are the tally's.

use super::format::counted;
use super::sanitize;
use super::tally::{self, Tally};
use super::verdicts;
use crate::record::{FaultKind, RunRecord, Severity, SuiteId};

/// Kinds of suites whose failures no ledger may hide from the first line: what they check is what backups stand on.
const BEDROCK: [&str; 4] = ["bench", "sync", "etag", "clients"];

/// The run in one sentence that begins with a word in capitals.
pub(super) fn of(record: &RunRecord) -> String {
    let tally = Tally::of(record);
    let old = known_in_bedrock(&tally).map(|(suite, others)| {
        let others = if others == 0 { String::new() } else { format!(" and {}", counted(others, "other suite")) };
        format!("KNOWN DATA LOSS in {suite}{others}")
    });
    let mut parts = vec![on_the_unknown(record, &tally)];
    // Where nothing is new it is the first word, so that no line is too short for it.
    let place = usize::from(!tally.failed.is_empty());
    parts.splice(place..place, old);
    parts.extend(tally.known_in_words());
    parts.join("; ")
}

fn on_the_unknown(record: &RunRecord, tally: &Tally<'_>) -> String {
    let checks = counted(tally.checks(), "check");
    if let Some(interruption) = tally.interruption {
        return format!("INTERRUPTED by {} after {checks}: {}", tally::signal(interruption), tally.counts());
    }
    if !tally.failed.is_empty() {
        if tally.failed.iter().all(|failed| failed.check.outcome.is_fixed()) {
            return format!("LEDGER OUT OF DATE: {} of {checks} passed that it lists", tally.failed.len());
        }
        let new = tally.failed.iter().filter(|failed| verdicts::is_regression(record, &failed.check.id)).count();
        let new = match new {
            0 => String::new(),
            all if all == tally.failed.len() => ", all of which passed on the base".to_owned(),
            some => format!(", {some} of which passed on the base"),
        };
        return format!("FAILED: {} of {checks} ({}){new}", tally.failed.len(), tally::in_words(&tally.by_severity()));
    }
    if let (true, Some(trouble)) = (tally.is_refused(), tally.troubles.first()) {
        return format!("REFUSED: {}", sanitize::line(&trouble.fault.message));
    }
    if tally.troubles.iter().any(|trouble| trouble.fault.kind != FaultKind::Report) {
        return format!("ERROR: s3ci could not judge ({}; {})", checks, tally.counts());
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

/// Known data loss, if it is in what backups stand on as well: the first such suite, and how many others there are of any kind.
fn known_in_bedrock(tally: &Tally<'_>) -> Option<(SuiteId, usize)> {
    let grave = tally.known.iter().filter(|known| known.check.severity() == Severity::DataLoss);
    let mut suites: Vec<SuiteId> = grave.map(|known| known.check.id.suite()).collect();
    suites.dedup();
    let first = suites.iter().find(|suite| BEDROCK.contains(&suite.kind()))?;
    Some((first.clone(), suites.len() - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{CheckId, Fault, Interruption, Outcome};
    use crate::report::fixture;

    #[test]
    fn the_verdict_names_the_worst_that_holds() {
        let mut record = fixture::record();
        assert_eq!(of(&record), "FAILED: 2 of 8 checks (1 data loss or corruption, 1 breaks clients)");
        record.interruption = Some(Interruption::Interrupt);
        assert_eq!(of(&record), "INTERRUPTED by SIGINT after 8 checks: 4 passed, 2 failed, 1 skipped, 3 errors");
        record.interruption = None;
        for suite in &mut record.suites {
            suite.checks.retain(|check| !check.outcome.is_failed());
        }
        assert_eq!(of(&record), "ERROR: s3ci could not judge (6 checks; 4 passed, 1 skipped, 3 errors)");
    }

    #[test]
    fn a_target_that_is_not_there_is_refused_and_not_called_something_that_could_not_be_told() {
        let mut record = fixture::clean();
        record.suites.clear();
        let message = "failed to find release 9.9.9 of pys3local: there is no such release";
        record.faults = vec![Fault::new(FaultKind::Target, message)];
        record.exit_code = 2;
        let tally = Tally::of(&record);
        assert_eq!(of(&record), format!("REFUSED: {message}"));
        assert_eq!(
            (tally.glyph(), tally.of_troubles(), tally.troubles[0].place.as_str()),
            ('!', "was refused", "target")
        );
        record.faults.push(Fault::new(FaultKind::Docker, "connect to the Docker daemon: no such file"));
        assert_eq!(Tally::of(&record).of_troubles(), "could not be judged");
        assert!(of(&record).starts_with("ERROR: s3ci could not judge "), "{}", of(&record));
    }

    #[test]
    fn a_clean_run_passes_and_an_empty_one_does_not() {
        let mut record = fixture::clean();
        assert_eq!(of(&record), "PASSED: all of 2 checks");
        record.suites.iter_mut().for_each(|suite| suite.checks.clear());
        assert_eq!(of(&record), "NOTHING CHECKED: nothing checked");
        record.faults.push(Fault::new(FaultKind::Report, "write out.xml: disk full"));
        assert_eq!(of(&record), "REPORT MISSING: 1 error (0 checks)");
    }

    #[test]
    fn known_issues_are_counted_beside_the_verdict_and_data_loss_where_backups_stand_on_it_is_never_overlooked() {
        let mut record = fixture::with_known_issues();
        let known = "2 known issues (1 data loss or corruption, 1 breaks clients)";
        assert_eq!(of(&record), format!("PASSED: 3 of 5 checks; {known}"));
        assert_eq!(Tally::of(&record).glyph(), '✓');
        record.suites[1].checks.retain(|check| check.outcome.is_known());
        record.suites.remove(0);
        assert_eq!(of(&record), format!("NOTHING NEW: 2 checks; {known}"));
        assert_eq!(Tally::of(&record).glyph(), '~');
        for check in &mut record.suites[0].checks {
            check.id = CheckId::new(&SuiteId::new("sync/local"), check.id.name());
        }
        assert_eq!(of(&record), format!("KNOWN DATA LOSS in sync/local; NOTHING NEW: 2 checks; {known}"));
        let mut elsewhere = record.suites[0].clone();
        for check in &mut elsewhere.checks {
            check.id = CheckId::new(&SuiteId::new("api/local"), check.id.name());
        }
        record.suites.insert(0, elsewhere);
        let said = of(&record);
        assert!(said.starts_with("KNOWN DATA LOSS in sync/local and 1 other suite; NOTHING NEW: 4 checks; "), "{said}");
        let failed = fixture::record()
            .suites
            .into_iter()
            .find(|suite| suite.checks.iter().any(|check| check.outcome.is_failed()));
        record.suites.extend(failed);
        let said = of(&record);
        assert!(said.starts_with("FAILED: "), "{said}");
        assert!(said.contains("; KNOWN DATA LOSS in sync/local and 1 other suite; 4 known issues ("), "{said}");
    }

    #[test]
    fn what_could_not_be_decided_is_neither_a_pass_nor_a_failure() {
        let mut record = fixture::clean();
        record.suites[0].checks[1].outcome = Outcome::Inconclusive { reason: "too noisy".to_owned() };
        assert_eq!(of(&record), "UNDECIDED: 1 passed, 1 inconclusive (2 checks)");
        assert_eq!(Tally::of(&record).glyph(), '!');
    }

    #[test]
    fn an_exit_code_without_a_failed_check_is_never_called_a_pass() {
        let mut record = fixture::clean();
        record.exit_code = 3;
        assert_eq!(of(&record), "EXIT CODE 3: 2 passed (2 checks)");
    }
}
