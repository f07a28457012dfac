use std::path::Path;

use super::render;
use crate::record::Outcome;
use crate::report::Outputs;
use crate::report::fixture;

fn outputs() -> Outputs {
    outputs_of(&["junit", "json"])
}

fn outputs_of(flags: &[&str]) -> Outputs {
    Outputs::of(|format| flags.contains(&format.flag).then(|| Path::new("ci").join(format.file_name)))
}

#[test]
fn what_failed_comes_right_after_the_verdict_worst_first() {
    insta::assert_snapshot!(render(&fixture::record(), &outputs()), @r"
    ✗ FAILED: 2 failures (1 loses data: etag/local::changes-on-same-size-edit; 1
    breaks clients)

    ✗ data loss or corruption: etag/local::changes-on-same-size-edit
      the ETag stayed the same after an edit of the same size
      a sync client skips a modified file, and the backup is silently stale
      repro: s3ci run etag/local --check changes-on-same-size-edit --target \
             pypi:0.2.1 --seed 7 --files 100

    ✗ breaks clients: bench/local-default::list-is-complete
      1 of 100 keys is not listed
      a sync client skips a modified file, and the backup is silently stale
      repro: s3ci run bench/local-default --check list-is-complete --target \
             pypi:0.2.1 --seed 7 --files 100

    ! could not be judged: run
      reason: connect to the Docker daemon: no such file
      hint: start Docker, or see `s3ci doctor`

    ! could not be judged: etag/local::is-stable
      reason: no answer within 60 s
      hint: give it longer: --timeout 120s
      repro: s3ci run etag/local --check is-stable --target pypi:0.2.1 --seed 7 \
             --files 100

    ! could not be judged: etag/local
      reason: the server ended with exit code 137

    Throughput:
      bench/local                  upload   41.60 MB/s (good), 80 op/s
      bench/local                  download 61.00 MB/s (excellent), 117 op/s
      bench/local-default          upload   9.00 MB/s (a bottleneck)
      bench/local-default          download not measured

    notice: not isolated: process runtime, because no Docker daemon answered

    ✗ FAILED: 2 failures (1 loses data: etag/local::changes-on-same-size-edit; 1
    breaks clients)

    Reports:
      JUnit:           ci/out.xml
      metrics:         ci/metrics.json
    ");
}

#[test]
fn a_clean_run_takes_a_few_lines() {
    insta::assert_snapshot!(render(&fixture::clean(), &Outputs::default()), @"
    ✓ PASSED: all of 2 checks

    Throughput:
      bench/local                  upload   41.60 MB/s (good), 80 op/s
      bench/local                  download 61.00 MB/s (excellent), 117 op/s
    ");
}

#[test]
fn known_issues_are_named_and_not_red() {
    insta::assert_snapshot!(render(&fixture::with_known_issues(), &Outputs::default()), @"
    ✓ PASSED: 3 of 5 checks; nothing new. 2 known issues, 1 of them loses or
    corrupts data

    Known issues, listed in docker/known-issues.toml:
      ~ data loss or corruption: api/local::range-first
      ~ breaks clients: api/local::range-unsatisfiable

    Throughput:
      bench/local                  upload   41.60 MB/s (good), 80 op/s
      bench/local                  download 61.00 MB/s (excellent), 117 op/s
    ");
}

#[test]
fn many_known_issues_are_counted_and_the_gravest_named() {
    insta::assert_snapshot!(render(&fixture::with_many_known_issues(), &outputs()), @"
    ✓ PASSED: 3 of 27 checks; nothing new. 24 known issues, 1 of them loses or
    corrupts data

    Known issues, listed in docker/known-issues.toml:
      ~ data loss or corruption: api/local::range-first
      ~ api/local: 12 breaks clients
      ~ etag/local: 11 breaks clients
      hint: each with its reason: s3ci report ci/metrics.json

    Throughput:
      bench/local                  upload   41.60 MB/s (good), 80 op/s
      bench/local                  download 61.00 MB/s (excellent), 117 op/s

    Reports:
      JUnit:           ci/out.xml
      metrics:         ci/metrics.json
    ");
    let with_text = render(&fixture::with_many_known_issues(), &outputs_of(&["text"]));
    assert!(with_text.contains("\ncorrupts data (ci/report.txt)\n"), "{with_text}");
    assert!(with_text.contains("each with its reason: ci/report.txt\n"));
    let none = render(&fixture::with_many_known_issues(), &Outputs::default());
    assert!(none.contains("hint: each with its reason: in the report that --text FILE writes\n"), "{none}");
}

/// The first line has the verdict, and so have the last ones where the first has scrolled away.
#[test]
fn the_last_lines_are_the_verdict_and_where_the_reports_lie() {
    let verdict = "✗ FAILED: 2 failures (1 loses data: etag/local::changes-on-same-size-edit; 1";
    let text = render(&fixture::record(), &outputs());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], [verdict, "breaks clients)"]);
    let reports = ["Reports:", "  JUnit:           ci/out.xml", "  metrics:         ci/metrics.json"];
    let last = [[verdict, "breaks clients)", ""].as_slice(), &reports].concat();
    assert_eq!(lines[lines.len() - last.len()..], last);
    let short = render(&fixture::clean(), &outputs());
    assert_eq!(short.matches("PASSED").count(), 1, "it is still in sight: {short}");
}

#[test]
fn a_message_of_several_lines_cannot_forge_a_command_to_paste() {
    let mut record = fixture::record();
    record.faults[0].message = "log:\nrepro: rm -rf /".to_owned();
    for check in record.suites.iter_mut().flat_map(|suite| &mut suite.checks) {
        if let Outcome::Failed(failure) = &mut check.outcome {
            failure.message = "x\n  repro: rm -rf /".to_owned();
        }
    }
    let text = render(&record, &Outputs::default());
    let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("  repro: ")).collect();
    assert_eq!(commands.len(), 3, "{text}");
    assert!(commands.iter().all(|command| command.starts_with("  repro: s3ci run ")), "{text}");
}
