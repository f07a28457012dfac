//! Failures: wrong answers of the server, or right ones that come too slowly.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Severity;

/// A wrong answer of the server, or one that comes too slowly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// How the failure shows. The ledger of known issues matches it together with `actual`.
    pub kind: FailureKind,
    /// What happened costs this much; never more than the `worst_severity` of the check. None until the check has ended.
    pub severity: Option<Severity>,
    /// The failure in one line.
    pub message: String,
    /// What a correct server would have answered.
    pub expected: String,
    /// What this server answered.
    pub actual: String,
    /// Whether the tree under test wants to accept it: its ledger lists it, and that of its base does not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_proposed: bool,
}

impl Failure {
    /// A wrong answer; `expected` and `actual` complete the message for a reader who debugs.
    #[must_use]
    pub fn new(
        kind: impl Into<FailureKind>,
        message: impl Into<String>,
        expected: impl Into<String>,
        actual: impl Into<String>,
    ) -> Self {
        let (message, expected, actual) = (message.into(), expected.into(), actual.into());
        Self { kind: kind.into(), severity: None, message, expected, actual, is_proposed: false }
    }

    /// The same failure with what it costs, where its kind alone does not say.
    #[must_use]
    pub fn with_severity(self, severity: Severity) -> Self {
        Self { severity: Some(severity), ..self }
    }

    /// What the failure of a check costs that can cost `worst`: as the check said, or as is usual of the kind, or the worst.
    #[must_use]
    pub fn severity(&self, worst: Severity) -> Severity {
        self.severity.or_else(|| Severity::of_kind(self.kind.as_str())).unwrap_or(worst).at_most(worst)
    }

    /// Whether the answers were right, and only too slow.
    #[must_use]
    pub fn is_about_speed(&self) -> bool {
        [FailureKind::THROUGHPUT_DROP, FailureKind::THRESHOLD].contains(&self.kind)
    }
}

/// How a failure shows: a stable name in kebab-case, such as `etag-unchanged`.
///
/// Checks coin their own where they are written. Messages may be reworded at any time; a kind may not, because ledgers name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct FailureKind(Cow<'static, str>);

impl FailureKind {
    /// A client says that all went well, and what it restored is wrong.
    pub const SILENT_CORRUPTION: Self = Self(Cow::Borrowed("silent-corruption"));
    /// The ledger lists the check, and it passes: the server is right, and the ledger out of date.
    pub const KNOWN_ISSUE_FIXED: Self = Self(Cow::Borrowed("known-issue-fixed"));
    /// Throughput dropped against the base.
    pub const THROUGHPUT_DROP: Self = Self(Cow::Borrowed("throughput-drop"));
    /// A measurement is beyond its threshold.
    pub const THRESHOLD: Self = Self(Cow::Borrowed("threshold"));

    /// Reads a kind; none where it is not in kebab-case, as no sentence is.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        text.split('-').all(is_word).then(|| Self(Cow::Owned(text.to_owned())))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for FailureKind {
    fn from(text: &str) -> Self {
        Self(Cow::Owned(text.to_owned()))
    }
}

impl From<String> for FailureKind {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl PartialEq<str> for FailureKind {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for FailureKind {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_costs_what_happened_and_never_more_than_its_check_can_find() {
        let failure = |kind: &str| Failure::new(kind, "wrong", "right", "wrong");
        assert_eq!(failure("request-refused").severity(Severity::DataLoss), Severity::BreaksClients);
        assert_eq!(failure("request-refused").severity(Severity::Cosmetic), Severity::Cosmetic);
        assert_eq!(failure("of-a-check").severity(Severity::Security), Severity::Security);
        let said = failure("request-refused").with_severity(Severity::DataLoss);
        assert_eq!(said.severity(Severity::DataLoss), Severity::DataLoss);
        assert_eq!(said.severity(Severity::BreaksClients), Severity::BreaksClients);
    }

    #[test]
    fn a_sentence_is_no_kind() {
        assert_eq!(FailureKind::parse("etag-unchanged").as_ref().map(FailureKind::as_str), Some("etag-unchanged"));
        for text in ["", "etag unchanged", "Etag-unchanged", "etag--unchanged", "it broke."] {
            assert_eq!(FailureKind::parse(text), None, "{text}");
        }
    }
}
