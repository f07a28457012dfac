//! The checks that a suite's measurements make once it has ended: thresholds, and the comparison with an earlier run.

use super::Run;
use crate::event::Event;
use crate::record::{
    Against, CheckId, CheckRecord, Decision, Failure, FailureKind, Outcome, RunRecord, Severity, SinceBaseline,
    SuiteId, SuiteRecord, percent,
};
use crate::throughput::since_baseline;

impl Run<'_> {
    /// What comes of an event before it is folded into the record.
    pub(super) fn afterwards(&self, record: &RunRecord, event: &Event) -> Vec<Event> {
        let (Event::SuiteFinished { end, .. }, Some(suite)) = (event, record.suites.last()) else { return Vec::new() };
        let suite = SuiteRecord { fault: end.fault.clone(), ..suite.clone() };
        let of_suite = self.config.thresholds.0.iter().filter(|threshold| threshold.suite == suite.id);
        let mut checks: Vec<CheckRecord> =
            of_suite.map(|threshold| threshold.check(&suite, &self.config.repro)).collect();
        checks.extend(self.baseline.into_iter().flat_map(|baseline| self.since(baseline, record, &suite.id)));
        checks.into_iter().map(|check| Event::CheckFinished { check: Box::new(check) }).collect()
    }

    /// A check for each operation that was compared, none where the suite compares nothing.
    fn since(&self, baseline: &RunRecord, record: &RunRecord, suite: &SuiteId) -> Vec<CheckRecord> {
        let compares = |against: &Against| against.throughput.iter().any(|other| other.suite == *suite);
        if !record.against.as_ref().is_some_and(compares) {
            return Vec::new();
        }
        let check = |name: &str, outcome: Outcome| CheckRecord {
            id: CheckId::new(suite, name),
            worst_severity: Severity::Slower,
            rule: "throughput is no less than in the baseline, but for the tolerance".to_owned(),
            consequence: "backups and restores take longer than with the baseline".to_owned(),
            source: format!("run {} of {}, through the base that both had", baseline.run_id, baseline.target.spec),
            outcome,
            duration_ns: 0,
            exchanges: Vec::new(),
            repro: format!("{} {suite}", self.config.repro),
            commands: Vec::new(),
            explained_by: Vec::new(),
            ledger_line: None,
            counterexample: None,
            repeats: None,
        };
        match since_baseline(baseline, record, suite) {
            Err(reason) => vec![check("baseline", Outcome::Inconclusive { reason: reason.to_owned() })],
            Ok(found) => {
                found.iter().map(|since| check(&format!("baseline.{}", since.metric), outcome(since))).collect()
            }
        }
    }
}

fn outcome(since: &SinceBaseline) -> Outcome {
    match since.decision {
        Decision::Pass => Outcome::Passed,
        Decision::Inconclusive => Outcome::Inconclusive { reason: since.in_words() },
        Decision::Fail => {
            let drop = percent(1_000_000_u64.saturating_sub(since.ratio_ppm.unwrap_or_default()));
            let message = format!("{} has {drop} less throughput than in the baseline", since.metric);
            let expected = format!("no drop of more than {}", since.tolerated);
            Outcome::Failed(Failure::new(FailureKind::THROUGHPUT_DROP, message, expected, since.in_words()))
        }
    }
}
