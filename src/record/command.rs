//! What a program of somebody else's did: the evidence of a check in which a real client talks to the server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One command of a client and its end, free of secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Command {
    /// The command as a shell takes it.
    pub line: String,
    /// How it ended.
    pub ended: CommandEnd,
    /// Wall time.
    pub wall_ns: u64,
    /// CPU time of its processes.
    pub cpu_ns: u64,
    /// Files that it says it transferred; none where it does not say.
    pub transferred: Option<u64>,
    /// Files that it says it had no need to transfer; none where it does not say.
    pub skipped: Option<u64>,
    /// Requests that the proxy in front of the server saw of it, by method and what they were about; none where nobody counted.
    pub requests: Option<Vec<(String, u64)>>,
    /// The last lines of its output; kept of checks that did not pass.
    pub log: Vec<String>,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum CommandEnd {
    /// By itself; a signal counts as its negative number.
    Exited {
        /// Its exit status.
        status: i64,
    },
    /// It was stopped at its deadline.
    Deadline,
    /// It was stopped for trying again and again.
    GaveUp,
}

impl std::fmt::Display for CommandEnd {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exited { status } => write!(formatter, "exit status {status}"),
            Self::Deadline => formatter.write_str("stopped at its deadline"),
            Self::GaveUp => formatter.write_str("stopped: it tried the same request again and again"),
        }
    }
}
