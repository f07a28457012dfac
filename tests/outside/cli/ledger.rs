//! The ledger of known issues from outside: what it names is not red, what it does not is, and what is proposed holds.

use std::path::Path;
use std::process::Command;

use s3ci::record::Outcome;

use crate::against::{Outcomes, run_against};

use super::{code, refused};
use crate::server::Behaviour;
use crate::server::mutation::Mutation;
use crate::server::{ACCESS_KEY, SECRET_KEY, TestServer};

/// A ledger with one entry for servers of any version: ETags stay after an edit.
fn ledger_in(directory: &Path, actual: &str, times: usize) -> std::path::PathBuf {
    let entry = format!(
        "[[issue]]\nchecks = [\"etag/local::changes-on-same-size-edit\"]\nseverity = \"data_loss\"\n\
         symptom = {{ kind = \"etag-unchanged\", actual = '{actual}' }}\nreason = \"it computes tags of sizes\"\n"
    );
    let path = directory.join("issues.toml");
    std::fs::write(&path, entry.repeat(times)).unwrap();
    path
}

/// One check against a server and a ledger: the code, the outcome, and stdout.
fn held_against(behaviour: impl Into<Behaviour>, actual: &str) -> (i32, Outcome, String) {
    let (server, directory) = (TestServer::start(behaviour), tempfile::tempdir().unwrap());
    let ledger = ledger_in(directory.path(), actual, 1);
    let check = "etag/local::changes-on-same-size-edit";
    let outcomes = Outcomes::of(&server, &[check, "--known-issues", ledger.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&outcomes.output.stdout).into_owned();
    (code(&outcomes.output), outcomes.record.suites[0].checks[0].outcome.clone(), said)
}

#[test]
fn a_listed_failure_is_known_and_not_red() {
    let (code, outcome, said) = held_against(Mutation::EtagBySize, "\"*\"");
    assert!(code == 0 && outcome.is_known(), "{code} {outcome:?}");
    // Data loss in what backups stand on has the second line.
    assert!(said.starts_with("~ NOTHING NEW: 1 check. 1 known issue, which loses or corrupts data\n"), "{said}");
    assert!(said.contains("\n~ known data loss in ETags: "), "{said}");
    assert!(said.contains("~ data loss or corruption: etag/local::changes-on-same-size-edit"), "{said}");
}

#[test]
fn a_listed_check_that_passes_or_fails_otherwise_is_red() {
    let (code, outcome, said) = held_against(Behaviour::default(), "\"*\"");
    assert!(code == 1 && outcome.is_fixed() && said.contains("fixed: remove it from the ledger"), "{said}");
    // The message about a fix does not read as if something broke.
    assert!(said.starts_with("✗ LEDGER OUT OF DATE: 1 listed check passes now\n"), "{said}");
    assert!(said.contains("the ledger is out of date") && !said.contains("silently stale"), "{said}");
    let (code, outcome, said) = held_against(Mutation::EtagBySize, "something else");
    assert!(code == 1 && outcome.is_failed() && said.contains("not the known issue"), "{said}");
}

#[test]
fn a_proposed_change_of_the_ledger_is_refused_until_it_is_completed_and_then_holds() {
    let (server, directory) = (TestServer::start(Mutation::EtagBySize), tempfile::tempdir().unwrap());
    let ledger = ledger_in(directory.path(), "something else", 1);
    let proposal = directory.path().join("proposal.diff");
    let (listed, update) = (ledger.to_str().unwrap(), format!("--update-known-issues={}", proposal.display()));
    let run = |more: &[&str]| {
        let checks = ["etag/local::changes-on-same-size-edit", "etag/local::put-is-md5", "--known-issues", listed];
        run_against(&server, &[&checks, more].concat()).output().unwrap()
    };
    let before = std::fs::read_to_string(&ledger).unwrap();
    assert_eq!(code(&run(&[&update])), 1, "the exit code stays that of the run");
    assert_eq!(std::fs::read_to_string(&ledger).unwrap(), before, "the ledger stays as it is");
    let diff = std::fs::read_to_string(&proposal).unwrap();
    assert!(diff.contains("-symptom = { kind = \"etag-unchanged\", actual = 'something else' }"), "{diff}");
    assert!(diff.contains("+checks = [\"etag/local::put-is-md5\"]"), "{diff}");

    let patched = Command::new("patch").args(["-p0", listed, proposal.to_str().unwrap()]).status().unwrap();
    assert!(patched.success(), "{diff}");
    assert_eq!(code(&run(&[])), 2, "a reason that is open is no reason");
    let completed = std::fs::read_to_string(&ledger).unwrap().replace("TODO", "by hand");
    std::fs::write(&ledger, completed).unwrap();
    assert_eq!(code(&run(&[&update])), 0, "both failures are known");
    assert_eq!(std::fs::read_to_string(&proposal).unwrap(), "", "nothing is left to propose");
    let said = String::from_utf8(run(&["--update-known-issues"]).stdout).unwrap();
    assert!(said.ends_with("# The ledger of known issues has nothing to change.\n"), "{said}");
    let refused = run_against(&server, &["etag", "--no-known-issues", "--update-known-issues"]).output().unwrap();
    assert_eq!(code(&refused), 2);
}

/// The server has given the bucket back, so a request that it understands and lets in finds none.
#[test]
fn the_curl_line_of_a_failure_can_be_pasted() {
    let (server, directory) = (TestServer::start(Mutation::RangeIgnored), tempfile::tempdir().unwrap());
    let run = run_against(&server, &["api/local::range-first"]).arg("--out").arg(directory.path()).output().unwrap();
    assert_eq!(code(&run), 1);
    let junit = std::fs::read_to_string(directory.path().join("out.xml")).unwrap();
    let line = junit.lines().find_map(|line| line.strip_prefix("curl: ")).expect("a line for curl");
    // It is the last one of its CDATA section.
    let line = line.split("]]>").next().unwrap().to_owned();
    assert!(line.contains("-H 'range: bytes=") && !junit.contains(SECRET_KEY), "{line}");
    let pasted = |secret: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &line]).env("AWS_ENDPOINT_URL", server.endpoint());
        shell.env("AWS_ACCESS_KEY_ID", ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", secret);
        String::from_utf8_lossy(&shell.output().unwrap().stdout).into_owned()
    };
    let answer = pasted(SECRET_KEY);
    assert!(answer.contains(" 404 ") && answer.contains("NoSuchBucket"), "{line}: {answer}");
    assert!(pasted("wrong").contains(" 403 "), "it is signed");
    // The text report breaks the line so that it still can be pasted.
    let text = std::fs::read_to_string(directory.path().join("report.txt")).unwrap();
    assert!(text.contains("curl:        curl -sS --globoff --path-as-is --include"), "{text}");
    assert!(std::fs::read_to_string(directory.path().join("report.html")).unwrap().contains("--aws-sigv4"));
}

#[test]
fn a_server_of_unknown_version_is_held_against_no_ledger_that_nobody_named() {
    let server = TestServer::start(Mutation::RangeIgnored);
    let outcomes = Outcomes::of(&server, &["api/local::range-first"]);
    assert_eq!((code(&outcomes.output), outcomes.record.ledger.map(|ledger| ledger.checks)), (1, Some(0)));
}

#[test]
fn a_ledger_that_cannot_be_is_refused_before_any_work() {
    let directory = tempfile::tempdir().unwrap();
    let twice = ledger_in(directory.path(), "x", 2);
    refused(
        &["run", "--all", "--known-issues", twice.to_str().unwrap()],
        2,
        &["issues.toml, line 7", "already in line 2"],
    );
    refused(&["run", "--all", "--known-issues", "/nowhere.toml"], 2, &["/nowhere.toml"]);
    refused(&["run", "--all", "--known-issues", "x", "--no-known-issues"], 2, &["leave one of the two out"]);
}
