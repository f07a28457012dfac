//! One run built by hand, with an example of everything that a report must be able to show. Tests only.

use time::macros::datetime;

use crate::record::{
    Against, CheckId, CheckRecord, Command, CommandEnd, Decision, Direction, Estimator, Exchange, FailOn, Failure,
    FailureKind, Fault, FaultKind, HarnessTiming, HostFingerprint, ImageIdentity, KnownIssue, LedgerIdentity, Metric,
    Outcome, RunRecord, RunSettings, RuntimeIdentity, RuntimeKind, SCHEMA_VERSION, ServerStart, Severity, Storage,
    SuiteId, SuiteRecord, TargetIdentity, ThroughputComparison, ThroughputProcedure, ThroughputResult, Tool, Unit,
};

const MILLISECOND: u64 = 1_000_000;
const MEGABYTE: u64 = 1024 * 1024;

/// What a server might send to make reports unreadable, or to forge them.
pub(super) const HOSTILE: &str = "\u{1b}[31m\"deadbeef\"\u{1b}[0m\u{0}\u{7}\u{9b}2J 😀 ]]> <![CDATA[ <testsuite id=\"9\" \u{fffe}&amp;\r\nsecond line";

/// A run with failures, errors, faults and notices.
pub(super) fn record() -> RunRecord {
    let mut record = clean();
    record.notices = vec!["not isolated: process runtime, because no Docker daemon answered".to_owned()];
    record.runtime = RuntimeIdentity {
        kind: RuntimeKind::Process,
        isolated: false,
        detail: "Python 3.13.5 in a virtual environment".to_owned(),
    };
    record.target.image = None;
    record.suites.push(default_bucket_benchmark());
    record.suites.push(etag());
    record.faults = vec![
        Fault::new(FaultKind::Docker, "connect to the Docker daemon: no such file")
            .with_hint("start Docker, or see `s3ci doctor`"),
    ];
    record.exit_code = 1;
    record.exit_codes = vec![1, 4];
    record
}

/// A run that passed except for known issues.
pub(super) fn with_known_issues() -> RunRecord {
    let mut record = clean();
    record.ledger = Some(LedgerIdentity {
        source: "docker/known-issues.toml".to_owned(),
        digest: "sha256:1ed9e4".to_owned(),
        checks: 2,
    });
    let known = |kind: &str, message: &str, actual: &str, upstream: Option<&str>| {
        Outcome::Known(KnownIssue {
            failure: Failure::new(kind, message, "the bytes asked for", actual),
            cause: Some("ranges are ignored".to_owned()),
            reason: "the server ignores Range".to_owned(),
            upstream: upstream.map(str::to_owned),
        })
    };
    let mut suite = suite("api/local", "S3 operations");
    suite.checks = vec![
        check(
            "api/local::range-unsatisfiable",
            known("range-ignored", "a range past the end is no 416", HOSTILE, None),
        ),
        check("api/local::object-roundtrip", Outcome::Passed),
        check_of(
            Severity::DataLoss,
            "api/local::range-first",
            known("range-ignored", "the whole object", "200", Some("https://example.org/issues/7")),
        ),
    ];
    record.suites.push(suite);
    record
}

/// The same with more known issues than are worth naming, in two suites.
pub(super) fn with_many_known_issues() -> RunRecord {
    let mut record = with_known_issues();
    let known = record.suites[1].checks[0].outcome.clone();
    let more = (1..=11).map(|number| check(&format!("api/local::range-{number:02}"), known.clone()));
    record.suites[1].checks.extend(more);
    let mut suite = suite("etag/local", "ETag rules");
    suite.checks = (1..=11).map(|number| check(&format!("etag/local::tag-{number:02}"), known.clone())).collect();
    record.suites.push(suite);
    record
}

/// The same with a client that a known issue of the server's makes fail.
pub(super) fn with_a_client() -> RunRecord {
    let mut record = with_known_issues();
    let mut suite = suite("clients/local", "real clients, signed");
    let failure = Failure::new(
        FailureKind::SILENT_CORRUPTION,
        "aws says that all went well, and restored other data: file has 200 bytes instead of 100",
        "the 1 files that it was given, byte by byte",
        "file has 200 bytes instead of 100",
    );
    let mut failed = check_of(Severity::DataLoss, "clients/local::aws-get-over-8-mib", Outcome::Failed(failure));
    failed.explained_by =
        [("api/local", "object-roundtrip"), ("api/local", "range-first"), ("auth/local", "integrity-signed-chunks")]
            .map(|(suite, name)| CheckId::new(&SuiteId::new(suite), name))
            .to_vec();
    failed.commands = vec![Command {
        line: "aws s3 cp s3://bucket/file file".to_owned(),
        ended: CommandEnd::Exited { status: 0 },
        wall_ns: 1_500 * MILLISECOND,
        cpu_ns: 500 * MILLISECOND,
        transferred: Some(1),
        skipped: None,
        requests: Some(vec![("GET object".to_owned(), 2)]),
        log: vec!["download:\u{1b}[31m done".to_owned()],
    }];
    suite.checks = vec![failed];
    record.suites.push(suite);
    record.exit_code = 1;
    record.exit_codes = vec![1];
    record
}

/// A comparison in which one operation became slower, one did not, and one could not be decided.
pub(super) fn compared() -> RunRecord {
    let mut record = clean();
    let mut suite = suite("throughput/local", "throughput against a base");
    let dropped = Failure::new(
        FailureKind::THROUGHPUT_DROP,
        "put has 11.6% less throughput than the base",
        "no drop of more than 5%",
        "0.884 of the base (0.871 to 0.902, 10 blocks)",
    );
    let undecided = Outcome::Inconclusive { reason: "0.961 of the base (0.931 to 0.999, 30 blocks)".to_owned() };
    suite.checks = vec![
        check_of(Severity::Slower, "throughput/local::put", Outcome::Failed(dropped)),
        check_of(Severity::Slower, "throughput/local::get", Outcome::Passed),
        check_of(Severity::Slower, "throughput/local::head", undecided),
    ];
    let results = vec![
        result("put", Some(Decision::Fail), 10, [884_000, 871_000, 902_000], 69_000),
        result("get", Some(Decision::Pass), 15, [1_002_000, 981_000, 1_024_000], 81_000),
        result("head", Some(Decision::Inconclusive), 30, [961_000, 931_000, 999_000], 90_000),
        ThroughputResult {
            direction: Direction::Lower,
            lower_ppm: None,
            upper_ppm: None,
            detectable_drop_ppm: None,
            ..result("put.cpu", None, 30, [1_110_000, 0, 0], 0)
        },
    ];
    let procedure = ThroughputProcedure {
        version: 1,
        seed: 7,
        drawn_for: "k3x9q2".to_owned(),
        objects: 60,
        min_size_bytes: 1024,
        max_size_bytes: MEGABYTE,
        listings: 60,
        passes: ["put", "get", "head", "put", "get", "head"].map(str::to_owned).into(),
        looks: vec![10, 15, 20, 30],
        alpha_ppm: 50_000,
        alpha_per_look_ppm: 2_500,
        tolerance_ppm: 50_000,
    };
    let base =
        TargetIdentity { spec: "pypi:0.2.0".to_owned(), version: Some("0.2.0".to_owned()), ..record.target.clone() };
    record.against = Some(Against {
        base,
        base_runtime: record.runtime.clone(),
        throughput: vec![ThroughputComparison { suite: suite.id.clone(), procedure, blocks: Vec::new(), results }],
        verdicts: Vec::new(),
        fail_on: FailOn::Any,
        inconclusive_fails: false,
    });
    record.suites.push(suite);
    record.exit_code = 3;
    record.exit_codes = vec![3];
    record
}

fn result(metric: &str, decision: Option<Decision>, blocks: u64, ratio: [u64; 3], finds: u64) -> ThroughputResult {
    ThroughputResult {
        metric: metric.to_owned(),
        direction: Direction::Higher,
        estimator: Estimator::MedianOfRatios,
        decision,
        blocks,
        ratio_ppm: ratio[0],
        lower_ppm: Some(ratio[1]),
        upper_ppm: Some(ratio[2]),
        alpha_ppm: 2_500,
        tolerance_ppm: 50_000,
        floor_ppm: None,
        detectable_drop_ppm: Some(finds),
        log_ratios_ppm: Vec::new(),
    }
}

/// A run of one benchmark in which everything passed.
pub(super) fn clean() -> RunRecord {
    RunRecord {
        schema_version: SCHEMA_VERSION.to_owned(),
        tool: Tool { name: "s3ci".to_owned(), version: "0.1.0".to_owned() },
        run_id: "k3x9q2".to_owned(),
        started_at: datetime!(2026-03-14 15:09:26.535_897 UTC),
        duration_ns: 42_195 * MILLISECOND,
        seed: 7,
        target: TargetIdentity {
            spec: "pypi:0.2.1".to_owned(),
            version: Some("0.2.1".to_owned()),
            commit: None,
            source_digest: None,
            image: Some(ImageIdentity {
                tag: "s3ci/pys3local:0.2.1-5f0c".to_owned(),
                id: format!("sha256:{}", "0123456789abcdef".repeat(4)),
                base: Some("python:3.13.5-slim".to_owned()),
                constraints_digest: Some("sha256:77aa".to_owned()),
            }),
        },
        ledger: None,
        runtime: RuntimeIdentity {
            kind: RuntimeKind::Docker,
            isolated: true,
            detail: "Engine 28.1, API 1.49".to_owned(),
        },
        host: HostFingerprint {
            os: "linux".to_owned(),
            arch: "x86_64".to_owned(),
            cpu_model: Some("Example CPU 3000".to_owned()),
            cpus: 2,
            memory_bytes: Some(8192 * MEGABYTE),
        },
        settings: RunSettings {
            files: 100,
            min_size_bytes: 1024,
            max_size_bytes: MEGABYTE,
            subdirs: 5,
            workers: 5,
            sync_files: 5,
            timeout_ns: 60_000 * MILLISECOND,
        },
        shard: None,
        notices: Vec::new(),
        suites: vec![benchmark()],
        against: None,
        faults: Vec::new(),
        interruption: None,
        timings: vec![HarnessTiming { name: "image".to_owned(), duration_ns: 1_250 * MILLISECOND }],
        exit_code: 0,
        exit_codes: vec![0],
    }
}

fn benchmark() -> SuiteRecord {
    let nanoseconds = |name: &str, value| Metric::single(name, Unit::Nanoseconds, Direction::Lower, value);
    let rate = |name: &str, value| Metric::single(name, Unit::BytesPerSecond, Direction::Higher, value);
    let operations = |name: &str, value| Metric::single(name, Unit::OperationsPerSecond, Direction::Higher, value);
    let mut suite = suite("bench/local", "benchmark, custom buckets");
    suite.facts = vec![("Bucket mode".to_owned(), "custom".to_owned()), ("Workers".to_owned(), "1".to_owned())];
    suite.checks = vec![
        check("bench/local::content-survives", Outcome::Passed),
        check("bench/local::bucket-is-deleted", Outcome::Passed),
    ];
    suite.metrics = vec![
        Metric::single("test-data.files", Unit::Count, Direction::Higher, 100),
        Metric::single("test-data.bytes", Unit::Bytes, Direction::Higher, 52 * MEGABYTE),
        nanoseconds("bucket-create.time", 1_200_000),
        nanoseconds("upload.time", 1_250 * MILLISECOND),
        nanoseconds("download.time", 850 * MILLISECOND),
        rate("upload.throughput", 41 * MEGABYTE + 629_146),
        rate("download.throughput", 61 * MEGABYTE),
        operations("upload.rate", 80),
        operations("download.rate", 117),
        latency("upload.latency", 100),
        latency("upload.latency.small", 12),
        latency("download.first-byte", 100),
        nanoseconds("server.cpu.upload", 640 * MILLISECOND),
        nanoseconds("server.cpu.download", 410 * MILLISECOND),
        Metric::single("server.memory.peak", Unit::Bytes, Direction::Lower, 91 * MEGABYTE),
        nanoseconds("local-copy.time", 40 * MILLISECOND),
        rate("local-copy.throughput", 1300 * MEGABYTE),
        Metric::single("list.pages", Unit::Count, Direction::Lower, 3),
    ];
    suite
}

fn default_bucket_benchmark() -> SuiteRecord {
    let mut suite = suite("bench/local-default", "benchmark, default bucket");
    suite.checks = vec![
        check("bench/local-default::content-survives", Outcome::Passed),
        check(
            "bench/local-default::list-is-complete",
            Outcome::Failed(Failure::new("list-incomplete", "1 of 100 keys is not listed", "100 keys", "99 keys")),
        ),
    ];
    suite.metrics = vec![Metric::single("upload.throughput", Unit::BytesPerSecond, Direction::Higher, 9 * MEGABYTE)];
    suite.server_log = vec!["\u{1b}[32mINFO\u{1b}[0m:     Uvicorn running".to_owned()];
    suite
}

fn etag() -> SuiteRecord {
    let mut suite = suite("etag/local", "ETag rules");
    let mut failed = check_of(
        Severity::DataLoss,
        "etag/local::changes-on-same-size-edit",
        Outcome::Failed(Failure::new(
            "etag-unchanged",
            "the ETag stayed the same after an edit of the same size",
            "an ETag other than \"0cc175b9\"",
            HOSTILE,
        )),
    );
    failed.exchanges = vec![
        Exchange {
            method: "PUT".to_owned(),
            path: "/s3ci-k3x9q2/file%2000.txt".to_owned(),
            request_headers: vec![("content-length".to_owned(), "12".to_owned())],
            status: Some(200),
            response_headers: vec![("etag".to_owned(), HOSTILE.to_owned())],
            body_start: Some("<x>]]></x>".to_owned()),
        },
        Exchange {
            method: "HEAD".to_owned(),
            path: "/s3ci-k3x9q2/file%2000.txt".to_owned(),
            request_headers: Vec::new(),
            status: None,
            response_headers: Vec::new(),
            body_start: None,
        },
    ];
    suite.checks = vec![
        check("etag/local::is-the-md5-of-the-content", Outcome::Passed),
        failed,
        check(
            "etag/local::survives-a-restart",
            Outcome::Skipped { reason: "an endpoint that others run is not restarted".to_owned() },
        ),
        check(
            "etag/local::is-stable",
            Outcome::NotJudged(
                Fault::new(FaultKind::Timeout, "no answer within 60 s").with_hint("give it longer: --timeout 120s"),
            ),
        ),
    ];
    suite.fault = Some(Fault::new(FaultKind::ServerDied, "the server ended with exit code 137"));
    suite.server_log = vec![HOSTILE.to_owned(), "Killed".to_owned()];
    suite
}

fn suite(id: &str, title: &str) -> SuiteRecord {
    SuiteRecord {
        id: SuiteId::new(id),
        title: title.to_owned(),
        storage: Storage::LOCAL,
        started_at: datetime!(2026-03-14 15:09:30.25 UTC),
        duration_ns: 4_200 * MILLISECOND,
        facts: Vec::new(),
        capabilities: Vec::new(),
        checks: Vec::new(),
        metrics: Vec::new(),
        fault: None,
        server_start: Some(ServerStart { ready_ns: 812 * MILLISECOND, attempts: 3 }),
        server_log: Vec::new(),
    }
}

fn check(id: &str, outcome: Outcome) -> CheckRecord {
    check_of(Severity::BreaksClients, id, outcome)
}

fn check_of(worst: Severity, id: &str, outcome: Outcome) -> CheckRecord {
    let (suite, name) = id.split_once("::").unwrap();
    let ledger_line = outcome.is_known().then_some(57);
    CheckRecord {
        id: CheckId::new(&SuiteId::new(suite), name),
        worst_severity: worst,
        rule: "what was stored is what is listed and fetched".to_owned(),
        consequence: "a sync client skips a modified file, and the backup is silently stale".to_owned(),
        source: "S3 API reference, ListObjectsV2".to_owned(),
        outcome: outcome.with_severity(worst),
        duration_ns: 41_234_567,
        exchanges: Vec::new(),
        repro: format!("s3ci run {suite} --check {name} --target pypi:0.2.1 --seed 7 --files 100"),
        commands: Vec::new(),
        explained_by: Vec::new(),
        ledger_line,
        counterexample: None,
        repeats: None,
    }
}

fn latency(name: &str, n: u64) -> Metric {
    Metric {
        name: name.to_owned(),
        unit: Unit::Nanoseconds,
        direction: Direction::Lower,
        n,
        samples: Vec::new(),
        min: 1_900_000,
        median: 4_100_000,
        p90: Some(8_300_000),
        p99: (n >= 100).then_some(12_700_000),
        p999: None,
        max: 14_050_000,
    }
}
