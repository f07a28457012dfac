//! Isolation is tried and not assumed, and two arms do not see each other.

use s3ci::record::{FaultKind, RuntimeKind};
use s3ci::server::{BucketMode, Target};

use super::proxy::{DROPS_NETWORK_OPTIONS, Proxy};
use super::support::{fails_in, prepare, settings, spec};
use crate::command::{record_in, s3ci};
use crate::daemon::docker;
use crate::images::PINNED;

/// A short run on a daemon that does with networks as it likes.
fn run(environment: &[(&str, &str)], runtime: &str) -> (Option<i32>, s3ci::record::RunRecord) {
    std::sync::LazyLock::force(&PINNED);
    let (proxy, reports) = (Proxy::start(&DROPS_NETWORK_OPTIONS), tempfile::tempdir().unwrap());
    let mut command = s3ci();
    for name in ["CI", "JENKINS_URL", "TF_BUILD"] {
        command.env_remove(name);
    }
    command.args(["run", "etag/local::put-is-md5", "--runtime", runtime, "--out"]).arg(reports.path());
    let output = command.envs(environment.iter().copied()).env("DOCKER_HOST", proxy.address()).output().unwrap();
    (output.status.code(), record_in(reports.path()))
}

#[test]
fn a_daemon_that_drops_network_options_is_told_and_in_ci_refused() {
    let (code, record) = run(&[], "docker");
    assert_eq!((code, record.runtime.kind, record.runtime.isolated), (Some(0), RuntimeKind::Docker, false));
    let notice = "not isolated: a container gets out to this machine, at ";
    assert!(record.notices.iter().any(|text| text.starts_with(notice)), "{:?}", record.notices);

    let (code, record) = run(&[("CI", "true")], "docker");
    let faults: Vec<_> = record.faults.iter().map(|fault| fault.kind).collect();
    assert_eq!((code, faults), (Some(4), vec![FaultKind::DockerNotIsolated]));
    let label = format!("label=s3ci.run={}", record.run_id);
    let left = docker(&["network", "ls", "--quiet", "--filter", &label]);
    assert_eq!(left, Vec::<String>::new(), "its network is left");
}

#[test]
fn a_daemon_that_keeps_its_word_isolates_in_ci() {
    std::sync::LazyLock::force(&PINNED);
    let reports = tempfile::tempdir().unwrap();
    let mut command = s3ci();
    command.args(["run", "etag/local::put-is-md5", "--runtime", "docker", "--out"]).arg(reports.path());
    assert_eq!(command.env("CI", "true").output().unwrap().status.code(), Some(0));
    let record = record_in(reports.path());
    assert!(record.runtime.isolated && record.notices.iter().all(|text| !text.contains("isolated")), "{record:?}");
}

#[tokio::test]
async fn a_candidate_does_not_reach_its_base() {
    let release = || Target::Pypi("0.2.1".into());
    let candidate = prepare(settings(release())).await.unwrap();
    let (events, mut listener) = s3ci::event::Events::channel(64);
    let listening = tokio::spawn(async move { while listener.recv().await.is_some() {} });
    let base = candidate.beside(&release(), &events).await.unwrap();
    drop(events);
    listening.await.unwrap();
    let server = candidate.start(&spec(BucketMode::Custom)).await.unwrap();
    let mut labelled = spec(BucketMode::Custom);
    labelled.label = "base".into();
    let other = base.start(&labelled).await.unwrap();

    let own = server.endpoint().trim_start_matches("http://").to_owned();
    let address = other.endpoint().trim_start_matches("http://").to_owned();
    let connect = |address: &str| {
        let (host, port) = address.split_once(':').unwrap();
        format!("import socket; socket.create_connection(('{host}', {port}), 10); print('it answers')")
    };
    let (code, output) = fails_in(&*server, &["python3", "-c", &connect(&own)]).await;
    assert!(code == 0 && output.contains("it answers"), "its own address is tried in the same way: {output}");
    let (code, output) = fails_in(&*server, &["python3", "-c", &connect(&address)]).await;
    assert!(code != 0 && !output.contains("it answers"), "{output}");
    let (_, output) = fails_in(
        &*server,
        &[
            "python3",
            "-c",
            &format!(
                "
import socket
flood = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sent = 0
for _ in range(10000):
    try:
        sent += flood.sendto(b'x' * 1000, ('{}', 10001))
    except OSError:
        pass
print('flooded')",
                address.split_once(':').unwrap().0
            ),
        ],
    )
    .await;
    assert!(output.contains("flooded"), "{output}");
    let received = fails_in(&*other, &["cat", "/proc/net/snmp"]).await.1;
    let udp: Vec<_> = received.lines().filter(|line| line.starts_with("Udp:")).collect();
    let count = |name: &str| {
        let at = udp[0].split_whitespace().position(|word| word == name).unwrap();
        udp[1].split_whitespace().nth(at).unwrap().to_owned()
    };
    assert_eq!(
        (count("InDatagrams"), count("NoPorts")),
        ("0".to_owned(), "0".to_owned()),
        "nothing arrives at the base"
    );

    server.stop().await.unwrap();
    other.stop().await.unwrap();
    drop(base);
    candidate.close().await.unwrap();
}
