//! The drime backend from outside: real pys3local with real pydrime, through the stand-in of the Drime API.
//!
//! Most of it in Docker, as users run it; a broken stand-in and a mended one as processes, which start faster. Needs a Docker daemon,
//! a base image, Python 3 with venv and a package index. There is no way to skip this silently.

#[cfg(test)]
#[expect(dead_code, reason = "servers in this process are for other tests")]
mod support;

#[cfg(test)]
#[expect(dead_code, reason = "runs against servers in this process are for other tests")]
mod command;

#[cfg(test)]
mod drime_support;

use std::process::Command;
use std::time::Duration;

use command::s3ci;
use drime_support::{Account, KEY, Ran, WORKSPACE, belongings, docker, run, start, wait_until};

/// Each broken stand-in turns these red, on the suite that says how second uploads are treated.
const MUTANTS: [(&str, &[&str]); 5] = [
    ("same-uuid-after-change", &["changes-on-same-size-edit", "changes-on-other-size-edit", "sync-scenario"]),
    ("uuid-by-name", &["changes-on-same-size-edit", "changes-on-other-size-edit", "sync-scenario"]),
    ("download-by-stale-hash", &["changes-on-same-size-edit", "changes-on-other-size-edit", "sync-scenario"]),
    ("dropped-entry", &["sync-scenario", "sdk-accepts-tags", "listing-needs-no-download"]),
    ("listing-oldest-first", &["changes-on-same-size-edit", "changes-on-other-size-edit", "sync-scenario"]),
];

#[test]
fn etags_and_the_sync_workflow_hold_in_docker_and_reports_say_emulated() {
    let ran = run(&["etag/drime", "sync/drime", "--runtime", "docker", "--drime", "emulated"], &[]);
    assert_eq!((ran.code(), ran.failed()), (0, vec![]), "{}", ran.said());
    assert!(ran.record.suites.iter().all(|suite| suite.backend == "drime (emulated)"));
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
    assert_eq!(ran.failed(), expected);
}

#[test]
fn each_broken_stand_in_turns_the_right_checks_red() {
    for (mutation, cases) in MUTANTS {
        let setting = format!("mutation={mutation}");
        let ran = run(&["etag/drime", "--runtime", "process", "--drime-set", &setting], &[]);
        let expected: Vec<_> = cases.iter().map(|case| format!("etag/drime::{case}")).collect();
        assert_eq!(ran.failed(), expected, "{mutation}");
        assert_eq!(ran.code(), 1);
        assert!(ran.said().contains(&setting), "the notice tells of it: {}", ran.said());
    }
}

#[test]
fn a_rate_limit_that_passes_is_survived_and_a_lasting_one_is_no_verdict() {
    let case = "etag/drime::stable-over-repeated-queries";
    let passing = "fault-status=429,fault-first=2,fault-retry-after=0,fault-endpoint=list-entries";
    let ran = run(&[case, "--runtime", "process", "--drime-set", passing], &[]);
    assert_eq!((ran.code(), ran.failed()), (0, vec![]), "{}", ran.said());
    let lasting = "fault-status=429,fault-every=1,fault-retry-after=0";
    let ran = run(&[case, "--runtime", "process", "--drime-set", lasting], &[]);
    assert_eq!((ran.code(), ran.failed()), (4, vec![]), "{}", ran.said());
    assert!(ran.said().contains("the Drime stand-in answers with status 429"), "{}", ran.said());
}

#[test]
fn a_setting_that_the_stand_in_refuses_is_told_in_its_own_words() {
    let ran = run(&["sync/drime", "--runtime", "process", "--drime-set", "latency-ms=soon"], &[]);
    assert_eq!(ran.code(), 4);
    assert!(ran.said().contains("LATENCY_MS must be a whole number"), "{}", ran.said());
}

#[test]
fn a_stand_in_that_dies_is_a_fault_that_names_it() {
    let going = start(&["large/drime", "--runtime", "docker", "--drime", "emulated"], &[]);
    let stand_in = || belongings(going.pid()).0.into_iter().find(|name| name.ends_with("-drime"));
    wait_until("the first check is done", Duration::from_secs(90), || going.has_told("forty-mebibytes ("));
    docker(&["kill", &stand_in().expect("a stand-in runs")]);
    let ran = going.end();
    assert_eq!((ran.code(), ran.failed()), (4, vec![]), "{}", ran.said());
    let fault = ran.record.suites[0].fault.as_ref().expect("a fault");
    assert_eq!(fault.kind, "drime-stand-in-died");
    assert!(fault.message.contains("the Drime stand-in: it died: it was killed by signal 9"), "{fault:?}");
    assert_eq!(belongings(ran.pid), (vec![], vec![]));
}

#[test]
fn the_cloud_is_used_in_a_folder_of_its_own_and_left_as_it_was() {
    let account = Account::open();
    account.make_folder("Photos");
    let ran =
        run(&["sync/drime", "etag/drime-keep-both", "--runtime", "docker", "--drime", "cloud"], &account.environment());
    assert_eq!((ran.code(), ran.failed()), (0, vec![]), "{}", ran.said());
    assert!(ran.record.suites.iter().all(|suite| suite.backend == "drime (cloud)"));
    assert!(ran.said().contains("drime (cloud): the drime suites store in workspace"), "{}", ran.said());
    assert!(account.requests("upload") > 0, "the account was used");
    assert_eq!(account.root_folders(), ["Photos"], "nothing else is left, and what was there still is");
    assert_eq!(belongings(ran.pid), (vec![], vec![]));
}

#[test]
fn the_key_is_nowhere_to_be_found() {
    let account = Account::open();
    let arguments = ["etag/drime", "--runtime", "docker", "--drime", "cloud", "-vv"];
    let going = start(&arguments, &account.environment());
    wait_until("a container runs", Duration::from_mins(1), || !belongings(going.pid()).0.is_empty());
    let mut inspected = Vec::new();
    for container in belongings(going.pid()).0 {
        inspected.push(docker(&["inspect", &container]).join("\n"));
    }
    for network in belongings(going.pid()).1 {
        inspected.push(docker(&["network", "inspect", &network]).join("\n"));
    }
    let processes = Command::new("ps").args(["-eo", "args"]).output().unwrap();
    inspected.push(String::from_utf8_lossy(&processes.stdout).into_owned());
    wait_until("a check is done", Duration::from_secs(90), || going.has_told("uuid-format"));
    let ran = going.end();
    assert_eq!(ran.code(), 0, "{}", ran.said());
    assert!(inspected.iter().any(|text| text.contains("s3ci.run")), "a container was looked at");
    inspected.extend(ran.everything());
    for text in inspected {
        assert!(!text.contains(KEY), "the key is in {text}");
    }
}

#[test]
fn a_killed_run_leaves_no_folder_and_clean_removes_what_no_watchdog_did() {
    let account = Account::open();
    let going = start(&["sync/drime", "etag/drime", "--runtime", "docker", "--drime", "cloud"], &account.environment());
    wait_until("a folder is there", Duration::from_secs(90), || !account.root_folders().is_empty());
    let pid = going.kill();
    wait_until("the folder is gone", Duration::from_secs(10), || account.root_folders().is_empty());
    wait_until("the rest is gone", Duration::from_secs(10), || belongings(pid) == (vec![], vec![]));

    // A run of a process that is no more, on another host and long ago; one that may still be going on; somebody's own.
    let day = 24 * 60 * 60;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let living = format!("s3ci-0badcafe-00000000-1-{}-0", now + day);
    for name in [&format!("s3ci-deadbeef-00000000-1-{}-0", now - 1), &living, "s3ci-notes"] {
        account.make_folder(name);
    }
    let cleaned = s3ci().args(["clean", "--drime"]).envs(account.environment()).output().unwrap();
    let said = String::from_utf8_lossy(&cleaned.stdout).into_owned();
    assert!(
        cleaned.status.success() && said.contains("removed s3ci-deadbeef") && said.contains("left alone"),
        "{said}"
    );
    let mut left = account.root_folders();
    left.sort();
    assert_eq!(left, [living, "s3ci-notes".to_owned()]);
}

#[test]
fn a_wrong_key_and_an_unknown_workspace_are_named_before_any_check() {
    let account = Account::open();
    let with = |name: &'static str, value: &str| {
        let mut environment = account.environment();
        environment.retain(|(variable, _)| *variable != name);
        environment.push((name, value.to_owned()));
        run(&["sync/drime", "--runtime", "process", "--drime", "cloud"], &environment)
    };
    let check = |ran: &Ran, kind: &str, words: &str| {
        assert_eq!((ran.code(), ran.failed()), (4, vec![]), "{}", ran.said());
        assert_eq!(ran.record.suites[0].fault.as_ref().unwrap().kind, kind);
        assert!(ran.said().contains(words) && ran.said().contains("hint:"), "{}", ran.said());
        assert!(ran.report("out.xml").contains("<error"), "the reports are written");
    };
    check(&with("DRIME_API_KEY", "another-key"), "drime-key-refused", "refuses the API key");
    check(&with("DRIME_WORKSPACE_ID", "4711"), "drime-workspace-refused", "use the Drime workspace 4711");
    assert_eq!(account.root_folders(), Vec::<String>::new());
}

#[test]
fn without_credentials_auto_is_emulated_and_the_cloud_is_refused() {
    let refused = s3ci().args(["run", "sync/drime", "--drime", "cloud"]).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && said.contains("set DRIME_API_KEY"), "{said}");
    let environment = [("DRIME_API_KEY", KEY.to_owned()), ("DRIME_WORKSPACE_ID", "home".to_owned())];
    let refused = s3ci().args(["run", "sync/drime", "--drime", "cloud"]).envs(environment).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && said.contains("`home` is no number"), "{said}");
    let ran = run(&["sync/drime", "--runtime", "process", "--drime-set", &format!("workspace-id={WORKSPACE}")], &[]);
    assert_eq!((ran.code(), ran.record.suites[0].backend.as_str()), (0, "drime (emulated)"), "{}", ran.said());
}
