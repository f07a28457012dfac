//! The step summary, in GitHub's Markdown: the verdict first, then what failed, throughput, and the rest folded.
//!
//! GitHub takes one mebibyte of a step and shows nothing of one that is larger: details are left out, and counted, before that.

use std::fmt::Write as _;

use crate::record::{CheckId, Metric, RunRecord, SuiteRecord};
use crate::report::plain::{format, sanitize};
use crate::report::view::{
    View, evidence,
    ratios::{self, Row},
    tally::{Failed, Known, Tally},
    words,
};

/// Room for everything, well below the mebibyte that GitHub takes, for earlier steps may have used some.
const MOST_BYTES: usize = 900_000;
/// Rows of the table of failures; the evidence of each follows it.
const MOST_ROWS: usize = 100;
/// Room for any one list.
const MOST_OF_A_LIST: usize = MOST_BYTES / 4;

/// Renders a record.
pub(super) fn render(view: &View<'_>) -> String {
    let View { record, tally, .. } = view;
    let mut page = head(view);
    failures(&mut page, view);
    troubles(&mut page, tally);
    compared(&mut page, record);
    changes(&mut page, view);
    throughput(&mut page, record);
    suites(&mut page, record);
    known(&mut page, tally);
    details(&mut page, record, tally);
    page
}

fn head(view: &View<'_>) -> String {
    let View { record, verdict, .. } = view;
    let mut page = format!("## {}\n\n", inline(&verdict.line()));
    if let Some(loss) = &verdict.known_loss {
        let _ = writeln!(page, "~ {}\n", inline(loss));
    }
    let version = record.target.version.as_deref().unwrap_or("unknown version");
    let base = record.against.as_ref().map(|against| ("base", ratios::base(against)));
    let facts = [
        ("target", format!("{} ({version})", record.target.spec)),
        ("runtime", words::runtime(&record.runtime)),
        ("seed", record.seed.to_string()),
        ("duration", format::duration(record.duration_ns)),
        ("s3ci", record.tool.version.clone()),
    ];
    let facts: Vec<_> = facts.iter().chain(&base).map(|(name, value)| format!("{name}: {}", inline(value))).collect();
    let _ = writeln!(page, "{}\n", facts.join(" · "));
    for notice in &view.notices {
        let _ = writeln!(page, "> [!WARNING]\n> {}\n", inline(notice));
    }
    page
}

/// What failed: first what passed on the base, where there is one, and then the rest.
fn failures(page: &mut String, view: &View<'_>) {
    let tally = &view.tally;
    let mut left: Vec<&Failed> = tally.failed.iter().collect();
    for group in &view.changes {
        let (of_it, rest): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|failed| group.checks.contains(&&failed.check.id));
        table(page, &format!("{} {}", group.glyph, group.title), &of_it);
        left = rest;
    }
    table(page, if left.len() == tally.failed.len() { "What broke" } else { "What broke besides" }, &left);
    if let Some(worst) = tally.failed.first() {
        let _ = writeln!(page, "Repeat the worst of it:\n\n{}", fenced(&sanitize::line(&worst.check.repro)));
    }
}

fn table(page: &mut String, title: &str, failed: &[&Failed]) {
    if failed.is_empty() {
        return;
    }
    let _ = writeln!(page, "### {title} ({})\n", failed.len());
    page.push_str("| severity | check | what happened | what it costs |\n|---|---|---|---|\n");
    for Failed { check, failure } in failed.iter().take(MOST_ROWS) {
        let cells = [check.severity().words(), check.id.as_str(), &failure.message, &check.consequence];
        let _ = writeln!(page, "| {} |", cells.map(inline).join(" | "));
    }
    if failed.len() > MOST_ROWS {
        let _ = writeln!(page, "| | {} more | | |", failed.len() - MOST_ROWS);
    }
    page.push('\n');
}

/// What changed against the base and did not fail: what the ledger lists and the base has not, what is fixed, what is not comparable.
fn changes(page: &mut String, view: &View<'_>) {
    let tally = &view.tally;
    for group in &view.changes {
        let failed = |id: &CheckId| tally.failed.iter().any(|failed| failed.check.id == *id);
        let checks: Vec<_> = group.checks.iter().filter(|id| !failed(id)).collect();
        if !checks.is_empty() {
            let _ = writeln!(page, "### {} {} ({})\n", group.glyph, group.title, checks.len());
            list(page, &checks, |check| inline(check.as_str()));
        }
    }
}

fn troubles(page: &mut String, tally: &Tally<'_>) {
    if tally.troubles.is_empty() {
        return;
    }
    let _ = writeln!(page, "### What {}\n", tally.of_troubles());
    list(page, &tally.troubles, |trouble| {
        let hint = trouble.fault.hint.as_ref().map(|hint| format!(" *{}*", inline(hint))).unwrap_or_default();
        format!("**{}**: {}{hint}", inline(&trouble.place), inline(&trouble.fault.message))
    });
}

/// A list, as far as it fits; it counts what it leaves out.
fn list<T>(page: &mut String, items: &[T], line: impl Fn(&T) -> String) {
    let end = page.len() + MOST_OF_A_LIST;
    for (told, item) in items.iter().enumerate() {
        let line = line(item);
        if page.len() + line.len() > end {
            let _ = writeln!(page, "- {} more, in the reports", items.len() - told);
            break;
        }
        let _ = writeln!(page, "- {line}");
    }
    page.push('\n');
}

/// The ratio of each operation to the base's, whatever was decided of it.
fn compared(page: &mut String, record: &RunRecord) {
    let Some(against) = &record.against else { return };
    for found in against.throughput.iter().filter(|found| !found.results.is_empty()) {
        let _ = writeln!(page, "### Throughput against {}\n", inline(&ratios::base(against)));
        let _ = writeln!(page, "| | {} |\n|---|---|---:|---|---|---:|", ratios::HEAD.join(" | "));
        for Row { glyph, metric, ratio, interval, decision, detectable } in ratios::deciding(found) {
            let cells = [&metric, &ratio, &interval, &decision, &detectable].map(|cell| inline(cell));
            let _ = writeln!(page, "| {glyph} | {} |", cells.join(" | "));
        }
        let _ = writeln!(page, "\n{}\n", inline(&ratios::explanation(found)));
    }
}

fn throughput(page: &mut String, record: &RunRecord) {
    let mut suites = record.suites.iter().filter(|suite| suite.id.kind() == "bench").peekable();
    if suites.peek().is_none() {
        return;
    }
    page.push_str("### Throughput\n\n| suite | upload | download |\n|---|---:|---:|\n");
    for suite in suites {
        let rate = |name: &str| {
            suite.metrics.iter().find(|metric| metric.name == name).map_or("not measured".to_owned(), shown)
        };
        let _ = writeln!(
            page,
            "| {} | {} | {} |",
            inline(suite.id.as_str()),
            rate("upload.throughput"),
            rate("download.throughput")
        );
    }
    page.push('\n');
}

fn shown(metric: &Metric) -> String {
    format::quantity(metric.median, metric.unit)
}

fn suites(page: &mut String, record: &RunRecord) {
    page.push_str("<details><summary>All suites</summary>\n\n| | suite | checks | time |\n|---|---|---|---:|\n");
    for suite in &record.suites {
        let _ = writeln!(page, "{}", row(suite));
    }
    page.push_str("\n</details>\n\n");
}

fn row(suite: &SuiteRecord) -> String {
    let tally = Tally::of_checks(&suite.checks);
    let glyph = if suite.fault.is_some() && tally.failed.is_empty() { '!' } else { tally.glyph() };
    let id = inline(suite.id.as_str());
    format!(
        "| {glyph} | {id} ({}) | {} | {} |",
        inline(&suite.storage.to_string()),
        tally.counts(),
        format::duration(suite.duration_ns)
    )
}

fn known(page: &mut String, tally: &Tally<'_>) {
    let Some(words) = tally.known_in_words() else { return };
    let _ = writeln!(page, "<details><summary>{}</summary>\n", inline(&words));
    list(page, &tally.known, |Known { check, issue }| {
        format!("**{}**: {}", inline(check.id.as_str()), inline(&issue.reason))
    });
    page.push_str("</details>\n\n");
}

/// The evidence of each failure, folded, as far as it fits.
fn details(page: &mut String, record: &RunRecord, tally: &Tally<'_>) {
    for (told, Failed { check, failure }) in tally.failed.iter().enumerate() {
        let body = fenced(&evidence::of_failure(record, check, failure));
        let detail = format!("<details><summary>{}</summary>\n\n{body}\n</details>\n\n", inline(check.id.as_str()));
        if page.len() + detail.len() > MOST_BYTES {
            let left = tally.failed.len() - told;
            let _ = writeln!(
                page,
                "The evidence of {} is only in the reports, because this summary is full.",
                format::counted(left, "failure")
            );
            return;
        }
        page.push_str(&detail);
    }
}

/// Text of unknown origin as part of a line, escaped so that it makes no markup, no cell and no mention.
fn inline(raw: &str) -> String {
    let mut safe = String::with_capacity(raw.len());
    for character in sanitize::line(raw).chars() {
        match character {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '@' => safe.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '$' => {
                safe.push('\\');
                safe.push(character);
            }
            other => safe.push(other),
        }
    }
    safe
}

/// A block of code that nothing in it can end.
fn fenced(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}text\n{text}\n{fence}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Change, ComparedCheck, Outcome};
    use crate::report::fixture;

    #[test]
    fn the_verdict_comes_first_then_what_broke() {
        let text = render(&View::of(&fixture::record()));
        let place = |word: &str| text.find(word).unwrap_or_else(|| panic!("no {word:?} in {text}"));
        assert!(text.starts_with("## ✗ FAILED: 2 failures (1 loses data: "), "{text}");
        assert!(place("### What broke") < place("### What could not be judged"));
        assert!(place("### What could not be judged") < place("### Throughput"));
        assert!(place("Repeat the worst of it") < place("<details>"));
    }

    #[test]
    fn what_passed_on_the_base_comes_before_what_broke_besides() {
        let mut record = fixture::record();
        record.against = fixture::compared().against;
        let [worst, lesser] = [0, 1].map(|at| Tally::of(&record).failed[at].check.id.clone());
        let verdicts = vec![ComparedCheck { id: lesser.clone(), base: Outcome::Passed, change: Change::Regression }];
        record.against.as_mut().unwrap().verdicts = verdicts;
        let text = render(&View::of(&record));
        let (first, text) = text.split_once('\n').unwrap();
        assert!(first.contains(", 1 of which passed on the base"), "{first}");
        let place = |word: &str| text.find(word).unwrap_or_else(|| panic!("no {word:?} in {text}"));
        let (new, besides) = (place("### ✗ Regressions: passed on the base (1)"), place("### What broke besides (1)"));
        assert!(new < place(&inline(lesser.as_str())) && place(&inline(lesser.as_str())) < besides, "{text}");
        assert!(besides < place(&inline(worst.as_str())), "{text}");
        assert_eq!(text.matches("Regressions").count(), 1, "{text}");
    }

    #[test]
    fn what_it_was_compared_with_is_named_beside_the_target() {
        let text = render(&View::of(&fixture::compared()));
        let facts = text.lines().nth(2).unwrap();
        assert!(facts.starts_with("target: ") && facts.contains(" · base: "), "{facts}");
        assert!(!render(&View::of(&fixture::record())).contains(" · base: "));
    }

    #[test]
    fn what_a_server_sent_is_neither_markup_nor_the_end_of_a_block() {
        assert_eq!(
            inline("<img src=x> a|b `c` @team ![x](y)"),
            "&lt;img src=x&gt; a\\|b \\`c\\` &#64;team !\\[x\\](y)"
        );
        assert_eq!(fenced("a ```` b"), "`````text\na ```` b\n`````\n");
    }

    #[test]
    fn a_list_names_all_that_there_is_room_for_and_counts_the_rest() {
        let mut page = String::new();
        list(&mut page, &[(); 300], |()| "x".repeat(100));
        assert_eq!(page.matches("- xxx").count(), 300);
        list(&mut page, &[(); 300], |()| "y".repeat(1000));
        let named = page.matches("- yyy").count();
        assert!(named > 200 && page.ends_with(&format!("- {} more, in the reports\n\n", 300 - named)), "{named}");
    }

    #[test]
    fn a_summary_stays_below_what_github_takes() {
        let mut record = fixture::record();
        let mut failed = record
            .suites
            .iter()
            .flat_map(|suite| &suite.checks)
            .find(|check| check.outcome.is_failed())
            .cloned()
            .unwrap();
        failed.rule = "x".repeat(20_000);
        record.suites[0].checks.extend(std::iter::repeat_n(failed, 200));
        let text = render(&View::of(&record));
        assert!(text.len() < 1 << 20, "{}", text.len());
        assert!(text.contains("is only in the reports"));
    }
}
