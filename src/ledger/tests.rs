use super::*;
use crate::record::{Backend, CapabilityRecord, Failure, Fault, FaultKind, Outcome, Support};

pub(super) const MD5: &str = "etag/local::put-is-md5";
pub(super) const SAME_SIZE: &str = "etag/local::changes-on-same-size-edit";

/// An entry with what is not said otherwise.
pub(super) fn entry(checks: &[&str], versions: &str, more: &str) -> String {
    let severity = if more.contains("severity") { "" } else { "severity = \"data_loss\"\n" };
    let symptom =
        if more.contains("symptom") { "" } else { "symptom = { kind = \"etag-unchanged\", actual = \"*stays\" }\n" };
    let reason = if more.contains("reason") { "" } else { "reason = \"it caches tags\"\n" };
    let versions = if versions.is_empty() { String::new() } else { format!("versions = \"{versions}\"\n") };
    format!("[[issue]]\nchecks = {checks:?}\n{versions}{severity}{symptom}{reason}{more}\n")
}

fn ledger(entries: &[String]) -> Ledger {
    Ledger::parse("issues.toml", &entries.concat()).unwrap()
}

/// The line and the problem for which a ledger is refused.
fn refused(entries: &[String]) -> (usize, Problem) {
    match Ledger::parse("issues.toml", &entries.concat()) {
        Err(error @ LedgerError::Entry { .. }) => {
            assert!(!error.hint().is_empty(), "{error}");
            let LedgerError::Entry { line, problem, .. } = error else { unreachable!() };
            (line, problem)
        }
        other => panic!("not refused as an entry: {other:?}"),
    }
}

pub(super) fn id(check: &str) -> CheckId {
    CheckId::new(&crate::record::SuiteId::new(check.split("::").next().unwrap()), check.split("::").nth(1).unwrap())
}

pub(super) fn failure(kind: &str, actual: &str) -> Outcome {
    Outcome::Failed(Failure::new(kind, "the tag stays", "another tag", actual))
}

#[test]
fn the_ledger_that_s3ci_carries_has_no_contradictions_and_names_versions_everywhere() {
    let ledger = Ledger::built_in().unwrap();
    let endless: Vec<_> = ledger.issues().iter().filter(|issue| issue.versions.is_none()).collect();
    assert!(endless.is_empty(), "for whatever server: {endless:#?}");
    assert!(ledger.of(None).identity().checks == 0, "nothing is known of a server of an unknown version");
}

#[test]
fn the_ledger_that_s3ci_carries_says_of_each_kind_of_failure_what_it_costs() {
    let mut wrong = Vec::new();
    for issue in Ledger::built_in().unwrap().issues() {
        let failure = Failure::new(issue.symptom.kind.clone(), "", "", "");
        for check in &issue.checks {
            let worst = file::worst_severity_of(check, &issue.symptom.kind).unwrap();
            let costs = failure.severity(worst);
            if costs != issue.severity {
                wrong
                    .push(format!("line {}: {check}: {} is {costs}, not {}", issue.line, failure.kind, issue.severity));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_failure_that_costs_more_than_the_ledger_says_is_red() {
    let ledger = ledger(&[entry(&[MD5], ">=0.2.0, <0.3", "severity = \"breaks_clients\"")]);
    let judge = |severity| {
        let Outcome::Failed(failure) = failure("etag-unchanged", "the tag stays") else { unreachable!() };
        ledger.of(Some("0.2.1")).judge(&id(MD5), Outcome::Failed(failure.with_severity(severity)))
    };
    let Outcome::Failed(failure) = judge(Severity::DataLoss) else { panic!("not red") };
    assert!(
        failure
            .message
            .ends_with("; it costs more than the known issue, which is breaks_clients (issues.toml, line 2)")
    );
    assert!(judge(Severity::BreaksClients).is_known() && judge(Severity::Cosmetic).is_known());
}

#[test]
fn a_listed_failure_with_its_symptom_is_known() {
    let ledger = ledger(&[entry(&[MD5, SAME_SIZE], ">=0.2.0, <0.3", "upstream = \"https://example.org/7\"")]);
    let listed = ledger.of(Some("0.2.1"));
    assert_eq!(listed.identity().checks, 2);
    for check in [MD5, SAME_SIZE] {
        let Outcome::Known(known) = listed.judge(&id(check), failure("etag-unchanged", "the tag stays")) else {
            panic!("{check} is not known");
        };
        assert_eq!(
            (known.reason.as_str(), known.upstream.as_deref()),
            ("it caches tags", Some("https://example.org/7"))
        );
        assert_eq!(known.failure.actual, "the tag stays");
    }
}

#[test]
fn a_listed_check_that_fails_otherwise_is_red_and_says_what_was_expected() {
    let ledger = ledger(&[entry(&[MD5], ">=0.2.0, <0.3", "")]);
    for other in [failure("etag-unchanged", "the tag goes"), failure("etag-missing", "the tag stays")] {
        let Outcome::Failed(failure) = ledger.of(Some("0.2.1")).judge(&id(MD5), other) else { panic!("not red") };
        let said = "that is not the known issue, which is etag-unchanged: *stays (issues.toml, line 2)";
        assert!(failure.message.ends_with(said), "{}", failure.message);
    }
}

#[test]
fn a_listed_check_that_passes_is_red_and_says_what_to_do() {
    let ledger = ledger(&[entry(&[MD5], ">=0.2.0, <0.3", "")]);
    let Outcome::Failed(failure) = ledger.of(Some("0.2.2")).judge(&id(MD5), Outcome::Passed) else { panic!("not red") };
    assert_eq!(failure.kind, "known-issue-fixed");
    let said = "fixed: remove it from the ledger, or end its versions before 0.2.2 (issues.toml, line 2)";
    assert_eq!(failure.message, said);
}

#[test]
fn what_was_not_judged_and_what_is_not_listed_stays_what_it_is() {
    let ledger = ledger(&[entry(&[MD5], ">=0.2.0, <0.3", "")]);
    let listed = ledger.of(Some("0.2.1"));
    let skipped = Outcome::Skipped { reason: "not supported".to_owned() };
    for outcome in [skipped, Outcome::NotJudged(Fault::new(FaultKind::Timeout, "no answer"))] {
        assert_eq!(listed.judge(&id(MD5), outcome.clone()), outcome);
    }
    for outcome in [Outcome::Passed, failure("etag-unchanged", "the tag stays")] {
        assert_eq!(listed.judge(&id(SAME_SIZE), outcome.clone()), outcome);
    }
}

#[test]
fn entries_hold_for_the_versions_that_they_name_and_without_any_for_all() {
    let ledger = ledger(&[entry(&[MD5], "<0.2.1", ""), entry(&[MD5], ">=0.2.1", ""), entry(&[SAME_SIZE], "", "")]);
    let line = |version, check: &str| ledger.of(version).issue(&id(check)).map(|issue| issue.line);
    assert_eq!((line(Some("0.2.0"), MD5), line(Some("0.2.1"), MD5), line(None, MD5)), (Some(2), Some(9), None));
    assert_eq!((line(Some("0.2.0"), SAME_SIZE), line(None, SAME_SIZE)), (Some(16), Some(16)));
}

#[test]
fn a_check_that_is_listed_twice_for_one_version_is_refused_with_both_places() {
    let twice = |check: &str, first| Problem::Duplicate { check: check.to_owned(), first };
    assert_eq!(refused(&[entry(&[MD5], "<0.3", ""), entry(&[SAME_SIZE, MD5], "==0.2.1", "")]), (9, twice(MD5, 2)));
    assert_eq!(refused(&[entry(&[MD5, MD5], "<0.3", "")]), (2, twice(MD5, 2)));
    assert_eq!(refused(&[entry(&[MD5], "", ""), entry(&[MD5], "<0.3", "")]), (9 - 1, twice(MD5, 2)));
}

#[test]
fn an_entry_that_cannot_be_is_refused_with_its_place() {
    assert_eq!(refused(&[entry(&[], "<0.3", "")]), (2, Problem::NoChecks));
    let unknown = refused(&[entry(&["etag/local::put-is-md6"], "<0.3", "")]);
    assert!(matches!(unknown, (2, Problem::UnknownCheck { nearest: Some(nearest), .. }) if nearest == MD5));
    assert!(matches!(refused(&[entry(&[MD5], "0.2.1", "")]), (3, Problem::Versions { .. })));
    let grave = "severity = \"security\"";
    let too_grave = refused(&[entry(&["api/local::condition-if-match-on-get-is-412"], "<0.3", grave)]);
    assert!(matches!(too_grave, (6, Problem::Severity { .. })), "{too_grave:?}");
    let sentence = "symptom = { kind = \"The ETag stays.\", actual = \"it stays\" }";
    assert!(matches!(refused(&[entry(&[MD5], "<0.3", sentence)]), (6, Problem::Kind)));
    let vague = "symptom = { kind = \"etag-unchanged\", actual = \"*\" }";
    assert_eq!(refused(&[entry(&[MD5], "<0.3", vague)]), (6, Problem::VagueSymptom));
    assert_eq!(refused(&[entry(&[MD5], "<0.3", "reason = \" \"")]), (6, Problem::NoReason));
}

/// What asking for multipart uploads showed, on a server of 0.2.1 and a ledger that says `listed` of it.
fn asked(listed: &str, support: Support) -> Option<(String, String)> {
    let offered = format!("[[capabilities]]\nbackend = \"local\"\nversions = \"<0.3\"\nmultipart = \"{listed}\"\n");
    let ledger = ledger(&[offered]);
    let (name, detail) = ("multipart".to_owned(), "as asked".to_owned());
    let capability = CapabilityRecord { name, support, detail, expected: None };
    let suite = crate::record::SuiteId::new("api/local");
    assert!(ledger.of(None).changed(&suite, Backend::Local, &capability).is_none(), "nothing is known of this version");
    assert!(ledger.of(Some("0.2.1")).changed(&suite, Backend::Drime, &capability).is_none(), "nor of this backend");
    let check = ledger.of(Some("0.2.1")).changed(&suite, Backend::Local, &capability)?;
    assert_eq!(check.id.as_str(), "api/local::capability-multipart");
    let Outcome::Failed(failure) = check.outcome else { panic!("not red: {check:?}") };
    Some((failure.kind.to_string(), failure.message))
}

#[test]
fn support_that_appears_or_disappears_is_red_and_says_where_it_is_listed() {
    let place = "(issues.toml, line 2)";
    assert_eq!(asked("broken", Support::Broken), None);
    assert_eq!(asked("supported", Support::Supported), None);
    let lost = format!("multipart was supported, and is not supported now {place}");
    assert_eq!(asked("supported", Support::Unsupported), Some(("support-disappeared".to_owned(), lost)));
    let gained = format!("multipart is supported now: say so in the ledger, or end its versions before 0.2.1 {place}");
    assert_eq!(asked("unsupported", Support::Supported), Some(("support-appeared".to_owned(), gained)));
    let changed = format!("multipart was broken, and is not supported now {place}");
    assert_eq!(asked("broken", Support::Unsupported), Some(("support-changed".to_owned(), changed)));
}

#[test]
fn what_a_backend_offers_is_listed_once_for_each_version() {
    let offered = |versions: &str| format!("[[capabilities]]\nbackend = \"local\"\nversions = \"{versions}\"\n");
    let again = Problem::Duplicate { check: "what local offers".to_owned(), first: 2 };
    assert_eq!(refused(&[offered("<0.3"), offered("==0.2.1")]), (5, again));
    assert_eq!(ledger(&[offered("<0.2"), offered(">=0.2")]).offered.len(), 2);
}

#[test]
fn what_is_no_ledger_is_refused_with_its_place() {
    for (text, place) in [("[[issue]]\nchecks = 3\n", "line 2"), ("[[issues]]\n", "line 1"), ("[[issue]\n", "line 1")] {
        let error = Ledger::parse("issues.toml", text).unwrap_err();
        let LedgerError::Malformed { source, .. } = &error else { panic!("{error:?}") };
        assert!(source.to_string().contains(place), "{source}");
    }
}
