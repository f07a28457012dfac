//! What a history needs of git: plumbing commands in one repository, and the names of commits.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::entry::Commit;
use super::error::HistoryError;
use crate::base::git;

/// Digits of a hash that a label has.
const SHORT: usize = 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Git {
    directory: PathBuf,
}

impl Git {
    /// The repository that contains a directory.
    #[must_use]
    pub fn at(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// The commit of a name, or the checked-out commit without a name. If the repository does not know the name, it
    /// stays as it is, without a time.
    ///
    /// # Errors
    /// No name, and no repository either.
    pub fn commit(&self, name: Option<&str>) -> Result<Commit, HistoryError> {
        let spec = format!("{}^{{commit}}", name.unwrap_or("HEAD"));
        let found = self.output(&["show", "--no-patch", "--format=%H %cI", "--end-of-options", &spec, "--"], None);
        let described = found.ok().filter(|output| output.status.success()).and_then(|output| {
            let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            let (id, time) = text.split_once(' ')?;
            Some((id.to_owned(), OffsetDateTime::parse(time, &Rfc3339).ok()?))
        });
        match (described, name) {
            (Some((id, time)), name) => {
                let short: String = id.chars().take(SHORT).collect();
                // HEAD names another commit tomorrow, so it cannot be a label.
                let label = name.filter(|name| *name != "HEAD" && !id.starts_with(name)).map_or(short, str::to_owned);
                Ok(Commit { id, label, time: Some(time) })
            }
            (None, Some(name)) => Ok(Commit { id: name.to_owned(), label: name.to_owned(), time: None }),
            (None, None) => Err(HistoryError::NoCommit),
        }
    }

    /// As [`Git::commit`], for a name from a record. It must be a hash, because s3ci does not trust the author of a
    /// record.
    ///
    /// # Errors
    /// The name is not a hash.
    pub fn recorded_commit(&self, name: &str) -> Result<Commit, HistoryError> {
        if git::is_commit_name(name) {
            self.commit(Some(name))
        } else {
            Err(HistoryError::NotACommit { name: name.escape_debug().to_string() })
        }
    }

    /// Runs a command and returns its output without the line feed at the end.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<String, HistoryError> {
        self.fed(arguments, None)
    }

    /// The same with standard input.
    pub(super) fn fed(&self, arguments: &[&str], input: Option<&str>) -> Result<String, HistoryError> {
        let output = self.output(arguments, input)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned());
        }
        Err(HistoryError::Git { command: arguments.join(" "), said: said(&output) })
    }

    /// Whether the command exits with 0.
    pub(super) fn succeeds(&self, arguments: &[&str]) -> Result<bool, HistoryError> {
        self.output(arguments, None).map(|output| output.status.success())
    }

    /// Runs a command to its end, whatever its exit code. git must not ask for anything, because nobody may be there to
    /// answer.
    pub(super) fn output(&self, arguments: &[&str], input: Option<&str>) -> Result<Output, HistoryError> {
        let mut command = git::online(&self.directory);
        command.args(arguments);
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(HistoryError::Start)?;
        let feeder = child.stdin.take().zip(input).map(|(mut stdin, input)| {
            let input = input.to_owned();
            // This thread writes while the main one reads, so that neither side blocks the other. A command that ended
            // early says why itself.
            std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())))
        });
        let output = child.wait_with_output().map_err(HistoryError::Start)?;
        drop(feeder.map(std::thread::JoinHandle::join));
        Ok(output)
    }
}

/// What a command printed, in one line, without git's hints.
pub(super) fn said(output: &Output) -> String {
    let text = [output.stderr.as_slice(), output.stdout.as_slice()].concat();
    let text = String::from_utf8_lossy(&text);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("hint:"));
    lines.collect::<Vec<_>>().join("; ")
}
