//! Requests to the agent that runs clients, and its answers. Plain data.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A program to run.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// Its name, looked for on the PATH.
    pub program: &'a str,
    pub arguments: &'a [String],
    /// Its environment, beside PATH, HOME, LANG and TMPDIR; it gets nothing else.
    pub environment: &'a BTreeMap<String, String>,
    /// What it reads; nothing where there is none.
    pub stdin: Option<&'a str>,
    /// The directory that it works in, below the toolbox's own.
    pub directory: &'a str,
    /// How long it may take before it is killed.
    pub deadline: Duration,
    /// Ends a program that tries again and again: a text of a line of its output, and how often it may be seen.
    pub give_up: Option<(&'a str, u32)>,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with a code; a signal counts as its negative number.
    Exited(i64),
    /// It was killed at its deadline.
    AtDeadline,
    /// It was killed for trying again too often.
    GaveUp,
}

/// What a program did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    pub ended: Ended,
    /// Its standard output, shortened in the middle, without secrets.
    pub stdout: String,
    /// Its standard error, likewise.
    pub stderr: String,
    /// Wall time.
    pub wall: Duration,
    /// CPU time, with that of the processes that it waited for.
    pub cpu: Duration,
}

/// A file to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Planting {
    /// Path below the directory, with slashes.
    pub path: String,
    #[serde(rename = "size")]
    pub size_bytes: u64,
    /// What its bytes follow from.
    pub seed: String,
    /// Its modification time, since 1970.
    pub modified_ns: u64,
}

/// Files below a directory, by their paths.
pub type Manifest = BTreeMap<String, ManifestEntry>;

/// A file as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ManifestEntry {
    #[serde(rename = "size")]
    pub size_bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// MD5 of its bytes.
    pub md5: String,
    /// Its modification time, since 1970.
    pub modified_ns: u64,
}

/// A request to the agent.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub(super) enum Request<'a> {
    Programs { programs: &'a BTreeMap<&'static str, &'static [&'static str]> },
    ServeTls { server: String },
    Run(Run<'a>),
    Plant { directory: &'a str, files: &'a [Planting] },
    Manifest { directory: &'a str },
    Rename { from: &'a str, to: &'a str },
    Remove { path: &'a str },
    Requests { bucket: &'a str },
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Run<'a> {
    program: &'a str,
    arguments: &'a [String],
    environment: &'a BTreeMap<String, String>,
    stdin: Option<&'a str>,
    directory: &'a str,
    deadline_ms: u64,
    give_up: Option<GiveUp<'a>>,
}

#[derive(Debug, Clone, Serialize)]
struct GiveUp<'a> {
    text: &'a str,
    times: u32,
}

impl<'a> From<&Order<'a>> for Run<'a> {
    fn from(order: &Order<'a>) -> Self {
        Self {
            program: order.program,
            arguments: order.arguments,
            environment: order.environment,
            stdin: order.stdin,
            directory: order.directory,
            deadline_ms: u64::try_from(order.deadline.as_millis()).unwrap_or(u64::MAX),
            give_up: order.give_up.map(|(text, times)| GiveUp { text, times }),
        }
    }
}

/// The agent's answer to any request; what the request has no use for is empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    pub(super) id: u64,
    pub(super) refused: Option<String>,
    pub(super) programs: BTreeMap<String, String>,
    pub(super) broken: BTreeMap<String, String>,
    pub(super) port: u16,
    pub(super) authority: String,
    pub(super) files: Manifest,
    pub(super) counts: BTreeMap<String, u64>,
    ended: String,
    code: i64,
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) wall_ns: u64,
    pub(super) cpu_ns: u64,
}

impl Answer {
    pub(super) fn ended(&self) -> Ended {
        match self.ended.as_str() {
            "deadline" => Ended::AtDeadline,
            "gave-up" => Ended::GaveUp,
            _ => Ended::Exited(self.code),
        }
    }
}
