//! The binary from outside, without Docker: exit codes, bad input, interruption, reports that cannot be written, hostile answers.

mod again;
mod answers;
mod ledger;
mod refused;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::against::{Outcomes, run_against};
use crate::command::{code, record_in, s3ci, stderr};
use crate::server::Behaviour;
use crate::server::fault::{Fault, FaultKind};
use crate::server::operation::Operation;
use crate::server::{SECRET_KEY, TestServer};
use s3ci::record::{Interruption, Outcome, RunRecord};

/// A benchmark that takes little time.
const SMALL: [&str; 5] = ["bench/local", "--files", "4", "--max-size", "3000"];

/// Refused before any work: the code, and words that the message must have.
fn refused(arguments: &[&str], expected: i32, words: &[&str]) {
    let started = Instant::now();
    let output = s3ci().args(arguments).output().unwrap();
    let text = stderr(&output);
    assert_eq!(code(&output), expected, "{arguments:?}: {text}");
    for word in words {
        assert!(text.contains(word), "{arguments:?} lacks {word:?}: {text}");
    }
    assert!(text.contains("hint:") || text.contains("--help"), "{arguments:?} says what to try: {text}");
    assert!(started.elapsed() < Duration::from_secs(5), "{arguments:?} is refused before any work");
}

#[test]
fn bad_input_is_refused_before_any_work() {
    refused(&["run"], 2, &["--all"]);
    refused(&["run", "bench/locl"], 2, &["bench/locl", "did you mean bench/local"]);
    refused(&["run", "etag/local::no-such-check"], 2, &["no-such-check"]);
    refused(&["run", "--all", "--min-size", "10", "--max-size", "9"], 2, &["min-size", "larger than the largest"]);
    refused(&["run", "--all", "--workers", "0"], 2, &["workers", "at least 1"]);
    refused(&["run", "--all", "--files", "0"], 2, &["files"]);
    refused(&["run", "--all", "--files", "many"], 2, &["--files", "many"]);
    refused(&["run", "--all", "--port", "0"], 2, &["port"]);
    refused(&["run", "--all", "--timeout", "soon"], 2, &["timeout"]);
    refused(&["run", "--all", "--runtime", "vm"], 2, &["auto, docker or process"]);
    refused(&["run", "--all", "--target", "0.2.1"], 2, &["pypi:0.2.1"]);
    refused(&["run", "--all", "--target", "path:/nowhere"], 2, &["/nowhere"]);
    refused(&["run", "--all", "--config", "/nowhere.toml"], 2, &["/nowhere.toml"]);
    refused(&["run", "--all", "bench"], 2, &["--all"]);
    refused(&["report", "/nowhere.json"], 2, &["/nowhere.json"]);
}

#[test]
fn a_path_that_is_no_pys3local_is_refused_by_its_name() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("pyproject.toml"), "[project]\nname = \"other\"\n").unwrap();
    let target = format!("path:{}", directory.path().display());
    refused(&["run", "--all", "--target", &target], 2, &["other", "pys3local"]);
}

#[test]
fn reports_that_cannot_be_written_are_refused_before_any_work() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing/out.xml");
    refused(&["run", "--all", "--junit", missing.to_str().unwrap()], 5, &["missing", "mkdir -p"]);
    refused(&["run", "--all", "--junit", directory.path().to_str().unwrap()], 5, &["directory"]);
    let twice = directory.path().join("twice");
    let twice = twice.to_str().unwrap();
    refused(&["run", "--all", "--junit", twice, "--json", twice], 5, &["twice"]);
    let file = directory.path().join("file");
    std::fs::write(&file, "mine").unwrap();
    refused(&["run", "--all", "--out", file.join("sub").to_str().unwrap()], 5, &["report directory"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn no_docker_where_docker_is_demanded_is_an_environment_error_with_reports() {
    let directory = tempfile::tempdir().unwrap();
    let output = s3ci()
        .args(["run", "etag", "--runtime", "docker", "--out"])
        .arg(directory.path())
        .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
        .output()
        .unwrap();
    assert_eq!(code(&output), 4, "{}", stderr(&output));
    let record = record_in(directory.path());
    assert!(record.faults.iter().any(|fault| fault.hint.is_some()), "{:?}", record.faults);
    let junit = std::fs::read_to_string(directory.path().join("out.xml")).unwrap();
    assert!(junit.contains("s3ci.environment") && junit.contains("<error"), "{junit}");
}

#[test]
fn a_daemon_that_answers_errors_is_an_environment_error() {
    let daemon = TestServer::start(Fault::always(FaultKind::Status500));
    let output = s3ci()
        .args(["run", "etag", "--runtime", "docker"])
        .env("DOCKER_HOST", daemon.endpoint().replace("http://", "tcp://"))
        .output()
        .unwrap();
    assert_eq!(code(&output), 4, "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("daemon"), "{output:?}");
}

#[test]
fn an_endpoint_where_nobody_listens_is_an_environment_error() {
    let mut server = TestServer::start(Behaviour::default());
    server.stop();
    let output = run_against(&server, &["etag", "--ready-timeout", "300ms"]).output().unwrap();
    assert_eq!(code(&output), 4, "{}", stderr(&output));
}

#[test]
fn a_good_server_ends_with_0_and_reports_that_agree() {
    let server = TestServer::start(Behaviour::default());
    let directory = tempfile::tempdir().unwrap();
    let output = run_against(&server, &SMALL).arg("--out").arg(directory.path()).output().unwrap();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let record = record_in(directory.path());
    assert_eq!((record.exit_code, record.exit_codes.as_slice()), (0, [0].as_slice()));
    let checks = record.suites.iter().flat_map(|suite| &suite.checks).count();
    let junit = std::fs::read_to_string(directory.path().join("out.xml")).unwrap();
    assert_eq!(junit.matches("<testcase").count(), checks);
    let text = std::fs::read_to_string(directory.path().join("report.txt")).unwrap();
    assert!(text.contains("BENCHMARK REPORT") && text.contains("FINAL RESULT"), "{text}");
    assert_eq!(server.buckets(), Vec::<String>::new(), "nothing is left on the server");
    let again = tempfile::tempdir().unwrap();
    let rendered = s3ci()
        .arg("report")
        .arg(directory.path().join("metrics.json"))
        .arg("--out")
        .arg(again.path())
        .output()
        .unwrap();
    assert_eq!(code(&rendered), 0, "{}", stderr(&rendered));
    for name in ["out.xml", "metrics.json", "report.txt"] {
        let (one, two) = (directory.path().join(name), again.path().join(name));
        assert_eq!(std::fs::read(one).unwrap(), std::fs::read(two).unwrap(), "{name} is rendered the same again");
    }
}

#[test]
fn the_record_validates_against_the_printed_schema() {
    let server = TestServer::start(Fault::at(FaultKind::Status500, Operation::GetObject));
    let outcomes = Outcomes::of(&server, &SMALL);
    let schema = s3ci().arg("schema").output().unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&schema.stdout).unwrap();
    let record = serde_json::to_value(&outcomes.record).unwrap();
    let errors: Vec<_> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&record).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn nothing_foreign_is_touched_on_an_endpoint() {
    let server = TestServer::start(Behaviour::default());
    // Real clients have tests of their own.
    let outcomes = Outcomes::of(&server, &["bench", "sync", "etag", "api", "--files", "4", "--max-size", "3000"]);
    assert_eq!(code(&outcomes.output), 0, "{}", stderr(&outcomes.output));
    let default = outcomes.record.suites.iter().find(|suite| suite.id.as_str() == "bench/local-default").unwrap();
    assert!(default.checks.iter().all(|check| matches!(check.outcome, Outcome::Skipped { .. })));
    let foreign: Vec<_> = server
        .requests()
        .into_iter()
        .filter(|request| request.path != "/" && !request.path.starts_with("/s3ci-"))
        // s3ci makes buckets of these names if there are none, as here.
        .filter(|request| !["/docs", "/redoc", "/openapi.json"].iter().any(|name| request.path.starts_with(name)))
        .collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    assert_eq!(server.buckets(), Vec::<String>::new());
}

/// What becomes of a suite under a fault: it ends, with this code, and the first check that did not pass ended like this.
fn under(fault: Fault, suites: &[&str], expected: i32, kind: &str) -> RunRecord {
    let server = TestServer::start(fault);
    let outcomes = Outcomes::of(&server, suites);
    assert_eq!(code(&outcomes.output), expected, "{fault:?}: {}", stderr(&outcomes.output));
    let kinds: Vec<_> = outcomes
        .record
        .suites
        .iter()
        .flat_map(|suite| &suite.checks)
        .filter_map(|check| match &check.outcome {
            Outcome::Failed(failure) => Some(failure.kind.to_string()),
            Outcome::NotJudged(fault) => Some(fault.kind.to_string()),
            Outcome::Passed | Outcome::Known(_) | Outcome::Skipped { .. } | Outcome::Inconclusive { .. } => None,
        })
        .collect();
    assert!(kinds.iter().any(|found| found == kind), "{fault:?}: {kinds:?}");
    outcomes.record
}

#[test]
fn answers_that_are_none_are_the_servers_failures() {
    for kind in [FaultKind::CloseMidBody, FaultKind::CloseWithoutAnswer] {
        under(Fault::at(kind, Operation::GetObject), &SMALL, 1, "broken-answer");
    }
    for kind in [FaultKind::OkWithErrorBody, FaultKind::EmptyOk, FaultKind::NotXml] {
        under(Fault::at(kind, Operation::GetObject), &SMALL, 1, "content-differs");
        under(Fault::at(kind, Operation::ListObjectsV2), &SMALL, 1, "broken-answer");
    }
    for kind in [FaultKind::EmptyOk, FaultKind::OkWithErrorBody] {
        let pages = ["api/local::list-no-foreign-objects", "api/local::list-v2-pages"];
        let record = under(Fault::at(kind, Operation::ListObjectsV2), &pages, 1, "broken-answer");
        let failed = record.suites.iter().flat_map(|suite| &suite.checks).filter(|check| check.outcome.is_failed());
        assert_eq!(failed.count(), 2, "an answer without a listing is no empty listing");
    }
    under(Fault::at(FaultKind::SlowDown503, Operation::PutObject), &SMALL, 1, "request-refused");
}

#[test]
fn an_endless_listing_is_cut_off() {
    under(Fault::at(FaultKind::HugeListing, Operation::ListObjectsV2), &SMALL, 1, "broken-answer");
}

#[test]
fn a_server_that_hangs_is_a_time_out_and_not_a_verdict() {
    let arguments: Vec<_> = SMALL.into_iter().chain(["--timeout", "300ms"]).collect();
    under(Fault::at(FaultKind::Hang, Operation::PutObject), &arguments, 4, "timeout");
}

#[test]
fn a_server_that_dies_in_the_middle_is_no_verdict() {
    let server = TestServer::start(Behaviour::default());
    let directory = tempfile::tempdir().unwrap();
    let mut run = run_against(&server, &["bench/local", "etag/local", "--files", "3000", "--max-size", "2000"])
        .arg("--out")
        .arg(directory.path())
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_for(|| server.requests().len() > 100);
    let mut server = server;
    server.stop();
    let status = run.wait().unwrap();
    assert_eq!(status.code(), Some(4));
    let record = record_in(directory.path());
    assert!(record.suites.iter().flat_map(|suite| &suite.checks).all(|check| !check.outcome.is_failed()), "no verdict");
}

#[test]
fn keys_of_a_hostile_listing_never_become_paths() {
    let outside = tempfile::tempdir().unwrap();
    let work = outside.path().join("work");
    std::fs::create_dir(&work).unwrap();
    let server = TestServer::start(Fault::always(FaultKind::HostileKeys));
    let arguments: Vec<_> = SMALL.into_iter().chain(["--work-dir", work.to_str().unwrap()]).collect();
    let outcomes = Outcomes::of(&server, &arguments);
    assert_eq!(code(&outcomes.output), 1, "{}", stderr(&outcomes.output));
    let left: Vec<_> = std::fs::read_dir(outside.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["work"]);
    assert_eq!(std::fs::read_dir(&work).unwrap().count(), 0, "the run's directory is gone");
    for bytes in [&outcomes.output.stdout, &outcomes.output.stderr] {
        let controls = bytes.iter().filter(|byte| **byte < 0x20 && **byte != b'\n').count();
        assert_eq!(controls, 0, "no control character reaches the terminal");
    }
}

#[test]
fn secrets_reach_neither_reports_nor_terminal() {
    let server = TestServer::start(Fault::at(FaultKind::Status500, Operation::GetObject));
    let directory = tempfile::tempdir().unwrap();
    let output = run_against(&server, &SMALL).arg("-vv").arg("--out").arg(directory.path()).output().unwrap();
    let mut texts = vec![output.stdout, output.stderr];
    texts.extend(
        ["out.xml", "metrics.json", "report.txt"].map(|name| std::fs::read(directory.path().join(name)).unwrap()),
    );
    for text in texts {
        let text = String::from_utf8_lossy(&text);
        assert!(!text.contains(SECRET_KEY) && !text.contains("Signature="), "{text}");
    }
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_writes_its_reports_and_leaves_nothing() {
    for (signal, expected, by) in [("INT", 130, Interruption::Interrupt), ("TERM", 143, Interruption::Terminate)] {
        let server = TestServer::start(Behaviour::default());
        let (directory, work) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut run = run_against(&server, &["etag/local", "bench/local", "--files", "3000", "--max-size", "2000"])
            .arg("--out")
            .arg(directory.path())
            .arg("--work-dir")
            .arg(work.path())
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        wait_for(|| server.requests().iter().filter(|request| request.operation == Operation::PutObject).count() > 20);
        let started = Instant::now();
        send(signal, run.id());
        assert_eq!(run.wait().unwrap().code(), Some(expected));
        assert!(started.elapsed() < Duration::from_secs(5), "SIG{signal} ends the run in time");
        let record = record_in(directory.path());
        assert_eq!(record.interruption, Some(by));
        assert!(Path::new(&directory.path().join("out.xml")).exists());
        assert_eq!(server.buckets(), Vec::<String>::new(), "buckets are given back");
        assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 0, "the work directory is empty");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_report_on_a_full_disk_is_a_report_error() {
    // /dev/full takes no byte.
    let server = TestServer::start(Behaviour::default());
    let output = run_against(&server, &["etag/local::put-is-md5", "--text", "/dev/full"]).output().unwrap();
    assert_eq!(code(&output), 5, "{}", stderr(&output));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_work_directory_is_an_environment_error() {
    let server = TestServer::start(Behaviour::default());
    let (directory, work) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let run = run_against(&server, &["bench/local", "--files", "20", "--min-size", "60000", "--max-size", "60000"]);
    // A file system of half a megabyte, in a mount namespace that ends with the program.
    let script = "mount -t tmpfs -o size=512k none \"$0\" && exec \"$@\"";
    let mut unshare = Command::new("unshare");
    unshare.args(["--map-root-user", "--mount", "sh", "-c", script]).arg(work.path());
    unshare.arg(run.get_program()).args(run.get_args());
    unshare.arg("--work-dir").arg(work.path()).arg("--out").arg(directory.path());
    for (name, value) in run.get_envs() {
        match value {
            Some(value) => unshare.env(name, value),
            None => unshare.env_remove(name),
        };
    }
    let output = unshare.output().unwrap();
    assert_eq!(code(&output), 4, "{}", stderr(&output));
    let record = record_in(directory.path());
    let fault = record.suites.iter().flat_map(|suite| &suite.checks).find_map(|check| match &check.outcome {
        Outcome::NotJudged(fault) => Some(fault),
        _ => None,
    });
    assert!(fault.is_some_and(|fault| fault.message.contains("No space") && fault.hint.is_some()), "{fault:?}");
}

#[cfg(unix)]
fn send(signal: &str, process: u32) {
    let sent = Command::new("kill").args([&format!("-{signal}"), &process.to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Awaits a condition of another process; there is nothing to subscribe to.
fn wait_for(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !condition() {
        assert!(Instant::now() < deadline, "the condition never came true");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whose key is wrong learns that, and nothing of data that would be lost.
#[test]
fn credentials_that_an_endpoint_refuses_are_an_environment_error() {
    let (server, reports) = (TestServer::start(Behaviour::default()), tempfile::tempdir().unwrap());
    let suites = ["etag/local::put-is-md5", "sync/local", "bench/local"];
    let output = run_against(&server, &suites)
        .env("AWS_SECRET_ACCESS_KEY", "another")
        .arg("--out")
        .arg(reports.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let record = record_in(reports.path());
    let checks = record.suites.iter().flat_map(|suite| &suite.checks);
    assert_eq!(checks.filter(|check| check.outcome.is_failed()).count(), 0);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("AWS_SECRET_ACCESS_KEY"), "{said}");
    assert!(!said.contains("still on the endpoint"), "what was never made is not left: {said}");
}
