//! The drime backend from outside: real pys3local with real pydrime, through the stand-in for the Drime API.
//!
//! Most of it in Docker, as users run it; a broken stand-in and a repaired one as processes, which start faster. Needs a Docker daemon,
//! a base image, Python 3 with venv, openssl, `script` of util-linux and a package index. There is no way to skip this silently.

#[cfg(test)]
#[path = "../support/command.rs"]
mod command;
#[cfg(test)]
#[path = "../support/daemon.rs"]
mod daemon;
#[cfg(test)]
#[expect(dead_code, reason = "tests of other binaries use the rest")]
#[path = "../support/images.rs"]
mod images;

#[cfg(test)]
mod broken;
#[cfg(test)]
mod cloud;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod support;
#[cfg(test)]
mod terminal;
#[cfg(test)]
mod way_out;

use images::PINNED;
use support::{belongings, run};

#[test]
fn etags_and_the_sync_workflow_hold_in_docker_and_reports_say_emulated() {
    let ran = run(&["etag/drime", "sync/drime", "--runtime", "docker", "--drime", "emulated"], &[]);
    assert_eq!((ran.code(), ran.failed_beside_copies()), (1, vec![]), "{}", ran.said());
    assert!(ran.record.suites.iter().all(|suite| suite.storage.to_string() == "drime (emulated)"));
    assert!(ran.record.runtime.isolated);
    assert!(ran.report("report.txt").contains("drime (emulated)"));
    assert!(ran.report("out.xml").contains("drime (emulated)"));
    assert_eq!(belongings(ran.pid), (vec![], vec![]));
}

#[test]
fn large_objects_come_back_and_full_folders_are_shown_as_failing() {
    let ran = run(&["large/drime", "--runtime", "process", "--drime", "emulated"], &[]);
    assert_eq!(ran.failed(), ["large/drime::folder-beyond-a-page", "large/drime::bucket-found-after-restart"]);
    assert_eq!(ran.code(), 1);
}

#[test]
fn a_provider_is_seen_failing_where_the_service_keeps_both_versions() {
    let ran =
        run(&["etag/drime-keep-both", "etag/drime-oldest-first", "--runtime", "process", "--drime", "emulated"], &[]);
    let expected = [
        "etag/drime-keep-both::sync-scenario",
        "etag/drime-oldest-first::changes-on-same-size-edit",
        "etag/drime-oldest-first::changes-on-other-size-edit",
        "etag/drime-oldest-first::sync-scenario",
    ];
    assert_eq!(ran.failed_beside_copies(), expected);
}

/// How the service orders its listings is not known either.
#[test]
fn the_order_of_the_services_listings_makes_no_difference() {
    for order in ["oldest-first", "name"] {
        let setting = format!("listing-order={order}");
        let ran = run(&["etag/drime", "--runtime", "process", "--drime-set", &setting], &[]);
        assert_eq!(ran.failed_beside_copies(), Vec::<String>::new(), "{order}: {}", ran.said());
    }
}

/// What real clients meet on this backend has its causes in the checks of single operations, and the report says which.
#[test]
fn failures_of_clients_are_explained_by_those_of_single_operations() {
    let pairs = [
        ("clients/drime::rclone-copy", "api/drime::list-delimiter"),
        ("clients/drime::boto3-paginator", "api/drime::list-v2-pages"),
        ("clients/drime::s5cmd-changes", "api/drime::object-multi-delete"),
    ];
    let names = pairs.iter().flat_map(|(effect, cause)| [*effect, *cause]);
    let names: Vec<&str> = names.chain(["clients/drime::aws-sync", "--runtime", "docker"]).collect();
    let ran = run(&names, &[]);
    let mut expected: Vec<&str> =
        pairs.iter().map(|(_, cause)| *cause).chain(pairs.map(|(effect, _)| effect)).collect();
    let mut failed = ran.failed();
    expected.sort_unstable();
    failed.sort_unstable();
    assert_eq!(failed, expected, "{}", ran.said());
    let checks = ran.record.suites.iter().flat_map(|suite| &suite.checks);
    for check in checks.filter(|check| check.outcome.is_failed() && check.id.suite().kind() == "clients") {
        let explanations = ran.record.explanations(check);
        let cause = pairs.iter().find(|(effect, _)| *effect == check.id.as_str()).map(|(_, cause)| *cause);
        let found = explanations.iter().find(|explanation| explanation.holds()).map(|found| found.check.as_str());
        assert_eq!(found, cause, "{}: {explanations:?}", check.id);
    }
    let said = ran.report("report.txt").split_whitespace().collect::<Vec<_>>().join(" ");
    for (_, cause) in pairs {
        assert!(said.contains(&format!("explained by: {cause} (failed here)")), "{cause}: {said}");
    }
}

/// What pys3local's own scripts print for both backends, in one report.
#[test]
fn both_backends_stand_in_one_report_as_the_original_scripts_show_them() {
    let suites = ["bench/local", "sync/local", "etag/local", "bench/drime", "sync/drime", "etag/drime"];
    let ran = run(&[&suites[..], &["--runtime", "docker", "--files", "3", "--max-size", "20000"]].concat(), &[]);
    assert_eq!(ran.failed_beside_copies(), ["bench/drime::objects-deleted"], "{}", ran.said());
    let report = ran.report("report.txt");
    let blocks: Vec<&str> = report.split(&"=".repeat(70)).map(str::trim).collect();
    let block = |title: &str| {
        let at =
            blocks.iter().position(|block| block.starts_with(title)).unwrap_or_else(|| panic!("{title}: {report}"));
        (at, blocks[at + 1])
    };
    let shown = [
        ("BENCHMARK REPORT: bench/local", "local"),
        ("FIVE-PHASE SYNC WORKFLOW: sync/local", "local"),
        ("ETAG RULES, MD5 PROFILE: etag/local", "local"),
        ("BENCHMARK REPORT: bench/drime", "drime (emulated)"),
        ("FIVE-PHASE SYNC WORKFLOW: sync/drime", "drime (emulated)"),
        ("ETAG RULES, OPAQUE PROFILE, A SECOND UPLOAD REPLACES: etag/drime", "drime (emulated)"),
    ];
    let mut last = 0;
    for (title, backend) in shown {
        let (at, text) = block(title);
        assert!(at > last, "{title} comes in its turn");
        last = at;
        let named = text.lines().any(|line| line.trim() == format!("Backend:         {backend}"));
        assert!(named && text.contains("✓ "), "{title}: {text}");
        let headings = if title.starts_with("BENCHMARK") {
            &["Configuration:", "Test Data:", "Performance:", "Verification:", "Upload rate:", "Download rate:"][..]
        } else {
            &["Configuration:", "Checks:"][..]
        };
        assert!(headings.iter().all(|heading| text.contains(heading)), "{title}: {text}");
    }
    let (at, verdict) = block("FINAL RESULT");
    assert!(at > last && verdict.starts_with("✗ FAILED: 3 failures ("), "{verdict}");
    let counted = |backend: &str, words: &str| {
        verdict.lines().any(|line| line.trim().strip_prefix(backend).is_some_and(|rest| rest.contains(words)))
    };
    assert!(counted("local:", "✓ 24 passed") && counted("drime (emulated):", "3 failed, 1 skipped"), "{verdict}");
}

/// Neither is any other than usual for the drime backend: the stand-in takes a port of its own, and an image brings its own pydrime.
#[test]
fn a_chosen_port_and_an_image_serve_the_drime_backend_too() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let ran = run(&["sync/drime", "--runtime", "docker", "--port", &port], &[]);
    assert_eq!((ran.code(), ran.failed()), (0, vec![]), "{}", ran.said());
    let ran = run(&["sync/drime", "--runtime", "process", "--port", &port], &[]);
    assert_eq!((ran.code(), ran.failed()), (0, vec![]), "{}", ran.said());
    let target = format!("image:{}", *PINNED);
    let ran = run(&["sync/drime", "--runtime", "docker", "--target", &target, "--port", &port], &[]);
    assert_eq!((ran.code(), ran.failed()), (0, vec![]), "{}", ran.said());
    assert_eq!((ran.record.suites[0].checks.len(), ran.record.target.spec.as_str()), (5, target.as_str()));
    assert_eq!(belongings(ran.pid), (vec![], vec![]));
}
