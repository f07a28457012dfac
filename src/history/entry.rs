//! The line that a run leaves in a history: what matters about one run among hundreds.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::record::{
    Against, CheckId, Decision, Direction, Outcome, Reference, RunRecord, RuntimeKind, SuiteId, ThroughputBlock,
    ThroughputComparison, ThroughputResult, Unit,
};

/// Version of the format of a line. A history with another version is refused.
pub(super) const FORMAT: u32 = 2;
/// A line names this many failed checks at most.
const NAMED: usize = 50;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Full hash, or any other name if there is no repository.
    pub id: String,
    /// What a person calls it: a tag, or the first digits of the hash.
    pub label: String,
    /// When it was made, if known.
    pub time: Option<OffsetDateTime>,
}

/// One run of one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Version of the format of the line.
    pub format: u32,
    /// See [`Commit::id`].
    pub commit: String,
    /// See [`Commit::label`].
    pub label: String,
    /// When the commit was made, or when the run began if that is unknown. A trend is in this order.
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
    /// Id of the run. With the commit it identifies the line.
    pub run_id: String,
    /// The target as the user gave it.
    pub target: String,
    /// Version of the server, if known.
    pub version: Option<String>,
    /// Version of the schema of the record.
    pub schema_version: String,
    /// The kind of machine: system, processor, number of processors, and the runtime.
    pub machine: String,
    /// The settings that influence the figures.
    pub settings: String,
    pub exit_code: u8,
    pub checks: Counts,
    /// The first failed checks, 50 at most.
    pub failed: Vec<CheckId>,
    /// The base of the comparison; `None` if there was none, or none that a later run could compare with again.
    pub reference: Option<Reference>,
    /// Suite by suite.
    pub metrics: Vec<Measured>,
    /// Ratios to the reference.
    pub ratios: Vec<Ratio>,
}

/// Number of checks by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    pub known: u64,
    pub skipped: u64,
    /// s3ci could not judge.
    pub not_judged: u64,
    /// Throughput comparisons that did not decide.
    pub inconclusive: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    pub suite: SuiteId,
    pub name: String,
    /// Unit of the median.
    pub unit: Unit,
    pub direction: Direction,
    pub median: u64,
}

/// A quantity as a ratio to the reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratio {
    pub suite: SuiteId,
    pub name: String,
    pub direction: Direction,
    /// The parts of the procedure that influence the ratio.
    pub procedure: String,
    /// Candidate / base, in millionths.
    pub ratio_ppm: u64,
    pub lower_ppm: Option<u64>,
    pub upper_ppm: Option<u64>,
    pub decision: Option<Decision>,
    /// What one operation of the candidate took: the median over blocks. Only if the metric belongs to an operation.
    pub operation_ns: Option<u64>,
}

impl Entry {
    /// The line of a run.
    #[must_use]
    pub fn of(record: &RunRecord, commit: Commit) -> Self {
        let failed: Vec<CheckId> =
            outcomes(record).filter(|(_, outcome)| outcome.is_failed()).map(|(id, _)| id).collect();
        let reference = record.against.as_ref().and_then(Reference::of);
        let ratios = record.against.as_ref().filter(|_| reference.is_some()).map(ratios).unwrap_or_default();
        Self {
            format: FORMAT,
            commit: commit.id,
            label: commit.label,
            time: commit.time.unwrap_or(record.started_at),
            run_id: record.run_id.clone(),
            target: record.target.spec.clone(),
            version: record.target.version.clone(),
            schema_version: record.schema_version.clone(),
            machine: machine(record),
            settings: settings(record),
            exit_code: record.exit_code,
            checks: counts(record),
            failed: failed.into_iter().take(NAMED).collect(),
            reference,
            metrics: metrics(record),
            ratios,
        }
    }

    /// Whether both lines are of the same run of the same commit.
    #[must_use]
    pub fn is_same_run(&self, other: &Self) -> bool {
        self.commit == other.commit && self.run_id == other.run_id
    }

    /// Ratios with the same basis are comparable: reference, procedure, and major version of the record. `None` without
    /// a reference.
    #[must_use]
    pub fn basis_of_ratio(&self, ratio: &Ratio) -> Option<String> {
        let Reference { target, digest, .. } = self.reference.as_ref()?;
        Some(format!("{target} ({digest}), {}, schema {}", ratio.procedure, self.major()))
    }

    /// Times of one operation with the same basis are comparable: machine, procedure, and major version of the record.
    #[must_use]
    pub fn basis_of_operation(&self, ratio: &Ratio) -> String {
        format!("{}, {}, schema {}", self.machine, ratio.procedure, self.major())
    }

    /// Figures with the same basis are comparable: machine, settings, and major version of the record.
    #[must_use]
    pub fn basis_of_figures(&self) -> String {
        format!("{}, {}, schema {}", self.machine, self.settings, self.major())
    }

    /// Whether everything in both lines is comparable.
    #[must_use]
    pub fn is_comparable_with(&self, other: &Self) -> bool {
        let ratios = |entry: &Self| -> BTreeSet<String> {
            entry.ratios.iter().filter_map(|ratio| entry.basis_of_ratio(ratio)).collect()
        };
        self.basis_of_figures() == other.basis_of_figures() && ratios(self) == ratios(other)
    }

    /// The major version changes when fields change their meaning.
    fn major(&self) -> &str {
        self.schema_version.split('.').next().unwrap_or_default()
    }
}

fn outcomes(record: &RunRecord) -> impl Iterator<Item = (CheckId, &Outcome)> {
    record.suites.iter().flat_map(|suite| &suite.checks).map(|check| (check.id.clone(), &check.outcome))
}

fn counts(record: &RunRecord) -> Counts {
    let mut counts = Counts::default();
    for (_, outcome) in outcomes(record) {
        *match outcome {
            Outcome::Passed => &mut counts.passed,
            Outcome::Failed(_) => &mut counts.failed,
            Outcome::Known(_) => &mut counts.known,
            Outcome::Skipped { .. } => &mut counts.skipped,
            Outcome::NotJudged(_) => &mut counts.not_judged,
            Outcome::Inconclusive { .. } => &mut counts.inconclusive,
        } += 1;
    }
    counts
}

/// Leaves out memory, because machines of the same kind have a little more or less of it.
fn machine(record: &RunRecord) -> String {
    let host = &record.host;
    let runtime = match record.runtime.kind {
        RuntimeKind::Docker => "docker",
        RuntimeKind::Process => "process",
        RuntimeKind::Endpoint => "endpoint",
    };
    let cpu = host.cpu_model.as_deref().unwrap_or("unknown processor");
    format!("{} {}, {cpu}, {} CPU, {runtime}", host.os, host.arch, host.cpus)
}

fn settings(record: &RunRecord) -> String {
    let settings = &record.settings;
    format!(
        "{} files of {} to {} bytes in {} directories, {} workers",
        settings.files, settings.min_size_bytes, settings.max_size_bytes, settings.subdirs, settings.workers
    )
}

fn metrics(record: &RunRecord) -> Vec<Measured> {
    let of = |suite: &SuiteId, metric: &crate::record::Metric| Measured {
        suite: suite.clone(),
        name: metric.name.clone(),
        unit: metric.unit,
        direction: metric.direction,
        median: metric.median,
    };
    record.suites.iter().flat_map(|suite| suite.metrics.iter().map(|metric| of(&suite.id, metric))).collect()
}

fn ratios(against: &Against) -> Vec<Ratio> {
    let of = |comparison: &ThroughputComparison, result: &ThroughputResult| Ratio {
        suite: comparison.suite.clone(),
        name: result.metric.clone(),
        direction: result.direction,
        procedure: comparison.procedure.in_words(),
        ratio_ppm: result.ratio_ppm,
        lower_ppm: result.lower_ppm,
        upper_ppm: result.upper_ppm,
        decision: result.decision,
        operation_ns: operation_ns(comparison, &result.metric),
    };
    let all = against.throughput.iter();
    all.flat_map(|comparison| comparison.results.iter().map(move |result| of(comparison, result))).collect()
}

/// Median over blocks of the time that one operation of the candidate took.
fn operation_ns(comparison: &ThroughputComparison, operation: &str) -> Option<u64> {
    let of = |block: &ThroughputBlock| {
        let passes = block.passes.iter().filter(|pass| pass.operation == operation);
        let (count, nanoseconds) = passes.fold((0, 0), |(count, nanoseconds), pass| {
            (count + pass.order.chars().count() as u64, nanoseconds + pass.candidate_ns)
        });
        nanoseconds.checked_div(count)
    };
    let mut blocks: Vec<u64> = comparison.blocks.iter().filter_map(of).collect();
    blocks.sort_unstable();
    blocks.get(blocks.len() / 2).copied()
}
