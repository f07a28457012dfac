//! The ledger of known issues: which checks a version of the server is known to fail, how, and why.
//!
//! Owns the format of `docker/known-issues.toml`, what is refused of it, and the one place where a verdict is held against it: a
//! listed failure with the listed symptom is known; a listed check that passes, or fails otherwise, is red. A suite never knows the
//! ledger. A run may propose a change of the file as a diff. Deliberately absent: any opinion about a check, and writing to the file.
//!
//! An entry of the file:
//!
//! ```toml
//! [[issue]]
//! checks = ["api/local::list-v2-start-after"]    # the suite says the backend
//! versions = ">=0.2.0, <0.3"                     # as PEP 440 has them
//! severity = "breaks_clients"                    # what the failure costs
//! symptom = { kind = "listing-start-after", actual = "a, b, *" }
//! cause = "start-after is ignored"               # the defect in a few words; reports group by it
//! reason = "the handler reads marker alone"
//! upstream = "https://example.org/issues/7"      # where there is one
//! ```
//!
//! What a server may lack is listed as well, and red where a version offers more or less than that:
//!
//! ```toml
//! [[capabilities]]
//! backend = "local"
//! versions = ">=0.2.0, <0.3"
//! multipart = "broken"                           # supported, unsupported or broken; none is held against what is not listed
//! ```
//!
//! Without `versions` an entry holds for every server, one of an unknown version included.

mod edit;
mod error;
mod file;
mod generalise;
mod judge;
mod pattern;
mod proposal;
mod proposed;
mod support;
mod versions;

use std::path::Path;

use crate::base::read_file;
use crate::config::KnownIssues;
use crate::record::{CheckId, FailureKind, Severity};
use crate::workload::sha256_hex;

pub use error::{LedgerError, Problem};
pub use judge::Listed;
pub use pattern::Pattern;
pub use support::Offered;
pub use versions::Versions;

/// The ledger inside s3ci: its path in the sources, and its text.
const BUILT_IN: (&str, &str) = ("docker/known-issues.toml", include_str!("../../docker/known-issues.toml"));

/// A ledger without contradictions.
#[derive(Debug, Clone)]
pub struct Ledger {
    source: String,
    text: String,
    digest: String,
    issues: Vec<Issue>,
    offered: Vec<Offered>,
    /// Where the tree under test brings it.
    base: Option<proposed::Base>,
}

/// One defect, and the checks that see it.
#[derive(Debug, Clone)]
pub struct Issue {
    pub checks: Vec<CheckId>,
    /// The versions that have it; any where none.
    pub versions: Option<Versions>,
    /// What the failure costs.
    pub severity: Severity,
    /// How it shows.
    pub symptom: Symptom,
    /// The defect in a few words, the same in each entry that it has.
    pub cause: Option<String>,
    /// Why the server does so, in a sentence.
    pub reason: String,
    /// Where the server's own project discusses it.
    pub upstream: Option<String>,
    /// Where it stands in the file.
    pub line: usize,
}

/// How a known failure shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symptom {
    pub kind: FailureKind,
    /// What the server answered.
    pub actual: Pattern,
}

impl Ledger {
    /// Reads the ledger that was chosen, if one was.
    ///
    /// # Errors
    /// The first thing that is wrong with it, with its place.
    pub fn chosen(choice: &KnownIssues) -> Result<Option<Self>, LedgerError> {
        match choice {
            KnownIssues::BuiltIn => Self::built_in().map(Some),
            KnownIssues::File(path) => Self::read(path).map(Some),
            KnownIssues::Proposed { path, of_base, is_accepted } => {
                Self::read(path)?.beside(of_base, *is_accepted).map(Some)
            }
            KnownIssues::None => Ok(None),
        }
    }

    fn read(path: &Path) -> Result<Self, LedgerError> {
        let text = read_file(path).map_err(|source| LedgerError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&path.display().to_string(), &text)
    }

    /// The ledger inside s3ci.
    ///
    /// # Errors
    /// What is wrong with it; a test sees to it that nothing is.
    pub fn built_in() -> Result<Self, LedgerError> {
        Self::parse(BUILT_IN.0, BUILT_IN.1)
    }

    /// Whether it is the ledger inside s3ci, which nobody can change from outside.
    fn is_carried(&self) -> bool {
        self.source == BUILT_IN.0 && self.text == BUILT_IN.1
    }

    fn parse(source: &str, text: &str) -> Result<Self, LedgerError> {
        let (issues, offered) = file::parse(source, text)?;
        Ok(Self { source: source.to_owned(), text: text.to_owned(), digest: digest(text), issues, offered, base: None })
    }

    /// What the ledger lists for a version of the server; for an unknown one only what names no versions.
    #[must_use]
    pub fn of(&self, version: Option<&str>) -> Listed<'_> {
        Listed::new(self, version)
    }

    /// Every entry, in the order of the file.
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }
}

fn digest(text: &str) -> String {
    format!("sha256:{}", sha256_hex(text.as_bytes()))
}

#[cfg(test)]
mod tests;
