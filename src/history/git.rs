//! git as far as a history needs it: plumbing commands in one repository, and what a commit is called.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::entry::Commit;
use super::error::HistoryError;
use crate::base::git;

/// Characters of a commit's name that tell it apart for a person.
const SHORT: usize = 10;

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Git {
    directory: PathBuf,
}

impl Git {
    /// The repository that a directory is part of.
    #[must_use]
    pub fn at(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// What a name stands for; the checked-out commit where nothing is named. A name that this repository does not know is taken
    /// as it is, without a time.
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
                // HEAD is another commit tomorrow.
                let label = name.filter(|name| *name != "HEAD" && !id.starts_with(name)).map_or(short, str::to_owned);
                Ok(Commit { id, label, time: Some(time) })
            }
            (None, Some(name)) => Ok(Commit { id: name.to_owned(), label: name.to_owned(), time: None }),
            (None, None) => Err(HistoryError::NoCommit),
        }
    }

    /// As [`Git::commit`], for a name that stands in a record: whoever wrote the record chose it, so it must be a hash.
    ///
    /// # Errors
    /// It is none.
    pub fn recorded_commit(&self, name: &str) -> Result<Commit, HistoryError> {
        if git::is_commit_name(name) {
            self.commit(Some(name))
        } else {
            Err(HistoryError::NotACommit { name: name.escape_debug().to_string() })
        }
    }

    /// Runs a command and returns what it printed, without the line feed at the end.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<String, HistoryError> {
        self.fed(arguments, None)
    }

    /// The same with something on its standard input.
    pub(super) fn fed(&self, arguments: &[&str], input: Option<&str>) -> Result<String, HistoryError> {
        let output = self.output(arguments, input)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned());
        }
        Err(HistoryError::Git { command: arguments.join(" "), said: said(&output) })
    }

    /// Whether a command ends well.
    pub(super) fn succeeds(&self, arguments: &[&str]) -> Result<bool, HistoryError> {
        self.output(arguments, None).map(|output| output.status.success())
    }

    /// Runs a command to its end, whatever that is. It asks for nothing: nobody may be there to answer.
    pub(super) fn output(&self, arguments: &[&str], input: Option<&str>) -> Result<Output, HistoryError> {
        let mut command = git::online(&self.directory);
        command.args(arguments);
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(HistoryError::Start)?;
        let feeder = child.stdin.take().zip(input).map(|(mut stdin, input)| {
            let input = input.to_owned();
            // Beside the reading of its output: neither side waits for the other. A command that ended early says why itself.
            std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())))
        });
        let output = child.wait_with_output().map_err(HistoryError::Start)?;
        drop(feeder.map(std::thread::JoinHandle::join));
        Ok(output)
    }
}

/// What a command said, in one line.
pub(super) fn said(output: &Output) -> String {
    let text = [output.stderr.as_slice(), output.stdout.as_slice()].concat();
    let text = String::from_utf8_lossy(&text);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("hint:"));
    lines.collect::<Vec<_>>().join("; ")
}
