use super::super::tests::{MD5, SAME_SIZE, entry, failure, id};
use super::super::{Ledger, Listed};
use crate::record::{Backend, CapabilityRecord, Outcome, SuiteId, Support};

/// The ledger of a tree beside that of its base.
fn beside(base: &[String], head: &[String], is_accepted: bool) -> Ledger {
    Ledger::parse("mine.toml", &head.concat()).unwrap().beside(&base.concat(), is_accepted).unwrap()
}

fn stays() -> Outcome {
    failure("etag-unchanged", "the tag stays")
}

fn judged(ledger: &Ledger, check: &str, outcome: Outcome) -> Outcome {
    ledger.of(Some("0.2.1")).judge(&id(check), outcome)
}

/// Whether a failure counts, and whether the tree wants to accept it.
fn counts(outcome: &Outcome) -> (bool, bool) {
    match outcome {
        Outcome::Failed(failure) => (true, failure.is_proposed),
        Outcome::Known(issue) => (false, issue.failure.is_proposed),
        other => panic!("neither failed nor known: {other:?}"),
    }
}

#[test]
fn what_both_list_is_known_and_what_the_tree_adds_counts() {
    let base = [entry(&[MD5], "", "")];
    let head = [entry(&[MD5], "", ""), entry(&[SAME_SIZE], "", "")];
    let ledger = beside(&base, &head, false);
    assert_eq!(counts(&judged(&ledger, MD5, stays())), (false, false));
    let added = judged(&ledger, SAME_SIZE, stays());
    assert_eq!(counts(&added), (true, true));
    let Outcome::Failed(failure) = added else { unreachable!() };
    assert!(failure.message.ends_with("(mine.toml, line 8), which counts once it is merged"), "{}", failure.message);
}

#[test]
fn a_tree_without_a_base_adds_everything() {
    let ledger = beside(&[], &[entry(&[MD5], "", "")], false);
    assert_eq!(counts(&judged(&ledger, MD5, stays())), (true, true));
}

#[test]
fn what_the_tree_takes_out_must_pass() {
    let ledger = beside(&[entry(&[MD5, SAME_SIZE], "", "")], &[entry(&[MD5], "", "")], false);
    assert_eq!(counts(&judged(&ledger, SAME_SIZE, stays())), (true, false));
    assert_eq!(
        judged(&ledger, SAME_SIZE, Outcome::Passed),
        Outcome::Passed,
        "a mended check whose entry goes is green"
    );
    assert!(judged(&ledger, MD5, Outcome::Passed).is_fixed(), "one whose entry stays is not");
}

#[test]
fn neither_a_wider_symptom_nor_wider_versions_let_more_through() {
    let narrow = "symptom = { kind = \"etag-unchanged\", actual = \"the tag goes\" }\n";
    let ledger = beside(&[entry(&[MD5], "", narrow)], &[entry(&[MD5], "", "")], false);
    assert_eq!(counts(&judged(&ledger, MD5, stays())), (true, true));
    let ledger = beside(&[entry(&[MD5], "<0.2.1", "")], &[entry(&[MD5], "<0.3", "")], false);
    assert_eq!(counts(&judged(&ledger, MD5, stays())), (true, true));
    let ledger = beside(&[entry(&[MD5], "<0.3", "")], &[entry(&[MD5], "", narrow)], false);
    assert_eq!(counts(&judged(&ledger, MD5, stays())), (true, false), "the tree does not list it like this itself");
}

#[test]
fn what_is_accepted_in_so_many_words_is_known_and_marked() {
    let ledger = beside(&[entry(&[MD5], "", "")], &[entry(&[MD5], "", ""), entry(&[SAME_SIZE], "", "")], true);
    assert_eq!(counts(&judged(&ledger, SAME_SIZE, stays())), (false, true));
    assert_eq!(counts(&judged(&ledger, MD5, stays())), (false, false));
}

/// What comes of a server that answers so to multipart uploads.
fn asked(base: Option<&str>, head: Option<&str>, support: Support, is_accepted: bool) -> Option<(bool, bool)> {
    let listed = |word: Option<&str>| -> Vec<String> {
        word.map(|word| format!("[[capabilities]]\nbackend = \"local\"\nmultipart = \"{word}\"\n"))
            .into_iter()
            .collect()
    };
    let ledger = beside(&listed(base), &listed(head), is_accepted);
    let of_version: Listed<'_> = ledger.of(Some("0.2.1"));
    let (name, detail) = ("multipart".to_owned(), "as asked".to_owned());
    let capability = CapabilityRecord { name, support, detail, expected: None };
    of_version.changed(&SuiteId::new("api/local"), Backend::Local, &capability).map(|check| counts(&check.outcome))
}

#[test]
fn what_a_server_offers_is_not_lowered_by_its_own_ledger() {
    let (supported, unsupported) = (Some("supported"), Some("unsupported"));
    assert_eq!(asked(supported, unsupported, Support::Unsupported, false), Some((true, true)));
    assert_eq!(asked(supported, None, Support::Unsupported, false), Some((true, true)));
    assert_eq!(asked(supported, unsupported, Support::Unsupported, true), None);
    assert_eq!(asked(unsupported, supported, Support::Supported, false), None, "more is no loss");
    assert_eq!(asked(unsupported, unsupported, Support::Unsupported, false), None);
    assert_eq!(asked(unsupported, supported, Support::Unsupported, false), Some((true, false)));
}
