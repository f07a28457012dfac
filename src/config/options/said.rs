//! The options that a user gave, as typed: words, each with its place. The table gives them their meaning.

use std::ffi::{OsStr, OsString};

use super::Row;

/// Where a word stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Flag,
    Variable,
    /// A file, by its name in messages.
    File {
        name: String,
        line: usize,
        column: usize,
    },
}

/// A word that was said of an option.
#[derive(Debug, Clone)]
pub struct Word {
    pub row: &'static Row,
    pub place: Place,
    pub text: OsString,
}

impl Word {
    /// The option at its place, for messages: `--files`, `S3CI_FILES`, `files in s3ci.toml, line 3, column 1`.
    #[must_use]
    pub fn option(&self) -> String {
        let Row { key, variable, .. } = self.row;
        match &self.place {
            Place::Flag => format!("--{key}"),
            Place::Variable => variable.clone(),
            Place::File { name, line, column } => format!("{key} in {name}, line {line}, column {column}"),
        }
    }

    /// The word itself, if a message may repeat it. Messages do not repeat words of a file, because it may be the wrong file.
    #[must_use]
    pub fn shown(&self, is_secret: bool) -> Option<String> {
        let is_typed = matches!(self.place, Place::Flag | Place::Variable);
        (is_typed && !is_secret).then(|| self.text.to_string_lossy().into_owned())
    }
}

/// One layer of what was said: the command line with the variables, or a file.
#[derive(Debug, Clone, Default)]
pub struct Said(pub Vec<Word>);

impl Said {
    /// The words about an option, in their order.
    #[must_use]
    pub fn of(&self, row: &Row) -> Vec<&Word> {
        self.0.iter().filter(|word| word.row.key == row.key).collect()
    }
}

pub(super) fn texts<'a>(words: &[&'a Word]) -> Vec<&'a OsStr> {
    words.iter().map(|word| word.text.as_os_str()).collect()
}
