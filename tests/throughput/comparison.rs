//! The throughput comparison on real servers in Docker: what it says of equal arms, of one that is slow, and of one that dies.
//!
//! The procedure is the real one, looks and all; only the objects are few and small, and the tolerance is wide, so that a busy machine
//! decides soon as well. Needs a Docker daemon and a base image (`ci/base-image`). There is no way to skip this silently.

use std::path::Path;
use std::process::Output;

use crate::command::{record_in, s3ci};
use crate::images::{Image, PINNED};
use s3ci::record::{Arm, Decision, Outcome, RunRecord};

const SMALL: [&str; 8] = ["--files", "12", "--max-size", "60000", "--tolerance", "30%", "--runtime", "docker"];

/// The pinned release with a flaw.
fn flawed(name: &str, flaw: &str) -> Image {
    Image::of_directory(name, &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/arms"), flaw)
}

fn pinned() -> String {
    format!("image:{}", *PINNED)
}

struct Found {
    record: RunRecord,
    output: Output,
    junit: String,
    text: String,
}

fn compare(target: &str, against: &str) -> Found {
    let directory = tempfile::tempdir().unwrap();
    let output = s3ci()
        .args(["run", "throughput", "--target", target, "--against", against])
        .args(SMALL)
        .arg("--out")
        .arg(directory.path())
        .output()
        .unwrap();
    let read = |name: &str| std::fs::read_to_string(directory.path().join(name)).unwrap_or_default();
    Found { record: record_in(directory.path()), output, junit: read("out.xml"), text: read("report.txt") }
}

fn summary(found: &Found) -> String {
    format!("{}{}", String::from_utf8_lossy(&found.output.stdout), String::from_utf8_lossy(&found.output.stderr))
}

#[test]
fn equal_arms_are_not_failed_and_everything_is_in_the_record() {
    let release = pinned();
    let found = compare(&release, &release);
    let said = summary(&found);
    let suite = &found.record.suites[0];
    assert!(suite.checks.iter().all(|check| !check.outcome.is_failed() && !check.outcome.is_not_judged()), "{said}");
    assert_eq!((found.output.status.code(), suite.checks.len(), suite.fault.as_ref()), (Some(0), 5, None), "{said}");
    let against = found.record.against.as_ref().unwrap();
    assert_eq!((against.base.spec.as_str(), against.base.version.as_deref()), (release.as_str(), Some("0.2.1")));
    let throughput = &against.throughput[0];
    let procedure = &throughput.procedure;
    assert_eq!((procedure.objects, procedure.tolerance_ppm, &procedure.looks), (12, 300_000, &vec![10, 15, 20, 30]));
    assert!(procedure.looks.contains(&(throughput.blocks.len() as u64)), "{} blocks", throughput.blocks.len());
    for (number, block) in (1..).zip(&throughput.blocks) {
        assert_eq!(block.number, number);
        for pass in &block.passes {
            let turns = if pass.operation == "list" { procedure.listings } else { procedure.objects };
            assert_eq!(pass.order.len() as u64, turns);
            assert!(pass.base_ns > 0 && pass.candidate_ns > 0 && pass.base_cpu_ns.is_some());
        }
        assert!(block.base_memory_bytes.is_some() && block.candidate_memory_bytes.is_some());
    }
    let both = [Arm::Base, Arm::Candidate];
    assert!(both.iter().all(|arm| throughput.blocks.iter().any(|block| block.started_first == *arm)));
    for name in ["put", "get", "head", "list", "delete"] {
        let result = throughput.results.iter().find(|result| result.metric == name).unwrap();
        assert!(result.decision.is_some() && result.lower_ppm < result.upper_ppm, "{result:?}");
        assert!(result.detectable_drop_ppm.is_some(), "{result:?}");
        assert!(said.contains(name) && found.text.contains(name), "{said}");
    }
}

#[test]
fn a_slow_arm_fails_at_the_first_look_and_is_named_everywhere() {
    let image = flawed("slow", "SHARE=3");
    let found = compare(&image.target(), &pinned());
    let said = summary(&found);
    assert_eq!(found.output.status.code(), Some(3), "{said}");
    let throughput = &found.record.against.as_ref().unwrap().throughput[0];
    let get = throughput.results.iter().find(|result| result.metric == "get").unwrap();
    assert_eq!((get.decision, get.blocks), (Some(Decision::Fail), 10), "{said}");
    assert!(get.upper_ppm < Some(700_000), "{get:?}");
    let check = found.record.suites[0].checks.iter().find(|check| check.id.name() == "get").unwrap();
    let Outcome::Failed(failure) = &check.outcome else { panic!("{check:?}") };
    assert_eq!(failure.kind, "throughput-drop");
    assert!(said.contains("throughput/local::get") && said.contains("less throughput than the base"), "{said}");
    assert!(found.junit.contains(r#"<failure type="throughput-drop""#), "{}", found.junit);
    assert!(found.junit.contains(r#"classname="s3ci.throughput.local""#), "{}", found.junit);
    assert!(found.text.contains("drop over 30%, after 10 blocks"), "{}", found.text);
    assert_eq!(found.record.exit_codes, [3]);
}

#[test]
fn an_arm_that_dies_is_a_fault_and_no_regression() {
    let image = flawed("mortal", "DIES_AFTER=40");
    let found = compare(&image.target(), &pinned());
    assert_eq!(found.output.status.code(), Some(4), "{}", summary(&found));
    let fault = found.record.suites[0].fault.as_ref().unwrap();
    assert_eq!(fault.kind, s3ci::record::FaultKind::ServerDied);
    assert!(fault.message.contains("candidate") && fault.message.contains("exit code 7"), "{fault:?}");
    assert!(found.record.suites[0].checks.iter().all(|check| !check.outcome.is_failed()));
}

#[test]
fn a_comparison_without_a_base_is_refused_with_a_hint() {
    let output = s3ci().args(["run", "throughput"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("nothing to compare with") && said.contains("--against"), "{said}");
}
