//! `s3ci.toml`: keys and values become words, each with its place. Messages name the place of an error and never repeat the text of the
//! file, because it may not be the file that the user meant.

use std::ffi::OsString;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ConfigError;
use super::options::{Place, Row, Said, TABLE, Word};
use crate::base::{Misread, read_file};

const HINT: &str = "its keys are the options that `s3ci list --options --format md` does not mark with *";

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<Said, ConfigError> {
    let text = read_file(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    words(&path.display().to_string(), &text)
}

/// The words of a file's text; `name` is what the file is called in messages.
pub(super) fn words(name: &str, text: &str) -> Result<Said, ConfigError> {
    let malformed = |at: usize, problem: &str, hint: String| ConfigError::Malformed {
        path: name.into(),
        source: Misread::at(text, at, problem),
        hint,
    };
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        malformed(at, "it is not valid TOML", "put text in quotes, and give each key once".to_owned())
    })?;
    let mut said = Said::default();
    for (key, value) in table.get_ref() {
        let row = TABLE.iter().find(|row| row.in_file && row.key == **key.get_ref());
        let row = row.ok_or_else(|| malformed(key.span().start, "there is no such key", hint_for(key.get_ref())))?;
        let words = texts(row, value)
            .map_err(|at| malformed(at, "the value has the wrong type for this key", HINT.to_owned()))?;
        for (at, text_of_it) in words {
            let Misread { line, column, .. } = Misread::at(text, at, "");
            let place = Place::File { name: name.to_owned(), line, column };
            said.0.push(Word { row, place, text: text_of_it });
        }
    }
    Ok(said)
}

/// The key that was probably meant.
fn hint_for(key: &str) -> String {
    let keys = TABLE.iter().filter(|row| row.in_file).map(|row| (strsim::damerau_levenshtein(key, &row.key), &row.key));
    match keys.min().filter(|(distance, _)| *distance <= 2) {
        Some((_, nearest)) => format!("did you mean {nearest}?"),
        None => HINT.to_owned(),
    }
}

/// The texts that a value stands for, with their places; the place of what has no text otherwise.
fn texts(row: &Row, value: &Spanned<DeValue<'_>>) -> Result<Vec<(usize, OsString)>, usize> {
    let at = value.span().start;
    let one = |text: &str| Ok(vec![(at, OsString::from(text))]);
    match value.get_ref() {
        DeValue::String(text) => one(text),
        DeValue::Integer(number) => one(&number.to_string()),
        DeValue::Float(number) => one(number.as_str()),
        DeValue::Boolean(truth) => one(&truth.to_string()),
        DeValue::Array(values) if row.many => {
            let texts = values.iter().map(|value| texts(row, value)).collect::<Result<Vec<_>, _>>()?;
            Ok(texts.into_iter().flatten().collect())
        }
        DeValue::Table(entries) if row.many => {
            let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| match value.get_ref() {
                DeValue::String(text) => Ok((key.span().start, format!("{}={text}", key.get_ref() as &str).into())),
                _ => Err(value.span().start),
            };
            entries.iter().map(|(key, value)| entry((key, value))).collect()
        }
        DeValue::Array(_) | DeValue::Table(_) | DeValue::Datetime(_) => Err(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    fn settings(text: &str) -> Result<Settings, ConfigError> {
        words("s3ci.toml", text).and_then(|said| Settings::of(&said))
    }

    #[test]
    fn keys_are_the_long_options() {
        let settings = settings("target = \"pypi:0.2.0\"\nmin-size = 10\nparallel = true\n").unwrap();
        assert_eq!(settings.target.map(|target| target.to_string()).as_deref(), Some("pypi:0.2.0"));
        assert_eq!((settings.min_size, settings.parallel, settings.files), (Some(10), Some(true), None));
    }

    #[test]
    fn a_list_and_a_table_are_several_words() {
        let text = "drime-set = [\"latency-ms=50\", \"fault-status=429\"]\n[thresholds]\n\"bench/local.upload.throughput\" = \">= 10 MB/s\"\n";
        let settings = settings(text).unwrap();
        assert_eq!(settings.drime_set.unwrap().to_string(), "fault-status=429, latency-ms=50");
        assert_eq!(settings.thresholds.unwrap().0.len(), 1);
    }

    /// The error as a user reads it, with its cause.
    fn refused(text: &str) -> String {
        let error = settings(text).unwrap_err();
        let causes = crate::base::causes_of(&error);
        format!("{error}; {}; {}", causes.join("; "), error.hint().unwrap_or_default())
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place_and_the_nearest_one() {
        let text = refused("files = 3\nfyles = 4\n");
        assert!(
            text.contains("line 2, column 1: there is no such key") && text.contains("did you mean files?"),
            "{text}"
        );
        assert!(refused("out = \"x\"").contains("no such key"), "where reports go is no key");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place_and_nothing_of_the_file() {
        for (text, place) in [
            ("files = 3\nPASSWORD=hunter2\n", "line 2, column 10"),
            ("hunter2 = 1\n", "line 1, column 1"),
            ("files = \"hunter2\"", "files in s3ci.toml, line 1, column 9"),
            ("files = [1]", "line 1, column 9"),
            (
                "[thresholds]\n\"bench/local.x\" = \">= 1\"\nhunter2 = \">= 1\"",
                "thresholds in s3ci.toml, line 3, column 1",
            ),
            ("HOME=/root\0PASSWORD=hunter2\0", "line 1"),
        ] {
            let refused = refused(text);
            assert!(refused.contains(place), "{text}: {refused}");
            assert!(!refused.contains("hunter2") && !refused.contains("PASSWORD"), "{text}: {refused}");
        }
    }

    #[test]
    fn a_file_that_was_named_must_exist() {
        assert!(matches!(read(Path::new("/nowhere/s3ci.toml")), Err(ConfigError::Unreadable { .. })));
    }
}
