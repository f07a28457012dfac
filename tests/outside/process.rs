//! The process runtime with real pys3local, installed from the index.
//!
//! Needs Python 3 with venv, and pip's index. One environment serves all tests of this file.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use s3ci::event::{Event, Events};
use s3ci::server::{
    Backend, BucketMode, Credentials, DockerSettings, DrimeSettings, Runtime, RuntimeChoice, RuntimeSettings, Server,
    ServerError, ServerSpec, Shutdown, Target,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Environments of this run of the tests; those of the run before are removed.
static CACHE: LazyLock<PathBuf> = LazyLock::new(|| {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("process-cache");
    let _ = std::fs::remove_dir_all(&directory);
    directory
});
static ENVIRONMENT: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn settings(target: &str, work_dir: &Path) -> RuntimeSettings {
    RuntimeSettings {
        run_id: "test".to_owned(),
        choice: RuntimeChoice::Process,
        target: Target::parse(target).unwrap(),
        port: None,
        ready_timeout: Duration::from_mins(1),
        docker: DockerSettings::default(),
        drime: DrimeSettings::default(),
        work_dir: work_dir.to_owned(),
        cache_dir: CACHE.clone(),
        watchdog: None,
    }
}

fn spec(bucket_mode: BucketMode, credentials: Option<Credentials>) -> ServerSpec {
    ServerSpec {
        label: "test/process".to_owned(),
        backend: Backend::Local,
        bucket_mode,
        credentials,
        data_bytes: 1 << 20,
        largest_object_bytes: 1 << 20,
        objects: 100,
        canaries: false,
        data_limit_bytes: None,
    }
}

/// Prepares and gives back what was emitted meanwhile.
async fn prepare(settings: &RuntimeSettings) -> (Result<Runtime, ServerError>, Vec<Event>) {
    let (events, mut receiver) = Events::channel(16);
    let collecting = tokio::spawn(async move {
        let mut collected = Vec::new();
        while let Some(event) = receiver.recv().await {
            // Every run without isolation says so.
            if !matches!(event, Event::Notice { .. }) {
                collected.push(event);
            }
        }
        collected
    });
    let prepared = Runtime::prepare(settings.clone(), &events).await;
    drop(events);
    (prepared, collecting.await.unwrap())
}

/// A runtime for the release that most tests use, installed by whichever test comes first.
async fn release(settings: &RuntimeSettings) -> Runtime {
    let _turn = ENVIRONMENT.lock().await;
    prepare(settings).await.0.unwrap()
}

/// One request on a connection of its own; status line, headers and body as text.
async fn request(server: &dyn Server, method: &str, path: &str, body: &str) -> String {
    let address = server.endpoint().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let head =
        format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The process that was started to listen at an endpoint, which leads a group of the same number; none where the system does not tell.
fn process_at(endpoint: &str) -> Option<i32> {
    let address = endpoint.strip_prefix("http://").unwrap();
    let mut processes = std::fs::read_dir("/proc").ok()?.flatten();
    let listens = |entry: &std::fs::DirEntry| {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|word| word == address.as_bytes())
    };
    processes.find(listens)?.file_name().to_str()?.parse().ok()
}

async fn accepts_connections(endpoint: &str) -> bool {
    TcpStream::connect(endpoint.strip_prefix("http://").unwrap()).await.is_ok()
}

#[tokio::test]
async fn objects_survive_a_restart_and_nothing_survives_a_stop() {
    let work = tempfile::tempdir().unwrap();
    let runtime = release(&settings("pypi:0.2.1", work.path())).await;
    assert_eq!(runtime.target().version.as_deref(), Some("0.2.1"));
    assert!(!runtime.identity().isolated);
    assert!(runtime.identity().detail.starts_with("Python 3."), "{:?}", runtime.identity());
    let server = runtime.start(&spec(BucketMode::Custom, None)).await.unwrap();
    assert!(request(&*server, "PUT", "/bucket", "").await.starts_with("HTTP/1.1 200"));
    assert!(request(&*server, "PUT", "/bucket/key", "content").await.starts_with("HTTP/1.1 200"));
    let (before, process) = (server.usage().await, process_at(server.endpoint()));
    {
        let ended = server.ended();
        tokio::pin!(ended);
        tokio::select! {
            biased;
            sentence = &mut ended => panic!("a restart was taken for an end: {sentence}"),
            restarted = server.restart(Shutdown::Orderly) => restarted.unwrap(),
        }
    }
    assert_ne!(process_at(server.endpoint()), process, "another process");
    assert_eq!(server.exited(), None);
    if cfg!(target_os = "linux") {
        let (before, after) = (before.unwrap(), server.usage().await.unwrap());
        assert!(after.cpu > before.cpu, "{after:?} adds to {before:?}");
        assert!(after.memory_peak_bytes.unwrap() > 10 << 20, "{after:?}");
    }
    assert!(request(&*server, "GET", "/bucket/key", "").await.ends_with("\r\n\r\ncontent"));
    let endpoint = server.endpoint().to_owned();
    server.stop().await.unwrap();
    assert!(!accepts_connections(&endpoint).await);
    assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 0, "data and home are gone");
}

#[tokio::test]
async fn credentials_are_demanded_and_never_logged() {
    let work = tempfile::tempdir().unwrap();
    let runtime = release(&settings("pypi:0.2.1", work.path())).await;
    let keys = Credentials { access_key: "AKIATESTONLY".to_owned(), secret_key: "-very+secret/key".to_owned() };
    let server = runtime.start(&spec(BucketMode::Default, Some(keys))).await.unwrap();
    assert!(request(&*server, "GET", "/default", "").await.starts_with("HTTP/1.1 403"));
    let log = server.log_tail(400).join("\n");
    assert!(log.contains("Secret Access Key: [redacted]"), "{log}");
    assert!(!log.contains("AKIATESTONLY") && !log.contains("very+secret"), "{log}");
    server.stop().await.unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_server_that_is_killed_is_noticed() {
    let work = tempfile::tempdir().unwrap();
    let runtime = release(&settings("pypi:0.2.1", work.path())).await;
    let server = runtime.start(&spec(BucketMode::Custom, None)).await.unwrap();
    let group = rustix::process::Pid::from_raw(process_at(server.endpoint()).unwrap()).unwrap();
    rustix::process::kill_process_group(group, rustix::process::Signal::KILL).unwrap();
    let sentence = tokio::time::timeout(Duration::from_secs(10), server.ended()).await.unwrap();
    assert_eq!(sentence, "the server was killed by signal 9 (SIGKILL)");
    assert_eq!(server.exited(), Some(sentence));
    server.restart(Shutdown::Orderly).await.unwrap();
    assert_eq!(server.exited(), None, "it is up again");
    assert!(
        tokio::time::timeout(Duration::ZERO, server.restart(Shutdown::Orderly)).await.is_err(),
        "given up half-way"
    );
    let sentence = tokio::time::timeout(Duration::from_secs(10), server.ended()).await.unwrap();
    assert_eq!(sentence, "s3ci gave up the restart of the server");
    server.restart(Shutdown::Orderly).await.unwrap();
    let endpoint = server.endpoint().to_owned();
    drop(server);
    while accepts_connections(&endpoint).await {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_port_in_use_is_refused_before_any_work() {
    let work = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let settings = RuntimeSettings { port: Some(port), ..settings("pypi:0.2.1", work.path()) };
    let (prepared, events) = prepare(&settings).await;
    let error = prepared.unwrap_err();
    assert!(matches!(error, ServerError::PortInUse { port: taken } if taken == port), "{error}");
    assert!(error.hint().unwrap().contains("leave `--port` out"));
    assert!(events.is_empty(), "{events:?}");
    drop(listener);
    let runtime = release(&settings).await;
    let server = runtime.start(&spec(BucketMode::Custom, None)).await.unwrap();
    assert_eq!(server.endpoint(), format!("http://127.0.0.1:{port}"));
    let second = runtime.start(&spec(BucketMode::Custom, None)).await.unwrap_err();
    assert!(matches!(second, ServerError::PortInUse { .. }), "{second}");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn an_unknown_release_names_the_known_ones_and_a_second_preparation_installs_nothing() {
    let work = tempfile::tempdir().unwrap();
    let error = prepare(&settings("pypi:9.9.9", work.path())).await.0.unwrap_err();
    let ServerError::UnknownRelease { version, available } = &error else { panic!("{error}") };
    assert_eq!(version, "9.9.9");
    assert!(available.contains(&"0.2.1".to_owned()), "{available:?}");
    let known = settings("pypi:0.2.1", work.path());
    release(&known).await;
    let (prepared, events) = prepare(&known).await;
    assert_eq!(prepared.unwrap().target().version.as_deref(), Some("0.2.1"));
    assert!(events.is_empty(), "{events:?}");
}

#[tokio::test]
async fn the_newest_release_is_asked_for_and_shares_its_environment() {
    let work = tempfile::tempdir().unwrap();
    let (newest, _) = prepare(&settings("pypi:latest", work.path())).await;
    let newest = newest.unwrap().target();
    let version = newest.version.unwrap();
    assert_eq!(newest.spec, "pypi:latest");
    let unknown = prepare(&settings("pypi:9.9.9", work.path())).await.0.unwrap_err();
    let ServerError::UnknownRelease { available, .. } = unknown else { panic!("{unknown}") };
    assert_eq!(available.last(), Some(&version));
    let (named, events) = prepare(&settings(&format!("pypi:{version}"), work.path())).await;
    assert_eq!(named.unwrap().target().version, Some(version));
    assert!(events.is_empty(), "{events:?}");
}

#[tokio::test]
async fn a_release_without_default_buckets_says_so() {
    let work = tempfile::tempdir().unwrap();
    let (prepared, events) = prepare(&settings("pypi:0.1.4", work.path())).await;
    let runtime = prepared.unwrap();
    assert!(events.iter().any(|event| matches!(event, Event::Output { .. })), "pip is heard");
    let error = runtime.start(&spec(BucketMode::Default, None)).await.unwrap_err();
    assert!(matches!(error, ServerError::Unsupported { .. }), "{error}");
    let server = runtime.start(&spec(BucketMode::Custom, None)).await.unwrap();
    assert!(request(&*server, "PUT", "/bucket", "").await.starts_with("HTTP/1.1 200"));
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_checkout_that_does_not_start_shows_its_last_words() {
    let work = tempfile::tempdir().unwrap();
    let checkout = broken_checkout();
    let target = format!("path:{}", checkout.path().display());
    let runtime = prepare(&settings(&target, work.path())).await.0.unwrap();
    assert_eq!(runtime.target().version.as_deref(), Some("7.0"));
    assert!(runtime.target().source_digest.is_some());
    let error = runtime.start(&spec(BucketMode::Custom, None)).await.unwrap_err();
    let ServerError::NotReady { source, log } = &error else { panic!("{error}") };
    assert_eq!(source.to_string(), "get a first answer: the server exited with code 3");
    assert_eq!(log.last().unwrap(), "no database today");
    assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 0, "nothing is left behind");
}

#[tokio::test]
async fn an_interrupted_installation_is_made_again_once_however_many_wait_for_it() {
    let (work, cache, checkout) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), broken_checkout());
    let target = format!("path:{}", checkout.path().display());
    let settings = RuntimeSettings { cache_dir: cache.path().to_owned(), ..settings(&target, work.path()) };
    prepare(&settings).await.0.unwrap();
    let entries = std::fs::read_dir(cache.path().join("venvs")).unwrap().map(|entry| entry.unwrap().path());
    let environment = entries.into_iter().find(|path| path.is_dir()).unwrap();
    std::fs::remove_file(environment.join("s3ci-environment.json")).unwrap();
    std::fs::write(environment.join("rest"), "").unwrap();
    let both = [tokio::spawn(prepare_owned(settings.clone())), tokio::spawn(prepare_owned(settings))];
    let mut installations = 0;
    for one in both {
        let (prepared, events) = one.await.unwrap();
        prepared.unwrap();
        let installs = |event: &&Event| matches!(event, Event::Preparing { step } if step.starts_with("installing"));
        installations += events.iter().filter(installs).count();
    }
    assert_eq!(installations, 1);
    assert!(!environment.join("rest").exists(), "made from nothing");
}

async fn prepare_owned(settings: RuntimeSettings) -> (Result<Runtime, ServerError>, Vec<Event>) {
    prepare(&settings).await
}

/// The sources of a pys3local whose server gives up as it starts.
fn broken_checkout() -> tempfile::TempDir {
    let checkout = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = checkout.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("pyproject.toml", BROKEN_PROJECT);
    write("PKG-INFO", "Name: pys3local\nVersion: 7.0\n\n");
    write("pys3local/__init__.py", "");
    write("pys3local/cli.py", BROKEN_SERVER);
    checkout
}

const BROKEN_PROJECT: &str = r#"
[build-system]
requires = ["setuptools", "setuptools_scm"]
build-backend = "setuptools.build_meta"
[project]
name = "pys3local"
dynamic = ["version"]
[project.optional-dependencies]
drime = []
[tool.setuptools]
packages = ["pys3local"]
[tool.setuptools_scm]
"#;

const BROKEN_SERVER: &str = "
import sys
if '--help' in sys.argv:
    print('--listen')
else:
    print('no database today', file=sys.stderr)
    sys.exit(3)
";
