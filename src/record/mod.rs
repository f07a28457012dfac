//! Plain data: what a run is made of and what it found.
//!
//! Owns the types that every other module uses (check ids, verdicts,
//! metrics, the [`RunRecord`]) and with it the JSON schema, because
//! `metrics.json` is the record's serialisation and nothing else.
//!
//! Deliberately absent: I/O, clocks, rendering, and any import from the rest
//! of the crate.

mod backend;
mod baseline;
mod calibration;
mod capability;
mod change;
mod check;
mod command;
mod compare;
mod counterexample;
mod explanation;
mod failure;
mod fault;
mod merge;
mod metric;
mod reference;
mod repeats;
mod run;
mod severity;
mod spelled;
mod threshold;
mod throughput;
mod verdict;

pub use backend::{AssumedDuplicates, Backend, DrimeService, Storage};
pub use baseline::{SinceBaseline, SuiteSince};
pub use calibration::Calibration;
pub use capability::{CapabilityRecord, Support};
pub use change::Change;
pub use check::{CheckId, CheckSpec, SuiteId};
pub use command::{Command, CommandEnd};
pub use compare::{
    CheckComparison, CompareError, Comparison, MetricComparison, OfferComparison, Side, compare, compare_verdicts,
};
pub use counterexample::{Counterexample, CounterexampleStep};
pub use explanation::Explanation;
pub use failure::{Failure, FailureKind};
pub use fault::{Fault, FaultKind};
pub use merge::{MergeError, merge};
pub use metric::{Direction, Metric, Unit};
pub use reference::Reference;
pub use repeats::Repeats;
pub use run::{
    CheckRecord, HarnessTiming, HostFingerprint, ImageIdentity, Interruption, LedgerIdentity, RunRecord, RunSettings,
    RuntimeIdentity, RuntimeKind, SCHEMA_VERSION, ServerStart, Shard, SuiteRecord, TargetIdentity, Tool,
};
pub use severity::Severity;
pub use threshold::Threshold;
pub use throughput::{
    Against, Arm, ComparedCheck, Decision, Estimator, FailOn, ThroughputBlock, ThroughputComparison, ThroughputPass,
    ThroughputProcedure, ThroughputResult, percent,
};
pub use verdict::{Exchange, KnownIssue, Outcome, Stop};
