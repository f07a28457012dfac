//! Attributes that report readers look for and the JUnit crate leaves out, totals at the root and `skipped` at each suite, and the time of
//! a suite, for which the crate takes the sum of its checks.
//!
//! Works on the crate's finished XML, in which a `<` outside CDATA can only open markup, because attributes escape it.

use junit_report::{Duration, TestSuite};

const CDATA_START: &str = "<![CDATA[";
const CDATA_END: &str = "]]>";
/// Cannot stand within an attribute, whose quotes are escaped.
const TIME: &str = " time=\"";

/// A suite, and how long it took.
pub(super) struct Timed {
    pub(super) suite: TestSuite,
    pub(super) time: Duration,
}

/// Adds the totals of `suites`, and how long all took, to the XML that was made of them, and ends it with a line feed.
pub(super) fn add(xml: &str, suites: &[Timed], time: Duration) -> String {
    let root = root(suites, time);
    let mut left = suites.iter();
    let mut complete = String::with_capacity(xml.len() + 256);
    let mut rest = xml;
    while let Some(start) = rest.find(CDATA_START) {
        let (markup, section) = rest.split_at(start);
        let end = section.find(CDATA_END).map_or(section.len(), |end| end + CDATA_END.len());
        push_markup(&mut complete, markup, &root, &mut left);
        complete.push_str(&section[..end]);
        rest = &section[end..];
    }
    push_markup(&mut complete, rest, &root, &mut left);
    complete.push('\n');
    complete
}

fn push_markup<'a>(out: &mut String, markup: &str, root: &str, left: &mut impl Iterator<Item = &'a Timed>) {
    for (position, tag) in markup.replacen("<testsuites", root, 1).split("<testsuite ").enumerate() {
        // What stands before the first tag is no suite.
        let suite = if position == 0 { None } else { left.next() };
        match suite {
            Some(timed) => {
                out.push_str("<testsuite skipped=\"");
                out.push_str(&timed.suite.skipped().to_string());
                out.push_str("\" ");
                out.push_str(&in_milliseconds(&with_time(tag, timed.time)));
            }
            None => out.push_str(&in_milliseconds(tag)),
        }
    }
}

/// The tag of a suite, and what follows it, with the suite's own time: the first there is.
fn with_time(markup: &str, time: Duration) -> String {
    let Some((before, rest)) = markup.split_once(TIME) else { return markup.to_owned() };
    let after = rest.split_once('"').map_or("", |(_, after)| after);
    format!("{before}{TIME}{}\"{after}", time.as_seconds_f64())
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

fn root(suites: &[Timed], time: Duration) -> String {
    let sum = |count: fn(&TestSuite) -> usize| suites.iter().map(|timed| count(&timed.suite)).sum::<usize>();
    format!(
        "<testsuites name=\"s3ci\" tests=\"{}\" errors=\"{}\" failures=\"{}\" time=\"{}\"",
        sum(TestSuite::tests),
        sum(TestSuite::errors),
        sum(TestSuite::failures),
        time.as_seconds_f64()
    )
}
