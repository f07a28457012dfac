//! What can go wrong with a history.

use std::io;
use std::path::PathBuf;

use super::entry::FORMAT;

/// A history could not be read or added to.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// A file could not be read.
    #[error("read the history {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("add to the history {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// What is there is something else.
    #[error("use {place} as a history: it holds something else")]
    NoHistory {
        /// The file or the branch.
        place: String,
    },
    /// The history was begun by another version of s3ci.
    #[error("read the history {place}: line {line} has format {found}, and this s3ci reads format {FORMAT}")]
    Format {
        /// The file or the branch.
        place: String,
        /// The line, from 1.
        line: usize,
        found: u32,
    },
    /// The entry cannot be said in JSON, such as a year over 9999.
    #[error("write the line of the run")]
    Line(#[source] serde_json::Error),
    /// No branch can have this name.
    #[error("use {name:?} as a branch: git allows no such name")]
    Name {
        /// The name.
        name: String,
    },
    /// git could not be started.
    #[error("start git")]
    Start(#[source] io::Error),
    /// A git command failed.
    #[error("run git {command}: {said}")]
    Git {
        /// What was tried.
        command: String,
        /// What git said, in one line.
        said: String,
    },
    /// There is no such branch.
    #[error("read the history of the branch {branch}: there is none of that name")]
    NoBranch {
        /// The branch.
        branch: String,
    },
    /// The branch is checked out, and writing it would leave the work tree behind.
    #[error("write the branch {branch}: it is checked out here")]
    CheckedOut {
        /// The branch.
        branch: String,
    },
    /// The remote refuses the push although nobody else pushed.
    #[error("push the history to {remote}: {said}")]
    Refused {
        /// The remote.
        remote: String,
        /// What it said, in one line.
        said: String,
    },
    /// Others were faster each time.
    #[error("add to the branch {branch}: others added {attempts} times meanwhile")]
    Contended {
        /// The branch.
        branch: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// The commit is not known, and none was named.
    #[error("find out the commit: this is no git repository, and none was named")]
    NoCommit,
    #[error("use the record's commit `{name}`: it is no hash")]
    NotACommit { name: String },
}

impl HistoryError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoBranch { .. } => "`s3ci history add` makes it; name the one that it wrote",
            Self::NoHistory { .. } => {
                "name a file that `s3ci history add` made, or one that is not there yet, or git:BRANCH"
            }
            Self::Format { .. } => {
                "begin a new history: name another file or branch; the s3ci that wrote the old one still reads it"
            }
            Self::Read { .. } => "name the file that `s3ci history add` writes, or git:BRANCH",
            Self::Write { .. } => "name a file in a directory that is there and that you may write to",
            Self::Line(_) => "see what is odd about the record's times",
            Self::Name { .. } => "name a branch such as git:s3ci-history",
            Self::Start(_) => "install git, or keep the history in a file",
            Self::Git { .. } => "try the command by hand in that repository",
            Self::CheckedOut { .. } => "keep the history in a branch of its own, such as git:s3ci-history",
            Self::Refused { .. } => "see that you may push and that no rule protects the branch",
            Self::Contended { .. } => "try again",
            Self::NoCommit => "name it: --commit NAME",
            Self::NotACommit { .. } => "the record is not as s3ci wrote it; name the commit: --commit NAME",
        }
    }
}
