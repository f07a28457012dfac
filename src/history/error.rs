//! Errors of a history.

use std::io;
use std::path::PathBuf;

use super::entry::FORMAT;

#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error("read the history {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("add to the history {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    /// The file or branch holds something else.
    #[error("use {place} as a history: it holds something else")]
    NoHistory {
        /// The file or the branch.
        place: String,
    },
    /// Another version of s3ci began the history.
    #[error("read the history {place}: line {line} has format {found}, and this s3ci reads format {FORMAT}")]
    Format {
        /// The file or the branch.
        place: String,
        /// The line, from 1.
        line: usize,
        found: u32,
    },
    /// JSON cannot hold the entry, for example a year over 9999.
    #[error("write the line of the run")]
    Line(#[source] serde_json::Error),
    #[error("use {name:?} as a branch: git does not allow that name")]
    Name { name: String },
    #[error("start git")]
    Start(#[source] io::Error),
    #[error("run git {command}: {said}")]
    Git {
        command: String,
        /// One line.
        said: String,
    },
    #[error("read the history of the branch {branch}: there is no such branch")]
    NoBranch { branch: String },
    /// The branch is checked out. Moving it would leave the work tree behind.
    #[error("write the branch {branch}: it is checked out here")]
    CheckedOut { branch: String },
    /// The remote refuses the push although nobody else pushed.
    #[error("push the history to {remote}: {said}")]
    Refused {
        remote: String,
        /// One line.
        said: String,
    },
    /// Somebody else was faster in every attempt.
    #[error("add to the branch {branch}: others added {attempts} times meanwhile")]
    Contended { branch: String, attempts: u32 },
    /// The commit is unknown, and the user named none.
    #[error("find the commit: this is not a git repository, and you named no commit")]
    NoCommit,
    #[error("use the record's commit `{name}`: it is not a hash")]
    NotACommit { name: String },
}

impl HistoryError {
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoBranch { .. } => "name the branch that `s3ci history add` wrote",
            Self::NoHistory { .. } => "name a file that `s3ci history add` wrote, a new file, or git:BRANCH",
            Self::Format { .. } => {
                "begin a new history: name another file or branch; the s3ci that wrote the old one still reads it"
            }
            Self::Read { .. } => "name the file that `s3ci history add` wrote, or git:BRANCH",
            Self::Write { .. } => "name a file in an existing directory that you may write to",
            Self::Line(_) => "check the times in the record",
            Self::Name { .. } => "name a branch such as git:s3ci-history",
            Self::Start(_) => "install git, or keep the history in a file",
            Self::Git { .. } => "run the command by hand in that repository",
            Self::CheckedOut { .. } => "use a separate branch for the history, such as git:s3ci-history",
            Self::Refused { .. } => "check that you may push and that no rule protects the branch",
            Self::Contended { .. } => "try again",
            Self::NoCommit => "name the commit: --commit NAME",
            Self::NotACommit { .. } => "somebody changed the record; name the commit: --commit NAME",
        }
    }
}
