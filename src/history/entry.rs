//! The line of a run: what is worth knowing of it when it is one among hundreds.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::record::{
    Against, CheckId, Decision, Direction, Outcome, Reference, RunRecord, RuntimeKind, SuiteId, ThroughputBlock,
    ThroughputComparison, ThroughputResult, Unit,
};

/// Version of the line's shape. A history with another one is refused.
pub(super) const FORMAT: u32 = 2;
/// Failed checks that a line names; the rest is counted.
const NAMED: usize = 50;

/// A commit as a history knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its full name, or whatever names it where there is no repository.
    pub id: String,
    /// What a person calls it: a tag, or the start of its name.
    pub label: String,
    /// When it was made, where that is known.
    pub time: Option<OffsetDateTime>,
}

/// One run of one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Version of the line's shape.
    pub format: u32,
    /// Full name of the commit.
    pub commit: String,
    /// What a person calls it.
    pub label: String,
    /// When the commit was made, or the run began where that is not known: the order of the axis.
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
    /// Name of the run; together with the commit it tells a line from all others.
    pub run_id: String,
    /// The target as asked for.
    pub target: String,
    /// Version of the server, where it is known.
    pub version: Option<String>,
    /// Version of the record's shape.
    pub schema_version: String,
    /// The kind of machine: system, processor, number of processors, and how the server was run.
    pub machine: String,
    /// The settings that shape the figures.
    pub settings: String,
    /// How the run ended.
    pub exit_code: u8,
    /// How its checks ended.
    pub checks: Counts,
    /// The checks that failed, the first of them.
    pub failed: Vec<CheckId>,
    /// What the other arm of the comparison was; none where there was none that can be told again.
    pub reference: Option<Reference>,
    /// Medians of what was measured, suite by suite.
    pub metrics: Vec<Measured>,
    /// Ratios to the reference.
    pub ratios: Vec<Ratio>,
}

/// How checks ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// The rule holds.
    pub passed: u64,
    /// The rule is broken, and no ledger names it.
    pub failed: u64,
    /// The rule is broken, as the ledger says.
    pub known: u64,
    /// The rule does not apply.
    pub skipped: u64,
    /// s3ci could not judge.
    pub not_judged: u64,
    /// Throughput that could not be decided.
    pub inconclusive: u64,
}

/// A measured quantity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// The suite that measured it.
    pub suite: SuiteId,
    /// Name within the suite.
    pub name: String,
    /// Unit of the median.
    pub unit: Unit,
    /// Which way is better.
    pub direction: Direction,
    /// The median.
    pub median: u64,
}

/// A quantity as a ratio to the reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratio {
    /// The suite that compared.
    pub suite: SuiteId,
    /// Name within the suite.
    pub name: String,
    /// Which way is better.
    pub direction: Direction,
    /// The procedure as far as it shapes the ratio.
    pub procedure: String,
    /// The ratio in millionths.
    pub ratio_ppm: u64,
    /// Lower end of its interval.
    pub lower_ppm: Option<u64>,
    /// Upper end of its interval.
    pub upper_ppm: Option<u64>,
    /// What the throughput comparison decided.
    pub decision: Option<Decision>,
    /// What one operation of the candidate took, the middle of all blocks; where the metric is of an operation.
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

    /// Whether two lines are of one run of one commit.
    #[must_use]
    pub fn is_same_run(&self, other: &Self) -> bool {
        self.commit == other.commit && self.run_id == other.run_id
    }

    /// What a ratio can be compared by: its reference, procedure, and the major version of the record. None without a reference.
    #[must_use]
    pub fn basis_of_ratio(&self, ratio: &Ratio) -> Option<String> {
        let Reference { target, digest, .. } = self.reference.as_ref()?;
        Some(format!("{target} ({digest}), {}, schema {}", ratio.procedure, self.major()))
    }

    /// What the time of one operation within a comparison can be compared by: the machine instead of the reference.
    #[must_use]
    pub fn basis_of_operation(&self, ratio: &Ratio) -> String {
        format!("{}, {}, schema {}", self.machine, ratio.procedure, self.major())
    }

    /// What figures can be compared by: machine, settings, and the major version of the record.
    #[must_use]
    pub fn basis_of_figures(&self) -> String {
        format!("{}, {}, schema {}", self.machine, self.settings, self.major())
    }

    /// Whether all that both lines hold can be compared.
    #[must_use]
    pub fn is_comparable_with(&self, other: &Self) -> bool {
        let ratios = |entry: &Self| -> BTreeSet<String> {
            entry.ratios.iter().filter_map(|ratio| entry.basis_of_ratio(ratio)).collect()
        };
        self.basis_of_figures() == other.basis_of_figures() && ratios(self) == ratios(other)
    }

    /// The part of the schema's version that changes when what is recorded means something else.
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

/// Memory is left out: the same kind of machine has a little more or less of it.
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

/// The middle of the blocks of what one operation of the candidate took.
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
