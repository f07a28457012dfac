//! Attributes that report readers look for and the JUnit crate leaves out: totals at the root, `skipped` at each suite.
//!
//! Works on the crate's finished XML, in which a `<` outside CDATA can only open markup, because attributes escape it.

use junit_report::{Duration, TestSuite};

const CDATA_START: &str = "<![CDATA[";
const CDATA_END: &str = "]]>";
/// Cannot stand within an attribute, whose quotes are escaped.
const TIME: &str = " time=\"";

/// Adds the totals of `suites` to the XML that was made of them, and ends it with a line feed.
pub(super) fn add(xml: &str, suites: &[TestSuite]) -> String {
    let mut skipped = suites.iter().map(TestSuite::skipped);
    let mut complete = String::with_capacity(xml.len() + 256);
    let mut rest = xml;
    while let Some(start) = rest.find(CDATA_START) {
        let (markup, section) = rest.split_at(start);
        let end = section.find(CDATA_END).map_or(section.len(), |end| end + CDATA_END.len());
        push_markup(&mut complete, markup, suites, &mut skipped);
        complete.push_str(&section[..end]);
        rest = &section[end..];
    }
    push_markup(&mut complete, rest, suites, &mut skipped);
    complete.push('\n');
    complete
}

fn push_markup(out: &mut String, markup: &str, suites: &[TestSuite], skipped: &mut impl Iterator<Item = usize>) {
    for (position, tag) in markup.replacen("<testsuites", &root(suites), 1).split("<testsuite ").enumerate() {
        if position > 0 {
            out.push_str("<testsuite skipped=\"");
            out.push_str(&skipped.next().unwrap_or_default().to_string());
            out.push_str("\" ");
        }
        out.push_str(&in_milliseconds(tag));
    }
}

/// Cuts times to whole milliseconds: the crate adds them up as floating-point numbers, and Jenkins' schema takes three decimals.
fn in_milliseconds(markup: &str) -> String {
    let mut parts = markup.split(TIME);
    let mut cut = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (value, rest) = part.split_once('"').unwrap_or((part, ""));
        let value = value
            .parse::<f64>()
            .map_or_else(|_| value.to_owned(), |seconds| shortest(&format!("{seconds:.3}")).to_owned());
        for piece in [TIME, value.as_str(), "\"", rest] {
            cut.push_str(piece);
        }
    }
    cut
}

/// A decimal number without needless zeros.
fn shortest(decimal: &str) -> &str {
    decimal.trim_end_matches('0').trim_end_matches('.')
}

fn root(suites: &[TestSuite]) -> String {
    let sum = |count: fn(&TestSuite) -> usize| suites.iter().map(count).sum::<usize>();
    let time = suites.iter().map(TestSuite::time).fold(Duration::ZERO, Duration::saturating_add);
    format!(
        "<testsuites name=\"s3ci\" tests=\"{}\" errors=\"{}\" failures=\"{}\" time=\"{}\"",
        sum(TestSuite::tests),
        sum(TestSuite::errors),
        sum(TestSuite::failures),
        time.as_seconds_f64()
    )
}
