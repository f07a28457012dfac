//! Plain data: what a run is made of and what it found.
//!
//! Owns the vocabulary that every other module speaks (case ids, verdicts,
//! metrics, the [`RunRecord`]) and with it the JSON schema, because
//! `metrics.json` is the record's serialisation and nothing else.
//!
//! Deliberately absent: I/O, clocks, rendering, and any import from the rest
//! of the crate.

mod baseline;
mod calibration;
mod capability;
mod case;
mod change;
mod command;
mod compare;
mod explanation;
mod gate;
mod merge;
mod metric;
mod record;
mod reference;
mod threshold;
mod verdict;

pub use baseline::{SinceBaseline, SuiteSince};
pub use calibration::Calibration;
pub use capability::{CapabilityRecord, Support};
pub use case::{CaseId, CaseSpec, Severity, SuiteId};
pub use change::Change;
pub use command::{Command, CommandEnd};
pub use compare::{
    CaseComparison, CompareError, Comparison, MetricComparison, OfferComparison, Side, compare, compare_verdicts,
};
pub use explanation::Explanation;
pub use gate::{
    Arm, ComparedCase, Decision, Estimator, FailOn, GateBlock, GatePass, GateProcedure, GateRecord, GateResult,
    ThroughputComparison, percent,
};
pub use merge::{MergeError, merge};
pub use metric::{Direction, Metric, Unit};
pub use record::{
    CaseRecord, HarnessTiming, HostFingerprint, ImageIdentity, Interruption, LedgerIdentity, RunRecord, RunSettings,
    RuntimeIdentity, RuntimeKind, SCHEMA_VERSION, ServerStart, Shard, SuiteRecord, TargetIdentity, Tool,
};
pub use reference::Reference;
pub use threshold::Threshold;
pub use verdict::{Exchange, Failure, Fault, KnownIssue, Outcome, Stop};
