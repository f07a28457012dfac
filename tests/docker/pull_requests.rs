//! Pull requests that break a rule, and that break none.

use crate::pull_request::{HARMLESS, TAG_THAT_STAYS, pull_request};

#[test]
fn a_pull_request_whose_tags_stand_still_is_red() {
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

#[test]
fn a_pull_request_that_breaks_nothing_is_green() {
    let (_, ended) = pull_request(&HARMLESS, &[("suites", "etag/local sync/local")]);
    assert!(ended.success, "{}", ended.log);
    assert_eq!((ended.outputs["result"].as_str(), ended.outputs["failed"].as_str()), ("passed", "0"));
    assert!(ended.summary.starts_with("## ✓ PASSED"), "{}", ended.summary);
    assert_eq!(ended.errors(), Vec::<&String>::new());
}
