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
                    format!(" {}={value:?}", attribute.key.as_ref())
                });
                let name = element.name().as_ref().to_owned();
                lines.push(format!("{}{name}{}", "  ".repeat(depth), attributes.collect::<String>()));
                depth += usize::from(matches!(event, Event::Start(_)));
            }
            Event::CData(section) => text.push_str(&section),
            Event::Text(content) => assert_eq!(content.trim(), "", "text outside CDATA"),
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
    insta::assert_snapshot!(outline(&render(&fixture::record()).unwrap()), @r#"
    testsuites name="s3ci" tests="10" errors="3" failures="2" time="42.195"
      testsuite skipped="0" id="0" name="s3ci.environment" package="s3ci.environment" tests="1" errors="1" failures="0" hostname="localhost" timestamp="2026-03-14T15:09:26.535Z" time="0"
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
      testsuite skipped="0" id="1" name="s3ci.bench.local" package="s3ci.bench.local" tests="2" errors="0" failures="0" hostname="localhost" timestamp="2026-03-14T15:09:30.25Z" time="4.2"
        testcase name="content-survives" time="0.041" classname="s3ci.bench.local"
        testcase name="bucket-is-deleted" time="0.041" classname="s3ci.bench.local"
        system-out
          | s3ci 0.1.0, seed 7
          | target: pypi:0.2.1 (0.2.1)
          | runtime: process, not isolated (Python 3.13.5 in a virtual environment)
          | known issues: no ledger
          | notice: not isolated: process runtime, because no Docker daemon answered
          | benchmark, custom buckets, backend local
          | Bucket mode: custom
          | Workers: 1
      testsuite skipped="0" id="2" name="s3ci.bench.local-default" package="s3ci.bench.local-default" tests="2" errors="0" failures="1" hostname="localhost" timestamp="2026-03-14T15:09:30.25Z" time="4.2"
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
      testsuite skipped="1" id="3" name="s3ci.etag.local" package="s3ci.etag.local" tests="5" errors="2" failures="1" hostname="localhost" timestamp="2026-03-14T15:09:30.25Z" time="4.2"
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
    insta::assert_snapshot!(render(&fixture::clean()).unwrap(), @r#"
    <?xml version="1.0" encoding="utf-8"?><testsuites name="s3ci" tests="2" errors="0" failures="0" time="42.195"><testsuite skipped="0" id="0" name="s3ci.bench.local" package="s3ci.bench.local" tests="2" errors="0" failures="0" hostname="localhost" timestamp="2026-03-14T15:09:30.25Z" time="4.2"><testcase name="content-survives" time="0.041" classname="s3ci.bench.local"/><testcase name="bucket-is-deleted" time="0.041" classname="s3ci.bench.local"/><system-out><![CDATA[s3ci 0.1.0, seed 7
    target: pypi:0.2.1 (0.2.1)
    runtime: docker (Engine 28.1, API 1.49)
    known issues: no ledger
    benchmark, custom buckets, backend local
    Bucket mode: custom
    Workers: 1]]></system-out></testsuite></testsuites>
    "#);
}

#[test]
fn a_known_issue_is_skipped_and_keeps_its_evidence() {
    let mut record = fixture::with_known_issues();
    record.suites.remove(0);
    insta::assert_snapshot!(outline(&render(&record).unwrap()), @r#"
    testsuites name="s3ci" tests="3" errors="0" failures="0" time="42.195"
      testsuite skipped="2" id="0" name="s3ci.api.local" package="s3ci.api.local" tests="3" errors="0" failures="0" hostname="localhost" timestamp="2026-03-14T15:09:30.25Z" time="4.2"
        testcase name="range-unsatisfiable" time="0.041" classname="s3ci.api.local"
          skipped type="known" message="known: the server ignores Range"
          system-out
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
        testcase name="range-first" time="0.041" classname="s3ci.api.local"
          skipped type="known" message="known: the server ignores Range"
          system-out
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
        system-out
          | s3ci 0.1.0, seed 7
          | target: pypi:0.2.1 (0.2.1)
          | runtime: docker (Engine 28.1, API 1.49)
          | known issues: 2 checks in docker/known-issues.toml (sha256:1ed9e4)
          | S3 operations, backend local
    "#);
}

#[test]
fn a_failure_of_a_client_names_what_explains_it() {
    let outline = outline(&render(&fixture::with_a_client()).unwrap());
    assert!(
        outline.contains("| explained by: api/local::range-first (known issue here), api/local::object-"),
        "{outline}"
    );
}

#[test]
fn nothing_that_xml_forbids_comes_through() {
    let xml = render(&fixture::record()).unwrap();
    let allowed = |character: char| matches!(character, '\n' | '\t' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(allowed));
}

#[test]
fn the_totals_are_those_of_the_checks_even_where_the_server_forges_elements() {
    let outline = outline(&render(&fixture::record()).unwrap());
    let checks = |kind: &str| outline.lines().filter(|line| line.trim_start().starts_with(kind)).count();
    let counted = (checks("testcase"), checks("error"), checks("failure"), checks("skipped"), checks("testsuite "));
    assert_eq!(counted, (10, 3, 2, 1, 4));
    assert!(outline.starts_with("testsuites name=\"s3ci\" tests=\"10\" errors=\"3\" failures=\"2\""), "{outline}");
    assert_eq!(outline.matches("testsuite skipped=\"1\"").count(), 1);
}

#[test]
fn a_run_that_ended_before_its_first_suite_is_no_empty_report() {
    let mut record = fixture::clean();
    record.suites.clear();
    record.interruption = Some(Interruption::Terminate);
    let outline = outline(&render(&record).unwrap());
    assert!(outline.contains("error type=\"interrupted\" message=\"the run was ended by SIGTERM\""), "{outline}");
}

#[test]
fn faults_of_one_kind_are_one_check_that_names_them_all() {
    let mut record = fixture::clean();
    record.faults =
        ["one.xml", "two.txt"].map(|file| Fault::new(FaultKind::Report, format!("write {file}: disk full"))).to_vec();
    let outline = outline(&render(&record).unwrap());
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
    let outline = outline(&render(&record).unwrap());
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
    let outline = outline(&render(&record).unwrap());
    let times: Vec<&str> = outline.split(" time=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(times, ["60", "3.001", "2.5", "2.5"], "{outline}");
}
