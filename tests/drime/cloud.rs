//! The cloud's code path, on an account that is a stand-in of the tests' own.

use std::process::Command;
use std::time::Duration;

use crate::command::s3ci;
use crate::support::{Account, Ran, belongings, docker, has_key, run, start, wait_until};

#[test]
fn the_cloud_is_used_in_a_folder_of_its_own_and_left_as_it_was() {
    let account = Account::open();
    account.make_folder("Photos");
    let ran =
        run(&["sync/drime", "etag/drime-keep-both", "--runtime", "docker", "--drime", "cloud"], &account.environment());
    assert_eq!((ran.code(), ran.failed()), (0, vec![]), "{}", ran.said());
    assert!(ran.record.suites.iter().all(|suite| suite.storage.to_string() == "drime (cloud)"));
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
    assert_eq!((ran.code(), ran.failed_beside_copies()), (1, vec![]), "{}", ran.said());
    assert!(inspected.iter().any(|text| text.contains("s3ci.run")), "a container was looked at");
    inspected.extend(ran.everything());
    for text in inspected {
        assert!(!has_key(&text), "the key is in {text}");
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

    // Folders of a process that has ended, of one on another host long ago, of one that may still be running, and of the user.
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
        assert_eq!(ran.record.suites[0].fault.as_ref().unwrap().kind.as_str(), kind);
        assert!(ran.said().contains(words) && ran.said().contains("hint:"), "{}", ran.said());
        assert!(ran.report("out.xml").contains("<error"), "the reports are written");
    };
    check(&with("DRIME_API_KEY", "another-key"), "drime-key-refused", "refuses the API key");
    check(&with("DRIME_WORKSPACE_ID", "4711"), "drime-workspace-refused", "use the Drime workspace 4711");
    assert_eq!(account.root_folders(), Vec::<String>::new());
}
