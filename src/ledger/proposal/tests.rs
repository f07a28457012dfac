use serde_json::json;

use super::*;
use crate::ledger::Problem;
use crate::record::{CheckId, DrimeService, FailureKind, Fault, FaultKind, Storage, SuiteId};

const LEDGER: &str = "\
# About this ledger.

[[issue]]
checks = [\"etag/local::put-is-md5\", \"etag/local::four-way-agreement\"]
versions = \">=0.2.0, <0.3\"
severity = \"data_loss\"
symptom = { kind = \"etag-unchanged\", actual = \"*stays\" }   # seen by hand
reason = \"it caches tags\"

# Listings.

# About the entry below.
[[issue]]
checks = [
  \"api/local::list-v2-pages\",
  \"api/local::list-v1-pages\",
]
versions = \">=0.2.0, <0.3\"
severity = \"data_loss\"
symptom = { kind = \"listing-stops\", actual = \"after 3 keys\" }
reason = \"it stops\"

# The end.

[[issue]]
checks = [\"api/local::range-first\"]
versions = \"<0.1\"
severity = \"data_loss\"
symptom = { kind = \"range-ignored\", actual = \"200\" }
reason = \"it ignores Range\"
";

fn failed(kind: impl Into<FailureKind>, actual: &str) -> Outcome {
    Outcome::Failed(Failure::new(kind, "wrong", "right", actual))
}

/// The worst that the catalogue says a check can find.
fn worst(check: &str) -> &'static str {
    let id = CheckId::new(&SuiteId::new(check.split("::").next().unwrap()), check.split("::").nth(1).unwrap());
    file::worst_severity_of(&id, &FailureKind::from("any")).unwrap().as_str()
}

fn fixed() -> Outcome {
    failed(FailureKind::KNOWN_ISSUE_FIXED, "the check passes")
}

/// A record of a run on a version, with only what a proposal looks at.
fn record(version: Option<&str>, checks: &[(&str, Outcome)]) -> RunRecord {
    let check = |(id, outcome): &(&str, Outcome)| {
        json!({
            "id": id, "worst_severity": worst(id), "rule": "", "consequence": "", "source": "", "outcome": outcome,
            "duration_ns": 0, "exchanges": [], "repro": "", "commands": [], "explained_by": [], "ledger_line": null,
        })
    };
    let suite = json!({
        "id": "api/local", "title": "", "backend": "local", "drime_service": null, "assumed_duplicates": null, "started_at": "2026-03-14T15:09:26Z", "duration_ns": 0,
        "facts": [], "capabilities": [], "checks": checks.iter().map(check).collect::<Vec<_>>(), "metrics": [], "fault": null,
        "server_start": null, "server_log": [],
    });
    serde_json::from_value(json!({
        "schema_version": "2.0", "tool": { "name": "s3ci", "version": "0" }, "run_id": "3f9a01bc",
        "started_at": "2026-03-14T15:09:26Z", "duration_ns": 0, "seed": 1,
        "target": { "spec": "pypi", "version": version, "commit": null, "source_digest": null, "image": null },
        "runtime": { "kind": "docker", "isolated": true, "detail": "" },
        "host": { "os": "", "arch": "", "cpu_model": null, "cpus": 1, "memory_bytes": null },
        "settings": {
            "files": 1, "min_size_bytes": 1, "max_size_bytes": 1, "subdirs": 1, "workers": 1, "sync_files": 1, "timeout_ns": 1,
        },
        "notices": [], "suites": [suite], "against": null, "faults": [], "interruption": null, "timings": [],
        "exit_code": 0, "exit_codes": [0],
    }))
    .unwrap()
}

fn ledger() -> Ledger {
    Ledger::parse("issues.toml", LEDGER).unwrap()
}

/// The lines that a proposal removes and adds.
fn changes(checks: &[(&str, Outcome)]) -> Vec<String> {
    let diff = ledger().proposal(&record(Some("0.2.1"), checks)).unwrap().expect("a proposal");
    let changed = |line: &&str| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---");
    diff.lines().filter(changed).map(str::to_owned).collect()
}

#[test]
fn a_run_that_the_ledger_foresaw_proposes_nothing() {
    let skipped = Outcome::Skipped { reason: "not run".to_owned() };
    let checks = [
        ("etag/local::put-is-md5", Outcome::Passed),
        ("api/local::list-v2-pages", skipped),
        ("api/local::range-first", Outcome::NotJudged(Fault::new(FaultKind::Timeout, "no answer"))),
    ];
    assert_eq!(ledger().proposal(&record(Some("0.2.1"), &checks)).unwrap(), None);
}

#[test]
fn failures_that_are_not_listed_become_entries_by_symptom_that_a_person_has_to_complete() {
    let bucket = "no s3ci-3f9a01bc-api-local-7 \"here\"";
    let checks = [
        ("api/local::range-last", failed("range-ignored", bucket)),
        ("api/local::range-first", failed("range-ignored", bucket)),
        ("api/local::copy-if-match", failed("condition-ignored", "200")),
    ];
    let changes = changes(&checks);
    assert_eq!(
        changes,
        [
            "+",
            "+[[issue]]",
            "+checks = [\"api/local::range-last\", \"api/local::range-first\"]",
            "+versions = \"==0.2.1\"",
            "+severity = \"data_loss\"",
            "+symptom = { kind = \"range-ignored\", actual = 'no * \"here\"' }",
            "+reason = \"TODO: say in a sentence why the server fails\"",
            "+",
            "+[[issue]]",
            "+checks = [\"api/local::copy-if-match\"]",
            "+versions = \"==0.2.1\"",
            "+severity = \"cosmetic\"",
            "+symptom = { kind = \"condition-ignored\", actual = \"200\" }",
            "+reason = \"TODO: say in a sentence why the server fails\"",
        ]
    );
    let added = changes.iter().map(|line| &line[1..]).collect::<Vec<_>>().join("\n") + "\n";
    let LedgerError::Entry { problem, .. } = Ledger::parse("issues.toml", &format!("{LEDGER}{added}")).unwrap_err()
    else {
        panic!("an open reason is accepted");
    };
    assert!(matches!(problem, Problem::OpenReason), "{problem}");
    let completed = Ledger::parse("issues.toml", &format!("{LEDGER}{}", added.replace("TODO: ", ""))).unwrap();
    for (check, outcome) in checks {
        let id = record(None, &[(check, outcome.clone())]).suites[0].checks[0].id.clone();
        assert!(completed.of(Some("0.2.1")).judge(&id, outcome).is_known(), "{check}");
    }
}

#[test]
fn an_entry_whose_checks_all_pass_goes_with_its_comment_and_a_heading_above_it_stays() {
    let checks = [("api/local::list-v2-pages", fixed()), ("api/local::list-v1-pages", fixed())];
    let changes = changes(&checks);
    assert!(changes.iter().all(|line| line.starts_with('-')), "{changes:#?}");
    assert!(changes.contains(&"-# About the entry below.".to_owned()), "{changes:#?}");
    assert!(!changes.iter().any(|line| line.contains("# Listings.") || line.contains("# The end.")), "{changes:#?}");
    assert_eq!(changes.len(), 11, "{changes:#?}");
}

#[test]
fn a_check_that_passes_leaves_the_others_of_its_entry() {
    assert_eq!(changes(&[("api/local::list-v2-pages", fixed())]), ["-  \"api/local::list-v2-pages\","]);
    let first = changes(&[("etag/local::put-is-md5", fixed())]);
    assert_eq!(first[1], "+checks = [\"etag/local::four-way-agreement\"]", "{first:#?}");
}

#[test]
fn an_entry_that_shows_otherwise_as_a_whole_is_changed_and_its_reason_is_open_again() {
    let other = failed("listing-stops", "after 5 keys");
    let checks = [("api/local::list-v2-pages", other.clone()), ("api/local::list-v1-pages", other)];
    assert_eq!(
        changes(&checks),
        [
            "-symptom = { kind = \"listing-stops\", actual = \"after 3 keys\" }",
            "-reason = \"it stops\"",
            "+symptom = { kind = \"listing-stops\", actual = \"after 5 keys\" }",
            "+reason = \"TODO: is this still why? it stops\"",
        ]
    );
}

#[test]
fn a_check_that_alone_shows_otherwise_gets_an_entry_of_its_own() {
    let changes = changes(&[("etag/local::put-is-md5", failed("etag-missing", "no ETag"))]);
    assert!(changes.contains(&"+checks = [\"etag/local::four-way-agreement\"]".to_owned()), "{changes:#?}");
    assert!(changes.contains(&"+checks = [\"etag/local::put-is-md5\"]".to_owned()), "{changes:#?}");
    assert!(
        changes.contains(&"+symptom = { kind = \"etag-missing\", actual = \"no ETag\" }".to_owned()),
        "{changes:#?}"
    );
    assert!(!changes.iter().any(|line| line.contains("it caches tags")), "{changes:#?}");
}

#[test]
fn the_proposal_says_what_to_know_before_it_is_applied() {
    let checks = [("api/local::list-v2-pages", fixed()), ("api/local::copy-if-match", failed("x", "200"))];
    let of = |version| ledger().proposal(&record(version, &checks)).unwrap().unwrap();
    let diff = of(Some("0.2.1+gabc"));
    assert!(diff.contains("\n--- issues.toml\n+++ issues.toml\n@@ "), "{diff}");
    assert!(diff.contains("end\n# the versions of these entries before 0.2.1+gabc"), "{diff}");
    assert!(diff.contains("+versions = \"==0.2.1\"\n") && diff.contains("patch -p0"), "{diff}");
    let unknown =
        ledger().proposal(&record(None, &[("api/local::copy-if-match", failed("x", "200"))])).unwrap().unwrap();
    assert!(unknown.contains("# The server's version is unknown") && !unknown.contains("+versions"), "{unknown}");
}

#[test]
fn what_is_offered_otherwise_is_listed_so_with_its_comment_and_nothing_else_changes() {
    let text = format!(
        "{LEDGER}
[[capabilities]]
backend = \"drime\"
versions = \"<0.3\"
conditional-writes = \"broken\"

[[capabilities]]
backend = \"local\"
versions = \">=0.2.0, <0.3\"
multipart = \"broken\"   # it stores the part
conditional-writes = \"broken\"
tagging = \"broken\"
"
    );
    let ledger = Ledger::parse("issues.toml", &text).unwrap();
    let offers =
        |name: &str, support| json!({ "name": name, "support": support, "detail": "as asked", "expected": "broken" });
    let mut record = record(Some("0.2.2"), &[]);
    let capabilities =
        [offers("multipart", "supported"), offers("conditional-writes", "unsupported"), offers("tagging", "broken")];
    record.suites[0].capabilities = serde_json::from_value(json!(capabilities)).unwrap();
    let diff = ledger.proposal(&record).unwrap().expect("a proposal");
    let changed = |line: &&str| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---");
    assert_eq!(
        diff.lines().filter(changed).collect::<Vec<_>>(),
        [
            "-multipart = \"broken\"   # it stores the part",
            "-conditional-writes = \"broken\"",
            "+multipart = \"supported\"   # it stores the part",
            "+conditional-writes = \"unsupported\"",
        ]
    );
    assert!(diff.contains("# Offered otherwise than listed by 0.2.2: 2. "), "{diff}");
    record.suites[0].storage = Storage::drime(DrimeService::Emulated);
    assert!(ledger.proposal(&record).unwrap().unwrap().contains("+conditional-writes = \"unsupported\""));
    record.target.version = Some("0.3".to_owned());
    assert_eq!(ledger.proposal(&record).unwrap(), None, "nothing is listed of this version");
}

#[test]
fn the_severity_is_what_the_failure_cost() {
    let loud = failed("request-refused", "HTTP 500");
    let lines = changes(&[("api/local::range-first", loud)]);
    assert!(lines.contains(&"+severity = \"breaks_clients\"".to_owned()), "{lines:#?}");
    let silent = failed(FailureKind::SILENT_CORRUPTION, "wrong bytes");
    let lines = changes(&[("clients/local::boto3-paginator", silent)]);
    assert!(lines.contains(&"+severity = \"data_loss\"".to_owned()), "{lines:#?}");
}
