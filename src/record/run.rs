//! The record of a run: what every report renders and `metrics.json` contains.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    Against, CapabilityRecord, CheckId, Command, Counterexample, Exchange, Fault, Metric, Outcome, Repeats, Severity,
    Storage, SuiteId,
};

/// Version of the record's shape. The minor number grows with every added field; the major one when a field changes or goes.
pub const SCHEMA_VERSION: &str = "2.0";

/// Everything that a run found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunRecord {
    /// See [`SCHEMA_VERSION`].
    pub schema_version: String,
    /// The program that wrote this.
    pub tool: Tool,
    /// Short random name of the run; containers, networks and buckets of the run carry it.
    pub run_id: String,
    /// When the run began.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub started_at: OffsetDateTime,
    /// Wall time of the whole run.
    pub duration_ns: u64,
    /// Seed of all generated content. The orders of a comparison are drawn from it together with `run_id`.
    pub seed: u64,
    /// What was tested.
    pub target: TargetIdentity,
    /// How it was run.
    pub runtime: RuntimeIdentity,
    /// The ledger of known issues that results were compared with; none if there was none.
    pub ledger: Option<LedgerIdentity>,
    /// Where it was run.
    pub host: HostFingerprint,
    /// The settings that shape the results.
    pub settings: RunSettings,
    /// Which part of the selected suites this run had; all where it was not split.
    pub shard: Option<Shard>,
    /// What a reader must know before trusting the numbers, such as "not isolated: process runtime".
    pub notices: Vec<String>,
    /// Suites in the order in which they ran.
    pub suites: Vec<SuiteRecord>,
    /// The comparison with a base; none where there was none.
    pub against: Option<Against>,
    /// Faults outside any suite: Docker, the image, a report.
    pub faults: Vec<Fault>,
    /// Set when the run was stopped before its end.
    pub interruption: Option<Interruption>,
    /// What the harness itself took.
    pub timings: Vec<HarnessTiming>,
    /// The exit code of the run.
    pub exit_code: u8,
    /// All exit codes that applied; the first in order of precedence is `exit_code`.
    pub exit_codes: Vec<u8>,
}

/// The program that wrote a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Always `s3ci`.
    pub name: String,
    /// Version of s3ci.
    pub version: String,
}

/// What was tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetIdentity {
    /// The target as asked for, such as `pypi:0.2.1`; credentials in a URL are left out.
    pub spec: String,
    /// Version of the server, where it is known.
    pub version: Option<String>,
    /// The commit that a `path:` or `git:` target is of; a `path:` may have been edited since, which its version says.
    pub commit: Option<String>,
    /// Hash of the sources of a `path:` or `git:` target.
    pub source_digest: Option<String>,
    /// The image of the Docker runtime.
    pub image: Option<ImageIdentity>,
}

/// A ledger of known issues, and the entries that applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerIdentity {
    /// Path of the file; that of the ledger which s3ci carries with it is `docker/known-issues.toml`.
    pub source: String,
    /// Hash of the file's content (`sha256:…`).
    pub digest: String,
    /// How many checks it lists for the version under test; zero while that is unknown.
    pub checks: u64,
}

/// A container image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImageIdentity {
    /// Name and tag.
    pub tag: String,
    /// Id given by the daemon (`sha256:…`).
    pub id: String,
    /// The base image it was built on.
    pub base: Option<String>,
    /// Hash of the constraints file that pins the server's dependencies.
    pub constraints_digest: Option<String>,
}

/// How a target was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuntimeKind {
    /// A throwaway container.
    Docker,
    /// A process on this machine, in a virtual environment.
    Process,
    /// A server that somebody else runs.
    Endpoint,
}

/// How a target was run, in the detail that matters to a reader of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuntimeIdentity {
    pub kind: RuntimeKind,
    /// Whether the server was cut off from the host and the network.
    pub isolated: bool,
    /// Engine and API version, Python version, or the endpoint's address.
    pub detail: String,
}

/// The machine, as far as it explains numbers; nothing that names its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HostFingerprint {
    /// Operating system.
    pub os: String,
    /// Processor architecture.
    pub arch: String,
    /// Processor model, where the system tells.
    pub cpu_model: Option<String>,
    /// Processors that this process may use.
    pub cpus: u64,
    /// Memory, where the system tells.
    pub memory_bytes: Option<u64>,
}

impl HostFingerprint {
    /// Whether another machine is of the same kind. Memory is left out: the same kind of machine has a little more or less of it.
    #[must_use]
    pub fn is_kind_of(&self, other: &Self) -> bool {
        let kind = |host: &Self| (host.os.clone(), host.arch.clone(), host.cpu_model.clone(), host.cpus);
        kind(self) == kind(other)
    }
}

/// The settings that shape the results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunSettings {
    /// Files of a benchmark.
    pub files: u64,
    /// Smallest file.
    pub min_size_bytes: u64,
    /// Largest file.
    pub max_size_bytes: u64,
    /// Subdirectories that the files are spread over.
    pub subdirs: u64,
    /// Concurrent requests of the parallel benchmarks.
    pub workers: u64,
    /// Files of the sync workflow.
    pub sync_files: u64,
    /// Deadline of one request; a check may take four times as long.
    pub timeout_ns: u64,
}

/// Part of a run that was split over machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shard {
    /// Which part, from 1.
    pub number: u64,
    /// Parts in all.
    pub count: u64,
    /// Stands for which suites and checks each of the parts has: the first four bytes of a SHA-256.
    pub split: u32,
}

/// One suite's results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SuiteRecord {
    /// Name of the suite.
    pub id: SuiteId,
    /// What the suite is, in a few words.
    pub title: String,
    /// Where the server stores.
    #[serde(flatten)]
    pub storage: Storage,
    /// When the suite began.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub started_at: OffsetDateTime,
    /// Wall time, server start and stop included.
    pub duration_ns: u64,
    /// Facts for a reader, in order: bucket mode, address, number of bytes.
    pub facts: Vec<(String, String)>,
    /// Optional features of the server, as far as checks depended on them.
    pub capabilities: Vec<CapabilityRecord>,
    /// Checks in the order of the catalogue.
    pub checks: Vec<CheckRecord>,
    /// Measured quantities.
    pub metrics: Vec<Metric>,
    /// A fault that kept the suite from running to its end.
    pub fault: Option<Fault>,
    /// How the server came up.
    pub server_start: Option<ServerStart>,
    /// The server's last log lines, kept where something failed.
    pub server_log: Vec<String>,
}

/// How a server came up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServerStart {
    /// From the call that creates the server to its first S3 answer.
    pub ready_ns: u64,
    /// Requests that were tried until the first answer.
    pub attempts: u64,
}

/// One check's result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckRecord {
    /// Stable id.
    pub id: CheckId,
    /// The worst that a broken rule can cost. What it did cost is the `severity` of the failure.
    pub worst_severity: Severity,
    /// The rule.
    pub rule: String,
    /// What happens to a user when it is broken.
    pub consequence: String,
    /// Where the rule is written down.
    pub source: String,
    /// The line of the ledger's entry for the check; none where there is no entry for this version.
    pub ledger_line: Option<u64>,
    pub outcome: Outcome,
    /// Wall time.
    pub duration_ns: u64,
    /// Requests and answers of a check that did not pass, oldest first.
    pub exchanges: Vec<Exchange>,
    /// A command line that repeats the check.
    pub repro: String,
    /// What real clients did for the check, oldest first.
    pub commands: Vec<Command>,
    /// Checks whose failure would explain a failure of this one.
    pub explained_by: Vec<CheckId>,
    /// The fewest requests that show the failure; none where nobody looked for them.
    #[serde(default)]
    pub counterexample: Option<Counterexample>,
    /// How often it failed, where it was run several times.
    #[serde(default)]
    pub repeats: Option<Repeats>,
}

impl CheckRecord {
    /// What the failure costs, or would cost at worst where the check did not fail.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.outcome.failure().map_or(self.worst_severity, |failure| failure.severity(self.worst_severity))
    }
}

/// Why a run stopped before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interruption {
    /// SIGINT, or Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

/// Something that the harness itself took time for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HarnessTiming {
    /// What was done, such as `image`.
    pub name: String,
    /// Wall time.
    pub duration_ns: u64,
}
