//! What can go wrong with the clients' side.

use std::time::Duration;

/// The clients' side could not do its part, which says nothing about the server.
#[derive(Debug, thiserror::Error)]
pub enum ClientsError {
    /// The agent could not be started.
    #[error("start the agent that runs the clients")]
    Start(#[source] std::io::Error),
    /// The agent refused a request.
    #[error("run a step of the clients' agent: {reason}")]
    Refused {
        /// Its words.
        reason: String,
    },
    /// The agent is gone.
    #[error("reach the clients' agent: it ended{}", last.iter().fold(String::new(), |text, line| format!("{text}\n  | {line}")))]
    Gone {
        /// The last that it wrote.
        last: Vec<String>,
    },
    /// The agent gave no answer.
    #[error("reach the clients' agent: no answer within {} s", after.as_secs())]
    Silent {
        /// How long was waited.
        after: Duration,
    },
}

impl ClientsError {
    /// The error in a few words, for a place that says already what it is about.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Refused { reason } => reason.clone(),
            other => other.to_string(),
        }
    }

    /// What to try next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Start(_) => "python3 must be on the PATH for clients in the process runtime",
            Self::Refused { .. } => {
                "check that the work directory has free space; `s3ci image build` makes the image of the clients"
            }
            Self::Gone { .. } => "the machine may have run out of memory: see `dmesg` and `docker events`",
            Self::Silent { .. } => "the machine may be overloaded; run the suite again by itself",
        };
        Some(hint.into())
    }
}
