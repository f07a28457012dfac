//! Reads files that a user named, up to a bound. If a file is not what it should be, messages name the line and the column.
//!
//! A file that was named by mistake or by a hostile tree may be any file, `/proc/self/environ` included. So no message repeats its text.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Far more than any ledger or configuration has.
pub const MOST_BYTES_OF_A_FILE: u64 = 1 << 24;
/// Far more than any record has.
pub const MOST_BYTES_OF_A_RECORD: u64 = 1 << 28;

/// Reads a file of text, such as a ledger or a configuration.
///
/// # Errors
/// It cannot be read, is larger than it can be, or is no UTF-8.
pub fn read_file(path: &Path) -> io::Result<String> {
    read_bounded(path, MOST_BYTES_OF_A_FILE)
}

/// The same with a bound of its own.
///
/// # Errors
/// As [`read_file`].
pub fn read_bounded(path: &Path, most_bytes: u64) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(most_bytes + 1).read_to_string(&mut text)?;
    if text.len() as u64 > most_bytes {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {} MiB", most_bytes >> 20)));
    }
    Ok(text)
}

/// What is wrong with a file, and where; both count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct Misread {
    pub line: usize,
    pub column: usize,
    pub problem: String,
}

impl Misread {
    /// A problem at an offset into a text, in bytes.
    #[must_use]
    pub fn at(text: &str, offset: usize, problem: impl Into<String>) -> Self {
        let before = text.get(..offset.min(text.len())).unwrap_or(text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { line, column, problem: problem.into() }
    }

    /// What a reader of TOML refused.
    #[must_use]
    pub fn of_toml(text: &str, error: &toml::de::Error) -> Self {
        let message = error.message();
        let problem = if message.starts_with("unknown field") {
            "there is no such key"
        } else if message.starts_with("missing field") {
            // The name of the field is one of ours.
            message.lines().next().unwrap_or_default()
        } else if message.starts_with("unknown variant") {
            "this key does not take that value"
        } else if ["invalid type", "invalid length", "invalid value"].iter().any(|start| message.starts_with(start)) {
            "the value has the wrong type for this key"
        } else {
            "it is not valid TOML"
        };
        Self::at(text, error.span().map_or(0, |span| span.start), problem)
    }

    /// What a reader of JSON refused.
    #[must_use]
    pub fn of_json(error: &serde_json::Error) -> Self {
        let message = error.to_string();
        let problem = match (error.is_data(), message.strip_prefix("missing field `")) {
            (true, Some(rest)) => format!("the field `{}` is missing", rest.split('`').next().unwrap_or_default()),
            (true, None) => "it is JSON, but not of the expected form".to_owned(),
            (false, _) => "it is not valid JSON".to_owned(),
        };
        Self { line: error.line(), column: error.column(), problem }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_in_lines_and_characters() {
        let place = |offset| {
            let Misread { line, column, .. } = Misread::at("é\nab\n", offset, "");
            (line, column)
        };
        assert_eq!([place(0), place(2), place(4), place(6), place(99)], [(1, 1), (1, 2), (2, 2), (3, 1), (3, 1)]);
    }

    #[test]
    fn what_is_in_the_file_is_in_no_message() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Wanted {
            #[expect(dead_code, reason = "only the errors are looked at")]
            number: u8,
        }
        for (text, problem) in [
            ("hunter2 = 1", "there is no such key"),
            ("number = \"hunter2\"", "the value has the wrong type for this key"),
            ("number = hunter2", "it is not valid TOML"),
            ("", "missing field `number`"),
        ] {
            let misread = Misread::of_toml(text, &toml::from_str::<Wanted>(text).unwrap_err());
            assert_eq!((misread.line, misread.problem.as_str()), (1, problem), "{text}");
        }
        for (text, problem) in [
            ("{\"hunter2\": 1}", "it is JSON, but not of the expected form"),
            ("hunter2", "it is not valid JSON"),
            ("{}", "the field `number` is missing"),
        ] {
            let misread = Misread::of_json(&serde_json::from_str::<Wanted>(text).unwrap_err());
            assert_eq!((misread.line, misread.problem.as_str()), (1, problem), "{text}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_file_without_an_end_is_refused() {
        assert!(read_file(Path::new("/dev/zero")).is_err());
    }
}
