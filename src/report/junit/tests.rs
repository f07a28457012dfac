use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;
use crate::model::Interruption;
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
    insta::assert_snapshot!(outline(&render(&fixture::record()).unwrap()), @"");
}

#[test]
fn a_clean_run_as_it_is_written() {
    insta::assert_snapshot!(render(&fixture::clean()).unwrap(), @"");
}

#[test]
fn nothing_that_xml_forbids_comes_through() {
    let xml = render(&fixture::record()).unwrap();
    let allowed = |character: char| matches!(character, '\n' | '\t' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(allowed));
}

#[test]
fn the_totals_are_those_of_the_cases_even_where_the_server_forges_elements() {
    let outline = outline(&render(&fixture::record()).unwrap());
    let cases = |kind: &str| outline.lines().filter(|line| line.trim_start().starts_with(kind)).count();
    let counted = (cases("testcase"), cases("error"), cases("failure"), cases("skipped"), cases("testsuite "));
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
fn faults_of_one_kind_are_one_case_that_names_them_all() {
    let mut record = fixture::clean();
    record.faults =
        ["one.xml", "two.txt"].map(|file| Fault::new("report", format!("write {file}: disk full"))).to_vec();
    let outline = outline(&render(&record).unwrap());
    assert!(outline.contains("error type=\"report\" message=\"write one.xml: disk full (and 1 more)\""), "{outline}");
    assert!(outline.contains("| write two.txt: disk full"), "{outline}");
}
