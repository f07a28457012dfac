//! Every check of what survives, seen failing: a small server that keeps what it acknowledges, and for each rule one that does not.
//!
//! An endpoint cannot be restarted, so these servers run in containers in place of pys3local. Needs a Docker daemon and a base image
//! (`ci/base-image`). There is no way to skip this silently.
//!
//! A broken server is asked for the cases that must notice, the one that keeps all for every case. `S3CI_DURABILITY=whole` in front of
//! the command asks each server for every case, so that a case which complains about another rule shows; that takes several minutes.
//! `S3CI_DURABILITY=hoards,tag-comes-later` does so for these servers alone.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

#[cfg(test)]
#[expect(dead_code, reason = "servers in this process are for other tests")]
mod support;

#[cfg(test)]
#[expect(dead_code, reason = "runs against servers in this process are for other tests")]
mod command;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use command::{record_in, s3ci};
use s3ci::model::{Outcome, RunRecord};

const SUITE: &str = "durability/local";
/// Containers at a time.
const AT_A_TIME: usize = 2;

/// What a server breaks, and the cases that must be red then, and no other.
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

fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker").args(arguments).output().expect("the docker command is there");
    assert!(output.status.success(), "docker {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Builds an image with the small server in place of pys3local; its name.
fn build(base: &str, breaks: &str) -> String {
    let image = format!("s3ci/test:durable-{breaks}x{}", std::process::id());
    let program = "/opt/venv/bin/pys3local";
    let dockerfile = format!("FROM {base}\nUSER 0\nCOPY pys3local {program}\nUSER 10001:10001\nENV BREAKS={breaks}\n");
    let context = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/durable");
    let mut build = Command::new("docker")
        .args(["build", "--quiet", "--tag", &image, "--file", "-"])
        .arg(context)
        .env("DOCKER_BUILDKIT", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    build.stdin.take().unwrap().write_all(dockerfile.as_bytes()).unwrap();
    assert!(build.wait().unwrap().success());
    image
}

/// The servers to try, and whether each is asked for every case: what the environment names, or all, for what they break.
fn chosen() -> (Vec<(&'static str, &'static [&'static str])>, bool) {
    let wanted = std::env::var("S3CI_DURABILITY").ok();
    let rows: Vec<_> = match wanted.as_deref() {
        None | Some("whole") => BROKEN.to_vec(),
        Some(names) => BROKEN.into_iter().filter(|(breaks, _)| names.split(',').any(|name| name == *breaks)).collect(),
    };
    assert!(!rows.is_empty(), "S3CI_DURABILITY names no server");
    (rows, wanted.is_some())
}

/// Runs cases on a server of an image; all of the suite where none is named.
fn run(image: &str, cases: &[&str]) -> RunRecord {
    let reports = tempfile::tempdir().unwrap();
    let target = format!("image:{image}");
    let mut selected: Vec<String> = cases.iter().map(|case| format!("{SUITE}::{case}")).collect();
    if selected.is_empty() {
        selected.push(SUITE.to_owned());
    }
    let output = s3ci()
        .arg("run")
        .args(selected)
        .args(["--runtime", "docker", "--target", &target, "--out"])
        .arg(reports.path())
        .output()
        .unwrap();
    let record = record_in(reports.path());
    let cases = record.suites.iter().flat_map(|suite| &suite.cases);
    let untold: Vec<_> = cases.filter(|case| !case.outcome.is_failed() && case.outcome != Outcome::Passed).collect();
    assert!(untold.is_empty(), "{untold:#?}\n{}", String::from_utf8_lossy(&output.stdout));
    record
}

fn red(record: &RunRecord) -> Vec<String> {
    let cases = record.suites.iter().flat_map(|suite| &suite.cases);
    cases.filter(|case| case.outcome.is_failed()).map(|case| case.id.name().to_owned()).collect()
}

#[test]
fn every_rule_is_seen_broken_and_a_server_that_keeps_all_is_green() {
    let built = s3ci().args(["image", "build"]).status().expect("s3ci runs");
    assert!(built.success(), "s3ci image build");
    let images = docker(&["images", "--format", "{{.Repository}}:{{.Tag}}", "s3ci/pys3local"]);
    let base = images.lines().next().expect("the image was just built").to_owned();
    let (rows, whole) = chosen();
    // One after the other: images have layers in common, which a daemon loses where it removes one and builds the next at a time.
    let images: Vec<_> = rows.iter().map(|(breaks, _)| build(&base, breaks)).collect();
    let (next, found) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let work: Vec<_> = rows.iter().zip(&images).collect();
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(((breaks, cases), image)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let red = std::panic::catch_unwind(|| red(&run(image, if whole { &[] } else { cases })));
                    found.lock().unwrap().insert(*breaks, red.unwrap_or_else(|_| vec!["could not be told".to_owned()]));
                }
            });
        }
    });
    for image in &images {
        docker(&["rmi", "--force", image]);
    }
    let expected = |cases: &&[&str]| cases.iter().map(|case| (*case).to_owned()).collect::<Vec<_>>();
    let expected: BTreeMap<_, _> = rows.iter().map(|(breaks, cases)| (*breaks, expected(cases))).collect();
    assert_eq!(found.into_inner().unwrap(), expected);
}

/// A check that was never seen failing is not a check.
#[test]
fn the_table_names_every_case() {
    let suite = s3ci::suites::CATALOGUE.iter().find(|suite| suite.name == SUITE).expect("the suite is there");
    let seen: BTreeSet<_> = BROKEN.iter().flat_map(|(_, cases)| cases.iter().copied()).collect();
    let cases: BTreeSet<_> = suite.cases().iter().map(|case| case.name).collect();
    assert_eq!(seen, cases);
}
