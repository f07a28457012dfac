use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;
use crate::record::Interruption;
use crate::report::fixture;

/// The document as a parser sees it: an element a line with its attributes, text and CDATA put together.
fn outline(xml: &str) -> String {
    let mut reader = Reader::from_str(xml);
    let (mut lines, mut depth, mut text) = (Vec::new(), 0, String::new());
    loop {
        let event = reader.read_event().unwrap();
        match event {
            Event::Start(ref element) | Event::Empty(ref element) => {
                let attributes = element.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap();
                    format!(" {}={value:?}", String::from_utf8_lossy(attribute.key.as_ref()))
                });
                let name = String::from_utf8_lossy(element.name().as_ref()).into_owned();
                lines.push(format!("{}{name}{}", "  ".repeat(depth), attributes.collect::<String>()));
                depth += usize::from(matches!(event, Event::Start(_)));
            }
            Event::CData(section) => text.push_str(&String::from_utf8_lossy(&section)),
            Event::Text(content) => assert!(content.trim_ascii().is_empty(), "text outside CDATA"),
            Event::End(_) => {
                lines.extend(text.lines().map(|line| format!("{}| {line}", "  ".repeat(depth))));
                text.clear();
                depth -= 1;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    lines.join("\n")
}

#[test]
fn a_run_with_failures() {
    insta::assert_snapshot!(outline(&render(&View::of(&fixture::record())).unwrap()), @r#"
    testsuites name="s3ci" tests="10" errors="3" failures="2" time="42.195"
      testsuite id="0" name="s3ci.environment" package="s3ci.environment" tests="1" errors="1" failures="0" hostname="localhost" skipped="0" timestamp="2026-03-14T15:09:26" time="0"
        testcase name="docker" time="0" classname="s3ci.environment"
          error type="docker" message="connect to the Docker daemon: no such file"
            | connect to the Docker daemon: no such file
            | hint: start Docker, or see `s3ci doctor`
        system-out
          | s3ci 0.1.0, seed 7
          | target: pypi:0.2.1 (0.2.1)
          | runtime: process, not isolated (Python 3.13.5 in a virtual environment)
          | known issues: no ledger
          | notice: not isolated: process runtime, because no Docker daemon answered
      testsuite id="1" name="s3ci.bench.local" package="s3ci.bench.local" tests="2" errors="0" failures="0" hostname="localhost" skipped="0" timestamp="2026-03-14T15:09:30" time="4.2"
        testcase name="content-survives" time="0.041" classname="s3ci.bench.local"
        testcase name="bucket-is-deleted" time="0.041" classname="s3ci.bench.local"
      testsuite id="2" name="s3ci.bench.local-default" package="s3ci.bench.local-default" tests="2" errors="0" failures="1" hostname="localhost" skipped="0" timestamp="2026-03-14T15:09:30" time="4.2"
        testcase name="content-survives" time="0.041" classname="s3ci.bench.local-default"
        testcase name="list-is-complete" time="0.041" classname="s3ci.bench.local-default"
          failure type="list-incomplete" message="1 of 100 keys is not listed"
            | 1 of 100 keys is not listed
            | 
            | severity: breaks clients
            | rule: what was stored is what is listed and fetched
            | consequence: a sync client skips a modified file, and the backup is silently stale
            | expected: 100 keys
            | actual: 99 keys
            | source: S3 API reference, ListObjectsV2
            | repro: s3ci run bench/local-default --check list-is-complete --target pypi:0.2.1 --seed 7 --files 100
        system-out
          | s3ci 0.1.0, seed 7
          | target: pypi:0.2.1 (0.2.1)
          | runtime: process, not isolated (Python 3.13.5 in a virtual environment)
          | known issues: no ledger
          | notice: not isolated: process runtime, because no Docker daemon answered
          | benchmark, default bucket, backend local
          | last lines of the server's log:
          |     INFO:     Uvicorn running
      testsuite id="3" name="s3ci.etag.local" package="s3ci.etag.local" tests="5" errors="2" failures="1" hostname="localhost" skipped="1" timestamp="2026-03-14T15:09:30" time="4.2"
        testcase name="is-the-md5-of-the-content" time="0.041" classname="s3ci.etag.local"
        testcase name="changes-on-same-size-edit" time="0.041" classname="s3ci.etag.local"
          failure type="etag-unchanged" message="the ETag stayed the same after an edit of the same size"
            | the ETag stayed the same after an edit of the same size
            | 
            | severity: data loss or corruption
            | rule: what was stored is what is listed and fetched
            | consequence: a sync client skips a modified file, and the backup is silently stale
            | expected: an ETag other than "0cc175b9"
            | actual: "deadbeef"\u{0}\u{7} 😀 ]]> <![CDATA[ <testsuite id="9" \u{fffe}&amp;
            |         second line
            | requests and answers, oldest first:
            |   PUT /s3ci-k3x9q2/file%2000.txt -> 200
            |     > content-length: 12
            |     < etag: "deadbeef"\u{0}\u{7} 😀 ]]> <![CDATA[ <testsuite id="9" \u{fffe}&amp;
            |         second line
            |     body: <x>]]></x>
            |   HEAD /s3ci-k3x9q2/file%2000.txt -> no answer
            | source: S3 API reference, ListObjectsV2
            | repro: s3ci run etag/local --check changes-on-same-size-edit --target pypi:0.2.1 --seed 7 --files 100
            | curl: curl -sS --globoff --path-as-is --head "${AWS_ENDPOINT_URL%/}"'/s3ci-k3x9q2/file%2000.txt'
        testcase name="survives-a-restart" time="0.041" classname="s3ci.etag.local"
          skipped type="skipped" message="an endpoint that others run is not restarted"
        testcase name="is-stable" time="0.041" classname="s3ci.etag.local"
          error type="timeout" message="no answer within 60 s"
            | no answer within 60 s
            | hint: give it longer: --timeout 120s
            | rule: what was stored is what is listed and fetched
            | repro: s3ci run etag/local --check is-stable --target pypi:0.2.1 --seed 7 --files 100
        testcase name="suite-completed" time="0" classname="s3ci.etag.local"
          error type="server-died" message="the server ended with exit code 137"
            | the server ended with exit code 137
        system-out
          | s3ci 0.1.0, seed 7
          | target: pypi:0.2.1 (0.2.1)
          | runtime: process, not isolated (Python 3.13.5 in a virtual environment)
          | known issues: no ledger
          | notice: not isolated: process runtime, because no Docker daemon answered
          | ETag rules, backend local
          | last lines of the server's log:
          |     "deadbeef"\u{0}\u{7} 😀 ]]> <![CDATA[ <testsuite id="9" \u{fffe}&amp;
          |         second line
          |     Killed
    "#);
}

#[test]
fn a_clean_run_as_it_is_written() {
    insta::assert_snapshot!(render(&View::of(&fixture::clean())).unwrap(), @r#"<?xml version="1.0" encoding="utf-8"?><testsuites name="s3ci" tests="2" errors="0" failures="0" time="42.195"><testsuite id="0" name="s3ci.bench.local" package="s3ci.bench.local" tests="2" errors="0" failures="0" hostname="localhost" skipped="0" timestamp="2026-03-14T15:09:30" time="4.2"><testcase name="content-survives" time="0.041" classname="s3ci.bench.local"/><testcase name="bucket-is-deleted" time="0.041" classname="s3ci.bench.local"/></testsuite></testsuites>"#);
}

#[test]
fn a_known_issue_is_skipped_and_keeps_its_evidence() {
    let mut record = fixture::with_known_issues();
    record.suites.remove(0);
    insta::assert_snapshot!(outline(&render(&View::of(&record)).unwrap()), @r#"
    testsuites name="s3ci" tests="3" errors="0" failures="0" time="42.195"
      testsuite id="0" name="s3ci.api.local" package="s3ci.api.local" tests="3" errors="0" failures="0" hostname="localhost" skipped="2" timestamp="2026-03-14T15:09:30" time="4.2"
        testcase name="range-unsatisfiable" time="0.041" classname="s3ci.api.local" file="docker/known-issues.toml" line="57"
          skipped type="known" message="known: the server ignores Range"
            | known issue: the server ignores Range
            | a range past the end is no 416
            | 
            | severity: breaks clients
            | rule: what was stored is what is listed and fetched
            | consequence: a sync client skips a modified file, and the backup is silently stale
            | expected: the bytes asked for
            | actual: "deadbeef"\u{0}\u{7} 😀 ]]> <![CDATA[ <testsuite id="9" \u{fffe}&amp;
            |         second line
            | source: S3 API reference, ListObjectsV2
            | repro: s3ci run api/local --check range-unsatisfiable --target pypi:0.2.1 --seed 7 --files 100
        testcase name="object-roundtrip" time="0.041" classname="s3ci.api.local"
        testcase name="range-first" time="0.041" classname="s3ci.api.local" file="docker/known-issues.toml" line="57"
          skipped type="known" message="known: the server ignores Range"
            | known issue: the server ignores Range
            | upstream: https://example.org/issues/7
            | the whole object
            | 
            | severity: data loss or corruption
            | rule: what was stored is what is listed and fetched
            | consequence: a sync client skips a modified file, and the backup is silently stale
            | expected: the bytes asked for
            | actual: 200
            | source: S3 API reference, ListObjectsV2
            | repro: s3ci run api/local --check range-first --target pypi:0.2.1 --seed 7 --files 100
    "#);
}

#[test]
fn a_failure_of_a_client_names_what_explains_it() {
    let outline = outline(&render(&View::of(&fixture::with_a_client())).unwrap());
    assert!(
        outline.contains("| explained by: api/local::range-first (known issue here), api/local::object-"),
        "{outline}"
    );
}

#[test]
fn nothing_that_xml_forbids_comes_through() {
    let xml = render(&View::of(&fixture::record())).unwrap();
    let allowed = |character: char| matches!(character, '\n' | '\t' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(allowed));
}

#[test]
fn the_totals_are_those_of_the_checks_even_where_the_server_forges_elements() {
    let outline = outline(&render(&View::of(&fixture::record())).unwrap());
    let checks = |kind: &str| outline.lines().filter(|line| line.trim_start().starts_with(kind)).count();
    let counted = (checks("testcase"), checks("error"), checks("failure"), checks("skipped"), checks("testsuite "));
    assert_eq!(counted, (10, 3, 2, 1, 4));
    assert!(outline.starts_with("testsuites name=\"s3ci\" tests=\"10\" errors=\"3\" failures=\"2\""), "{outline}");
    assert_eq!(outline.matches(" skipped=\"1\"").count(), 1);
}

#[test]
fn a_run_that_ended_before_its_first_suite_is_no_empty_report() {
    let mut record = fixture::clean();
    record.suites.clear();
    record.interruption = Some(Interruption::Terminate);
    let outline = outline(&render(&View::of(&record)).unwrap());
    assert!(outline.contains("error type=\"interrupted\" message=\"the run was ended by SIGTERM\""), "{outline}");
}

#[test]
fn faults_of_one_kind_are_one_check_that_names_them_all() {
    let mut record = fixture::clean();
    record.faults =
        ["one.xml", "two.txt"].map(|file| Fault::new(FaultKind::Report, format!("write {file}: disk full"))).to_vec();
    let outline = outline(&render(&View::of(&record)).unwrap());
    assert!(outline.contains("error type=\"report\" message=\"write one.xml: disk full (and 1 more)\""), "{outline}");
    assert!(outline.contains("| write two.txt: disk full"), "{outline}");
}

#[test]
fn an_answer_of_several_lines_cannot_forge_a_command_to_paste() {
    let mut record = fixture::record();
    for check in record.suites.iter_mut().flat_map(|suite| &mut suite.checks) {
        if let Outcome::Failed(failure) = &mut check.outcome {
            failure.actual = "x\r\nrepro: rm -rf /\rrepro: false".to_owned();
            failure.message.clone_from(&failure.actual);
        }
    }
    let outline = outline(&render(&View::of(&record)).unwrap());
    let commands: Vec<&str> = outline.lines().filter_map(|line| line.trim_start().strip_prefix("| repro: ")).collect();
    assert_eq!(commands.len(), 3, "{outline}");
    assert!(commands.iter().all(|command| command.starts_with("s3ci run ")), "{commands:?}");
}

/// Checks run side by side, and a suite is more than its checks.
#[test]
fn times_are_those_of_the_record_and_no_sums() {
    let mut record = fixture::clean();
    (record.duration_ns, record.suites[0].duration_ns) = (60_000_400_000, 3_000_600_000);
    record.suites[0].checks.iter_mut().for_each(|check| check.duration_ns = 2_500_000_000);
    let outline = outline(&render(&View::of(&record)).unwrap());
    let times: Vec<&str> = outline.split(" time=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(times, ["60", "3.001", "2.5", "2.5"], "{outline}");
}

#[test]
fn the_runs_of_a_matrix_have_names_of_their_own() {
    let record = fixture::record();
    let view = View { junit_suffix: Some("py312".to_owned()), ..View::of(&record) };
    let outline = outline(&render(&view).unwrap());
    let named = outline.lines().filter(|line| line.contains("name=\"s3ci."));
    assert!(named.clone().count() > 3 && named.clone().all(|line| line.contains(".py312\"")), "{outline}");
    assert!(!outline.contains("classname=\"s3ci.etag.local\""), "{outline}");
}

#[test]
fn the_output_of_a_suite_has_400_lines_at_most_its_first_and_its_last() {
    let mut record = fixture::record();
    record.suites[2].server_log = (1..=1000).map(|number| format!("line {number}")).collect();
    let outline = outline(&render(&View::of(&record)).unwrap());
    let (_, suite) = outline.split_once("name=\"s3ci.etag.local\"").unwrap();
    let (_, output) = suite.split_once("system-out\n").unwrap();
    let lines: Vec<&str> = output.lines().map(str::trim).collect();
    assert_eq!(lines.len(), MOST_LINES);
    assert_eq!((lines[0], lines[MOST_LINES - 1]), ("| s3ci 0.1.0, seed 7", "|     line 1000"));
    assert!(lines[MOST_LINES / 4].ends_with("lines are left out here; metrics.json has all)"), "{}", lines[100]);
}

#[test]
fn a_reader_that_annotates_files_is_led_to_the_entry_of_the_ledger() {
    let outline = outline(&render(&View::of(&fixture::with_known_issues())).unwrap());
    let check = outline.lines().find(|line| line.contains("name=\"range-first\"")).unwrap();
    assert!(check.contains("file=\"docker/known-issues.toml\" line=\"57\""), "{check}");
    let passed = outline.lines().find(|line| line.contains("name=\"object-roundtrip\"")).unwrap();
    assert!(!passed.contains(" file="), "{passed}");
}
