use super::*;
use crate::record::RunRecord;
use crate::report::fixture;

/// The page without its style sheet, a tag a line, so that a change shows where it is.
fn shape(record: &RunRecord) -> String {
    body(&View::of(record)).into_string().replace("><", ">\n<")
}

#[test]
fn a_run_with_failures_errors_and_notices() {
    insta::assert_snapshot!(shape(&fixture::record()));
}

#[test]
fn a_clean_run() {
    insta::assert_snapshot!(shape(&fixture::clean()));
}

#[test]
fn known_issues_are_named_with_their_evidence() {
    insta::assert_snapshot!(shape(&fixture::with_known_issues()));
}

#[test]
fn known_issues_are_folded_suite_by_suite_below_the_figures_and_failures_stay_on_top() {
    let mut record = fixture::with_many_known_issues();
    record.suites.push(fixture::record().suites.remove(2));
    let page = body(&View::of(&record)).into_string();
    let place = |words: &str| page.find(words).unwrap_or_else(|| panic!("no {words:?} in {page}"));
    let failure = place(r#"<details class="card finding edge-bad" id="etag/local::changes-on-same-size-edit" open>"#);
    let group = place(r#"<details class="card finding group edge-soft"><summary><h3>api/local"#);
    assert!(failure < place("<h2>Throughput</h2>") && place("<h2>Throughput</h2>") < group);
    assert!(group < place("<h2>Suites</h2>"));
    assert_eq!(
        page.matches(r#"<details class="card finding group edge-soft">"#).count(),
        2,
        "one of each suite, closed"
    );
    for check in record.suites.iter().flat_map(|suite| &suite.checks).filter(|check| check.outcome.is_known()) {
        assert!(place(&format!(r#"id="{}""#, check.id)) > group, "{}", check.id);
    }
}

#[test]
fn what_explains_a_failure_is_a_link_to_its_evidence() {
    let page = render(&View::of(&fixture::with_a_client()));
    assert!(page.contains(
        r##"<a href="#api/local::range-first">api/local::range-first</a><span class="soft"> (known issue here)"##
    ));
    assert!(page.contains(r#"id="api/local::range-first""#), "it leads somewhere");
    assert!(page.contains(r#"<div>api/local::object-roundtrip<span class="soft"> (passed here)"#));
}

#[test]
fn a_page_loads_nothing_and_runs_nothing() {
    let page = render(&View::of(&fixture::record()));
    for forbidden in
        ["<script", "<link", "<img", "<iframe", "http://", "https://", "url(", "@import", " onload", " onclick"]
    {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn what_a_server_sent_never_becomes_markup() {
    const ATTACK: &str = "</pre></style><script>alert(1)</script>\" onmouseover=\"x\u{1b}[31m\u{0}";
    let json = serde_json::to_value(fixture::record()).unwrap();
    let page = render(&View::of(&serde_json::from_value(poisoned(json, ATTACK)).unwrap()));
    assert!(page.contains("&lt;script&gt;alert(1)"), "the attack is shown");
    for forbidden in ["<script", "</pre></style", "\" onmouseover", "\u{1b}", "\u{0}"] {
        assert!(!page.contains(forbidden), "{forbidden:?}");
    }
}

/// A record whose every free text ends with `attack`; words of the schema and moments stay.
fn poisoned(mut json: serde_json::Value, attack: &str) -> serde_json::Value {
    const KEPT: [&str; 9] =
        ["started_at", "backend", "drime_service", "severity", "worst_severity", "status", "unit", "direction", "kind"];
    fn walk(value: &mut serde_json::Value, attack: &str) {
        match value {
            serde_json::Value::String(text) => text.push_str(attack),
            serde_json::Value::Array(items) => items.iter_mut().for_each(|item| walk(item, attack)),
            serde_json::Value::Object(fields) => {
                fields
                    .iter_mut()
                    .filter(|(name, _)| !KEPT.contains(&name.as_str()))
                    .for_each(|(_, item)| walk(item, attack));
            }
            _ => {}
        }
    }
    walk(&mut json, attack);
    json
}

#[test]
fn every_failure_every_check_and_every_metric_is_on_the_page() {
    let record = fixture::record();
    let page = render(&View::of(&record));
    for suite in &record.suites {
        for name in suite
            .checks
            .iter()
            .map(|check| check.id.name())
            .chain(suite.metrics.iter().map(|metric| metric.name.as_str()))
        {
            assert!(page.contains(name), "{name}");
        }
    }
}
