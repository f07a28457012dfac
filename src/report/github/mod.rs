//! GitHub Actions: annotations, the step summary, and the outputs of a step.
//!
//! Owns what a maintainer sees of a run in a pull request without opening a log. The runner reads *commands* in what a step prints
//! (`::error …`), so all that s3ci prints there is between `stop-commands` and its token: what a server sent can never pass
//! for a command. Source of the forms: GitHub Docs, "Workflow commands for GitHub Actions".
//!
//! Deliberately absent: printing, which the console does, and any opinion that the record does not hold.

mod annotations;
mod command;
mod summary;
mod values;

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::record::RunRecord;
use crate::report::view::View;
use crate::report::{Outputs, WriteError};

/// The files that a step of GitHub Actions writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitHub {
    /// File that the step's summary is appended to.
    summary: Option<PathBuf>,
    /// File that the step's outputs are appended to.
    output: Option<PathBuf>,
}

impl GitHub {
    /// The step that the environment tells of.
    #[must_use]
    pub fn of_environment() -> Self {
        let file = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self { summary: file("GITHUB_STEP_SUMMARY"), output: file("GITHUB_OUTPUT") }
    }

    /// Whether this process is a step of GitHub Actions.
    #[must_use]
    pub fn is_here() -> bool {
        std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
    }

    /// The commands that a record is worth: its annotations.
    #[must_use]
    pub fn annotations(record: &RunRecord) -> String {
        annotations::render(&View::of(record))
    }

    /// Appends the summary and the outputs to the step's files, where there are any.
    #[must_use]
    pub fn write(&self, record: &RunRecord, outputs: &Outputs) -> Vec<WriteError> {
        let summary = self.summary.as_deref().map(|path| append(path, &summary::render(&View::of(record))));
        let values = self.output.as_deref().map(|path| append(path, &values::render(record, outputs)));
        [summary, values].into_iter().flatten().filter_map(Result::err).collect()
    }
}

/// The runner owns the file, and other steps may have written to it.
fn append(path: &Path, text: &str) -> Result<(), WriteError> {
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|source| WriteError::Content { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn what_other_steps_wrote_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (summary, output) = (folder.path().join("summary"), folder.path().join("output"));
        std::fs::write(&summary, "earlier\n").unwrap();
        let github = GitHub { summary: Some(summary.clone()), output: Some(output.clone()) };
        assert!(github.write(&fixture::record(), &Outputs::default()).is_empty());
        let text = std::fs::read_to_string(summary).unwrap();
        assert!(text.starts_with("earlier\n## ✗ FAILED"), "{text}");
        assert!(std::fs::read_to_string(output).unwrap().starts_with("result=failed\n"));
    }

    #[test]
    fn every_report_lists_what_a_change_wants_to_accept() {
        let mut record = fixture::record();
        let checks = record.suites.iter_mut().flat_map(|suite| &mut suite.checks);
        let mut wanted = Vec::new();
        for check in checks {
            if let crate::record::Outcome::Failed(failure) = &mut check.outcome {
                failure.is_proposed = true;
                wanted.push(check.id.to_string());
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| Some(folder.path().join(name));
        let outputs = Outputs::of(|format| file(format.flag));
        let github = GitHub { summary: file("summary"), output: None };
        assert!(outputs.write_all(&record).is_empty() && github.write(&record, &outputs).is_empty());
        let text = |name: &str| {
            let text = std::fs::read_to_string(folder.path().join(name)).unwrap().replace('\\', "");
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        for name in ["junit", "text", "html", "summary"] {
            assert!(text(name).contains("this change wants to accept 2 failures: "), "{name}: {}", text(name));
            assert!(wanted.iter().all(|id| text(name).contains(id)), "{name}");
        }
        assert_eq!(text("json").matches("\"is_proposed\": true").count(), 2);
        assert!(GitHub::annotations(&record).contains("this change wants to accept 2 failures"));
    }
}
