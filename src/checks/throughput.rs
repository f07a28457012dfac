//! The checks that a comparison with a base decides: one for each operation that clients wait for.
//!
//! Deliberately absent: the comparison itself, which the throughput comparison makes; on one server alone there is nothing to compare.

use std::time::Duration;

use super::{CheckRunner, SuiteContext, runner};
use crate::event::Events;
use crate::record::{CheckSpec, Outcome, Severity, SuiteId};

const CONSEQUENCE: &str = "backups and restores take longer than with the base";
const SOURCE: &str = "measured on the base, in the same minutes and on the same machine";

const fn operation(name: &'static str, rule: &'static str) -> CheckSpec {
    CheckSpec { name, severity: Severity::Slower, rule, consequence: CONSEQUENCE, source: SOURCE }
}

/// In the order of a round.
pub(super) static CHECKS: [CheckSpec; 5] = [
    operation("put", "PutObject is no slower than on the base, but for the tolerance"),
    operation("get", "GetObject is no slower than on the base, but for the tolerance"),
    operation("head", "HeadObject is no slower than on the base, but for the tolerance"),
    operation("list", "ListObjectsV2 is no slower than on the base, but for the tolerance"),
    operation("delete", "DeleteObject is no slower than on the base, but for the tolerance"),
];

/// What was found of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Name of the check.
    pub name: String,
    /// What became of it.
    pub outcome: Outcome,
    /// What its requests took, on both arms.
    pub duration: Duration,
}

pub(super) async fn run(context: &SuiteContext<'_>) {
    let runner = CheckRunner::new(context);
    for spec in &CHECKS {
        runner.skip(spec, "there is no base to compare with").await;
    }
}

/// Reports what a comparison found; `repro` is the command line that repeats the run, without the selection.
pub async fn report_findings(suite: &SuiteId, events: &Events, findings: &[Finding], repro: &str) {
    for spec in &CHECKS {
        if let Some(finding) = findings.iter().find(|finding| finding.name == spec.name) {
            let (outcome, took) = (finding.outcome.clone(), finding.duration);
            runner::tell(events, suite, spec, outcome, took, repro).await;
        }
    }
}
