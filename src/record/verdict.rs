//! Verdicts: values about the server. What kept s3ci from judging is a fault (`fault`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Fault;

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
    /// s3ci could not tell.
    Error(Fault),
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
        matches!(self, Self::Failed(failure) if failure.kind == Failure::FIXED)
    }

    /// Whether the server broke the rule, and the ledger said so beforehand.
    #[must_use]
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// Whether all that the server did wrong is to be too slow.
    #[must_use]
    pub fn is_slow(&self) -> bool {
        matches!(self, Self::Failed(failure) if failure.is_about_speed())
    }

    /// Whether s3ci could not tell.
    #[must_use]
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Error(_))
    }
}

/// Why the body of a check stopped early: its error type, so that `?` ends the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The server broke the rule.
    Failed(Failure),
    /// The rule does not apply here.
    Skipped(String),
    /// s3ci could not tell.
    Fault(Fault),
}

impl From<Stop> for Outcome {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Failed(failure) => Self::Failed(failure),
            Stop::Skipped(reason) => Self::Skipped { reason },
            Stop::Fault(fault) => Self::Error(fault),
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// A wrong answer of the server, or one that comes too slowly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// Stable, kebab-case class of the symptom, such as `etag-unchanged`.
    pub kind: String,
    /// The failure in one line.
    pub message: String,
    /// What a correct server would have answered.
    pub expected: String,
    /// What this server answered.
    pub actual: String,
}

impl Failure {
    /// The class of the worst that can happen: a client says that all went well, and what it restored is wrong.
    pub const SILENT_CORRUPTION: &str = "silent-corruption";
    /// Kind of the failure of a check that a ledger lists and that passes: the server is right, and the ledger out of date.
    pub const FIXED: &str = "known-issue-fixed";
    /// Kind of a throughput that dropped against the base.
    pub const THROUGHPUT_DROP: &str = "throughput-drop";
    /// Kind of a measurement beyond its threshold.
    pub const THRESHOLD: &str = "threshold";

    /// Whether the answers were right, and only too slow.
    #[must_use]
    pub fn is_about_speed(&self) -> bool {
        [Self::THROUGHPUT_DROP, Self::THRESHOLD].contains(&self.kind.as_str())
    }

    /// A wrong answer; `expected` and `actual` complete the message for a reader who debugs.
    #[must_use]
    pub fn new(
        kind: impl Into<String>,
        message: impl Into<String>,
        expected: impl Into<String>,
        actual: impl Into<String>,
    ) -> Self {
        Self { kind: kind.into(), message: message.into(), expected: expected.into(), actual: actual.into() }
    }
}

/// A wrong answer that the ledger of known issues expects of this version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KnownIssue {
    /// What the server did wrong.
    pub failure: Failure,
    /// Why it does so, from the ledger.
    pub reason: String,
    /// Where the server's own project discusses it.
    pub upstream: Option<String>,
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
