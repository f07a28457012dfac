use super::render;
use crate::record::{Change, ComparedCheck, DrimeService, Outcome, RunRecord, Storage};
use crate::report::fixture;
use crate::report::plain::wrap::columns;
use crate::report::view::View;

/// A run with failures: its first page, and what follows.
fn with_failures() -> (String, String) {
    let mut record = fixture::record();
    record.suites.remove(0);
    let text = render(&View::of(&record));
    let (first, details) = text.split_at(text.find("Setup:\n").unwrap());
    (first.to_owned(), details.to_owned())
}

#[test]
fn the_first_page_of_a_run_with_failures() {
    insta::assert_snapshot!(with_failures().0, @"
    ======================================================================
      S3CI REPORT
    ======================================================================

    ✗ FAILED: 2 failures (1 loses data: etag/local::changes-on-same-size-edit; 1
    breaks clients)

    What failed (2):
      ✗ data loss or corruption: etag/local::changes-on-same-size-edit: the ETag
        stayed the same after an edit of the same size
      ✗ breaks clients: bench/local-default::list-is-complete: 1 of 100 keys is not
        listed

    What could not be judged (3):
      ! run: connect to the Docker daemon: no such file
      ! etag/local::is-stable: no answer within 60 s
      ! etag/local: the server ended with exit code 137

    Notices:
      ! not isolated: process runtime, because no Docker daemon answered

    Throughput:
      bench/local-default          upload   9.00 MB/s (a bottleneck)
      bench/local-default          download not measured

    Where to look:
      ✗ what failed: the chapter of each suite has the evidence
    ");
}

#[test]
fn a_run_with_failures() {
    insta::assert_snapshot!(with_failures().1, @r#"
    Setup:
      s3ci:            0.1.0
      Target:          pypi:0.2.1
      Version:         0.2.1
      Known issues:    no ledger
      Runtime:         process, not isolated (Python 3.13.5 in a virtual
                       environment)
      Host:            linux x86_64, Example CPU 3000, 2 CPUs, 8.00 GB memory
      Run:             k3x9q2
      Seed:            7
      Started:         2026-03-14T15:09:26Z
      Duration:        42.20 s
      - image:         1.25 s

    ======================================================================
      BENCHMARK REPORT: bench/local-default
    ======================================================================

    Configuration:
      Suite:           benchmark, default bucket
      Backend:         local
      Server ready:    after 812.00 ms
      Suite time:      4.20 s

    Performance:
      Upload rate:     9.00 MB/s (a bottleneck)

    Verification:
      ✓ content-survives (41.23 ms)
      ✗ list-is-complete: 1 of 100 keys is not listed
        severity:    breaks clients
        rule:        what was stored is what is listed and fetched
        expected:    100 keys
        actual:      99 keys
        consequence: a sync client skips a modified file, and the backup is silently
                     stale
        repro:       s3ci run bench/local-default --check list-is-complete \
                     --target pypi:0.2.1 --seed 7 --files 100

    ======================================================================
      ETAG RULES: etag/local
    ======================================================================

    Configuration:
      Suite:           ETag rules
      Backend:         local
      Server ready:    after 812.00 ms
      Suite time:      4.20 s

    Checks:
      ✓ is-the-md5-of-the-content (41.23 ms)
      ✗ changes-on-same-size-edit: the ETag stayed the same after an edit of the
        same size
        severity:    data loss or corruption
        rule:        what was stored is what is listed and fetched
        expected:    an ETag other than "0cc175b9"
        actual:      "deadbeef"\u{0}\u{7} 😀 ]]> <![CDATA[ <testsuite id="9"
                     \u{fffe}&amp;
                     second line
        consequence: a sync client skips a modified file, and the backup is silently
                     stale
        request:     HEAD /s3ci-k3x9q2/file%2000.txt -> no answer
        repro:       s3ci run etag/local --check changes-on-same-size-edit \
                     --target pypi:0.2.1 --seed 7 --files 100
        curl:        curl -sS --globoff --path-as-is --head \
                     "${AWS_ENDPOINT_URL%/}"'/s3ci-k3x9q2/file%2000.txt'
      - survives-a-restart: skipped: an endpoint that others run is not restarted
      ! is-stable: not judged
        reason: no answer within 60 s
        hint: give it longer: --timeout 120s
        repro: s3ci run etag/local --check is-stable --target pypi:0.2.1 --seed 7 \
               --files 100
      ! suite-completed: not judged
        reason: the server ended with exit code 137

    ======================================================================
      FINAL RESULT
    ======================================================================

    ✗ FAILED: 2 failures (1 loses data: etag/local::changes-on-same-size-edit; 1
    breaks clients)

      Checks:          6
      Passed:          2
      Failed:          2
        1 data loss or corruption
        1 breaks clients
      Known issues:    0
      Skipped:         1
      Errors:          3
        ! run: connect to the Docker daemon: no such file
        ! etag/local::is-stable: no answer within 60 s
        ! etag/local: the server ended with exit code 137
      Exit code:       1
    "#);
}

#[test]
fn a_clean_run_in_a_container() {
    insta::assert_snapshot!(render(&View::of(&fixture::clean())), @"
    ======================================================================
      S3CI REPORT
    ======================================================================

    ✓ PASSED: all of 2 checks

    Throughput:
      bench/local                  upload   41.60 MB/s (good), 80 op/s
      bench/local                  download 61.00 MB/s (excellent), 117 op/s

    Setup:
      s3ci:            0.1.0
      Target:          pypi:0.2.1
      Version:         0.2.1
      Image:           s3ci/pys3local:0.2.1-5f0c
                       (sha256:0123456789abcdef0123456789abcdef0123456789abcdef01234
                       56789abcdef)
      Base image:      python:3.13.5-slim
      Constraints:     sha256:77aa
      Known issues:    no ledger
      Runtime:         docker (Engine 28.1, API 1.49)
      Host:            linux x86_64, Example CPU 3000, 2 CPUs, 8.00 GB memory
      Run:             k3x9q2
      Seed:            7
      Started:         2026-03-14T15:09:26Z
      Duration:        42.20 s
      - image:         1.25 s

    ======================================================================
      BENCHMARK REPORT: bench/local
    ======================================================================

    Configuration:
      Suite:           benchmark, custom buckets
      Backend:         local
      Bucket mode:     custom
      Workers:         1
      Server ready:    after 812.00 ms
      Suite time:      4.20 s

    Test Data:
      Total files:     100
      Total size:      52.00 MB

    Performance:
      Bucket create:   1.20 ms
      Upload time:     1.25 s
      Download time:   850.00 ms
      Total time:      2.10 s
      Upload rate:     41.60 MB/s (good), 80 op/s
      Download rate:   61.00 MB/s (excellent), 117 op/s
      Local copy:      1.27 GB/s in 40.00 ms, the yardstick
      Server CPU:      640.00 ms upload, 410.00 ms download
      Server memory:   91.00 MB peak

    Latency in milliseconds:
                                     n      p50      p90      p99    p99.9      max
      upload                       100     4.10     8.30    12.70        -    14.05
      upload small                  12     4.10     8.30        -        -    14.05
      download first byte          100     4.10     8.30    12.70        -    14.05

    Metrics:
      list.pages:      3

    Verification:
      ✓ content-survives (41.23 ms)
      ✓ bucket-is-deleted (41.23 ms)

    ======================================================================
      FINAL RESULT
    ======================================================================

    ✓ PASSED: all of 2 checks

      Checks:          2
      Passed:          2
      Failed:          0
      Known issues:    0
      Skipped:         0
      Errors:          0
      Exit code:       0
    ");
}

#[test]
fn no_line_is_wider_than_80_columns_and_nothing_reaches_the_terminal_that_moves_it() {
    let text = render(&View::of(&fixture::record()));
    for line in text.lines() {
        assert!(columns(line) <= 80, "{line}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

#[test]
fn every_metric_is_shown() {
    let mut record = fixture::clean();
    record.suites[0].metrics.retain(|metric| metric.name == "list.pages" || metric.name == "upload.latency.small");
    let text = render(&View::of(&record));
    assert!(text.contains("list.pages:      3") && text.contains("upload small"), "{text}");
    assert!(!text.contains("Performance:") && !text.contains("Test Data:"), "{text}");
}

#[test]
fn known_issues_are_named_with_their_reason_and_are_no_failures() {
    let mut record = fixture::with_known_issues();
    record.suites.remove(0);
    insta::assert_snapshot!(render(&View::of(&record)), @"
    ======================================================================
      S3CI REPORT
    ======================================================================

    ✓ PASSED: 1 of 3 checks; nothing new. 2 known issues, 1 of them loses or
    corrupts data

    Known issues, listed in docker/known-issues.toml:
      ~ data loss or corruption: api/local::range-first
      ~ breaks clients: api/local::range-unsatisfiable

    Where to look:
      ~ known issues: each with its reason at the end of its suite's chapter; their
        evidence is in the other reports

    Setup:
      s3ci:            0.1.0
      Target:          pypi:0.2.1
      Version:         0.2.1
      Image:           s3ci/pys3local:0.2.1-5f0c
                       (sha256:0123456789abcdef0123456789abcdef0123456789abcdef01234
                       56789abcdef)
      Base image:      python:3.13.5-slim
      Constraints:     sha256:77aa
      Known issues:    2 checks in docker/known-issues.toml (sha256:1ed9e4)
      Runtime:         docker (Engine 28.1, API 1.49)
      Host:            linux x86_64, Example CPU 3000, 2 CPUs, 8.00 GB memory
      Run:             k3x9q2
      Seed:            7
      Started:         2026-03-14T15:09:26Z
      Duration:        42.20 s
      - image:         1.25 s

    ======================================================================
      S3 OPERATIONS: api/local
    ======================================================================

    Configuration:
      Suite:           S3 operations
      Backend:         local
      Server ready:    after 812.00 ms
      Suite time:      4.20 s

    Checks:
      ✓ object-roundtrip (41.23 ms)

    Known issues (2):
      ~ data loss or corruption: range-first: the server ignores Range
      ~ breaks clients: range-unsatisfiable: the server ignores Range

    ======================================================================
      FINAL RESULT
    ======================================================================

    ✓ PASSED: 1 of 3 checks; nothing new. 2 known issues, 1 of them loses or
    corrupts data

      Checks:          3
      Passed:          1
      Failed:          0
      Known issues:    2
        1 data loss or corruption
        1 breaks clients
      Skipped:         0
      Errors:          0
      Exit code:       0
    ");
}

#[test]
fn a_failure_of_a_client_names_what_explains_it() {
    let mut record = fixture::with_a_client();
    let shown = |record: &RunRecord| {
        let text = render(&View::of(record));
        let lines = text.lines().skip_while(|line| !line.contains("expla")).take(3);
        lines.map(str::trim).collect::<Vec<_>>().join(" ")
    };
    let failed = shown(&record);
    assert!(failed.starts_with("explained by: api/local::range-first (known issue here), "), "{failed}");
    assert!(failed.ends_with("auth/local::integrity-signed-chunks (not run here)"), "{failed}");
    record.suites.remove(1);
    let alone = shown(&record);
    assert!(alone.starts_with("may explain: api/local::object-roundtrip (not run here), "), "{alone}");
}

#[test]
fn the_report_begins_with_the_verdict_and_what_led_to_it_and_figures_come_before_details() {
    let record = fixture::record();
    let text = render(&View::of(&record));
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words:?} in {text}"));
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('=')).collect();
    assert_eq!(lines[0].trim(), "S3CI REPORT");
    assert!(lines[1].starts_with("✗ FAILED: 2 failures (1 loses data: etag/local::changes-on-same-size-edit; 1"));
    assert_eq!((lines[2], lines[3]), ("breaks clients)", "What failed (2):"));
    assert!(place("What failed (2):") < place("What could not be judged (3):"));
    assert!(place("What could not be judged (3):") < place("Throughput:"));
    assert!(place("Throughput:") < place("Where to look:"));
    assert!(place("Where to look:") < place("BENCHMARK REPORT: "));
    assert!(place("BENCHMARK REPORT: ") < place("FINAL RESULT\n"));
    let mut compared = fixture::compared();
    let changed = compared.suites[1].checks[0].id.clone();
    compared.against.as_mut().unwrap().verdicts =
        vec![ComparedCheck { id: changed, base: Outcome::Passed, change: Change::Regression }];
    let text = render(&View::of(&compared));
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words:?} in {text}"));
    assert!(place("Regressions: passed on the base (1):") < place("Throughput against pypi:0.2.0"), "what is new");
}

#[test]
fn many_failures_and_many_known_issues_leave_the_first_page_short() {
    let mut record = fixture::with_many_known_issues();
    let failed = fixture::record().suites[2].checks[1].clone();
    record.suites[2].checks.extend(std::iter::repeat_n(failed, 25));
    let text = render(&View::of(&record));
    let (first, rest) = text.split_at(text.find("\nSetup:").unwrap());
    assert_eq!(first.matches("  ✗ data loss or corruption: ").count(), 10, "{first}");
    assert!(first.contains("\n  … and 15 more\n"), "{first}");
    assert_eq!(rest.matches("        expected: ").count() + rest.matches("    expected:    ").count(), 25, "{rest}");
    assert!(first.contains("\n  ~ etag/local: 11 breaks clients\n"), "{first}");
    assert!(first.lines().count() < 50, "{first}");
}

#[test]
fn a_known_issue_takes_one_line_in_the_block_of_its_suite_the_worst_first() {
    let text = render(&View::of(&fixture::with_many_known_issues()));
    let chapter = &text[text.find("S3 OPERATIONS: api/local").unwrap()..text.find("ETAG RULES: etag/local").unwrap()];
    let block = &chapter[chapter.find("Known issues (13):").unwrap()..];
    let lines: Vec<&str> = block.lines().filter(|line| line.starts_with("  ")).collect();
    assert_eq!(lines[0], "  ~ data loss or corruption: range-first: the server ignores Range");
    assert_eq!(lines[1], "  ~ breaks clients: range-unsatisfiable: the server ignores Range");
    assert_eq!(lines.iter().filter(|line| line.starts_with("  ~ ")).count(), 13, "{block}");
    assert!(!text.contains("Checks:\n\nKnown issues (11)"), "no empty block: {text}");
    let result = &text[text.rfind("FINAL RESULT").unwrap()..];
    assert!(result.contains("Known issues:    24\n    1 data loss or corruption\n    23 breaks clients\n"), "{result}");
}

#[test]
fn two_backends_are_counted_apart() {
    let mut record = fixture::record();
    let last = record.suites.len() - 1;
    record.suites[last].storage = Storage::drime(DrimeService::Emulated);
    let text = render(&View::of(&record));
    let result = &text[text.rfind("FINAL RESULT").unwrap()..];
    let line = |backend: &str| result.lines().find(|line| line.trim_start().starts_with(backend)).unwrap();
    assert!(line("drime (emulated):").contains("1 passed, 1 failed"), "{result}");
    assert!(line("local:").contains("passed"), "{result}");
}
