//! What is wrong with a ledger. Its author can fix every variant, so all end with exit code 2. Messages name places and never repeat the
//! text of the file, because it may not be the file that the user meant.

use std::path::PathBuf;

use crate::base::Misread;
use crate::record::{Severity, Support};

/// A ledger that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file cannot be read.
    #[error("read the known issues in {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no TOML, or has other keys than a ledger.
    #[error("understand the known issues in {file}")]
    Malformed { file: String, source: Misread },
    /// The file can be read and not edited.
    #[error("propose changes to the known issues in {file}")]
    Uneditable { file: String, source: Misread },
    /// There is nothing that changes could be proposed of.
    #[error("propose changes to the known issues: no ledger is in force")]
    NoLedger,
    /// An entry cannot be.
    #[error("use the known issues in {file}, line {line}, column {column}: {problem}")]
    Entry {
        file: String,
        line: usize,
        column: usize,
        /// What is wrong.
        problem: Problem,
    },
}

/// What is wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// An entry without checks.
    #[error("the entry lists no check")]
    NoChecks,
    #[error("there is no such check")]
    UnknownCheck { nearest: Option<String> },
    /// Two entries would hold for one version.
    #[error("line {first} lists {check} already, for some of the same versions")]
    Duplicate {
        check: String,
        /// Where it is listed first.
        first: usize,
    },
    /// The versions are not a range.
    #[error("the versions are not a range: {reason}")]
    Versions { reason: String },
    #[error("a failure of {check} is at most {worst}, not {listed}")]
    Severity { check: String, listed: Severity, worst: Severity },
    #[error("there is no such kind of failure")]
    Kind,
    /// The symptom would fit any failure.
    #[error("the symptom matches everything: `actual` must be a pattern for what the server answers")]
    VagueSymptom,
    /// Nobody said why.
    #[error("the reason is empty")]
    NoReason,
    /// Nobody has said why yet.
    #[error("the reason is still TODO")]
    OpenReason,
}

impl LedgerError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> String {
        let hint = match self {
            Self::Unreadable { .. } => "name a file with --known-issues, or leave it out to use the ledger inside s3ci",
            Self::Malformed { .. } => "an [[issue]] has checks, versions, severity, symptom, reason and upstream",
            Self::Uneditable { .. } => "edit it by hand: the report names what failed, and how",
            Self::NoLedger => "leave --no-known-issues out, or name a ledger with --known-issues",
            Self::Entry { problem, .. } => return problem.hint(),
        };
        hint.to_owned()
    }
}

impl Problem {
    fn hint(&self) -> String {
        let hint = match self {
            Self::NoChecks => "name checks, as in checks = [\"api/local::range-first\"]",
            Self::UnknownCheck { nearest: Some(nearest), .. } => {
                return format!("did you mean {nearest}? `s3ci list` shows all");
            }
            Self::UnknownCheck { nearest: None, .. } => "`s3ci list` shows suites and checks",
            Self::Duplicate { .. } => "remove one of them, or give them versions that do not overlap",
            Self::Versions { .. } => "write it as in versions = \">=0.2.0, <0.3\"",
            Self::Severity { .. } => {
                "write what the failure costs: the report names its severity, and `s3ci list` the worst that a check can find"
            }
            Self::Kind => "write the kind that the report gives, such as etag-unchanged",
            Self::VagueSymptom => "write what the report calls actual, with a * for the parts that vary",
            Self::NoReason | Self::OpenReason => "say in a sentence why the server fails",
        };
        hint.to_owned()
    }
}

/// Support as the file has it.
pub(super) fn support_word(support: Support) -> &'static str {
    match support {
        Support::Supported => "supported",
        Support::Unsupported => "unsupported",
        Support::Broken => "broken",
    }
}
