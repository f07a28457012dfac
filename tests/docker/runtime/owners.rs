//! Whose is what: runs at the same time leave each other alone, and what a dead one left is gone once the next one has begun.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use s3ci::record::FaultKind;
use s3ci::server::Leftovers;

use super::proxy::Proxy;
use crate::command::{code, record_in, s3ci, stderr};
use crate::daemon::{belongings, docker, wait_until};
use crate::images::PINNED;

/// How long a run may take to its first container.
const BEGUN: Duration = Duration::from_mins(2);

/// A run that goes on for some time.
fn start(work: &Path, reports: &Path) -> Child {
    std::sync::LazyLock::force(&PINNED);
    let mut command = s3ci();
    command.args([
        "run",
        "sync/local",
        "etag/local",
        "api/local",
        "upgrade/local",
        "--against",
        "pypi:0.2.1",
        "--runtime",
        "docker",
    ]);
    command.arg("--out").arg(reports).arg("--work-dir").arg(work);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The watchdog of a run: the process that it started.
fn watchdog(pid: u32) -> Option<u32> {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
    let is_watchdog = |pid: &&str| {
        std::fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|words| String::from_utf8_lossy(&words).contains("reap"))
    };
    children.split_whitespace().find(is_watchdog)?.parse().ok()
}

fn kill(pid: u32) {
    let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).stderr(Stdio::null()).status();
}

/// Everything of killed runs: containers, networks, volumes, directories.
fn left(pid: u32, work: &Path) -> (Vec<String>, Vec<String>, Vec<String>, usize) {
    let (containers, networks) = belongings(pid);
    let volumes = docker(&["volume", "ls", "--quiet", "--filter", &format!("label=s3ci.pid={pid}")]);
    (containers, networks, volumes, std::fs::read_dir(work).unwrap().count())
}

/// Kills runs at moments drawn from a seed, every third with its watchdog, and counts what is left after the next run.
fn kill_at_random(rounds: u64, seed: u64) {
    let (work, reports) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut state = seed;
    for round in 0..rounds {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = start(work.path(), reports.path());
        let pid = child.id();
        // A moment is a time here, and not a condition: that is what is tried.
        std::thread::sleep(Duration::from_millis((state >> 33) % 15_000));
        if round % 3 == 0
            && let Some(watchdog) = watchdog(pid)
        {
            // Stopped first, so that neither sees the other's end.
            let _ = Command::new("kill").args(["-STOP", &pid.to_string()]).status();
            kill(watchdog);
        }
        kill(pid);
        child.wait().unwrap();
        let next = s3ci()
            .args(["run", "etag/local::put-is-md5", "--runtime", "docker", "--work-dir"])
            .arg(work.path())
            .output()
            .unwrap();
        assert_eq!(code(&next), 0, "round {round}: {}", stderr(&next));
        eprintln!("round {round}");
        let nothing = (vec![], vec![], vec![], 0);
        // A watchdog that was left alive may still be at work, as may a container that ends by itself.
        wait_until(&format!("nothing is left of round {round}"), Duration::from_secs(10), || {
            left(pid, work.path()) == nothing
        });
    }
}

#[test]
fn runs_that_are_killed_at_random_leave_nothing_after_the_next_one() {
    kill_at_random(10, 1);
}

#[test]
#[ignore = "the same a hundred times, which takes an hour"]
fn a_hundred_runs_that_are_killed_at_random_leave_nothing() {
    kill_at_random(100, 2);
}

#[test]
fn two_runs_at_once_on_one_daemon_leave_each_other_alone() {
    let places: Vec<_> = (0..2).map(|_| (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap())).collect();
    let children: Vec<_> = places.iter().map(|(work, reports)| start(work.path(), reports.path())).collect();
    for child in &children {
        wait_until("both have begun", BEGUN, || !belongings(child.id()).0.is_empty());
    }
    // A third one of the same host sweeps.
    let third = s3ci().args(["run", "etag/local::put-is-md5", "--runtime", "docker"]).output().unwrap();
    assert_eq!(code(&third), 0, "{}", stderr(&third));
    for (mut child, (work, reports)) in children.into_iter().zip(&places) {
        let pid = child.id();
        let code = child.wait().unwrap().code();
        let record = record_in(reports.path());
        let red: Vec<_> = record
            .suites
            .iter()
            .flat_map(|suite| &suite.checks)
            .filter(|it| it.outcome.is_failed() || it.outcome.is_not_judged())
            .collect();
        assert_eq!((code, record.faults, red), (Some(0), vec![], vec![]));
        assert_eq!(left(pid, work.path()), (vec![], vec![], vec![], 0));
    }
}

/// What stays of it says that its process has this id and started at another time: somebody else has the id now.
#[test]
fn what_belongs_to_another_process_with_the_same_id_is_no_living_run_s() {
    std::sync::LazyLock::force(&PINNED);
    let (work, reports) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut living = start(work.path(), reports.path());
    wait_until("it has begun", BEGUN, || !belongings(living.id()).1.is_empty());
    let network = &belongings(living.id()).1[0];
    let label = |name: &str| {
        docker(&["network", "inspect", "--format", &format!("{{{{index .Labels \"{name}\"}}}}"), network])[0].clone()
    };
    let (host, start, expires) = (label("s3ci.host"), label("s3ci.start"), label("s3ci.expires"));
    assert!(host.split(' ').count() >= 3, "host, namespace and boot: {host}");
    let another = |name: &str, host: &str, start: &str| {
        let labels = [
            format!("s3ci.run={name}"),
            format!("s3ci.host={host}"),
            format!("s3ci.pid={}", living.id()),
            format!("s3ci.start={start}"),
            format!("s3ci.expires={expires}"),
        ];
        let labels: Vec<_> = labels.iter().flat_map(|label| ["--label", label]).collect();
        docker(&[&["network", "create", "--internal"], &labels[..], &[name]].concat());
    };
    let (elsewhere, dead) = (format!("s3ci-test-boot-{}", living.id()), format!("s3ci-test-start-{}", living.id()));
    another(&elsewhere, &host.replace(|letter: char| letter.is_ascii_hexdigit(), "0"), "1");
    another(&dead, &host, &format!("{start}0"));
    let next = s3ci().args(["run", "etag/local::put-is-md5", "--runtime", "docker"]).output().unwrap();
    assert_eq!(code(&next), 0, "{}", stderr(&next));
    let networks = docker(&["network", "ls", "--format", "{{.Name}}"]);
    docker(&["network", "rm", &elsewhere]);
    assert!(!networks.contains(&dead), "its process has ended, and another has its id");
    assert!(networks.contains(&elsewhere), "nothing is known of the processes of another boot");
    assert!(networks.contains(network), "the living run keeps its own");
    kill(living.id());
    living.wait().unwrap();
}

#[tokio::test]
async fn an_image_that_is_used_is_kept_and_one_that_is_not_is_found() {
    std::sync::LazyLock::force(&PINNED);
    let last_use = || docker(&["inspect", "--format", "{{.Metadata.LastTagTime}}", &PINNED])[0].clone();
    let before = last_use();
    let next = s3ci().args(["run", "etag/local::put-is-md5", "--runtime", "docker"]).output().unwrap();
    assert_eq!(code(&next), 0, "{}", stderr(&next));
    assert_ne!(before, last_use(), "a run notes that it uses the image");
    let found = async |duration| {
        let leftovers = Leftovers::of_run("no-such-run").await.unwrap();
        leftovers.with_images_unused_for(duration).await.unwrap().summary()
    };
    assert!(found(Duration::ZERO).await.contains("image"), "an image that was used before now");
    assert_eq!(found(Duration::from_hours(14 * 24)).await, "nothing");
}

#[test]
fn a_daemon_that_goes_away_in_the_middle_is_an_environment_error_with_reports() {
    std::sync::LazyLock::force(&PINNED);
    let (proxy, reports, work) = (Proxy::start(&[]), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut command = s3ci();
    command.args(["run", "sync/local", "etag/local", "api/local", "--runtime", "docker", "--jobs", "1", "--out"]);
    command.arg(reports.path()).arg("--work-dir").arg(work.path()).env("DOCKER_HOST", proxy.address());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until("the first suite is done", BEGUN, || reports.path().join("metrics.json").exists());
    wait_until("the second has a server", BEGUN, || !belongings(child.id()).0.is_empty());
    proxy.cut();
    wait_until("the run has ended", Duration::from_mins(2), || {
        std::fs::read_to_string(format!("/proc/{}/stat", child.id())).map_or(true, |stat| stat.contains(") Z "))
    });
    assert_eq!(child.wait().unwrap().code(), Some(4));
    let record = record_in(reports.path());
    assert!(reports.path().join("out.xml").is_file() && reports.path().join("report.html").is_file());
    let suites = record.suites.iter().filter_map(|suite| suite.fault.as_ref());
    let kinds: Vec<FaultKind> = record.faults.iter().chain(suites).map(|fault| fault.kind).collect();
    assert!(!kinds.is_empty(), "{record:?}");
    assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 0);
    // The daemon is there all the same, and the next run finds what the watchdog could not remove.
    let next = s3ci().args(["run", "etag/local::put-is-md5", "--runtime", "docker"]).output().unwrap();
    assert_eq!(code(&next), 0, "{}", stderr(&next));
    wait_until("nothing is left", Duration::from_secs(10), || belongings(child.id()) == (vec![], vec![]));
}
