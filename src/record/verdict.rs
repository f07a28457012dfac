//! Verdicts: values about the server. What kept s3ci from judging is a fault (`fault`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Failure, FailureKind, Fault, Severity};

/// What became of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// The rule holds.
    Passed,
    /// The server broke the rule.
    Failed(Failure),
    /// The server broke the rule just as the ledger of known issues says of its version.
    Known(KnownIssue),
    /// The rule does not apply here.
    Skipped {
        /// Why it does not apply.
        reason: String,
    },
    /// s3ci could not judge.
    NotJudged(Fault),
    /// Throughput only: the blocks do not tell a tolerable drop from one that is not.
    Inconclusive {
        /// What was seen, and what it would have taken.
        reason: String,
    },
}

impl Outcome {
    /// Whether the server broke the rule.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }

    /// Whether the rule holds that a ledger lists as broken: the ledger is out of date.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        matches!(self, Self::Failed(failure) if failure.kind == FailureKind::KNOWN_ISSUE_FIXED)
    }

    /// Whether the server broke the rule, and the ledger said so beforehand.
    #[must_use]
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// The same outcome with what its failure costs, of a check that can cost `worst`.
    #[must_use]
    pub fn with_severity(mut self, worst: Severity) -> Self {
        if let Self::Failed(failure) | Self::Known(KnownIssue { failure, .. }) = &mut self {
            failure.severity = Some(failure.severity(worst));
        }
        self
    }

    /// The wrong answer, whether a ledger names it or not.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Known(issue) => Some(&issue.failure),
            Self::Passed | Self::Skipped { .. } | Self::NotJudged(_) | Self::Inconclusive { .. } => None,
        }
    }

    /// Whether the server did nothing wrong but to be too slow.
    #[must_use]
    pub fn is_slow(&self) -> bool {
        matches!(self, Self::Failed(failure) if failure.is_about_speed())
    }

    #[must_use]
    pub fn is_not_judged(&self) -> bool {
        matches!(self, Self::NotJudged(_))
    }
}

/// Why the body of a check stopped early: its error type, so that `?` ends the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The server broke the rule.
    Failed(Failure),
    /// The rule does not apply here.
    Skipped(String),
    /// s3ci could not judge.
    Fault(Fault),
}

impl From<Stop> for Outcome {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Failed(failure) => Self::Failed(failure),
            Stop::Skipped(reason) => Self::Skipped { reason },
            Stop::Fault(fault) => Self::NotJudged(fault),
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// A wrong answer that the ledger of known issues expects of this version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KnownIssue {
    /// What the server did wrong.
    pub failure: Failure,
    /// The defect in a few words, from the ledger: what it is known by where several checks see it.
    pub cause: Option<String>,
    /// Why the server does so, from the ledger.
    pub reason: String,
    /// Where the server's own project discusses it.
    pub upstream: Option<String>,
}

impl KnownIssue {
    /// The defect in the fewest words that there are.
    #[must_use]
    pub fn cause(&self) -> &str {
        self.cause.as_deref().unwrap_or(&self.reason)
    }
}

/// One request and its answer, shortened and free of secrets: the evidence of a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// HTTP method.
    pub method: String,
    /// Path and query as sent.
    pub path: String,
    /// Headers of the request that matter, credentials left out.
    pub request_headers: Vec<(String, String)>,
    /// HTTP status; none where no answer came.
    pub status: Option<u16>,
    /// Headers of the answer that matter.
    pub response_headers: Vec<(String, String)>,
    /// The first bytes of the answer's body, where it was read as text.
    pub body_start: Option<String>,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
