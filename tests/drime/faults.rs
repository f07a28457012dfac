//! A service that is slow, limits the rate, fails or dies.

use std::time::Duration;

use crate::support::{Ran, belongings, docker, own_address, run, start, wait_until};

#[test]
fn a_rate_limit_that_passes_is_survived_and_a_lasting_one_is_no_verdict() {
    let check = "etag/drime::stable-over-repeated-queries";
    let passing = "fault-status=429,fault-first=2,fault-retry-after=0,fault-endpoint=list-entries";
    let ran = run(&[check, "--runtime", "process", "--drime-set", passing], &[]);
    assert_eq!((ran.code(), ran.failed()), (0, vec![]), "{}", ran.said());
    let lasting = "fault-status=429,fault-every=1,fault-retry-after=0";
    let ran = run(&[check, "--runtime", "process", "--drime-set", lasting], &[]);
    assert_eq!((ran.code(), ran.failed()), (4, vec![]), "{}", ran.said());
    assert!(ran.said().contains("the Drime stand-in answers with status 429"), "{}", ran.said());
}

#[test]
fn a_setting_that_the_stand_in_refuses_is_told_in_its_own_words() {
    let ran = run(&["sync/drime", "--runtime", "process", "--drime-set", "latency-ms=soon"], &[]);
    assert_eq!(ran.code(), 4);
    assert!(ran.said().contains("LATENCY_MS must be a whole number"), "{}", ran.said());
}

#[test]
fn a_stand_in_that_dies_is_a_fault_that_names_it() {
    let going = start(&["large/drime", "--runtime", "docker", "--drime", "emulated"], &[]);
    let stand_in = || belongings(going.pid()).0.into_iter().find(|name| name.ends_with("-drime"));
    wait_until("the first check is done", Duration::from_secs(90), || going.has_told("forty-mebibytes ("));
    docker(&["kill", &stand_in().expect("a stand-in runs")]);
    let ran = going.end();
    assert_eq!((ran.code(), ran.failed()), (4, vec![]), "{}", ran.said());
    let fault = ran.record.suites[0].fault.as_ref().expect("a fault");
    assert_eq!(fault.kind, s3ci::record::FaultKind::DrimeStandInDied);
    assert!(fault.message.contains("the Drime stand-in: it died: it was killed by signal 9"), "{fault:?}");
    assert_eq!(belongings(ran.pid), (vec![], vec![]));
}

/// It reaches nobody but the server that it is for, and the daemon tells nobody its key.
#[test]
fn a_stand_in_is_cut_off_and_its_key_is_its_own() {
    // Slow enough to be looked at.
    let going = start(&["etag/drime", "--runtime", "docker", "--drime-set", "latency-ms=300"], &[]);
    let stand_in = || belongings(going.pid()).0.into_iter().find(|name| name.ends_with("-drime"));
    let runs = |name: String| docker(&["inspect", "--format", "{{.State.Running}}", &name]) == ["true"];
    wait_until("the stand-in runs", Duration::from_secs(90), || stand_in().is_some_and(runs));
    let name = stand_in().unwrap();
    let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    for (host, port) in [(own_address(), port), ("192.0.2.1".to_owned(), 80), ("1.1.1.1".to_owned(), 443)] {
        let script = format!(
            "import socket\ntry:\n    socket.create_connection(('{host}', {port}), 2)\n    print('connected')\nexcept OSError as error:\n    print('no way', error)"
        );
        let said = docker(&["exec", &name, "python3", "-c", &script]).join(" ");
        assert!(said.starts_with("no way"), "{host}: {said}");
    }
    let environments = "cat /proc/[0-9]*/environ | tr '\\0' '\\n' | sed -n 's/^S3CI_DRIME_API_KEY=//p' | sort -u";
    let keys = docker(&["exec", &name, "sh", "-c", environments]);
    assert!(keys.len() == 1 && keys[0].len() > 16, "one key, and a long one");
    assert!(!docker(&["inspect", &name]).join("\n").contains(&keys[0]), "the key is in what the daemon tells");
    docker(&["kill", &name]);
    let ran = going.end();
    assert!(ran.everything().iter().all(|text| !text.contains(&keys[0])), "the key is in a report");
}

/// Milliseconds that the slow stand-in takes for each request.
const LATENCY_MS: u64 = 100;
/// Files of the benchmark.
const FILES: u64 = 4;
/// More requests to the service than pys3local makes for one request to itself.
const MOST_REQUESTS: u64 = 8;

/// A remote service is benchmarked honestly: what it takes to answer is in the times of the record, and little else.
#[test]
fn the_latency_of_the_service_is_in_the_measured_times() {
    let files = FILES.to_string();
    let bench = |more: &[&str]| {
        let small = ["bench/drime", "--runtime", "docker", "--files", &files, "--max-size", "5000", "--subdirs", "0"];
        let ran = run(&[&small[..], more].concat(), &[]);
        assert_eq!(ran.failed(), ["bench/drime::objects-deleted"], "{}", ran.said());
        ran
    };
    let setting = format!("latency-ms={LATENCY_MS}");
    let (quick, slow) = (bench(&[]), bench(&["--drime-set", &setting]));
    for (metric, requests) in [("upload.time", FILES), ("download.time", FILES), ("list.time", 1)] {
        // A latency that is not waited for leaves the same times as before; one that is waited for over and over makes more of it.
        let (slow_ms, quick_ms) = (measured_ms(&slow, metric), measured_ms(&quick, metric));
        let (least_ms, most_ms) = (requests * LATENCY_MS, quick_ms.max(1_000) + requests * LATENCY_MS * MOST_REQUESTS);
        assert!(
            (least_ms..=most_ms).contains(&slow_ms),
            "{metric}: {quick_ms} ms, then {slow_ms} ms, not {least_ms} to {most_ms}"
        );
    }
    assert!(slow.said().contains("the stand-in is set to latency-ms=100"), "{}", slow.said());
    assert!(
        ["out.xml", "report.txt", "report.html"].iter().all(|report| slow.report(report).contains("latency-ms=100"))
    );
}

/// The median of a metric of a benchmark.
fn measured_ms(ran: &Ran, name: &str) -> u64 {
    let metrics = &ran.record.suites[0].metrics;
    let metric = metrics.iter().find(|metric| metric.name == name).unwrap_or_else(|| panic!("{name} of {metrics:?}"));
    metric.median / 1_000_000
}

/// pydrime asks again after a 500, unless it was uploading: a single one then is pys3local's to report, and the check's to find. One on
/// all requests leaves nothing to judge.
#[test]
fn errors_of_the_service_are_survived_or_said() {
    let check = "etag/drime::four-way-agreement";
    let with =
        |setting: &str| run(&[check, "--runtime", "docker", "--ready-timeout", "20s", "--drime-set", setting], &[]);
    let passing = with("fault-status=500,fault-every=6,fault-endpoint=list-entries");
    assert_eq!((passing.code(), passing.failed()), (0, vec![]), "{}", passing.said());
    let on_uploads = with("fault-status=500,fault-first=1,fault-endpoint=upload");
    assert_eq!((on_uploads.code(), on_uploads.failed()), (1, vec![check.to_owned()]), "{}", on_uploads.said());
    assert_eq!(on_uploads.failures()[0].kind, "request-refused");
    for report in ["out.xml", "report.txt", "report.html"] {
        let text = on_uploads.report(report);
        assert!(text.contains("PutObject: HTTP 500") && text.contains("fault-status=500"), "{report}: {text}");
    }
    let on_all = with("fault-status=500,fault-every=1");
    assert_eq!((on_all.code(), on_all.failed()), (4, vec![]), "{}", on_all.said());
    assert!(on_all.said().contains("the Drime stand-in answers with status 500"), "{}", on_all.said());
    assert!(on_all.report("out.xml").contains("<error"), "the reports are written");
}
