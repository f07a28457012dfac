//! Two records side by side: what became of each check and of each metric.
//!
//! Owns which records can be compared at all, whether they are two arms of a run or two runs.
//!
//! Deliberately absent: what makes a regression (`change`), and a judgement of the metrics. Two single runs differ by more than most regressions do; the throughput comparison is there for that.

use std::collections::BTreeMap;

use serde::Serialize;

use super::change::symptom;
use super::{
    CapabilityRecord, Change, CheckId, CheckRecord, ComparedCheck, Direction, FaultKind, Metric, Outcome, RunRecord,
    Severity, Shard, SuiteId, SuiteRecord, Support, Unit,
};

/// Records that cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// Each has checks that the other does not have, and none is in both.
    #[error("compare records that have no check in common")]
    NothingInCommon,
    /// They are different parts of a run that was split.
    #[error("compare different parts of a run: {one} and {other}")]
    Parts {
        /// Which part the first record is.
        one: String,
        /// Which part the second is.
        other: String,
    },
    /// A suite ran on different backends.
    #[error("compare {suite} on {one} with {suite} on {other}")]
    Backends {
        /// The suite.
        suite: SuiteId,
        /// Its backend in the first record.
        one: String,
        /// Its backend in the second.
        other: String,
    },
}

impl CompareError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NothingInCommon => "run the same suites for both",
            Self::Parts { .. } => "put the parts of each run together first: s3ci merge",
            Self::Backends { .. } => "run both with the same --drime",
        }
    }
}

/// What became of one record's checks and metrics in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The earlier record, or that of the base.
    pub from: Side,
    /// The later record, or that of the candidate.
    pub to: Side,
    /// The checks in the order of the later record, then those that it does not have.
    pub checks: Vec<CheckComparison>,
    /// The metrics in the same order.
    pub metrics: Vec<MetricComparison>,
    /// What a server offers otherwise than in the first record, where both asked.
    pub offers: Vec<OfferComparison>,
    /// Why the metrics say less than they seem to, such as another machine; empty where nothing is known against them.
    pub caveats: Vec<String>,
}

/// Which run a record is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// Name of the run.
    pub run_id: String,
    /// The target as asked for.
    pub target: String,
    /// Version of the server, where it is known.
    pub version: Option<String>,
    /// Whether the run came to its end: not interrupted, no suite broken off.
    pub complete: bool,
}

/// One check in both records, or in one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckComparison {
    /// The check.
    pub id: CheckId,
    /// What the failure costs, or would cost at worst where there is none.
    pub severity: Severity,
    /// What became of it; none where only one record has it.
    pub change: Option<Change>,
    /// Its outcome in the first record; none where it appeared.
    pub from: Option<Outcome>,
    /// Its outcome in the second; none where it vanished.
    pub to: Option<Outcome>,
}

impl CheckComparison {
    /// Whether it is a regression that no ledger names.
    #[must_use]
    pub fn is_red(&self) -> bool {
        self.change == Some(Change::Regression) && self.to.as_ref().is_some_and(Outcome::is_failed)
    }

    /// Whether it is a regression that the ledger names.
    #[must_use]
    pub fn is_listed_regression(&self) -> bool {
        self.change == Some(Change::Regression) && !self.is_red()
    }

    /// Whether it broke no rule before and was judged, and is there now without a judgement.
    #[must_use]
    pub fn is_no_longer_judged(&self) -> bool {
        let judged = |outcome: &Outcome| symptom(outcome).is_some() || *outcome == Outcome::Passed;
        self.from.as_ref().is_some_and(judged) && self.to.as_ref().is_some_and(|outcome| !judged(outcome))
    }
}

/// One metric in both records, or in one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MetricComparison {
    /// The suite that measured it.
    pub suite: SuiteId,
    /// Name within the suite.
    pub name: String,
    /// Unit of both medians.
    pub unit: Unit,
    /// Which way is better.
    pub direction: Direction,
    /// Median in the first record; none where the metric appeared.
    pub from: Option<u64>,
    /// Median in the second; none where it vanished.
    pub to: Option<u64>,
    /// The second over the first in millionths; none where there are not two, or the first is zero.
    pub ratio_ppm: Option<u64>,
}

/// Something that a server may lack, where two records say otherwise of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfferComparison {
    /// The suite that asked.
    pub suite: SuiteId,
    /// Name of the capability.
    pub name: String,
    /// What the first record says.
    pub from: Support,
    /// What the second says.
    pub to: Support,
}

/// The checks that two arms have in common, in the order of `candidate`.
#[must_use]
pub fn compare_verdicts(base: &[SuiteRecord], candidate: &[SuiteRecord]) -> Vec<ComparedCheck> {
    let before = by_id(base);
    let compared = |check: &CheckRecord| {
        let base = before.get(&check.id)?.outcome.clone();
        let change = Change::between(&base, &check.outcome);
        Some(ComparedCheck { id: check.id.clone(), base, change })
    };
    candidate.iter().flat_map(|suite| &suite.checks).filter_map(compared).collect()
}

/// Lays two records side by side.
///
/// # Errors
/// Records that have nothing in common, or whose suites ran on something else.
pub fn compare(from: &RunRecord, to: &RunRecord) -> Result<Comparison, CompareError> {
    same_parts(from.shard, to.shard)?;
    same_backends(from, to)?;
    let checks = checks(&from.suites, &to.suites);
    if !checks.iter().any(|check| check.change.is_some()) {
        return Err(CompareError::NothingInCommon);
    }
    Ok(Comparison {
        from: Side::of(from),
        to: Side::of(to),
        checks,
        metrics: metrics(&from.suites, &to.suites),
        offers: offers(&from.suites, &to.suites),
        caveats: caveats(from, to),
    })
}

impl Side {
    fn of(record: &RunRecord) -> Self {
        Self {
            run_id: record.run_id.clone(),
            target: record.target.spec.clone(),
            version: record.target.version.clone(),
            complete: record.interruption.is_none()
                && record.faults.iter().all(|fault| fault.kind == FaultKind::Report)
                && record.suites.iter().all(|suite| suite.fault.is_none()),
        }
    }
}

fn same_parts(one: Option<Shard>, other: Option<Shard>) -> Result<(), CompareError> {
    let words = |shard: Option<Shard>| {
        shard.map_or_else(|| "a whole one".to_owned(), |shard| format!("shard {} of {}", shard.number, shard.count))
    };
    let part = |shard: Option<Shard>| shard.map(|shard| (shard.number, shard.count));
    if part(one) == part(other) { Ok(()) } else { Err(CompareError::Parts { one: words(one), other: words(other) }) }
}

fn same_backends(from: &RunRecord, to: &RunRecord) -> Result<(), CompareError> {
    for suite in &to.suites {
        if let Some(other) = from.suites.iter().find(|other| other.id == suite.id && other.storage != suite.storage) {
            let (one, other) = (other.storage.to_string(), suite.storage.to_string());
            return Err(CompareError::Backends { suite: suite.id.clone(), one, other });
        }
    }
    Ok(())
}

fn by_id(suites: &[SuiteRecord]) -> BTreeMap<&CheckId, &CheckRecord> {
    suites.iter().flat_map(|suite| &suite.checks).map(|check| (&check.id, check)).collect()
}

fn checks(from: &[SuiteRecord], to: &[SuiteRecord]) -> Vec<CheckComparison> {
    let (before, after) = (by_id(from), by_id(to));
    let all = |suites: &[SuiteRecord]| suites.iter().flat_map(|suite| suite.checks.clone()).collect::<Vec<_>>();
    let of = |check: CheckRecord| {
        let outcome = |side: &BTreeMap<&CheckId, &CheckRecord>| side.get(&check.id).map(|check| check.outcome.clone());
        let (from, to) = (outcome(&before), outcome(&after));
        let change = from.as_ref().zip(to.as_ref()).map(|(from, to)| Change::between(from, to));
        CheckComparison { severity: check.severity(), id: check.id, change, from, to }
    };
    let vanished = all(from).into_iter().filter(|check| !after.contains_key(&check.id));
    all(to).into_iter().chain(vanished).map(of).collect()
}

fn metrics(from: &[SuiteRecord], to: &[SuiteRecord]) -> Vec<MetricComparison> {
    let all = |suites| -> Vec<(&SuiteId, &Metric)> { measured(suites).collect() };
    let vanished = all(from).into_iter().filter(|(suite, metric)| find(to, suite, metric).is_none());
    let of = |(suite, metric): (&SuiteId, &Metric)| {
        let median = |side| find(side, suite, metric).map(|found| found.median);
        let (from, to) = (median(from), median(to));
        MetricComparison {
            suite: suite.clone(),
            name: metric.name.clone(),
            unit: metric.unit,
            direction: metric.direction,
            from,
            to,
            ratio_ppm: from.zip(to).and_then(|(from, to)| ratio_ppm(from, to)),
        }
    };
    all(to).into_iter().chain(vanished).map(of).collect()
}

fn offers(from: &[SuiteRecord], to: &[SuiteRecord]) -> Vec<OfferComparison> {
    let asked = |suite: &SuiteId, name: &str| {
        let suite = from.iter().find(|other| other.id == *suite)?;
        suite.capabilities.iter().find(|other| other.name == name).map(|other| other.support)
    };
    let all = to.iter().flat_map(|suite| suite.capabilities.iter().map(move |it| (&suite.id, it)));
    let changed = |(suite, it): (&SuiteId, &CapabilityRecord)| {
        let from = asked(suite, &it.name).filter(|from| *from != it.support)?;
        Some(OfferComparison { suite: suite.clone(), name: it.name.clone(), from, to: it.support })
    };
    all.filter_map(changed).collect()
}

fn measured(suites: &[SuiteRecord]) -> impl Iterator<Item = (&SuiteId, &Metric)> {
    suites.iter().flat_map(|suite| suite.metrics.iter().map(move |metric| (&suite.id, metric)))
}

/// The same metric on the other side; one whose unit changed is another metric.
fn find<'a>(suites: &'a [SuiteRecord], suite: &SuiteId, metric: &Metric) -> Option<&'a Metric> {
    measured(suites)
        .find(|(id, found)| *id == suite && found.name == metric.name && found.unit == metric.unit)
        .map(|(_, found)| found)
}

/// `to / from` in millionths; none where that has no meaning.
fn ratio_ppm(from: u64, to: u64) -> Option<u64> {
    u64::try_from((u128::from(to) * 1_000_000).checked_div(u128::from(from))?).ok()
}

fn caveats(from: &RunRecord, to: &RunRecord) -> Vec<String> {
    let mut caveats = Vec::new();
    let mut note = |differs: bool, what: &str| {
        if differs {
            caveats.push(what.to_owned());
        }
    };
    note(from.host != to.host, "the machines differ");
    note(from.settings != to.settings, "the settings differ");
    note(from.seed != to.seed, "the seeds differ");
    note(from.runtime.kind != to.runtime.kind, "the runtimes differ");
    let constraints = |record: &RunRecord| record.target.image.as_ref().map(|image| image.constraints_digest.clone());
    note(constraints(from) != constraints(to), "the server's dependencies are pinned to different versions");
    caveats
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_needs_something_to_be_a_ratio_of() {
        assert_eq!(ratio_ppm(200, 190), Some(950_000));
        assert_eq!(ratio_ppm(0, 190), None);
        assert_eq!(ratio_ppm(1, u64::MAX), None);
    }
}
