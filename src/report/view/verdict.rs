//! The run in one sentence, which every report begins with: what is new first, what is known last.
//!
//! A second line names, by cause, the known data loss that harms backups. Deliberately absent: the counting, which `tally` does.

use std::collections::BTreeMap;

use super::changes;
use super::tally::{self, Failed, Known, Tally};
use crate::record::{FaultKind, RunRecord, Severity};
use crate::report::plain::{format::counted, sanitize};

/// Kinds of suites that check what backups stand on, and what a reader calls them.
const BEDROCK: [(&str, &str); 4] =
    [("bench", "the benchmarks"), ("sync", "the sync workflow"), ("etag", "ETags"), ("clients", "real clients")];
/// Causes that the second line names; the others are counted.
const NAMED_CAUSES: usize = 3;

/// What a run comes to.
#[derive(Debug)]
pub(in crate::report) struct Verdict {
    /// `✓`, `✗`, `!` or `~`.
    pub(in crate::report) glyph: char,
    /// The sentence; it begins with words in capitals.
    pub(in crate::report) sentence: String,
    /// Known data loss that harms backups; none if there is none.
    pub(in crate::report) known_loss: Option<String>,
}

impl Verdict {
    pub(super) fn of(record: &RunRecord, tally: &Tally<'_>) -> Self {
        let sentence = match (news(record, tally), tally.known.len()) {
            (News::Bad(news), 0) => news,
            (News::Good(news), _) => std::iter::once(news).chain(known(tally)).collect::<Vec<_>>().join(". "),
            // What is bad and new is not said in one breath with what is bad and old.
            (News::Bad(news), count) => format!("{news}; {}", counted(count, "known issue")),
        };
        Self { glyph: glyph(record, tally), sentence, known_loss: known_loss(tally) }
    }

    /// The first line.
    pub(in crate::report) fn line(&self) -> String {
        format!("{} {}", self.glyph, self.sentence)
    }
}

/// A run whose failures are all older than the target passes where that was asked for.
fn glyph(record: &RunRecord, tally: &Tally<'_>) -> char {
    match tally.glyph() {
        '✗' if fails_as_the_base_does(record, tally) => '~',
        '✓' if record.exit_code != 0 => '!',
        glyph => glyph,
    }
}

fn fails_as_the_base_does(record: &RunRecord, tally: &Tally<'_>) -> bool {
    !tally.failed.is_empty() && record.exit_code == 0
}

enum News {
    Good(String),
    Bad(String),
}

fn news(record: &RunRecord, tally: &Tally<'_>) -> News {
    let checks = counted(tally.checks(), "check");
    let sentence = if let Some(interruption) = tally.interruption {
        format!("INTERRUPTED by {} after {checks}: {}", tally::signal(interruption), tally.counts())
    } else if fails_as_the_base_does(record, tally) {
        format!("NOTHING NEW: {} of {checks} fail, and fail on the base too", tally.failed.len())
    } else if !tally.failed.is_empty() {
        failed(record, tally)
    } else if let (true, Some(trouble)) = (tally.is_refused(), tally.troubles.first()) {
        format!("REFUSED: {}", sanitize::line(&trouble.fault.message))
    } else if tally.troubles.iter().any(|trouble| trouble.fault.kind != FaultKind::Report) {
        format!("ERROR: s3ci could not judge everything ({checks}: {})", tally.counts())
    } else if !tally.troubles.is_empty() {
        format!("REPORT MISSING: {} ({checks})", tally.counts())
    } else if matches!(record.exit_code, 0 | 6) && tally.inconclusive > 0 {
        format!("UNDECIDED: {} ({checks})", tally.counts())
    } else if record.exit_code != 0 {
        format!("EXIT CODE {}: {} ({checks})", record.exit_code, tally.counts())
    } else {
        return News::Good(passed(tally, &checks));
    };
    News::Bad(sentence)
}

fn passed(tally: &Tally<'_>, checks: &str) -> String {
    let skipped = if tally.skipped > 0 { format!(", {} skipped", tally.skipped) } else { String::new() };
    match (tally.passed, tally.known.is_empty() && tally.possible.is_empty()) {
        (0, true) => format!("NOTHING CHECKED: {}", tally.counts()),
        (0, false) => format!("NOTHING NEW: {checks}"),
        (passed, true) if passed == tally.checks() => format!("PASSED: all of {checks}"),
        (passed, true) => format!("PASSED: {passed} of {checks}{skipped}"),
        (passed, false) => format!("PASSED: {passed} of {checks}{skipped}; nothing new"),
    }
}

/// What failed and nobody expected, the worst by name; then what the ledger lists and is fixed.
fn failed(record: &RunRecord, tally: &Tally<'_>) -> String {
    let (fixed, failed): (Vec<Failed<'_>>, Vec<Failed<'_>>) =
        tally.failed.iter().partition(|failed| failed.check.outcome.is_fixed());
    let listed = match fixed.len() {
        0 => None,
        1 => Some("1 listed check passes now".to_owned()),
        many => Some(format!("{many} listed checks pass now")),
    };
    if failed.is_empty() {
        return format!("LEDGER OUT OF DATE: {}", listed.unwrap_or_default());
    }
    let noun = if record.ledger.is_some() || record.against.is_some() { "new failure" } else { "failure" };
    let regressions = failed.iter().filter(|failed| changes::is_regression(record, &failed.check.id)).count();
    let regressed = match regressions {
        0 => String::new(),
        all if all == failed.len() => ", all of which passed on the base".to_owned(),
        some => format!(", {some} of which passed on the base"),
    };
    let worst = by_cost(&failed);
    let flaky =
        match failed.iter().filter(|failed| failed.check.repeats.is_some_and(|repeats| repeats.is_flaky())).count() {
            0 => String::new(),
            all if all == failed.len() => ", flaky".to_owned(),
            some => format!(", {some} of them flaky"),
        };
    let rest = listed.map(|listed| format!("; {listed}")).unwrap_or_default();
    format!("FAILED: {} ({worst}){regressed}{flaky}{rest}", counted(failed.len(), noun))
}

/// What failures cost, the worst first, and the first of the worst by name: `1 loses data: etag/local::put-is-md5; 2 break clients`.
fn by_cost(failed: &[Failed<'_>]) -> String {
    let costs = tally::by_severity(failed.iter().map(|failed| failed.check));
    let worst = costs.first().map(|(severity, _)| *severity);
    let name = failed.iter().find(|failed| Some(failed.check.severity()) == worst).map(|failed| &failed.check.id);
    let parts = costs.iter().enumerate().map(|(place, (severity, count))| {
        let cost = format!("{count} {}", costs_words(*severity, *count));
        match name.filter(|_| place == 0) {
            Some(name) if *count == 1 => format!("{cost}: {name}"),
            Some(name) => format!("{cost}, {name} first"),
            None => cost,
        }
    });
    parts.collect::<Vec<_>>().join("; ")
}

/// The verb of a severity.
fn costs_words(severity: Severity, count: usize) -> &'static str {
    match (severity, count) {
        (Severity::DataLoss, 1) => "loses data",
        (Severity::DataLoss, _) => "lose data",
        (Severity::Security, 1) => "grants access",
        (Severity::Security, _) => "grant access",
        (Severity::BreaksClients, 1) => "breaks clients",
        (Severity::BreaksClients, _) => "break clients",
        (Severity::Cosmetic, 1) => "is cosmetic",
        (Severity::Cosmetic, _) => "are cosmetic",
        (Severity::Slower, 1) => "is slower",
        (Severity::Slower, _) => "are slower",
    }
}

/// `218 known issues, 112 of them lose or corrupt data; 6 more if the Drime service keeps both versions of a name`; none where there
/// are none.
fn known(tally: &Tally<'_>) -> Option<String> {
    let possible = match tally.possible.len() {
        0 => None,
        count => Some(format!("{count} more if the Drime service keeps both versions of a name")),
    };
    let facts = (!tally.known.is_empty()).then(|| known_facts(tally));
    let parts: Vec<String> = facts.into_iter().chain(possible).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn known_facts(tally: &Tally<'_>) -> String {
    let count = counted(tally.known.len(), "known issue");
    match (tally.known.iter().filter(|known| loses_data(known)).count(), tally.known.len()) {
        (0, _) => count,
        (1, 1) => format!("{count}, which loses or corrupts data"),
        (1, _) => format!("{count}, 1 of them loses or corrupts data"),
        (grave, _) => format!("{count}, {grave} of them lose or corrupt data"),
    }
}

fn loses_data(known: &Known<'_>) -> bool {
    known.check.severity() == Severity::DataLoss
}

/// `known data loss in ETags and real clients: listings end after 1,000 keys; and 2 more causes`.
fn known_loss(tally: &Tally<'_>) -> Option<String> {
    let mut causes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut touched = [false; BEDROCK.len()];
    for (place, known) in tally.known.iter().filter(|known| loses_data(known)).enumerate() {
        let suite = known.check.id.suite();
        let Some(kind) = BEDROCK.iter().position(|(kind, _)| *kind == suite.kind()) else { continue };
        touched[kind] = true;
        causes.entry(known.issue.cause()).or_insert((0, place)).0 += 1;
    }
    let mut causes: Vec<(&str, (usize, usize))> = causes.into_iter().collect();
    causes.sort_by_key(|(_, (count, place))| (std::cmp::Reverse(*count), *place));
    let more = causes.len().saturating_sub(NAMED_CAUSES);
    let mut named: Vec<String> = causes.iter().take(NAMED_CAUSES).map(|(cause, _)| sanitize::line(cause)).collect();
    named.extend((more > 0).then(|| format!("and {}", counted(more, "more cause"))));
    let places: Vec<&str> =
        BEDROCK.iter().zip(touched).filter(|(_, touched)| *touched).map(|((_, words), _)| *words).collect();
    (!named.is_empty()).then(|| format!("known data loss in {}: {}", listed(&places), named.join("; ")))
}

/// `a`, `a and b`, `a, b and c`.
fn listed(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{AssumedDuplicates, CheckId, DrimeService, Fault, Interruption, Outcome, Storage, SuiteId};
    use crate::report::fixture;
    use crate::report::view::View;

    fn line(record: &RunRecord) -> String {
        View::of(record).verdict.line()
    }

    fn moved_to(suite: &str, record: &mut RunRecord) {
        for check in &mut record.suites.last_mut().unwrap().checks {
            check.id = CheckId::new(&SuiteId::new(suite), check.id.name());
        }
    }

    #[test]
    fn what_failed_is_named_by_what_it_costs() {
        let mut record = fixture::record();
        let name = "etag/local::changes-on-same-size-edit";
        assert_eq!(line(&record), format!("✗ FAILED: 2 failures (1 loses data: {name}; 1 breaks clients)"));
        record.interruption = Some(Interruption::Interrupt);
        assert_eq!(line(&record), "✗ INTERRUPTED by SIGINT after 8 checks: 4 passed, 2 failed, 1 skipped, 3 errors");
        record.interruption = None;
        for suite in &mut record.suites {
            suite.checks.retain(|check| !check.outcome.is_failed());
        }
        let said = "! ERROR: s3ci could not judge everything (6 checks: 4 passed, 1 skipped, 3 errors)";
        assert_eq!(line(&record), said);
    }

    #[test]
    fn what_is_new_comes_before_what_is_known_and_what_is_fixed_between_them() {
        let mut record = fixture::with_known_issues();
        record.exit_code = 1;
        let of = |fixture: RunRecord| fixture.suites.into_iter().flat_map(|suite| suite.checks);
        let failed: Vec<_> = of(fixture::record()).filter(|check| check.outcome.is_failed()).collect();
        let fixed: Vec<_> = failed
            .iter()
            .cloned()
            .map(|mut check| {
                check.outcome = Outcome::Failed(crate::record::Failure::new("known-issue-fixed", "fixed", "", ""));
                check
            })
            .collect();
        let mut only_fixed = record.clone();
        only_fixed.suites[1].checks.extend(fixed.clone());
        assert_eq!(line(&only_fixed), "✗ LEDGER OUT OF DATE: 2 listed checks pass now; 2 known issues");
        record.suites[1].checks.extend(fixed.into_iter().take(1).chain(failed));
        let new = "2 new failures (1 loses data: etag/local::changes-on-same-size-edit; 1 breaks clients)";
        assert_eq!(line(&record), format!("✗ FAILED: {new}; 1 listed check passes now; 2 known issues"));
    }

    #[test]
    fn a_target_that_is_not_there_is_refused_and_not_called_something_that_could_not_be_judged() {
        let mut record = fixture::clean();
        record.suites.clear();
        let message = "failed to find release 9.9.9 of pys3local: there is no such release";
        record.faults = vec![Fault::new(FaultKind::Target, message)];
        record.exit_code = 2;
        assert_eq!(line(&record), format!("! REFUSED: {message}"));
        let tally = Tally::of(&record);
        assert_eq!((tally.of_troubles(), tally.troubles[0].place.as_str()), ("was refused", "target"));
        record.faults.push(Fault::new(FaultKind::Docker, "connect to the Docker daemon: no such file"));
        assert_eq!(Tally::of(&record).of_troubles(), "could not be judged");
        assert!(line(&record).starts_with("! ERROR: s3ci could not judge "), "{}", line(&record));
    }

    #[test]
    fn a_clean_run_passes_and_an_empty_one_does_not() {
        let mut record = fixture::clean();
        assert_eq!(line(&record), "✓ PASSED: all of 2 checks");
        record.suites.iter_mut().for_each(|suite| suite.checks.clear());
        assert_eq!(line(&record), "! NOTHING CHECKED: nothing checked");
        record.faults.push(Fault::new(FaultKind::Report, "write out.xml: disk full"));
        assert_eq!(line(&record), "! REPORT MISSING: 1 error (0 checks)");
    }

    #[test]
    fn known_issues_come_last_in_a_sentence_of_their_own() {
        let mut record = fixture::with_known_issues();
        let known = "2 known issues, 1 of them loses or corrupts data";
        assert_eq!(line(&record), format!("✓ PASSED: 3 of 5 checks; nothing new. {known}"));
        record.suites[1].checks.retain(|check| check.outcome.is_known());
        record.suites.remove(0);
        assert_eq!(line(&record), format!("~ NOTHING NEW: 2 checks. {known}"));
    }

    #[test]
    fn what_the_drime_service_is_not_known_to_do_counts_apart() {
        let mut record = fixture::with_known_issues();
        let storage = Storage::drime(DrimeService::Emulated).assuming(Some(AssumedDuplicates::KeepBoth));
        record.suites.last_mut().unwrap().storage = storage;
        moved_to("etag/drime-keep-both", &mut record);
        let possible = "2 more if the Drime service keeps both versions of a name";
        assert_eq!(line(&record), format!("✓ PASSED: 3 of 5 checks; nothing new. {possible}"));
        assert_eq!(View::of(&record).verdict.known_loss, None, "it is not known to be lost");
        let known = fixture::with_known_issues().suites.pop().unwrap();
        record.suites.push(known);
        let known = "2 known issues, 1 of them loses or corrupts data";
        assert_eq!(line(&record), format!("✓ PASSED: 4 of 8 checks; nothing new. {known}; {possible}"));
    }

    #[test]
    fn known_data_loss_in_what_backups_stand_on_has_a_line_of_its_own_by_cause() {
        let loss = |record: &RunRecord| View::of(record).verdict.known_loss;
        let mut record = fixture::with_known_issues();
        assert_eq!(loss(&record), None, "single operations have their place among the known issues");
        moved_to("sync/local", &mut record);
        assert_eq!(loss(&record).unwrap(), "known data loss in the sync workflow: ranges are ignored");
        let mut more = record.suites.last().unwrap().clone();
        let known = more.checks.iter().find(|check| check.severity() == Severity::DataLoss).unwrap().clone();
        more.checks = (1..=5).map(|_| known.clone()).collect();
        for (number, check) in more.checks.iter_mut().enumerate() {
            let Outcome::Known(issue) = &mut check.outcome else { panic!("not known") };
            issue.cause = Some(format!("cause {}", number.max(1)));
        }
        record.suites.push(more);
        moved_to("clients/local", &mut record);
        assert_eq!(
            loss(&record).unwrap(),
            "known data loss in the sync workflow and real clients: cause 1; ranges are ignored; cause 2; and 2 more causes"
        );
    }

    #[test]
    fn a_run_that_fails_as_its_base_does_neither_passes_nor_fails_where_only_what_is_new_counts() {
        let mut record = fixture::record();
        record.suites.iter_mut().for_each(|suite| suite.fault = None);
        record.exit_code = 0;
        assert!(line(&record).starts_with("~ NOTHING NEW: 2 of 8 checks fail, and fail on the base too"));
    }

    #[test]
    fn what_could_not_be_decided_is_neither_a_pass_nor_a_failure() {
        let mut record = fixture::clean();
        record.suites[0].checks[1].outcome = Outcome::Inconclusive { reason: "too noisy".to_owned() };
        assert_eq!(line(&record), "! UNDECIDED: 1 passed, 1 inconclusive (2 checks)");
    }

    #[test]
    fn an_exit_code_without_a_failed_check_is_never_called_a_pass() {
        let mut record = fixture::clean();
        record.exit_code = 3;
        assert_eq!(line(&record), "! EXIT CODE 3: 2 passed (2 checks)");
    }
}
