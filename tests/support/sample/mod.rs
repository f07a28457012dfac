//! Records made by hand.

pub(crate) mod throughput;

use std::path::{Path, PathBuf};

use s3ci::record::{
    CheckId, CheckRecord, Direction, Failure, HostFingerprint, Metric, Outcome, RunRecord, RunSettings,
    RuntimeIdentity, RuntimeKind, SCHEMA_VERSION, Severity, Storage, SuiteId, SuiteRecord, TargetIdentity, Tool, Unit,
};
use time::OffsetDateTime;
use time::macros::datetime;

/// When the first run began.
pub(crate) const START: OffsetDateTime = datetime!(2026-03-01 12:00:00 UTC);

/// A run of one suite with one check that passed and two metrics.
pub(crate) fn record(run_id: &str) -> RunRecord {
    RunRecord {
        schema_version: SCHEMA_VERSION.to_owned(),
        tool: Tool { name: "s3ci".to_owned(), version: "0.1.0".to_owned() },
        run_id: run_id.to_owned(),
        started_at: START,
        duration_ns: 1_000_000_000,
        seed: 1,
        target: TargetIdentity {
            spec: "path:.".to_owned(),
            version: Some("0.2.1".to_owned()),
            commit: None,
            source_digest: None,
            image: None,
        },
        runtime: RuntimeIdentity { kind: RuntimeKind::Docker, isolated: true, detail: "Engine 28.1".to_owned() },
        ledger: None,
        host: HostFingerprint {
            os: "linux".to_owned(),
            arch: "x86_64".to_owned(),
            cpu_model: Some("Example CPU 3000".to_owned()),
            cpus: 2,
            memory_bytes: Some(8 << 30),
        },
        settings: RunSettings {
            files: 100,
            min_size_bytes: 1024,
            max_size_bytes: 1 << 20,
            subdirs: 5,
            workers: 5,
            sync_files: 5,
            timeout_ns: 60_000_000_000,
        },
        shard: None,
        notices: Vec::new(),
        suites: vec![suite()],
        against: None,
        faults: Vec::new(),
        interruption: None,
        timings: Vec::new(),
        exit_code: 0,
        exit_codes: vec![0],
    }
}

fn suite() -> SuiteRecord {
    let id = SuiteId::new("bench/local");
    SuiteRecord {
        checks: vec![CheckRecord {
            id: CheckId::new(&id, "content-survives"),
            worst_severity: Severity::DataLoss,
            rule: "what was stored is fetched".to_owned(),
            consequence: "a backup is wrong".to_owned(),
            source: "S3 API reference".to_owned(),
            outcome: Outcome::Passed,
            duration_ns: 1_000_000,
            exchanges: Vec::new(),
            repro: "s3ci run bench/local".to_owned(),
            commands: Vec::new(),
            explained_by: Vec::new(),
            ledger_line: None,
            counterexample: None,
            repeats: None,
        }],
        metrics: vec![
            Metric::single("upload.throughput", Unit::BytesPerSecond, Direction::Higher, 24_000_000),
            Metric::single("upload.latency", Unit::Nanoseconds, Direction::Lower, 4_100_000),
        ],
        id,
        title: "benchmark".to_owned(),
        storage: Storage::LOCAL,
        started_at: START,
        duration_ns: 1_000_000_000,
        facts: Vec::new(),
        capabilities: Vec::new(),
        fault: None,
        server_start: None,
        server_log: Vec::new(),
    }
}

/// The same run with its check failed.
pub(crate) fn red(kind: &str) -> RunRecord {
    let mut record = record("red");
    let failure = Failure::new(kind, "1 of 100 files came back changed", "equal sums", "another sum");
    record.suites[0].checks[0].outcome = Outcome::Failed(failure);
    record
}

/// Writes a record as `metrics.json` is written.
pub(crate) fn written(folder: &Path, name: &str, record: &RunRecord) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, s3ci::report::json::render(record).unwrap()).unwrap();
    path
}
