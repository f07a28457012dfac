use super::render;
use crate::report::fixture;
use crate::report::wrap::columns;

#[test]
fn a_run_with_failures() {
    insta::assert_snapshot!(render(&fixture::record()), @"");
}

#[test]
fn a_clean_run_in_a_container() {
    insta::assert_snapshot!(render(&fixture::clean()), @"");
}

#[test]
fn no_line_is_wider_than_80_columns_and_nothing_reaches_the_terminal_that_moves_it() {
    let text = render(&fixture::record());
    for line in text.lines() {
        assert!(columns(line) <= 80, "{line}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

#[test]
fn every_metric_is_shown() {
    let mut record = fixture::clean();
    record.suites[0].metrics.retain(|metric| metric.name == "list.pages" || metric.name == "upload.latency.small");
    let text = render(&record);
    assert!(text.contains("list.pages:      3") && text.contains("upload small"), "{text}");
    assert!(!text.contains("Performance:") && !text.contains("Test Data:"), "{text}");
}
