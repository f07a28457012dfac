//! The pull request of the example workflow, step by step: a repository with pys3local's sources, a branch that breaks it and one that
//! does not, and the action as GitHub's runner runs it.
//!
//! Needs Docker, a base image, Python 3 with venv and a package index. There is no way to skip this silently.
#![cfg(target_os = "linux")]

use std::borrow::Cow;
use std::path::Path;
use std::process::Command;

use crate::git::git;
use crate::runner::{Ended, Job};
use crate::sources::{RELEASE, SOURCES, run};

/// A change of one place of pys3local.
struct Edit {
    file: &'static str,
    from: &'static str,
    to: Cow<'static, str>,
}

/// What a hurried optimisation could do: an object that is there keeps its tag.
const TAG_THAT_STAYS: Edit = Edit {
    file: "pys3local/providers/local.py",
    from: "        etag = S3Object.calculate_etag(data)\n",
    to: Cow::Borrowed(
        "        try:\n            etag = self.head_object(bucket_name, key).etag\n        except Exception:\n            \
         etag = S3Object.calculate_etag(data)\n",
    ),
};

/// The same code in other words.
const HARMLESS: Edit = Edit {
    file: "pys3local/providers/local.py",
    from: "        etag = S3Object.calculate_etag(data)\n",
    to: Cow::Borrowed("        tag = S3Object.calculate_etag(data)\n        etag = tag\n"),
};

/// The answer to a PUT is held back for this share of the time that it took, and every other answer is as fast as before.
fn slow_put(share: &str) -> Edit {
    let middleware = include_str!("../data/pull_request/slow_put.py");
    Edit {
        file: "pys3local/server.py",
        from: "    @app.put(\"/{path:path}\")\n",
        to: Cow::Owned(middleware.replace("SHARE", share)),
    }
}

/// Little data, and a tolerance in the middle between no drop and one by half: a busy machine decides soon as well. What a smaller drop
/// takes is seen by the tests that are ignored here, and measured by `ci/measure-throughput`.
const COMPARISON: [(&str, &str); 3] =
    [("suites", "throughput"), ("tolerance", "30%"), ("args", "--files 12 --max-size 60000")];

/// A repository whose main branch is the release and whose branch `topic`, checked out, makes an edit; the commit of main.
fn repository(at: &Path, edit: &Edit) -> String {
    run(Command::new("cp").arg("-r").arg(&*SOURCES).arg(at));
    git(at, &["init", "--quiet", "--initial-branch", "main"]);
    git(at, &["add", "--force", "."]);
    git(at, &["commit", "--quiet", "--message", "release"]);
    git(at, &["tag", &format!("v{RELEASE}")]);
    git(at, &["switch", "--quiet", "--create", "topic"]);
    let file = at.join(edit.file);
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text.matches(edit.from).count(), 1, "the place of the edit is there once");
    std::fs::write(&file, text.replace(edit.from, &edit.to)).unwrap();
    git(at, &["commit", "--quiet", "--all", "--message", "change"]);
    git(at, &["rev-parse", "main"])
}

/// Containers of runs whose process was started by this test.
fn containers(label: &str) -> String {
    run(Command::new("docker").args(["ps", "--all", "--quiet", "--filter", &format!("label={label}")]))
}

/// Runs the action on a pull request with this edit, as the example has it but for the suites.
fn pull_request(edit: &Edit, inputs: &[(&str, &str)]) -> (Job, Ended) {
    let directory = tempfile::tempdir().unwrap();
    let checkout = directory.path().join("checkout");
    let main = repository(&checkout, edit);
    let mut all = vec![("binary", env!("CARGO_BIN_EXE_s3ci"))];
    all.extend(inputs);
    let job = Job::new(&checkout, &all).pull_request(&main);
    let ended = job.run();
    let record = std::fs::read_to_string(job.artifact("s3ci").join("metrics.json")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    assert!(
        record["target"]["version"].as_str().unwrap().starts_with(&format!("{RELEASE}.post1+g")),
        "{}",
        record["target"]
    );
    assert_eq!(record["runtime"]["kind"], "docker");
    let label = format!("s3ci.run={}", record["run_id"].as_str().unwrap());
    assert_eq!(containers(&label), "", "nothing is left");
    assert_eq!(std::fs::read_dir(job.tmp()).unwrap().count(), 0, "nothing is left");
    (job, ended)
}

#[test]
fn a_pull_request_whose_tags_stand_still_is_red_each_time() {
    for _ in 0..2 {
        let (job, ended) = pull_request(&TAG_THAT_STAYS, &[("suites", "etag/local sync/local")]);
        assert_eq!((ended.success, ended.codes["run"]), (false, 1), "{}", ended.log);
        assert_eq!((ended.outputs["result"].as_str(), ended.outputs["exit-code"].as_str()), ("failed", "1"));
        assert!(ended.outputs["failed"].parse::<u32>().unwrap() >= 3, "{:?}", ended.outputs);
        assert!(ended.summary.starts_with("## ✗ FAILED"), "{}", ended.summary);
        assert!(ended.summary.contains("### ✗ Regressions: passed on the base"), "{}", ended.summary);
        for check in ["etag/local::changes-on-same-size-edit", "sync/local::"] {
            assert!(ended.summary.contains(check), "{check}: {}", ended.summary);
        }
        let annotated = ended.errors();
        assert!(annotated.iter().any(|error| error.contains("changes-on-same-size-edit")), "{annotated:?}");
        assert!(annotated.len() <= 10, "{annotated:?}");
        let junit = std::fs::read_to_string(job.artifact("s3ci").join("out.xml")).unwrap();
        assert!(junit.contains("type=\"etag-unchanged\""), "{junit}");
    }
}

/// The action on uploads that are this much slower: red for them, and for nothing else.
fn red_for_uploads(share: &str, inputs: &[(&str, &str)]) {
    let (job, ended) = pull_request(&slow_put(share), inputs);
    assert_eq!((ended.success, ended.codes["run"]), (false, 3), "{}", ended.log);
    assert_eq!((ended.outputs["result"].as_str(), ended.outputs["exit-code"].as_str()), ("slower", "3"));
    assert_eq!(ended.outputs["failed"], "1", "{}", ended.log);
    assert!(
        ended.summary.starts_with("## ✗ FAILED: 1 new failure (1 is slower: throughput/local::put)"),
        "{}",
        ended.summary
    );
    assert!(ended.summary.contains("| ✗ | put |"), "{}", ended.summary);
    let annotated = ended.errors();
    assert_eq!(annotated.len(), 1, "{annotated:?}");
    assert!(annotated[0].starts_with("::error title=throughput/local%3A%3Aput::put has "), "{annotated:?}");
    let junit = std::fs::read_to_string(job.artifact("s3ci").join("out.xml")).unwrap();
    assert_eq!(junit.matches("type=\"throughput-drop\"").count(), 1, "{junit}");
}

/// The action on a change that slows nothing down.
fn green_by_throughput(inputs: &[(&str, &str)]) {
    let (_, ended) = pull_request(&HARMLESS, inputs);
    assert!(ended.success, "{}", ended.log);
    assert_eq!((ended.outputs["result"].as_str(), ended.outputs["failed"].as_str()), ("passed", "0"));
    assert!(ended.summary.contains("### Throughput against git:"), "{}", ended.summary);
    assert_eq!(ended.errors(), Vec::<&String>::new());
}

#[test]
fn a_pull_request_whose_uploads_take_twice_as_long_is_red() {
    red_for_uploads("1.0", &COMPARISON);
}

#[test]
fn a_pull_request_that_slows_nothing_down_is_green() {
    green_by_throughput(&COMPARISON);
}

/// As the example has it: with the tolerance and the data that are s3ci's own.
const AS_IN_THE_EXAMPLE: [(&str, &str); 1] = [("suites", "throughput")];

#[test]
#[ignore = "takes four minutes on a machine that does nothing else: cargo test --test throughput -- --ignored --test-threads=1"]
fn a_pull_request_whose_uploads_take_a_fifth_longer_is_red_each_time() {
    for _ in 0..2 {
        red_for_uploads("0.2", &AS_IN_THE_EXAMPLE);
    }
}

#[test]
#[ignore = "takes four minutes on a machine that does nothing else: cargo test --test throughput -- --ignored --test-threads=1"]
fn a_pull_request_that_slows_nothing_down_is_green_each_time() {
    for _ in 0..2 {
        green_by_throughput(&AS_IN_THE_EXAMPLE);
    }
}

/// What the example hands to the action, in a repository without secrets.
fn example() -> Vec<(String, String)> {
    let text = include_str!("../../docs/examples/pull-request.yml");
    let workflow: serde_json::Value = serde_saphyr::from_str(text).unwrap();
    let steps = workflow["jobs"]["s3ci"]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["uses"].as_str().unwrap().ends_with("/.github/actions/s3ci@REF")).unwrap();
    let inputs = step["with"].as_object().unwrap().iter();
    inputs
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().replace("${{ secrets.DRIME_API_KEY }}", "")))
        .collect()
}

#[test]
#[ignore = "runs everything on both sides, twice, which takes half an hour: cargo test --test throughput -- --ignored --test-threads=1"]
fn the_example_as_it_stands_is_red_for_a_tag_that_stays_and_green_without_it() {
    let inputs = example();
    let inputs: Vec<(&str, &str)> = inputs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (job, ended) = pull_request(&TAG_THAT_STAYS, &inputs);
    println!("{}", ended.summary);
    assert_eq!((ended.success, ended.codes["run"]), (false, 1), "{}", ended.log);
    assert!(ended.summary.starts_with("## ✗ "), "{}", ended.summary);
    assert!(ended.summary.contains("### ✗ Regressions: passed on the base"), "{}", ended.summary);
    assert!(job.artifact("s3ci").join("report.html").is_file());
    let (_, ended) = pull_request(&HARMLESS, &inputs);
    println!("{}", ended.summary);
    assert!(ended.success, "{}", ended.log);
    assert_eq!((ended.outputs["result"].as_str(), ended.outputs["failed"].as_str()), ("passed", "0"));
    assert_eq!(ended.errors(), Vec::<&String>::new());
}

#[test]
fn a_pull_request_that_breaks_nothing_is_green_each_time() {
    for _ in 0..2 {
        let (_, ended) = pull_request(&HARMLESS, &[("suites", "etag/local sync/local")]);
        assert!(ended.success, "{}", ended.log);
        assert_eq!((ended.outputs["result"].as_str(), ended.outputs["failed"].as_str()), ("passed", "0"));
        assert!(ended.summary.starts_with("## ✓ PASSED"), "{}", ended.summary);
        assert_eq!(ended.errors(), Vec::<&String>::new());
    }
}
