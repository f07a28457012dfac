//! A measurement that must hold, and the check that it makes.

use super::{
    CheckId, CheckRecord, Failure, FailureKind, Fault, FaultKind, Metric, Outcome, Severity, SuiteId, SuiteRecord, Unit,
};

/// A limit on a metric of a suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// The suite that measures it.
    pub suite: SuiteId,
    /// Name of the metric.
    pub metric: String,
    /// Whether less than the limit is wrong, rather than more.
    pub is_floor: bool,
    /// The limit in the unit of the metric.
    pub limit: u64,
    /// The unit.
    pub unit: Unit,
    /// As it was written: `>= 10 MB/s`.
    pub text: String,
}

impl Threshold {
    /// The check of a suite that has run; `repro` is the command line that repeats the run, without the selection.
    #[must_use]
    pub fn check(&self, suite: &SuiteRecord, repro: &str) -> CheckRecord {
        CheckRecord {
            id: CheckId::new(&self.suite, &format!("threshold.{}", self.metric)),
            worst_severity: Severity::Slower,
            rule: format!("{} is {}", self.metric, self.text),
            consequence: "the server does not reach the thresholds of this machine".to_owned(),
            source: "the thresholds in s3ci.toml".to_owned(),
            outcome: self.judge(suite).with_severity(Severity::Slower),
            duration_ns: 0,
            exchanges: Vec::new(),
            repro: format!("{repro} {}", self.suite),
            commands: Vec::new(),
            explained_by: Vec::new(),
            ledger_line: None,
            counterexample: None,
            repeats: None,
        }
    }

    fn judge(&self, suite: &SuiteRecord) -> Outcome {
        let Some(metric) = suite.metrics.iter().find(|metric| metric.name == self.metric) else {
            return self.unmeasured(suite);
        };
        if metric.unit != self.unit {
            let message = format!(
                "{} is measured in {}, and the threshold is in {}",
                self.metric,
                metric.unit.name(),
                self.unit.name()
            );
            return Outcome::NotJudged(
                Fault::new(FaultKind::Threshold, message).with_hint("give it in the unit of the metric"),
            );
        }
        if self.holds(metric) {
            return Outcome::Passed;
        }
        let actual = format!("{} {}", metric.median, metric.unit.name());
        let message = format!("{} is {actual}, beyond its threshold {}", self.metric, self.text);
        Outcome::Failed(Failure::new(FailureKind::THRESHOLD, message, &self.text, actual))
    }

    fn holds(&self, metric: &Metric) -> bool {
        if self.is_floor { metric.median >= self.limit } else { metric.median <= self.limit }
    }

    /// A suite that did not come so far says so by itself; otherwise the metric does not exist.
    fn unmeasured(&self, suite: &SuiteRecord) -> Outcome {
        let whole = suite.fault.is_none() && suite.checks.iter().all(|check| check.outcome == Outcome::Passed);
        if !whole {
            return Outcome::Skipped { reason: "not measured: the suite ended before".to_owned() };
        }
        let message = format!("{} does not measure {}", self.suite, self.metric);
        let names: Vec<&str> = suite.metrics.iter().map(|metric| metric.name.as_str()).collect();
        Outcome::NotJudged(
            Fault::new(FaultKind::Threshold, message).with_hint(format!("it measures {}", names.join(", "))),
        )
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::super::{Direction, Storage};
    use super::*;

    fn suite(rate: u64) -> SuiteRecord {
        SuiteRecord {
            id: SuiteId::new("bench/local"),
            title: String::new(),
            storage: Storage::LOCAL,
            started_at: OffsetDateTime::UNIX_EPOCH,
            duration_ns: 0,
            facts: Vec::new(),
            capabilities: Vec::new(),
            checks: Vec::new(),
            metrics: vec![Metric::single("upload.throughput", Unit::BytesPerSecond, Direction::Higher, rate)],
            fault: None,
            server_start: None,
            server_log: Vec::new(),
        }
    }

    fn threshold(metric: &str, is_floor: bool) -> Threshold {
        Threshold {
            suite: SuiteId::new("bench/local"),
            metric: metric.to_owned(),
            is_floor,
            limit: 100,
            unit: Unit::BytesPerSecond,
            text: ">= 100 B/s".to_owned(),
        }
    }

    #[test]
    fn beyond_a_threshold_is_slow_and_at_it_is_not() {
        let outcome = |rate, is_floor| threshold("upload.throughput", is_floor).check(&suite(rate), "s3ci run").outcome;
        assert_eq!((outcome(100, true), outcome(100, false)), (Outcome::Passed, Outcome::Passed));
        assert!(outcome(99, true).is_slow() && outcome(101, false).is_slow());
    }

    #[test]
    fn a_metric_that_does_not_exist_is_a_fault_and_one_that_was_not_reached_is_not() {
        let check = |suite: &SuiteRecord| threshold("upload.speed", true).check(suite, "s3ci run");
        assert!(check(&suite(1)).outcome.is_not_judged());
        assert_eq!(check(&suite(1)).id.as_str(), "bench/local::threshold.upload.speed");
        let broken = SuiteRecord { fault: Some(Fault::new(FaultKind::ServerDied, "it died")), ..suite(1) };
        assert!(matches!(check(&broken).outcome, Outcome::Skipped { .. }));
    }
}
