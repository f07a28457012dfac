//! The Docker runtime on a real daemon with a real pys3local: what isolates a server, and that nothing stays behind.
//!
//! Needs a Docker daemon and, for the first build of the image, a package index. There is no way to skip this silently.

mod builds;
mod holder;
mod isolation;
mod owners;
mod proxy;
mod support;

use std::time::{Duration, Instant};

use s3ci::server::{BucketMode, DockerError, Leftovers, Runtime, ServerError, Shutdown, Target};
use support::{Exchange, checkout, fails_in, prepare, prints_in, put, request, settings, spec, still_there};

const PYS3LOCAL: &str = "0.2.1";

fn release(version: &str) -> Target {
    Target::Pypi(version.into())
}

#[tokio::test]
async fn a_server_is_reached_watched_and_gone_after_its_stop() {
    let settings = settings(release(PYS3LOCAL));
    let run_id = settings.run_id.clone();
    let runtime = prepare(settings).await.unwrap();
    assert_eq!(runtime.target().version.as_deref(), Some(PYS3LOCAL));
    assert!(runtime.identity().isolated);

    let server = runtime.start(&spec(BucketMode::Custom)).await.unwrap();
    let log = server.log_tail(100);
    assert_eq!(log.first().map(String::as_str), Some("s3ci: server started"), "{log:?}");
    assert!(log.iter().any(|line| line.contains("Data directory: /data")), "{log:?}");
    assert_eq!(server.exited(), None);
    let usage = server.usage().await.unwrap();
    assert!(usage.cpu > Duration::from_millis(50), "{usage:?}");
    assert!(usage.memory_peak_bytes.unwrap() > 10 << 20, "{usage:?}");
    assert_eq!(still_there(&run_id).await, (1, 1));

    server.stop().await.unwrap();
    assert_eq!(still_there(&run_id).await, (0, 1));
    runtime.close().await.unwrap();
    assert_eq!(still_there(&run_id).await, (0, 0));
}

#[tokio::test]
async fn a_container_reaches_nothing_but_its_side_of_the_bridge() {
    let runtime = prepare(settings(release(PYS3LOCAL))).await.unwrap();
    let server = runtime.start(&spec(BucketMode::Custom)).await.unwrap();

    // An address of this machine other than the bridge's: the one that it would talk to the world with.
    let own = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    own.connect("192.0.2.1:9").unwrap();
    let own = own.local_addr().unwrap().ip().to_string();
    for address in [own.as_str(), "192.0.2.1"] {
        let connect = format!("import socket; socket.create_connection(('{address}', 80), 10)");
        let (code, output) = fails_in(&*server, &["python3", "-c", &connect]).await;
        assert!(
            code != 0 && (output.contains("No route to host") || output.contains("unreachable")),
            "{address}: {output}"
        );
    }
    let asked = Instant::now();
    let resolve = "import socket; print(socket.getaddrinfo('example.com', 443))";
    let (code, output) = fails_in(&*server, &["python3", "-c", resolve]).await;
    assert!(code != 0 && output.contains("gaierror"), "{output}");
    assert!(asked.elapsed() < Duration::from_secs(10), "a name that cannot be resolved took {:?}", asked.elapsed());

    server.stop().await.unwrap();
    runtime.close().await.unwrap();
}

#[tokio::test]
async fn a_container_has_no_privileges_and_writes_only_to_its_tmpfs() {
    let runtime = prepare(settings(release(PYS3LOCAL))).await.unwrap();
    let server = runtime.start(&spec(BucketMode::Custom)).await.unwrap();

    for process in ["1", "self"] {
        let status = prints_in(&*server, &["cat", &format!("/proc/{process}/status")]).await;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).unwrap()
        };
        for capabilities in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
            assert_eq!(field(capabilities), ["0000000000000000"], "{capabilities} of {process}");
        }
        assert_eq!(field("Uid:"), ["10001"; 4]);
        assert_eq!(field("NoNewPrivs:"), ["1"]);
    }
    for path in ["/written", "/etc/written", "/opt/venv/written", "/usr/written", "/var/tmp/written"] {
        let (code, output) = fails_in(&*server, &["sh", "-c", &format!("echo x > {path}")]).await;
        assert!(code != 0 && output.contains("Read-only file system"), "{path}: {output}");
    }
    for path in ["/data/written", "/tmp/written", "/home/s3ci/written"] {
        prints_in(&*server, &["sh", "-c", &format!("echo x > {path}")]).await;
    }
    let fill = "head -c 1073741824 /dev/zero > /data/much";
    let (code, output) = fails_in(&*server, &["sh", "-c", fill]).await;
    assert!(code != 0 && output.contains("No space left"), "{output}");

    server.stop().await.unwrap();
    runtime.close().await.unwrap();
}

#[tokio::test]
async fn a_restart_keeps_what_was_stored() {
    let runtime = prepare(settings(release(PYS3LOCAL))).await.unwrap();
    let server = runtime.start(&spec(BucketMode::Custom)).await.unwrap();
    assert_eq!(put(&*server, "/kept", b"").await.status, 200);
    assert_eq!(put(&*server, "/kept/object", b"content").await.status, 200);

    for _ in 0..2 {
        server.restart(Shutdown::Orderly).await.unwrap();
        let Exchange { status, body } = request(server.endpoint(), "GET", "/kept/object", b"").await.unwrap();
        assert_eq!((status, body.as_slice()), (200, b"content".as_slice()));
    }
    let starts = server.log_tail(200).into_iter().filter(|line| line == "s3ci: server started").count();
    assert_eq!(starts, 3);

    server.stop().await.unwrap();
    runtime.close().await.unwrap();
}

#[tokio::test]
async fn the_death_of_a_server_is_noticed_at_once() {
    let settings = settings(release(PYS3LOCAL));
    let run_id = settings.run_id.clone();
    let runtime = prepare(settings).await.unwrap();
    let server = runtime.start(&spec(BucketMode::Custom)).await.unwrap();
    let find_and_kill = "for file in /proc/[0-9]*/cmdline; do \
        if tr '\\0' ' ' < $file | grep -q 'bin/[p]ys3local serve'; then pid=${file#/proc/}; kill -SEGV ${pid%/cmdline}; fi; done";
    let killed = Instant::now();
    fails_in(&*server, &["sh", "-c", find_and_kill]).await;
    assert_eq!(server.ended().await, "the server was killed by signal 11 (exit code 139)");
    assert!(killed.elapsed() < Duration::from_secs(3), "noticed after {:?}", killed.elapsed());
    assert!(server.exited().is_some());
    assert!(matches!(server.restart(Shutdown::Orderly).await, Err(ServerError::NotRestarted { .. })));
    server.stop().await.unwrap();
    runtime.close().await.unwrap();
    assert_eq!(still_there(&run_id).await, (0, 0));
}

#[tokio::test]
async fn a_published_port_is_on_loopback_and_a_taken_one_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut settings = settings(release(PYS3LOCAL));
    settings.port = Some(port);
    let run_id = settings.run_id.clone();
    let runtime = prepare(settings).await.unwrap();
    let taken = runtime.start(&spec(BucketMode::Custom)).await.err().unwrap();
    let expected = port;
    assert!(matches!(taken, ServerError::PortInUse { port } if port == expected), "{taken:?}");
    assert_eq!(still_there(&run_id).await, (0, 1));

    drop(listener);
    let server = runtime.start(&spec(BucketMode::Default)).await.unwrap();
    assert_eq!(server.endpoint(), format!("http://127.0.0.1:{port}"));
    assert_eq!(request(server.endpoint(), "GET", "/", b"").await.unwrap().status, 200);
    server.stop().await.unwrap();
    runtime.close().await.unwrap();
    assert_eq!(still_there(&run_id).await, (0, 0));
}

#[tokio::test]
async fn a_killed_holder_leaves_no_container() {
    let settings = settings(release(PYS3LOCAL));
    let run_id = settings.run_id.clone();
    // Builds the image, so that the holder has nothing to do but hold.
    prepare(settings).await.unwrap().close().await.unwrap();
    let mut holder = holder::start(&run_id).await;
    assert_eq!(still_there(&run_id).await, (1, 1));
    holder.kill().await.unwrap();
    let killed = Instant::now();
    while still_there(&run_id).await.0 > 0 {
        assert!(killed.elapsed() < Duration::from_secs(5), "the container outlives its holder");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Leftovers::of_run(&run_id).await.unwrap().remove().await.unwrap();
    assert_eq!(still_there(&run_id).await, (0, 0));
}

#[tokio::test]
#[ignore = "the part of a_killed_holder_leaves_no_container that is killed"]
async fn hold_a_server() {
    holder::hold(release(PYS3LOCAL)).await;
}

#[tokio::test]
async fn a_release_without_default_buckets_says_so_and_works_otherwise() {
    let runtime = prepare(settings(release("0.1.0"))).await.unwrap();
    assert_eq!(runtime.target().version.as_deref(), Some("0.1.0"));
    let refused = runtime.start(&spec(BucketMode::Default)).await.err().unwrap();
    assert!(matches!(refused, ServerError::Unsupported { what: "a default-bucket mode" }), "{refused:?}");
    let server = runtime.start(&spec(BucketMode::Custom)).await.unwrap();
    assert_eq!(put(&*server, "/bucket", b"").await.status, 200);
    server.stop().await.unwrap();
    runtime.close().await.unwrap();
}

#[tokio::test]
async fn an_unknown_release_is_told_from_a_failed_build() {
    let error = prepare(settings(release("9.9.9"))).await.err().unwrap();
    let ServerError::UnknownRelease { version, available } = error else { panic!("{error:?}") };
    assert_eq!(version, "9.9.9");
    assert!(available.iter().any(|release| release == PYS3LOCAL), "{available:?}");
}

#[tokio::test]
async fn an_image_without_pys3local_is_refused() {
    let base = prepare(settings(release(PYS3LOCAL))).await.unwrap().target().image.unwrap().base.unwrap();
    let runtime: Result<Runtime, ServerError> = prepare(settings(Target::Image(base))).await;
    let error = runtime.err().unwrap();
    assert!(
        matches!(&error, ServerError::Docker(DockerError::Probe { reason, .. }) if reason.contains("no pys3local")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_checkout_is_built_and_a_server_that_ends_is_quoted() {
    let folder = checkout("print('no room for buckets', flush=True)\n    sys.exit(3)");
    let runtime = prepare(settings(Target::Path(folder.path().into()))).await.unwrap();
    assert!(runtime.target().source_digest.is_some());
    let error = runtime.start(&spec(BucketMode::Custom)).await.err().unwrap();
    assert!(error.kind() == s3ci::record::FaultKind::ServerNotReady, "{error:?}");
    let text = error.to_string();
    assert!(text.contains("ended with exit code 3") && text.contains("| no room for buckets"), "{text}");
    let image = runtime.target().image.unwrap().tag;
    runtime.close().await.unwrap();
    support::remove_image(&image).await;
}

#[tokio::test]
async fn certificates_of_the_build_stay_out_of_the_image() {
    let runtime = prepare(settings(release(PYS3LOCAL))).await.unwrap();
    let server = runtime.start(&spec(BucketMode::Custom)).await.unwrap();
    let listed = prints_in(&*server, &["ls", "/"]).await;
    assert!(!listed.contains("build"), "{listed}");
    let environment = prints_in(&*server, &["env"]).await;
    for name in ["CERT", "PIP_", "BUNDLE", "PROXY"] {
        assert!(!environment.contains(name), "{environment}");
    }
    server.stop().await.unwrap();
    runtime.close().await.unwrap();
}
