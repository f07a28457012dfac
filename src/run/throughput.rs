//! The throughput suite: runs the blocks of the throughput comparison, and makes checks of what it decided.

use std::time::Duration;

use super::host;
use super::suite::SuiteRun;
use crate::checks::{Finding, report_findings};
use crate::config::Comparison;
use crate::event::{Event, Events, SuiteEnd};
use crate::record::{
    Against, Decision, Failure, FailureKind, Fault, FaultKind, Outcome, TargetIdentity, ThroughputComparison,
    ThroughputProcedure, ThroughputResult, percent,
};
use crate::server::{Runtime, ServerError};
use crate::throughput::SequenceError;
use crate::throughput::comparison::{self, BrokenOff, Floors, Measurement};

/// Prepares the base beside the target, and opens the record's section.
pub(super) async fn base(
    candidate: &Runtime,
    comparison: &Comparison,
    events: &Events,
) -> Result<Runtime, ServerError> {
    let base = candidate.beside(&comparison.base, events).await?;
    let against = Against {
        base: base.target(),
        base_runtime: base.identity(),
        throughput: Vec::new(),
        verdicts: Vec::new(),
        fail_on: comparison.fail_on,
        inconclusive_fails: comparison.inconclusive_fails,
    };
    if differs_in_more(&against.base, &candidate.target()) {
        let text = "the images of base and target may differ in more than the server, because s3ci did not build both"
            .to_owned();
        events.emit(Event::Notice { text }).await;
    }
    events.emit(Event::Against { against: Box::new(against) }).await;
    Ok(base)
}

/// Whether an image has its dependencies from elsewhere, or nobody knows from where.
fn differs_in_more(base: &TargetIdentity, candidate: &TargetIdentity) -> bool {
    let image = |target: &TargetIdentity| target.image.clone();
    let (Some(base), Some(candidate)) = (image(base), image(candidate)) else { return false };
    let same = base.constraints_digest.is_some() && base.constraints_digest == candidate.constraints_digest;
    base.id != candidate.id && !same
}

impl SuiteRun<'_> {
    /// Compares, and reports a check for each operation.
    pub(super) async fn compare(&self, base: &Runtime, end: &mut SuiteEnd) {
        let config = self.run.config;
        let tolerance_ppm = config.comparison.as_ref().map_or(0, |comparison| comparison.tolerance_ppm);
        let procedure = match comparison::procedure(config.dataset, config.seed, &self.run.run_id, tolerance_ppm) {
            Ok(procedure) => procedure,
            Err(error) => {
                end.fault = Some(Fault::new(FaultKind::Comparison, error.to_string()).with_hint(SequenceError::HINT));
                return;
            }
        };
        self.describe(&procedure).await;
        let floors = self.floors(&procedure).await;
        let measurement = Measurement {
            suite: self.planned.suite.id(),
            base,
            candidate: self.runtime,
            procedure,
            floors,
            calibrates: config.comparison.as_ref().is_some_and(|comparison| comparison.calibrates),
            deadline: config.timeout,
            events: self.events,
            stop: self.run.stopper.token(),
        };
        let (comparison, broken) = Box::pin(measurement.run()).await;
        let mut findings = findings(&comparison);
        if broken.is_some() {
            let decided: Vec<String> = findings.iter().map(|finding| finding.name.clone()).collect();
            let left = comparison::operations().into_iter().filter(|name| !decided.iter().any(|other| other == name));
            findings.extend(left.map(|name| undecided(name, &comparison)));
        }
        report_findings(&self.planned.suite.id(), self.events, &findings, &config.repro).await;
        if let Some(BrokenOff { fault, log }) = broken {
            end.server_log = log;
            end.fault = Some(fault);
        }
    }

    /// What this machine cannot tell apart; nothing, and a notice, where that was found out on another one.
    async fn floors(&self, procedure: &ThroughputProcedure) -> Floors {
        let comparison = self.run.config.comparison.as_ref();
        let Some(calibration) = comparison.and_then(|comparison| comparison.calibration.as_ref()) else {
            return Floors::new();
        };
        match calibration.floors_for(&host::fingerprint(), self.runtime.identity().kind, procedure) {
            Ok(floors) => floors.clone(),
            Err(reason) => {
                let text =
                    format!("s3ci ignores the calibration, because it is of {reason}; --tolerance holds as it is");
                self.events.emit(Event::Notice { text }).await;
                Floors::new()
            }
        }
    }

    async fn describe(&self, procedure: &ThroughputProcedure) {
        let looks: Vec<String> = procedure.looks.iter().map(ToString::to_string).collect();
        let facts = [
            ("Objects of a block", procedure.objects.to_string()),
            ("Object size range", format!("{} - {} bytes", procedure.min_size_bytes, procedure.max_size_bytes)),
            ("Looks after", format!("{} blocks", looks.join(", "))),
        ];
        for (name, value) in facts {
            self.events.emit(Event::Fact { name: name.to_owned(), value }).await;
        }
    }
}

/// What was decided of each operation; one that was not is left out.
fn findings(comparison: &ThroughputComparison) -> Vec<Finding> {
    let found = |result: &ThroughputResult| {
        let passes = comparison.blocks.iter().flat_map(|block| &block.passes);
        let passes = passes.filter(|pass| pass.operation == result.metric);
        let taken = passes.map(|pass| pass.base_ns + pass.candidate_ns).sum();
        let outcome = outcome(result)?;
        Some(Finding { name: result.metric.clone(), outcome, duration: Duration::from_nanos(taken) })
    };
    comparison.results.iter().filter_map(found).collect()
}

/// An operation of a comparison that broke off, with what was seen of it.
fn undecided(name: &str, comparison: &ThroughputComparison) -> Finding {
    let seen = comparison.results.iter().find(|result| result.metric == name);
    let seen = seen.map(|result| format!(", with {}", result.in_words())).unwrap_or_default();
    let message = format!("not decided: the comparison broke off after {} blocks{seen}", comparison.blocks.len());
    Finding {
        name: name.to_owned(),
        outcome: Outcome::NotJudged(Fault::new(FaultKind::Comparison, message)),
        duration: Duration::ZERO,
    }
}

/// The verdict of a decision.
fn outcome(result: &ThroughputResult) -> Option<Outcome> {
    let seen = result.in_words();
    Some(match result.decision? {
        Decision::Pass => Outcome::Passed,
        Decision::Fail => {
            let drop = percent(1_000_000_u64.saturating_sub(result.ratio_ppm));
            let message = format!("{} has {drop} less throughput than the base", result.metric);
            let expected = format!("no drop of more than {}", result.tolerated());
            Outcome::Failed(Failure::new(FailureKind::THROUGHPUT_DROP, message, expected, seen))
        }
        Decision::Inconclusive => {
            let would =
                result.detectable_drop_ppm.map(|drop| format!("; a drop of {} would have been found", percent(drop)));
            Outcome::Inconclusive { reason: format!("{seen}{}", would.unwrap_or_default()) }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Direction, Estimator, SuiteId};

    fn result(metric: &str, decision: Decision) -> ThroughputResult {
        ThroughputResult {
            metric: metric.to_owned(),
            direction: Direction::Higher,
            estimator: Estimator::MedianOfRatios,
            decision: Some(decision),
            blocks: 10,
            ratio_ppm: 884_000,
            lower_ppm: Some(871_000),
            upper_ppm: Some(902_000),
            alpha_ppm: 2_500,
            tolerance_ppm: 50_000,
            floor_ppm: None,
            detectable_drop_ppm: None,
            log_ratios_ppm: Vec::new(),
        }
    }

    fn comparison() -> ThroughputComparison {
        let dataset = crate::workload::DatasetSettings { files: 1, min_size_bytes: 1, max_size_bytes: 1, subdirs: 0 };
        ThroughputComparison {
            suite: SuiteId::new("throughput/local"),
            procedure: comparison::procedure(dataset, 1, "run", 50_000).unwrap(),
            blocks: Vec::new(),
            results: vec![result("put", Decision::Fail), result("get", Decision::Pass)],
        }
    }

    #[test]
    fn what_failed_before_an_arm_died_is_no_regression_and_what_was_seen_of_it_is_said() {
        let mut broken = comparison();
        assert!(findings(&broken).iter().any(|finding| finding.outcome.is_slow()));
        broken.break_off();
        let decided: Vec<String> = findings(&broken).into_iter().map(|finding| finding.name).collect();
        assert_eq!(decided, ["get"], "what passed stays");
        let Outcome::NotJudged(fault) = undecided("put", &broken).outcome else { panic!("no error") };
        assert!(fault.message.contains("broke off") && fault.message.contains("0.884 of the base"), "{fault:?}");
    }
}
