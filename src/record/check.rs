//! Names of suites and checks, and what is known of a check before it runs.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Severity;

/// Name of a suite: a kind and a backend, such as `etag/local`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct SuiteId(String);

impl SuiteId {
    /// Wraps a name; the catalogue in `suites` is the only place that coins them.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as written on the command line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the slash, such as `bench`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// The name that JUnit has for the suite and its checks' class: `s3ci.bench.local`.
    #[must_use]
    pub fn dotted(&self) -> String {
        format!("s3ci.{}", self.0.replace('/', "."))
    }
}

impl fmt::Display for SuiteId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Stable name of a check: `etag/local::changes-on-same-size-edit`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct CheckId(String);

impl CheckId {
    /// Joins a suite and the name of one of its checks.
    #[must_use]
    pub fn new(suite: &SuiteId, check: &str) -> Self {
        Self(format!("{suite}::{check}"))
    }

    /// The whole id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before `::`.
    #[must_use]
    pub fn suite(&self) -> SuiteId {
        SuiteId::new(self.0.split_once("::").map_or(self.as_str(), |(suite, _)| suite))
    }

    /// The part after `::`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.split_once("::").map_or("", |(_, name)| name)
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A check as the catalogue lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckSpec {
    /// The part of the id after `::`, kebab-case, never reused for another rule.
    pub name: &'static str,
    /// The worst that a broken rule can cost; a failure has what it did cost.
    pub severity: Severity,
    /// The rule as a sentence that a correct server makes true.
    pub rule: &'static str,
    /// What happens to a user when it is false.
    pub consequence: &'static str,
    /// Where the rule is written down (the S3 API reference, RFC 9110, a client's source).
    pub source: &'static str,
}
