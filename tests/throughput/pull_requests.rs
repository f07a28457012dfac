//! Pull requests that make a server slower, and the example workflow as it stands.

use std::borrow::Cow;

use crate::pull_request::{Edit, HARMLESS, TAG_THAT_STAYS, pull_request};

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
