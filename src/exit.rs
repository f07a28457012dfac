//! The exit codes: what a build script may rely on.

use crate::record::{Against, CheckRecord, FailOn, FaultKind, Interruption, Outcome, RunRecord};

/// Every way in which s3ci ends.
///
/// Where several hold, the one that stands first in [`Exit::PRECEDENCE`] is the process's exit code; the record lists all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything passed, except for known issues.
    Success,
    /// A check failed: the server gave a wrong answer.
    CheckFailed,
    /// Throughput dropped against the base, or a measurement is beyond its threshold; every answer was right.
    Slower,
    /// The command line or the configuration is wrong, or selects nothing: every check that was selected does not apply.
    Usage,
    /// Docker, the image or the server failed, or a check errored or timed out: s3ci could not judge.
    Environment,
    /// The blocks do not tell whether throughput dropped, and that was to count.
    Inconclusive,
    /// A report could not be written.
    Report,
    /// SIGINT arrived; the reports of what was done are written.
    Interrupted,
    /// SIGTERM arrived; the reports of what was done are written.
    Terminated,
}

impl Exit {
    /// From the most to the least important.
    pub const PRECEDENCE: [Self; 9] = [
        Self::Interrupted,
        Self::Terminated,
        Self::CheckFailed,
        Self::Slower,
        Self::Environment,
        Self::Inconclusive,
        Self::Report,
        Self::Usage,
        Self::Success,
    ];

    /// The number that the process ends with.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::CheckFailed => 1,
            Self::Usage => 2,
            Self::Slower => 3,
            Self::Environment => 4,
            Self::Report => 5,
            Self::Inconclusive => 6,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// The code as a word, for programs that would rather read one.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Success => "passed",
            Self::CheckFailed => "failed",
            Self::Slower => "slower",
            Self::Inconclusive => "inconclusive",
            Self::Usage => "usage",
            Self::Environment => "error",
            Self::Report => "report-missing",
            Self::Interrupted | Self::Terminated => "interrupted",
        }
    }

    /// Writes into a record what it amounts to.
    pub fn judge(record: &mut RunRecord) {
        record.exit_codes = Self::of(record).into_iter().map(Self::code).collect();
        record.exit_code = record.exit_codes.first().copied().unwrap_or_default();
    }

    /// What a record amounts to, in order of precedence; never empty.
    #[must_use]
    pub fn of(record: &RunRecord) -> Vec<Self> {
        let outcomes = || record.suites.iter().flat_map(|suite| suite.checks.iter().map(|check| &check.outcome));
        let holds = |exit: Self| match exit {
            Self::Interrupted => record.interruption == Some(Interruption::Interrupt),
            Self::Terminated => record.interruption == Some(Interruption::Terminate),
            Self::CheckFailed => {
                record.suites.iter().flat_map(|suite| &suite.checks).any(|check| counts(record, check))
            }
            Self::Slower => outcomes().any(Outcome::is_slow),
            Self::Inconclusive => {
                record.against.as_ref().is_some_and(|against| against.inconclusive_fails)
                    && outcomes().any(|outcome| matches!(outcome, Outcome::Inconclusive { .. }))
            }
            Self::Environment => {
                outcomes().any(Outcome::is_not_judged)
                    || record.suites.iter().any(|suite| suite.fault.is_some())
                    || record.faults.iter().any(|fault| ![FaultKind::Report, FaultKind::Target].contains(&fault.kind))
            }
            Self::Report => record.faults.iter().any(|fault| fault.kind == FaultKind::Report),
            Self::Usage => {
                let skipped = |outcome: &Outcome| matches!(outcome, Outcome::Skipped { .. });
                let nothing_checked = outcomes().next().is_some() && outcomes().all(skipped);
                record.faults.iter().any(|fault| fault.kind == FaultKind::Target) || nothing_checked
            }
            Self::Success => false,
        };
        let exits: Vec<Self> = Self::PRECEDENCE.into_iter().filter(|exit| holds(*exit)).collect();
        if exits.is_empty() { vec![Self::Success] } else { exits }
    }
}

/// Whether a check's wrong answer counts: all do, unless only those count that the base did not give.
fn counts(record: &RunRecord, check: &CheckRecord) -> bool {
    let forgiven = |against: &Against| against.fail_on == FailOn::New && against.is_pre_existing(&check.id);
    check.outcome.is_failed() && !check.outcome.is_slow() && !record.against.as_ref().is_some_and(forgiven)
}
