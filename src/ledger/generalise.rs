//! From what a server answered once to a pattern of what it answers each time.
//!
//! What varies from run to run becomes a gap: names of the run's buckets, ports, request ids and other long hexadecimal numbers, points
//! in time, and the content of objects, which follows from the seed. What remains is for a person to judge.

use super::Pattern;

/// What the names of the run's own buckets begin with.
const BUCKETS: &str = "s3ci-";
/// What s3ci itself says before it shows content.
const CONTENT: &str = "from byte ";
/// Fewest hexadecimal digits in a row that nobody writes by hand.
const LONG_NUMBER: usize = 16;
/// Points in time and UUIDs: `d` is a digit, `x` a hexadecimal one, `a` a letter, anything else itself.
const SHAPES: [&str; 4] = [
    "dddd-dd-ddTdd:dd:dd",
    "dddd-dd-dd dd:dd:dd",
    "aaa, dd aaa dddd dd:dd:dd GMT",
    "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
];

/// The text with a `*` for each part that varies; the text itself where nothing else would be left.
pub(super) fn generalised(text: &str, run_id: &str) -> String {
    let mut pattern = String::new();
    let mut rest = text;
    let mut before = ' ';
    while let Some(character) = rest.chars().next() {
        let length = varying(rest, before, pattern.ends_with(':'), run_id);
        let (gap, taken) = length.map_or((false, character.len_utf8()), |length| (true, length));
        if gap && !pattern.ends_with('*') {
            pattern.push('*');
        } else if !gap {
            pattern.push(character);
        }
        before = rest[..taken].chars().next_back().unwrap_or(character);
        rest = &rest[taken..];
    }
    if Pattern::new(&pattern).is_some() { pattern } else { text.to_owned() }
}

/// The length in bytes of what varies at the start of a text, if something does.
fn varying(rest: &str, before: char, after_colon: bool, run_id: &str) -> Option<usize> {
    let first = rest.chars().next()?;
    // Nor does a pattern hold what would break a line, or reorder it on a screen.
    if first.is_control() || matches!(first, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
        return Some(first.len_utf8());
    }
    if before.is_ascii_alphanumeric() {
        return None;
    }
    if rest.strip_prefix(CONTENT).is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit())) {
        return Some(rest.len());
    }
    let run_of = |wanted: fn(char) -> bool| rest.find(|character| !wanted(character)).unwrap_or(rest.len());
    if rest.starts_with(BUCKETS) {
        let length = run_of(|character| character.is_ascii_alphanumeric() || "-.".contains(character));
        return Some(rest[..length].trim_end_matches(['-', '.']).len());
    }
    if let Some(shape) = SHAPES.iter().find(|shape| has_shape(rest, shape)) {
        let fraction = |character: char| character.is_ascii_digit() || ".+:Z".contains(character);
        let more = rest[shape.len()..].find(|character| !fraction(character)).unwrap_or(rest.len() - shape.len());
        return Some(shape.len() + more);
    }
    let word = run_of(|character| character.is_ascii_alphanumeric());
    let digits = run_of(|character| character.is_ascii_digit());
    let is_number = word >= LONG_NUMBER && rest[..word].bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_port = after_colon && before == ':' && (4..=5).contains(&digits) && digits == word;
    let is_run = !run_id.is_empty() && &rest[..word] == run_id;
    (is_number || is_port || is_run).then_some(word)
}

/// Whether a text begins with a shape.
fn has_shape(text: &str, shape: &str) -> bool {
    text.len() >= shape.len()
        && shape.bytes().zip(text.bytes()).all(|(wanted, found)| match wanted {
            b'd' => found.is_ascii_digit(),
            b'x' => found.is_ascii_hexdigit(),
            b'a' => found.is_ascii_alphabetic(),
            other => found == other,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> String {
        let pattern = generalised(text, "3f9a01bc");
        assert!(Pattern::new(&pattern).unwrap().fits(text), "{pattern} does not fit {text}");
        pattern
    }

    #[test]
    fn what_varies_from_run_to_run_becomes_a_gap() {
        for (text, expected) in [
            ("CreateBucket: HTTP 409: s3ci-3f9a01bc-api-local-7", "CreateBucket: HTTP 409: *"),
            ("no bucket s3ci-1-a.b.", "no bucket *."),
            ("/data/s3ci-1/objects/a%20b", "/data/*/objects/a%20b"),
            ("connect to 127.0.0.1:34567/b", "connect to 127.0.0.1:*/b"),
            ("RequestId 4442587FB7D0A2F9 of it", "RequestId * of it"),
            ("\"d41d8cd98f00b204e9800998ecf8427e\"", "\"*\""),
            ("\"1b4e28ba-2fa1-11d2-883f-0016d3cca427\"", "\"*\""),
            ("at 2026-11-24T10:27:34.123Z, twice", "at *, twice"),
            ("Tue, 24 Nov 2026 10:27:34 GMT is late", "* is late"),
            ("100 bytes, from byte 3: \"\\xd1 a\"", "100 bytes, *"),
            ("run 3f9a01bc\nended", "run **ended".replace("**", "*").as_str()),
        ] {
            assert_eq!(pattern(text), expected);
        }
    }

    #[test]
    fn what_the_server_always_says_stays() {
        for text in
            ["HTTP 500 InternalError: [Errno 21] Is a directory", "200 with 100000 bytes", "a, b, c", "12:34", ""]
        {
            assert_eq!(pattern(text), text);
        }
    }

    #[test]
    fn a_text_that_is_nothing_but_a_name_stays_itself() {
        assert_eq!(pattern("s3ci-3f9a01bc-x-1"), "s3ci-3f9a01bc-x-1");
    }
}
