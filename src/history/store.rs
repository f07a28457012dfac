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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// The line was added.
    Line,
    /// The line of this run of this commit was there before.
    Nothing,
}

impl Store {
    /// Understands `FILE`, `git:BRANCH` and `git:BRANCH@DIR`.
    ///
    /// # Errors
    /// No branch can have this name.
    pub fn parse(text: &str) -> Result<Self, HistoryError> {
        match text.strip_prefix("git:") {
            Some(branch) => Branch::parse(branch).map(Self::Branch),
            None => Ok(Self::File(PathBuf::from(text))),
        }
    }

    /// The directory of the repository; `None` for a file.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        match self {
            Self::File(_) => None,
            Self::Branch(branch) => Some(branch.directory()),
        }
    }

    /// Reads the history.
    ///
    /// # Errors
    /// s3ci cannot read the file or the repository, or nothing was ever added there. A mistyped name is not an empty
    /// history.
    pub fn read(&self) -> Result<History, HistoryError> {
        match self {
            Self::File(path) => History::of_place(&file::read(path)?, &path.display().to_string()),
            Self::Branch(branch) => History::of_place(&branch.read()?, branch.name()),
        }
    }

    /// Adds a run, also while others add. The same run of the same commit is added once.
    ///
    /// # Errors
    /// s3ci cannot write the file or the repository, or the remote refuses.
    pub fn add(&self, entry: &Entry) -> Result<Added, HistoryError> {
        let added = match self {
            Self::File(path) => file::add(path, entry)?,
            Self::Branch(branch) => branch.add(entry)?,
        };
        Ok(if added { Added::Line } else { Added::Nothing })
    }
}
