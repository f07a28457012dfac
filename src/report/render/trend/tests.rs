use super::*;
use crate::history::{Commit, charts};
use crate::report::fixture;

/// A history of one run for each label, all of them with failures.
fn trend(labels: &[&str]) -> Trend {
    let entry = |label: &&str| {
        let commit = Commit { id: (*label).to_owned(), label: (*label).to_owned(), time: None };
        Entry::of(&fixture::record(), commit)
    };
    let entries: Vec<Entry> = labels.iter().map(entry).collect();
    let all = |_: &str, _: &str, _| true;
    // As if each series had changed at its second point.
    let changes = |series: &[f64]| if series.len() > 1 { vec![(1, 0.0)] } else { Vec::new() };
    let charts = charts(&entries, all, changes);
    Trend { history: History { entries, broken: vec![3] }, charts, fewest: 3 }
}

#[test]
fn a_label_never_becomes_markup_or_an_escape() {
    let attack = format!("</title><script>alert(1)</script>{}", fixture::HOSTILE);
    let trend = trend(&["v1", &attack]);
    let page = html(&trend);
    assert!(page.contains("&lt;script&gt;alert(1)"), "the attack is shown");
    for forbidden in ["<script", "\u{1b}", "\u{0}"] {
        assert!(!page.contains(forbidden), "{forbidden:?}");
        assert!(!text(&trend).contains(forbidden) || forbidden == "<script", "{forbidden:?}");
    }
}

#[test]
fn the_latest_verdict_stands_first_and_what_is_left_out_is_said() {
    let trend = trend(&["v1", "v2"]);
    for rendered in [text(&trend), html(&trend)] {
        let place = |what: &str| rendered.find(what).unwrap_or_else(|| panic!("{what} is missing: {rendered}"));
        assert!(place("v2 (0.2.1): 2 of 8 checks failed") < place("line 3 of the history is not"));
        assert!(place("line 3 of the history is not") < place("upload.throughput"));
        assert!(rendered.contains("etag/local::changes-on-same-size-edit"));
    }
}

#[test]
fn a_run_that_could_not_decide_is_not_taken_for_one_that_passed() {
    let mut trend = trend(&["v1"]);
    let latest = &mut trend.history.entries[0];
    (latest.exit_code, latest.failed) = (0, Vec::new());
    latest.checks = crate::history::Counts { passed: 2, inconclusive: 3, ..crate::history::Counts::default() };
    assert!(text(&trend).starts_with("? v1 (0.2.1): 2 of 5 checks passed, 3 inconclusive"), "{}", text(&trend));
}

#[test]
fn a_single_run_is_charted_and_said_to_be_too_little_for_a_trend() {
    let page = html(&trend(&["v1"]));
    assert!(page.contains("1 run of 1 commit") && !page.contains("Nothing stands out"), "{page}");
    let few = "too few runs for a trend: 1; change points need at least 3";
    assert!(page.contains(few), "{page}");
    let said = text(&trend(&["v1"]));
    assert!(said.contains(&format!("\nNo change points: {few}.\n")), "{said}");
    assert!(!["NaN", "\"inf", "\"-inf"].iter().any(|number| page.contains(number)), "{page}");
}

#[test]
fn runs_that_cannot_be_compared_with_each_other_are_too_few_as_well() {
    let mut trend = trend(&["v1", "v2", "v3"]);
    for segment in trend.charts.iter_mut().flat_map(|chart| &mut chart.panels).flat_map(|panel| &mut panel.segments) {
        segment.marks.clear();
    }
    assert!(text(&trend).contains("\nNo change points.\n"), "{}", text(&trend));
    for segment in trend.charts.iter_mut().flat_map(|chart| &mut chart.panels).flat_map(|panel| &mut panel.segments) {
        segment.points.truncate(1);
    }
    let few = "too few runs for a trend: of 3, 1 can be compared at most; change points need at least 3";
    let said = text(&trend).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains(few), "{said}");
    assert!(html(&trend).contains(few));
}
