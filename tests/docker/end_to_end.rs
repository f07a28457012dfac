//! The binary on real pys3local in Docker: what it finds there, and that nothing stays behind, however it ends.
//!
//! Needs a Docker daemon and a base image (`ci/base-image`). There is no way to skip this silently.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use crate::command::{record_in, s3ci, stderr, stdout};
use crate::daemon::{belongings, docker, wait_until};
use crate::images::{Image, PINNED};
use s3ci::checks::CATALOGUE;
use s3ci::ledger::Ledger;
use s3ci::record::{Interruption, Outcome, RunRecord, SuiteRecord, Support};
use tempfile::TempDir;

/// Checks that run with `--large` alone.
const LARGE: [&str; 2] = ["clients/local::rclone-large-file", "clients/local::rclone-large-file-whole"];

/// How long after the violent end of s3ci its containers and networks may still be there.
const CLEARED_WITHIN: Duration = Duration::from_secs(5);

/// A run in Docker that goes on until it is stopped, with its reports and its work directory.
struct Run {
    child: Child,
    reports: TempDir,
    work: TempDir,
}

impl Run {
    fn start(arguments: &[&str]) -> Self {
        LazyLock::force(&PINNED);
        let (reports, work) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let progress = std::fs::File::create(reports.path().join("progress")).unwrap();
        // One suite after the other, so that it is known which is under way.
        let child = s3ci()
            .args(["run", "--runtime", "docker", "--jobs", "1"])
            .args(arguments)
            .arg("--out")
            .arg(reports.path())
            .arg("--work-dir")
            .arg(work.path())
            .stdout(Stdio::null())
            .stderr(progress)
            .spawn()
            .unwrap();
        Self { child, reports, work }
    }

    /// A short suite and then two that take many seconds.
    fn long() -> Self {
        Self::start(&["sync/local", "etag/local", "api/local"])
    }

    fn has_container(&self) -> bool {
        !belongings(self.child.id()).0.is_empty()
    }

    /// Whether the first suite is done.
    fn has_report(&self) -> bool {
        self.reports.path().join("metrics.json").exists()
    }

    /// Whether the run has printed this.
    fn has_told(&self, words: &str) -> bool {
        std::fs::read_to_string(self.reports.path().join("progress")).unwrap().contains(words)
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    fn work_is_empty(&self) -> bool {
        std::fs::read_dir(self.work.path()).unwrap().next().is_none()
    }

    fn nothing_is_left(&self) -> bool {
        belongings(self.child.id()) == (vec![], vec![]) && self.work_is_empty()
    }
}

/// A test that fails in the middle must not leave its run going on.
impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A run that ends by itself, with its record.
fn run(arguments: &[&str]) -> (Output, RunRecord) {
    LazyLock::force(&PINNED);
    let reports = tempfile::tempdir().unwrap();
    let output =
        s3ci().args(["run", "--runtime", "docker"]).args(arguments).arg("--out").arg(reports.path()).output().unwrap();
    let record = record_in(reports.path());
    assert_eq!(output.status.code(), Some(i32::from(record.exit_code)), "{}", String::from_utf8_lossy(&output.stderr));
    (output, record)
}

fn failed(record: &RunRecord) -> Vec<&str> {
    let checks = record.suites.iter().flat_map(|suite| &suite.checks);
    checks.filter(|check| check.outcome.is_failed()).map(|check| check.id.as_str()).collect()
}

/// Ids of the checks with such an outcome, sorted.
fn ids(record: &RunRecord, wanted: impl Fn(&Outcome) -> bool) -> Vec<String> {
    let checks = record.suites.iter().flat_map(|suite| &suite.checks);
    let mut ids: Vec<String> =
        checks.filter(|check| wanted(&check.outcome)).map(|check| check.id.to_string()).collect();
    ids.sort();
    ids
}

/// Where the reports of everything stay, for `ci/check-reports`.
const EVERYTHING: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/everything");

/// The ledger is exact on the pinned release: every check that it lists fails as it says, and no other fails.
#[test]
fn everything_on_the_pinned_release_finds_its_known_issues_and_nothing_else() {
    LazyLock::force(&PINNED);
    // Reports of a run before must not pass for those of this one.
    let _ = std::fs::remove_dir_all(EVERYTHING);
    let little = ["--files", "20", "--max-size", "100000", "--model-steps", "400"];
    let everything = ["run", "--runtime", "docker", "--all", "--out", EVERYTHING];
    let output = s3ci().args(everything).args(little).output().unwrap();
    let record = record_in(Path::new(EVERYTHING));
    assert_eq!(failed(&record), Vec::<&str>::new(), "{}", stdout(&output));
    assert_eq!((output.status.code(), record.exit_codes.as_slice()), (Some(0), [0].as_slice()), "{}", stderr(&output));
    let ledger = Ledger::built_in().unwrap();
    let listed = ledger.of(Some("0.2.1"));
    let listed = listed.checks().map(|(check, _)| check.to_string());
    let listed: Vec<String> = listed.filter(|id| !LARGE.contains(&id.as_str())).collect();
    assert_eq!(ids(&record, |outcome| matches!(outcome, Outcome::Known(_))), listed);
    assert_eq!(record.target.version.as_deref(), Some("0.2.1"));
    assert!(record.runtime.isolated && record.notices.iter().all(|notice| !notice.contains("isolated")));
    assert_eq!(record.suites.len(), CATALOGUE.iter().filter(|suite| !suite.needs_base()).count());
    for suite in &record.suites {
        let skipped = suite.checks.iter().filter(|check| matches!(check.outcome, Outcome::Skipped { .. }));
        let skipped: Vec<&str> = skipped.map(|check| check.id.name()).collect();
        assert_eq!((skipped.as_slice(), suite.fault.as_ref()), (does_not_apply(suite), None), "{}", suite.id);
        assert!(suite.server_start.is_some());
    }
    let bench = &record.suites[0];
    for name in ["upload.throughput", "download.latency", "server.cpu.upload", "server.memory.peak", "local-copy.time"]
    {
        assert!(bench.metrics.iter().any(|metric| metric.name == name && metric.median > 0), "{name}");
    }
}

/// What is not asked of the pinned release: a large file unless it is wanted, what comes after a step that fails, and the rules of uploads in
/// parts, which it takes for uploads of the whole. That it does is judged by checks of their own, and known.
fn does_not_apply(suite: &SuiteRecord) -> &'static [&'static str] {
    match suite.id.as_str() {
        "clients/local" => &["rclone-large-file", "rclone-large-file-whole"],
        "bench/drime" | "bench/drime-parallel" => &["bucket-deleted"],
        // The backend is known to keep none of them.
        "model/drime" => &["headers-and-metadata-belong-to-the-version"],
        "api/local" | "api/drime" => {
            let multipart = suite.capabilities.iter().find(|capability| capability.name == "multipart");
            assert_eq!(multipart.map(|it| (it.support, it.expected)), Some((Support::Broken, Some(Support::Broken))));
            &[
                "multipart-complete",
                "multipart-etag",
                "multipart-hidden-until-complete",
                "multipart-resend-part",
                "multipart-abort-is-harmless",
                "multipart-wrong-part-is-refused",
            ]
        }
        _ => &[],
    }
}

#[test]
fn support_that_is_gone_is_red_in_every_report() {
    let ledger = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(ledger.path(), "[[capabilities]]\nbackend = \"local\"\nmultipart = \"supported\"\n").unwrap();
    let path = ledger.path().to_str().unwrap();
    let (output, record) = run(&["api/local::multipart-complete", "--known-issues", path]);
    assert_eq!((failed(&record), record.exit_code), (vec!["api/local::capability-multipart"], 1));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("multipart was supported, and is broken now"), "{said}");
}

#[test]
fn without_the_ledger_a_known_issue_is_red() {
    let (_, record) = run(&["api/local::range-first", "--no-known-issues"]);
    assert_eq!((failed(&record), record.exit_code), (vec!["api/local::range-first"], 1));
}

#[test]
fn the_first_releases_run_too_and_say_what_they_lack() {
    let (_, record) =
        run(&["etag/local", "bench/local", "bench/local-default", "--files", "5", "--target", "pypi:0.1.0"]);
    assert_eq!(record.target.version.as_deref(), Some("0.1.0"));
    let of = |name: &str| record.suites.iter().find(|suite| suite.id.as_str() == name).unwrap();
    assert!(of("bench/local-default").checks.iter().all(|check| matches!(check.outcome, Outcome::Skipped { .. })));
    assert!(of("bench/local").checks.iter().all(|check| check.outcome == Outcome::Passed), "{:?}", of("bench/local"));
}

/// A defect that shows on the way from one release to the next alone: 0.2.1 looks for the default bucket elsewhere than 0.2.0.
#[test]
fn an_upgrade_loses_the_default_bucket_of_the_release_before() {
    let (output, record) = run(&["upgrade", "--target", "pypi:0.2.1", "--against", "pypi:0.2.0"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    let (lists, serves) = ("upgrade-lists-the-same-keys", "upgrade-serves-the-same-bytes");
    let named = |suite: &str| [lists, serves].map(|check| format!("{suite}::{check}"));
    assert_eq!(ids(&record, Outcome::is_failed), named("upgrade/local-default"));
    assert_eq!(ids(&record, |outcome| *outcome == Outcome::Passed), named("upgrade/local"));
}

#[test]
fn a_killed_s3ci_leaves_no_container_no_network_and_no_data() {
    // At the network, at the first container, and in the middle of the second suite, seven times each but one.
    for round in 0..20 {
        let mut run = Run::long();
        wait_until("the run has begun", Duration::from_mins(1), || match round % 3 {
            0 => !belongings(run.child.id()).1.is_empty(),
            1 => run.has_container(),
            _ => run.has_report() && run.has_container(),
        });
        run.child.kill().unwrap();
        run.child.wait().unwrap();
        wait_until("everything is gone", CLEARED_WITHIN, || run.nothing_is_left());
    }
}

#[test]
fn an_interrupted_run_writes_reports_and_leaves_nothing() {
    for (signal, code, by) in [("-INT", 130, Interruption::Interrupt), ("-TERM", 143, Interruption::Terminate)] {
        let mut run = Run::long();
        wait_until("the first suite is done", Duration::from_mins(1), || run.has_report() && run.has_container());
        let started = Instant::now();
        run.signal(signal);
        assert_eq!(run.child.wait().unwrap().code(), Some(code));
        assert!(started.elapsed() < Duration::from_secs(5), "{signal} took {:?}", started.elapsed());
        assert!(run.nothing_is_left(), "{:?}", belongings(run.child.id()));
        let record = record_in(run.reports.path());
        assert_eq!(record.interruption, Some(by));
        assert_eq!(record.suites[0].checks[0].outcome, Outcome::Passed, "what was done is reported");
    }
}

#[test]
fn a_run_that_is_interrupted_while_it_prepares_leaves_nothing() {
    for round in 0..4 {
        let mut run = Run::long();
        wait_until("the run has begun", Duration::from_mins(1), || match round % 2 {
            0 => !belongings(run.child.id()).1.is_empty(),
            _ => run.has_container(),
        });
        let started = Instant::now();
        run.signal("-INT");
        assert_eq!(run.child.wait().unwrap().code(), Some(130));
        assert!(started.elapsed() < Duration::from_secs(5), "took {:?}", started.elapsed());
        assert!(run.nothing_is_left(), "{:?}", belongings(run.child.id()));
        assert_eq!(record_in(run.reports.path()).interruption, Some(Interruption::Interrupt));
    }
}

#[test]
fn a_server_that_is_killed_is_an_environment_error_with_partial_reports() {
    // No suite that finds something by itself: a failed check has precedence over a dead server.
    let mut run = Run::start(&["sync/local", "etag/local"]);
    wait_until("the second suite is under way", Duration::from_mins(1), || run.has_told("put-is-md5"));
    let (containers, _) = belongings(run.child.id());
    docker(&["kill", &containers[0]]);
    assert_eq!(run.child.wait().unwrap().code(), Some(4));
    let record = record_in(run.reports.path());
    assert_eq!(failed(&record), Vec::<&str>::new(), "the death of a server is no verdict on a rule");
    assert!(
        record.suites[1].fault.as_ref().is_some_and(|fault| fault.kind == s3ci::record::FaultKind::ServerDied),
        "{:?}",
        record.suites[1]
    );
    assert!(!record.suites[1].server_log.is_empty());
    assert_eq!(record.suites[0].checks[0].outcome, Outcome::Passed);
    assert!(run.nothing_is_left());
}

#[test]
fn a_server_that_never_answers_is_an_environment_error_with_its_log() {
    let (output, record) = run(&["etag/local", "--ready-timeout", "50ms"]);
    assert_eq!(record.exit_code, 4);
    let fault = record.suites[0].fault.as_ref().expect("a fault");
    assert!(fault.hint.is_some() && fault.message.contains("s3ci: server started"), "{fault:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("s3ci: server started"), "{output:?}");
}

#[test]
fn a_port_that_is_taken_is_an_environment_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let (output, record) = run(&["etag/local", "--port", &port]);
    assert_eq!(record.exit_code, 4);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains(&port) && said.contains("hint"), "{said}");
}

#[test]
fn a_chosen_port_is_served() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let (_, record) = run(&["etag/local::put-is-md5", "--port", &port]);
    assert_eq!(record.exit_code, 0, "{:?}", record.faults);
}

#[test]
fn an_unknown_release_is_a_usage_error_that_names_the_known_ones() {
    let (output, record) = run(&["etag/local", "--target", "pypi:9.9.9"]);
    assert_eq!(record.exit_code, 2);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("! REFUSED: failed to find release 9.9.9 of pys3local: there is no such release"), "{said}");
    assert!(said.contains("0.2.1") && !said.contains("could not"), "{said}");
}

#[test]
fn a_server_that_forgets_at_a_restart_is_seen() {
    let edit = "s/self.db_path = Path(db_path)/self.db_path = Path(db_path); self.db_path.unlink(missing_ok=True)/";
    let forgetful = Image::edited("forgets", "metadata_db.py", edit);
    let (_, record) = run(&["etag/local", "--target", &forgetful.target()]);
    assert_eq!(failed(&record), ["etag/local::stable-over-restart"]);
}
