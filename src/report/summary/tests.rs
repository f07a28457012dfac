use super::render;
use crate::report::Outputs;
use crate::report::fixture;

fn outputs() -> Outputs {
    Outputs { junit: Some("ci/out.xml".into()), json: Some("ci/metrics.json".into()), text: None }
}

#[test]
fn what_failed_comes_right_after_the_verdict_worst_first() {
    insta::assert_snapshot!(render(&fixture::record(), &outputs()), @"");
}

#[test]
fn a_clean_run_takes_a_few_lines() {
    insta::assert_snapshot!(render(&fixture::clean(), &Outputs::default()), @"");
}
