//! What report readers look for and the JUnit crate has no means to write: totals at the root, `skipped` and the own time of a suite,
//! a moment without a zone, and the line of a check's file.
//!
//! Passes the crate's XML from a reader to a writer, event by event, and sets attributes on the way. The crate also sums up the times of
//! a suite's checks as floating-point numbers; here they are cut to the three decimals that Jenkins' schema takes.

use std::collections::VecDeque;

use junit_report::{Duration, TestSuite};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, Writer};

use super::seconds_of;
use crate::report::render::RenderError;

/// A suite with what the crate's own lacks.
pub(super) struct Suite {
    pub(super) suite: TestSuite,
    pub(super) time: Duration,
    /// `2026-03-14T15:09:30`: UTC, as the schemas have it, without saying so.
    pub(super) timestamp: String,
    /// The line of each check's file, in the order of the checks; what comes after the last has none.
    pub(super) lines: Vec<Option<u64>>,
}

/// Completes the XML that was made of these suites.
pub(super) fn complete(xml: &str, suites: &[Suite], time: Duration) -> Result<String, RenderError> {
    let failed = |error: quick_xml::Error| RenderError::Xml(Box::new(error));
    let mut reader = Reader::from_str(xml);
    let mut writer = Writer::new(Vec::new());
    let mut attributes = Attributes::of(suites, time);
    loop {
        let event = match reader.read_event().map_err(failed)? {
            Event::Eof => break,
            Event::Start(tag) => Event::Start(attributes.set(&tag).map_err(failed)?),
            Event::Empty(tag) => Event::Empty(attributes.set(&tag).map_err(failed)?),
            other => other,
        };
        writer.write_event(event).map_err(|error| RenderError::Xml(Box::new(error)))?;
    }
    let mut text = String::from_utf8(writer.into_inner()).map_err(|error| RenderError::Xml(Box::new(error)))?;
    text.push('\n');
    Ok(text)
}

type Pairs = Vec<(&'static str, String)>;

/// The attributes to set on the tags to come, in the order of the document.
struct Attributes {
    root: Pairs,
    suites: VecDeque<Pairs>,
    lines: VecDeque<Option<u64>>,
}

impl Attributes {
    fn of(suites: &[Suite], time: Duration) -> Self {
        let sum = |count: fn(&TestSuite) -> usize| suites.iter().map(|it| count(&it.suite)).sum::<usize>().to_string();
        let of_suite = |it: &Suite| {
            let skipped = it.suite.skipped().to_string();
            vec![("skipped", skipped), ("timestamp", it.timestamp.clone()), ("time", seconds_of(it.time))]
        };
        let of_checks = |it: &Suite| -> Vec<Option<u64>> {
            (0..it.suite.testcases.len()).map(|place| it.lines.get(place).copied().flatten()).collect()
        };
        Self {
            root: vec![
                ("name", "s3ci".to_owned()),
                ("tests", sum(TestSuite::tests)),
                ("errors", sum(TestSuite::errors)),
                ("failures", sum(TestSuite::failures)),
                ("time", seconds_of(time)),
            ],
            suites: suites.iter().map(of_suite).collect(),
            lines: suites.iter().flat_map(of_checks).collect(),
        }
    }

    /// The tag with its attributes, those that are set in place of those that were there.
    fn set(&mut self, tag: &BytesStart<'_>) -> Result<BytesStart<'static>, quick_xml::Error> {
        let pairs = match tag.name().as_ref() {
            b"testsuites" => std::mem::take(&mut self.root),
            b"testsuite" => self.suites.pop_front().unwrap_or_default(),
            b"testcase" => {
                let line = self.lines.pop_front().flatten();
                line.map(|line| ("line", line.to_string())).into_iter().collect()
            }
            _ => return Ok(tag.to_owned().into_owned()),
        };
        let mut set = BytesStart::new(String::from_utf8_lossy(tag.name().as_ref()).into_owned());
        for attribute in tag.attributes() {
            let attribute = attribute?;
            if !pairs.iter().any(|(name, _)| name.as_bytes() == attribute.key.as_ref()) {
                set.push_attribute(attribute);
            }
        }
        for (name, value) in &pairs {
            set.push_attribute((*name, value.as_str()));
        }
        Ok(set)
    }
}
