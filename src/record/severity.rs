//! What a broken rule costs a user, and how much of it each kind of failure does.

use super::spelled::spelled;

spelled! {
    /// What a user loses, from the worst to the least.
    pub enum Severity {
        /// Wrong bytes, or content that is lost or stale, without a word to the client.
        DataLoss = "data_loss",
        /// Access that should be refused is granted.
        Security = "security",
        /// A loud refusal, an error, or an answer that a client cannot read.
        BreaksClients = "breaks_clients",
        /// Everything else.
        Cosmetic = "cosmetic",
        /// The same answers, later.
        Slower = "slower",
    }
}

impl Severity {
    /// The catalogue's letter.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::DataLoss => 'D',
            Self::Security => 'S',
            Self::BreaksClients => 'B',
            Self::Cosmetic => 'C',
            Self::Slower => 'T',
        }
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::DataLoss => "data loss or corruption",
            Self::Security => "security",
            Self::BreaksClients => "breaks clients",
            Self::Cosmetic => "cosmetic",
            Self::Slower => "slower",
        }
    }

    /// The lesser of two: a failure is never worse than its check can find.
    #[must_use]
    pub fn at_most(self, worst: Self) -> Self {
        self.max(worst)
    }

    /// What a kind of failure costs wherever it happens. None if it depends on the check that found it.
    #[must_use]
    pub(super) fn of_kind(kind: &str) -> Option<Self> {
        Some(match kind {
            // The client believes that all is well, and what it has, or what is stored, is wrong.
            "silent-corruption"
            | "content-differs"
            | "content-length-differs"
            | "size-differs"
            | "stored-otherwise"
            | "etag-unchanged"
            | "object-lost"
            | "object-missing"
            | "object-torn"
            | "torn-read"
            | "writers-mixed"
            | "object-destroyed"
            | "listing-incomplete"
            | "listing-stops"
            | "metadata-lost" => Self::DataLoss,
            // The client knows that something went wrong, or gets nothing that it can use. Nothing is lost silently.
            "request-refused"
            | "signature-refused"
            | "key-refused"
            | "condition-refused"
            | "delete-refused"
            | "broken-answer"
            | "client-failed"
            | "client-refused"
            | "client-blocked"
            | "does-not-start"
            | "listing-endless"
            | "listing-token-stands-still"
            | "copied-again"
            | "transferred-again" => Self::BreaksClients,
            // It was refused, as it should be, in other words than S3's.
            "refused-otherwise" | "refused-in-other-words" | "error-code" => Self::Cosmetic,
            // The server is right, and the ledger is not.
            "known-issue-fixed" | "support-appeared" => Self::Cosmetic,
            "throughput-drop" | "threshold" => Self::Slower,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lesser_of_two_severities_holds() {
        assert_eq!(Severity::DataLoss.at_most(Severity::BreaksClients), Severity::BreaksClients);
        assert_eq!(Severity::Cosmetic.at_most(Severity::DataLoss), Severity::Cosmetic);
    }
}
