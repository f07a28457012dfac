//! Every check of what survives a crash or an upgrade, seen failing: a small server that keeps what it acknowledges, and for each rule one that does not.
//!
//! An endpoint cannot be restarted, so these servers run in containers in place of pys3local. Needs a Docker daemon and a base image
//! (`ci/base-image`). There is no way to skip this silently.
//!
//! A broken server is asked for the checks that must notice, the one that keeps all for every check. `S3CI_DURABILITY=whole` in front of
//! the command asks each server for every check, so that a check which complains about another rule shows; that takes several minutes.
//! `S3CI_DURABILITY=hoards,tag-comes-later` does so for these servers alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::command::{record_in, s3ci};
use crate::daemon::{belongings, docker, wait_until};
use crate::images::Image;
use s3ci::record::{Outcome, RunRecord};

const SUITE: &str = "durability/local";
const UPGRADE: &str = "upgrade/local";
/// Containers at a time.
const AT_A_TIME: usize = 2;

/// What a server breaks, and the checks that must be red then, and no other.
const BROKEN: [(&str, &[&str]); 11] = [
    ("", &[]),
    ("accepts-what-does-not-fit", &["disk-full-keeps-the-old-object"]),
    ("acknowledges-first", &["kill-9-keeps-acknowledged-objects", "kill-9-during-put-is-old-or-new"]),
    ("deletes-in-memory", &["restart-keeps-everything", "kill-9-keeps-acknowledged-objects"]),
    (
        "empties-at-start",
        &["restart-keeps-everything", "kill-9-keeps-acknowledged-objects", "kill-9-during-put-is-old-or-new"],
    ),
    ("headers-in-memory", &["restart-keeps-everything", "kill-9-keeps-acknowledged-objects"]),
    ("hoards", &["large-put-in-bounded-memory"]),
    ("makes-room-first", &["kill-9-during-put-is-old-or-new", "disk-full-keeps-the-old-object"]),
    ("one-directory-for-all", &["two-data-directories-do-not-meet"]),
    ("tag-comes-later", &["kill-9-during-put-is-old-or-new"]),
    ("writes-in-place", &["kill-9-during-put-is-old-or-new", "disk-full-keeps-the-old-object"]),
];

const LISTS: &str = "upgrade-lists-the-same-keys";
const SERVES: &str = "upgrade-serves-the-same-bytes";

/// What a server breaks that takes over the data of one that keeps all, and what must be red then, and no other.
const UPGRADES: [(&str, &[&str]); 5] = [
    ("", &[]),
    ("converts-old-data", &[SERVES]),
    ("indexes-new-data", &[LISTS]),
    ("moves-its-data", &[LISTS, SERVES]),
    ("refuses-old-data", &[LISTS, SERVES]),
];

/// An image with the small server in place of pys3local.
fn build(breaks: &str) -> Image {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/durable");
    let instructions = format!("COPY pys3local /opt/venv/bin/pys3local\nENV BREAKS={breaks}");
    Image::of_the_pinned(&format!("durable-{breaks}"), &instructions, Some(&directory))
}

/// The servers to try, and whether each is asked for every check: what the environment names, or all, for what they break.
fn chosen() -> (Vec<(&'static str, &'static [&'static str])>, bool) {
    let wanted = std::env::var("S3CI_DURABILITY").ok();
    let rows: Vec<_> = match wanted.as_deref() {
        None | Some("whole") => BROKEN.to_vec(),
        Some(names) => BROKEN.into_iter().filter(|(breaks, _)| names.split(',').any(|name| name == *breaks)).collect(),
    };
    assert!(!rows.is_empty(), "S3CI_DURABILITY names no server");
    (rows, wanted.is_some())
}

/// Runs checks on a server of an image; all of the suite where none is named.
fn run(image: &Image, checks: &[&str]) -> RunRecord {
    let reports = tempfile::tempdir().unwrap();
    let mut selected: Vec<String> = checks.iter().map(|check| format!("{SUITE}::{check}")).collect();
    if selected.is_empty() {
        selected.push(SUITE.to_owned());
    }
    let output = s3ci()
        .arg("run")
        .args(selected)
        .args(["--runtime", "docker", "--target", &image.target(), "--out"])
        .arg(reports.path())
        .output()
        .unwrap();
    let record = record_in(reports.path());
    let checks = record.suites.iter().flat_map(|suite| &suite.checks);
    let untold: Vec<_> =
        checks.filter(|check| !check.outcome.is_failed() && check.outcome != Outcome::Passed).collect();
    assert!(untold.is_empty(), "{untold:#?}\n{}", String::from_utf8_lossy(&output.stdout));
    record
}

fn red(record: &RunRecord) -> Vec<String> {
    let checks = record.suites.iter().flat_map(|suite| &suite.checks);
    checks.filter(|check| check.outcome.is_failed()).map(|check| check.id.name().to_owned()).collect()
}

#[test]
fn every_rule_is_seen_broken_and_a_server_that_keeps_all_is_green() {
    let (rows, whole) = chosen();
    let images: Vec<_> = rows.iter().map(|(breaks, _)| build(breaks)).collect();
    let (next, found) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let work: Vec<_> = rows.iter().zip(&images).collect();
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(((breaks, checks), image)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let red = std::panic::catch_unwind(|| red(&run(image, if whole { &[] } else { checks })));
                    found.lock().unwrap().insert(*breaks, red.unwrap_or_else(|_| vec!["could not be told".to_owned()]));
                }
            });
        }
    });
    let expected = |checks: &&[&str]| checks.iter().map(|check| (*check).to_owned()).collect::<Vec<_>>();
    let expected: BTreeMap<_, _> = rows.iter().map(|(breaks, checks)| (*breaks, expected(checks))).collect();
    assert_eq!(found.into_inner().unwrap(), expected);
}

/// Runs an upgrade from one image to another; returns last what the daemon still has of it.
fn upgrade(from: &Image, to: &Image) -> (RunRecord, Option<i32>, (Vec<String>, Vec<String>)) {
    let reports = tempfile::tempdir().unwrap();
    let mut child = s3ci()
        .args(["run", UPGRADE, "--runtime", "docker", "--target", &to.target(), "--against", &from.target(), "--out"])
        .arg(reports.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let code = child.wait().unwrap().code();
    (record_in(reports.path()), code, belongings(child.id()))
}

/// Volumes have no name and no label that tells whose they are.
fn volumes() -> BTreeSet<String> {
    docker(&["volume", "ls", "--quiet"]).into_iter().collect()
}

#[test]
fn an_upgrade_that_loses_is_red_and_leaves_nothing() {
    let images: BTreeMap<_, _> = UPGRADES.iter().map(|(breaks, _)| (*breaks, build(breaks))).collect();
    let forgets = build("empties-at-start");
    let (nothing, before) = ((vec![], vec![]), volumes());
    let found: BTreeMap<_, _> = UPGRADES
        .iter()
        .map(|(breaks, _)| {
            let (record, code, left) = upgrade(&images[""], &images[breaks]);
            assert_eq!(left, nothing, "{breaks}");
            (*breaks, (red(&record), code))
        })
        .collect();
    // The upgrade is not to blame for what the base itself has lost, so there is no verdict.
    let (untold, code, left) = upgrade(&forgets, &images[""]);
    assert_eq!(left, nothing);
    // Other tests make some too, for a while.
    wait_until("no volume is left", Duration::from_mins(2), || volumes().is_subset(&before));
    let errors =
        untold.suites.iter().flat_map(|suite| &suite.checks).filter(|check| check.outcome.is_not_judged()).count();
    let expected = |checks: &[&str]| {
        (checks.iter().map(|check| (*check).to_owned()).collect::<Vec<_>>(), Some(i32::from(!checks.is_empty())))
    };
    let expected: BTreeMap<_, _> = UPGRADES.iter().map(|(breaks, checks)| (*breaks, expected(checks))).collect();
    assert_eq!(found, expected);
    assert_eq!((errors, code), (2, Some(4)), "{untold:#?}");
}

/// A check that was never seen failing is not a check.
#[test]
fn the_tables_name_every_check() {
    for (name, table) in [(SUITE, BROKEN.as_slice()), (UPGRADE, &UPGRADES)] {
        let suite = s3ci::checks::CATALOGUE.iter().find(|suite| suite.name == name).expect("the suite is there");
        let seen: BTreeSet<_> = table.iter().flat_map(|(_, checks)| checks.iter().copied()).collect();
        let checks: BTreeSet<_> = suite.checks().iter().map(|check| check.name).collect();
        assert_eq!(seen, checks);
    }
}
