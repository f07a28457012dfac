//! What the tests of the Docker runtime share: settings, commands inside a container, and a look at the daemon.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bollard::Docker;
use bollard::exec::StartExecResults;
use bollard::models::ExecConfig;
use bollard::query_parameters::{ListContainersOptions, ListNetworksOptions, RemoveImageOptions};
use futures_util::StreamExt;
use s3ci::event::Events;
use s3ci::server::{
    Backend, BucketMode, DockerSettings, DrimeSettings, Runtime, RuntimeChoice, RuntimeSettings, Server, ServerError,
    ServerSpec, Target,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Mutex;

use crate::images::PINNED;

/// Two tests must not build one image at the same time.
static BUILDING: Mutex<()> = Mutex::const_new(());

/// Runs of this process, for their names.
static RUNS: AtomicUsize = AtomicUsize::new(0);

fn docker() -> Docker {
    Docker::connect_with_defaults().unwrap()
}

/// Settings of a run of its own.
pub(crate) fn settings(target: Target) -> RuntimeSettings {
    let cache_dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    RuntimeSettings {
        run_id: format!("test{}x{}", std::process::id(), RUNS.fetch_add(1, Ordering::Relaxed)),
        choice: RuntimeChoice::Docker,
        target,
        port: None,
        ready_timeout: Duration::from_mins(1),
        docker: DockerSettings {
            ca_bundle: std::env::var_os("SSL_CERT_FILE").map(PathBuf::from),
            ..DockerSettings::default()
        },
        drime: DrimeSettings::default(),
        work_dir: cache_dir.join("work"),
        cache_dir,
        watchdog: None,
    }
}

/// A server with little data and without credentials.
pub(crate) fn spec(bucket_mode: BucketMode) -> ServerSpec {
    ServerSpec {
        label: "test".into(),
        backend: Backend::Local,
        bucket_mode,
        credentials: None,
        data_bytes: 64 << 20,
        largest_object_bytes: 1 << 20,
        objects: 100,
        canaries: false,
        data_limit_bytes: None,
    }
}

/// Prepares a runtime, one test at a time.
pub(crate) async fn prepare(settings: RuntimeSettings) -> Result<Runtime, ServerError> {
    LazyLock::force(&PINNED);
    let _alone = BUILDING.lock().await;
    let (events, mut listener) = Events::channel(64);
    let listening = tokio::spawn(async move {
        while let Some(event) = listener.recv().await {
            println!("{event:?}");
        }
    });
    let runtime = Runtime::prepare(settings, &events).await;
    drop(events);
    listening.await.unwrap();
    runtime
}

/// Containers and networks of a run.
pub(crate) async fn still_there(run_id: &str) -> (usize, usize) {
    let filters = Some(HashMap::from([("label".to_owned(), vec![format!("s3ci.run={run_id}")])]));
    let options = ListContainersOptions { all: true, filters: filters.clone(), ..Default::default() };
    let containers = docker().list_containers(Some(options)).await.unwrap();
    let networks = docker().list_networks(Some(ListNetworksOptions { filters })).await.unwrap();
    (containers.len(), networks.len())
}

/// Removes the image of a test that was the only one to want it.
pub(crate) async fn remove_image(tag: &str) {
    docker().remove_image(tag, None::<RemoveImageOptions>, None).await.unwrap();
}

/// Runs a command in the server's container; its exit code and its output.
pub(crate) async fn fails_in(server: &dyn Server, command: &[&str]) -> (i64, String) {
    let config = ExecConfig {
        cmd: Some(command.iter().map(|word| (*word).to_owned()).collect()),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        ..Default::default()
    };
    let exec = docker().create_exec(server.container().unwrap(), config).await.unwrap();
    let mut text = String::new();
    if let StartExecResults::Attached { mut output, .. } = docker().start_exec(&exec.id, None).await.unwrap() {
        while let Some(Ok(piece)) = output.next().await {
            text.push_str(&piece.to_string());
        }
    }
    // A command that ended the container took the answer to this with it.
    let inspected = docker().inspect_exec(&exec.id).await;
    (inspected.ok().and_then(|exec| exec.exit_code).unwrap_or(-1), text)
}

/// The output of a command that must succeed.
pub(crate) async fn prints_in(server: &dyn Server, command: &[&str]) -> String {
    let (code, output) = fails_in(server, command).await;
    assert_eq!(code, 0, "{command:?}: {output}");
    output
}

/// Status and body of an answer.
pub(crate) struct Exchange {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// Stores a bucket or an object.
pub(crate) async fn put(server: &dyn Server, path: &str, body: &[u8]) -> Exchange {
    request(server.endpoint(), "PUT", path, body).await.unwrap()
}

/// One request on a connection of its own.
pub(crate) async fn request(endpoint: &str, method: &str, path: &str, body: &[u8]) -> std::io::Result<Exchange> {
    let address = endpoint.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
    Ok(Exchange { status, body: answer[end + 4..].to_vec() })
}

/// A checkout of something named pys3local whose `serve` has the given body.
pub(crate) fn checkout(serve: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let project = "[build-system]\nrequires = [\"setuptools>=45\", \"wheel\", \"setuptools_scm[toml]>=6.2\"]\n\
        build-backend = \"setuptools.build_meta\"\n[project]\nname = \"pys3local\"\ndynamic = [\"version\"]\n\
        [project.scripts]\npys3local = \"pys3local:main\"\n[tool.setuptools]\npy-modules = [\"pys3local\"]\n\
        [tool.setuptools_scm]\n";
    let program = format!(
        "import sys\n\ndef main():\n    if '--help' in sys.argv:\n        print('--listen --allow-bucket-creation')\n        return\n    {serve}\n"
    );
    std::fs::write(folder.path().join("pyproject.toml"), project).unwrap();
    std::fs::write(folder.path().join("pys3local.py"), program).unwrap();
    folder
}
