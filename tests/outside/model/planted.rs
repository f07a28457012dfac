//! Faults planted in real pys3local, which runs as a process: eight behaviours that no other check was written for.
//!
//! Needs Python 3 with venv, and pip's index.

use std::path::Path;

use s3ci::record::CheckRecord;

use super::{AT_A_TIME, MOST_STEPS, seeds};
use crate::command::{record_in, s3ci, stderr};
use crate::each::each;
use crate::sources::SOURCES;

/// A file of `tests/data/planted`, and the property that it breaks.
const PLANTED: [(&str, &str); 8] = [
    ("etag_of_first_version", "etags-tell-versions-apart"),
    ("stored_again_is_not_listed", "listings-are-exact"),
    ("copy_ends_at_five_mebibytes", "content-is-what-was-stored"),
    ("blank_at_the_end_is_dropped", "listings-are-exact"),
    ("overwrite_lost_every_97", "content-is-what-was-stored"),
    ("listing_shows_longer_bucket", "buckets-are-apart"),
    ("gzip_comes_back_unpacked", "content-is-what-was-stored"),
    ("first_content_type_stays", "headers-and-metadata-belong-to-the-version"),
];

/// The pinned release with a fault in it, in a directory.
fn plant(name: &str, directory: &Path) {
    let copied =
        std::process::Command::new("cp").arg("-R").arg(format!("{}/.", SOURCES.display())).arg(directory).status();
    assert!(copied.unwrap().success());
    let provider = directory.join("pys3local/providers/local.py");
    let fault = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/planted/{name}.py"));
    let text = std::fs::read_to_string(&provider).unwrap() + &std::fs::read_to_string(fault).unwrap();
    std::fs::write(provider, text).unwrap();
}

/// What is wrong with how the model sees a fault with these seeds.
fn wrong(name: &str, property: &str, seeds: &[u64]) -> Vec<String> {
    let tree = tempfile::tempdir().unwrap();
    plant(name, tree.path());
    let found = |seed: &u64| {
        let out = tempfile::tempdir().unwrap();
        let mut run = s3ci();
        run.args(["run", &format!("model/local::{property}"), "--runtime", "process", "--seed", &seed.to_string()]);
        run.args(["--target", &format!("path:{}", tree.path().display())]).arg("--out").arg(out.path());
        let output = run.output().unwrap();
        let record = record_in(out.path());
        let checks: Vec<&CheckRecord> = record.suites.iter().flat_map(|suite| &suite.checks).collect();
        let example =
            checks.iter().filter(|check| check.outcome.is_failed()).find_map(|check| check.counterexample.as_ref());
        let words = example
            .map_or_else(|| stderr(&output), |example| format!("{} steps: {}", example.steps.len(), example.program));
        println!("{name} {seed}: {words}");
        let is_right = example.is_some_and(|example| example.steps.len() <= MOST_STEPS);
        (!is_right).then(|| format!("{name} {seed}: {words}"))
    };
    seeds.iter().filter_map(found).collect()
}

/// The faults that are found soonest.
const QUICK: [&str; 4] =
    ["etag_of_first_version", "stored_again_is_not_listed", "blank_at_the_end_is_dropped", "first_content_type_stays"];

fn all(usual: &[&str], seeds: &[u64]) -> Vec<String> {
    let wanted = std::env::var("S3CI_LATENT").ok();
    let wanted: Vec<&str> = wanted.as_deref().map_or_else(|| usual.to_vec(), |names| names.split(',').collect());
    let chosen: Vec<_> = PLANTED.iter().filter(|(name, _)| wanted.contains(name)).collect();
    each(AT_A_TIME, &chosen, |(name, property)| wrong(name, property, seeds)).concat()
}

#[test]
fn faults_planted_in_pys3local_are_found_in_few_steps() {
    assert_eq!(all(&QUICK, &seeds(&[1])), Vec::<String>::new());
}

#[test]
#[ignore = "takes half an hour: all of them, with five seeds"]
fn each_fault_planted_in_pys3local_is_found_with_five_seeds() {
    assert_eq!(all(&PLANTED.map(|(name, _)| name), &seeds(&[1, 2, 3, 4, 5])), Vec::<String>::new());
}
