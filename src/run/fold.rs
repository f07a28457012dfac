//! Folds events into the record.

use std::time::Instant;

use time::OffsetDateTime;

use super::{host, nanoseconds, timing};
use crate::checks::{CATALOGUE, Suite};
use crate::config::Config;
use crate::event::{Event, SuiteEnd};
use crate::exit::Exit;
use crate::record::{
    CheckRecord, RunRecord, RuntimeIdentity, RuntimeKind, SCHEMA_VERSION, SuiteRecord, TargetIdentity, Tool,
    compare_verdicts,
};
use crate::server::Target;

/// The record of a run at its start, which has only what the user asked for.
#[must_use]
pub fn new_record(run_id: &str, config: &Config) -> RunRecord {
    let kind = match (&config.target, &config.runtime) {
        (Target::Endpoint(_), _) => RuntimeKind::Endpoint,
        (_, crate::server::RuntimeChoice::Process) => RuntimeKind::Process,
        _ => RuntimeKind::Docker,
    };
    RunRecord {
        schema_version: SCHEMA_VERSION.to_owned(),
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        run_id: run_id.to_owned(),
        started_at: OffsetDateTime::now_utc(),
        duration_ns: 0,
        seed: config.seed,
        target: TargetIdentity {
            spec: config.target.to_string(),
            version: None,
            commit: None,
            source_digest: None,
            image: None,
        },
        ledger: None,
        runtime: RuntimeIdentity { kind, isolated: kind == RuntimeKind::Docker, detail: "not prepared".to_owned() },
        host: host::fingerprint(),
        settings: config.settings(),
        shard: None,
        notices: Vec::new(),
        suites: Vec::new(),
        against: None,
        faults: Vec::new(),
        interruption: None,
        timings: Vec::new(),
        exit_code: 0,
        exit_codes: vec![0],
    }
}

/// Takes one event into the record, which is whole after each.
pub(super) fn apply(record: &mut RunRecord, event: &Event, started: Instant) {
    record.duration_ns = nanoseconds(started.elapsed());
    match event {
        Event::Preparing { .. }
        | Event::Output { .. }
        | Event::Progress { .. }
        | Event::Standing { .. }
        | Event::Running { .. } => return,
        Event::Prepared { prepared } => {
            record.target = prepared.target.clone();
            record.runtime = prepared.runtime.clone();
            record.timings.extend(prepared.timings.iter().cloned());
            record.timings.push(timing("prepare", started.elapsed()));
        }
        Event::Against { against } => record.against = Some((**against).clone()),
        Event::Compared { comparison } => {
            if let Some(against) = &mut record.against {
                against.throughput.retain(|earlier| earlier.suite != comparison.suite);
                against.throughput.push((**comparison).clone());
            }
        }
        Event::OnBase { suite } => {
            let compared = compare_verdicts(std::slice::from_ref(suite), &record.suites);
            if let Some(against) = &mut record.against {
                against.verdicts.extend(compared);
            }
        }
        Event::Notice { text } => record.notices.push(text.clone()),
        Event::Fault { fault } => record.faults.push(fault.clone()),
        Event::Interrupted { by } => record.interruption = Some(*by),
        Event::SuiteStarted { suite, at, title, storage, .. } => record.suites.push(SuiteRecord {
            id: suite.clone(),
            title: title.clone(),
            storage: *storage,
            started_at: *at,
            duration_ns: 0,
            facts: Vec::new(),
            capabilities: Vec::new(),
            checks: Vec::new(),
            metrics: Vec::new(),
            fault: None,
            server_start: None,
            server_log: Vec::new(),
        }),
        Event::Fact { .. }
        | Event::Capability { .. }
        | Event::CheckFinished { .. }
        | Event::Measured { .. }
        | Event::SuiteFinished { .. } => {
            if let Some(suite) = record.suites.last_mut() {
                within(suite, event);
            }
            if matches!(event, Event::SuiteFinished { .. }) {
                // Suites that ran side by side end in any order; the record has that of the catalogue.
                record.suites.sort_by_key(|suite| CATALOGUE.iter().position(|known| known.name == suite.id.as_str()));
            }
        }
    }
    Exit::judge(record);
}

/// What happens within the suite under way.
fn within(suite: &mut SuiteRecord, event: &Event) {
    let elapsed = OffsetDateTime::now_utc() - suite.started_at;
    suite.duration_ns = u64::try_from(elapsed.whole_nanoseconds()).unwrap_or_default();
    match event {
        Event::Fact { name, value } => suite.facts.push((name.clone(), value.clone())),
        Event::Capability { capability, .. } => suite.capabilities.push(capability.clone()),
        Event::CheckFinished { check } => enter(suite, (**check).clone()),
        Event::Measured { metric } => suite.metrics.push((**metric).clone()),
        Event::SuiteFinished { end, .. } => finish_suite(suite, end),
        _ => {}
    }
}

/// Checks that ran side by side end in any order; the record has that of the catalogue.
fn enter(suite: &mut SuiteRecord, check: CheckRecord) {
    let known = CATALOGUE.iter().find(|known| known.name == suite.id.as_str());
    let order = known.map(Suite::checks).unwrap_or_default();
    // What is in no catalogue, such as a threshold, comes last.
    let place = |check: &CheckRecord| order.iter().position(|spec| spec.name == check.id.name()).unwrap_or(usize::MAX);
    let at = suite.checks.partition_point(|earlier| place(earlier) <= place(&check));
    suite.checks.insert(at, check);
}

fn finish_suite(suite: &mut SuiteRecord, end: &SuiteEnd) {
    suite.duration_ns = nanoseconds(end.duration);
    suite.fault.clone_from(&end.fault);
    suite.server_start.clone_from(&end.server_start);
    let wrong = suite.checks.iter().any(|check| check.outcome.is_failed() || check.outcome.is_not_judged());
    if wrong || suite.fault.is_some() {
        suite.server_log.clone_from(&end.server_log);
    }
}

/// Closes the record.
pub(super) fn finish(record: &mut RunRecord, started: Instant) {
    record.duration_ns = nanoseconds(started.elapsed());
    Exit::judge(record);
}
