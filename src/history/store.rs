//! Where a history is kept.

use std::path::{Path, PathBuf};

use super::branch::Branch;
use super::entry::Entry;
use super::error::HistoryError;
use super::file;
use super::lines::History;

/// Where a history is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// A file of JSON lines.
    File(PathBuf),
    /// A branch of a git repository that holds such a file.
    Branch(Branch),
}

/// What adding came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// The line is there now.
    Line,
    /// It was there before: the same run of the same commit.
    Nothing,
}

impl Store {
    /// Understands `FILE`, `git:BRANCH` and `git:BRANCH@DIR`.
    ///
    /// # Errors
    /// A name that no branch can have.
    pub fn parse(text: &str) -> Result<Self, HistoryError> {
        match text.strip_prefix("git:") {
            Some(branch) => Branch::parse(branch).map(Self::Branch),
            None => Ok(Self::File(PathBuf::from(text))),
        }
    }

    /// The directory of the repository; none where the history is in a file.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        match self {
            Self::File(_) => None,
            Self::Branch(branch) => Some(branch.directory()),
        }
    }

    /// Reads all that is there.
    ///
    /// # Errors
    /// A file or a repository that cannot be read, and a place where nothing was added yet: a name mistyped is no empty history.
    pub fn read(&self) -> Result<History, HistoryError> {
        match self {
            Self::File(path) => History::of_place(&file::read(path)?, &path.display().to_string()),
            Self::Branch(branch) => History::of_place(&branch.read()?, branch.name()),
        }
    }

    /// Adds a run, whoever else adds at the same time; the same run of the same commit is added once.
    ///
    /// # Errors
    /// A file or a repository that cannot be written, or a remote that refuses.
    pub fn add(&self, entry: &Entry) -> Result<Added, HistoryError> {
        let added = match self {
            Self::File(path) => file::add(path, entry)?,
            Self::Branch(branch) => branch.add(entry)?,
        };
        Ok(if added { Added::Line } else { Added::Nothing })
    }
}
