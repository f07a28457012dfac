//! Builds of what strangers propose: a build script does what it likes within its limits, and learns nothing; no password of a package index
//! stays anywhere.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use s3ci::server::Target;

use super::support::{prepare, settings};
use crate::command::s3ci;
use crate::daemon::{belongings, docker};
use crate::images::PINNED;

/// The password of the package index.
const SECRET: &str = "hunter2hunter2";

/// How long a hostile build may take.
const DEADLINE: &str = "15s";

/// A checkout whose build backend begins with this program.
fn checkout(program: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let project = "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n[project]\nname = \"pys3local\"\n\
                   version = \"0.2.1\"\n[project.scripts]\npys3local = \"pys3local:main\"\n[tool.setuptools]\n\
                   py-modules = [\"pys3local\"]\n";
    std::fs::write(folder.path().join("pyproject.toml"), project).unwrap();
    let backend = format!("{program}\nfrom setuptools.build_meta import *\n");
    std::fs::write(folder.path().join("backend.py"), backend).unwrap();
    let server = "def main():\n    print('--listen --allow-bucket-creation')\n";
    std::fs::write(folder.path().join("pys3local.py"), server).unwrap();
    folder
}

/// A run that is to end before there is a server, and what it left.
struct Built {
    output: Output,
    took: Duration,
    left: (Vec<String>, Vec<String>),
    is_work_left: bool,
}

impl Built {
    fn of(checkout: &Path, deadline: &str, more: &[&str], environment: &[(&str, &str)]) -> Self {
        std::sync::LazyLock::force(&PINNED);
        let (work, began) = (tempfile::tempdir().unwrap(), Instant::now());
        let child = s3ci()
            .args(["run", "etag/local", "--runtime", "docker", "--build-timeout", deadline, "--work-dir"])
            .arg(work.path())
            .arg("--target")
            .arg(format!("path:{}", checkout.display()))
            .args(more)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let pid = child.id();
        let output = child.wait_with_output().unwrap();
        let is_work_left = std::fs::read_dir(work.path()).unwrap().next().is_some();
        Self { output, took: began.elapsed(), left: belongings(pid), is_work_left }
    }

    /// Both streams, each white space one space.
    fn said(&self) -> String {
        let text = [&self.output.stdout, &self.output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        text.concat().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// It came to nothing, with one of these words, in time, and left nothing.
    fn fails_with(&self, name: &str, words: &[&str]) {
        let said = self.said();
        let end = &said[said.len().saturating_sub(3000)..];
        assert_eq!(self.output.status.code(), Some(4), "{name}: {end}");
        assert!(said.contains("failed to build the checkout"), "{name}: {end}");
        assert!(words.iter().any(|word| said.contains(word)), "{name}: {end}");
        assert!(self.took < Duration::from_secs(40), "{name} took {:?}", self.took);
        assert_eq!((&self.left, self.is_work_left), (&(vec![], vec![]), false), "{name} left something");
    }
}

#[test]
fn a_hostile_build_ends_within_its_limits_and_leaves_nothing() {
    let outside = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = outside.local_addr().unwrap().port();
    outside.set_nonblocking(true).unwrap();
    let call_out = format!(
        "import socket\nfor address in ['172.17.0.1', '192.0.2.1', 'localhost']:\n    try:\n        \
         socket.create_connection((address, {port}), 3)\n        raise SystemExit('it got out to ' + address)\n    \
         except OSError as error:\n        print(address, error)\nraise SystemExit('nobody answers')"
    );
    let programs = [
        ("prints", "while True:\n    print('x' * 100)", &["ran out of memory", "did not end within"][..]),
        (
            "prints past pip",
            "out = open('/proc/1/fd/2', 'wb', 0)\nwhile True:\n    out.write(b'x' * 65536)",
            &["printed more than 2 MiB"],
        ),
        (
            "prints lines past pip",
            "out = open('/proc/1/fd/2', 'wb', 0)\nwhile True:\n    out.write(b'x\\n' * 9999)",
            // Who shows a million lines may be too slow for the first limit.
            &["printed more than 2 MiB", "did not end within"],
        ),
        (
            "prints an archive without end",
            "import os\nfor fd in range(3, 30):\n    path = f'/proc/1/fd/{fd}'\n    if os.path.lexists(path) and os.lstat(path).st_mode & 0o700 == 0o300:\n        \
             out = open(path, 'wb', 0)\n        while True:\n            out.write(b'x' * 65536)",
            &["is larger than 256 MiB"],
        ),
        (
            "forks",
            "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
            &["did not end within 15 s"],
        ),
        ("sleeps", "import time\ntime.sleep(86400)", &["did not end within 15 s"]),
        (
            "fills the disk",
            "out = open('/tmp/much', 'wb')\nwhile True:\n    out.write(b'x' * (1 << 20))",
            &["No space left on device"],
        ),
        ("takes memory", "kept = []\nwhile True:\n    kept.append(b'x' * (1 << 24))", &["ran out of memory"]),
        ("calls out", call_out.as_str(), &["nobody answers"]),
        (
            "writes elsewhere",
            "for path in ['/opt/venv/written', '/usr/written', '/etc/written']:\n    try:\n        open(path, 'w')\n        \
             print('it wrote to', path)\n    except OSError as error:\n        print(error)\nraise SystemExit('nothing to write to')",
            &["nothing to write to"],
        ),
    ];
    for (name, program, words) in programs {
        let built = Built::of(checkout(program).path(), DEADLINE, &[], &[]);
        eprintln!("{name}: {:?}", built.took);
        built.fails_with(name, words);
        assert!(!built.said().contains("it got out") && !built.said().contains("it wrote to"), "{}", built.said());
    }
    assert!(outside.accept().is_err(), "somebody called");
}

/// A package index that has nothing, and what it was asked.
fn index() -> (u16, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let (port, asked) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(String::new())));
    let noted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 8192];
            let read = stream.read(&mut request).unwrap_or(0);
            noted.lock().unwrap().push_str(&String::from_utf8_lossy(&request[..read]));
            let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    (port, asked)
}

/// An image of the tests' own with nothing new but its id, so that all that stands on it is built anew.
struct Base(String);

impl Base {
    fn new() -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let tag = format!("s3ci/test:base-{}x{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let base = docker(&["images", "--quiet", "s3ci/base:bookworm"]);
        let base = base.first().map_or("python:3.12.11-slim-bookworm", String::as_str);
        let mut build = Command::new("docker");
        build.args(["build", "--quiet", "--tag", &tag, "-"]).env("DOCKER_BUILDKIT", "0");
        let mut build = build.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let dockerfile = format!("FROM {base}\nLABEL s3ci.test={tag}\n");
        build.stdin.take().unwrap().write_all(dockerfile.as_bytes()).unwrap();
        assert!(build.wait().unwrap().success());
        Self(tag)
    }

    /// All images that stand on it, itself included.
    fn images(&self) -> Vec<String> {
        docker(&["images", "--all", "--quiet", "--no-trunc", "--filter", &format!("label=s3ci.test={}", self.0)])
    }
}

impl Drop for Base {
    fn drop(&mut self) {
        let label = format!("label=s3ci.test={}", self.0);
        for image in docker(&["images", "--quiet", "--filter", &label]) {
            let _ = Command::new("docker").args(["rmi", "--force", &image]).stdout(Stdio::null()).status();
        }
    }
}

#[test]
fn the_password_of_a_package_index_is_nowhere() {
    let (base, (port, asked)) = (Base::new(), index());
    // It has an error to make pip talk of it, and it is asked beside the one that has the packages.
    let extra = format!("http://reader:{SECRET}@172.17.0.1:{port}/simple/");
    let proxy = format!("http://proxied:{SECRET}@172.17.0.1:{port}");
    let environment = [
        ("PIP_EXTRA_INDEX_URL", extra.as_str()),
        ("PIP_TRUSTED_HOST", "172.17.0.1"),
        ("http_proxy", proxy.as_str()),
        ("NO_PROXY", "*"),
        ("no_proxy", "*"),
    ];
    let reads = "import os\nfor process in ['self', '1']:\n    print(open(f'/proc/{process}/environ').read())\nraise SystemExit('it read')";
    let reports = tempfile::tempdir().unwrap();
    let out = reports.path().to_str().unwrap();
    let built = Built::of(checkout(reads).path(), "9m", &["--base-image", &base.0, "--out", out], &environment);
    let said = built.said();
    assert_eq!(built.output.status.code(), Some(4), "{said}");
    assert!(said.contains("it read"), "{said}");
    let basic = "Authorization: Basic ";
    assert!(
        asked.lock().unwrap().to_lowercase().contains(&basic.to_lowercase()),
        "the index was asked with the password"
    );

    let is_told =
        |text: &str| [SECRET, "PIP_EXTRA", "PIP_TRUSTED", "http_proxy"].iter().any(|word| text.contains(word));
    assert!(!is_told(&said), "{said}");
    for entry in std::fs::read_dir(reports.path()).unwrap() {
        let text = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains(SECRET));
    }
    let images = base.images();
    assert!(images.len() >= 3, "{images:?}");
    for image in &images {
        let told = [docker(&["history", "--no-trunc", image]), docker(&["inspect", image])].concat().join("\n");
        assert!(!is_told(&told), "{told}");
    }
    let mut saved = Command::new("docker").arg("save").args(&images).stdout(Stdio::piped()).spawn().unwrap();
    let layers = saved.stdout.take().unwrap();
    let found = Command::new("grep").args(["--count", "--text", SECRET]).stdin(layers).output().unwrap();
    assert!(saved.wait().unwrap().success());
    assert_eq!(String::from_utf8_lossy(&found.stdout).trim(), "0", "a layer has the password");
}

fn layers(image: &str) -> Vec<String> {
    docker(&["inspect", "--format", "{{range .RootFS.Layers}}{{println .}}{{end}}", image])
        .into_iter()
        .filter(|line| !line.is_empty())
        .collect()
}

#[tokio::test]
async fn two_checkouts_stand_on_the_same_dependencies_and_a_change_builds_the_checkout_alone() {
    let (base, mut images, mut times) = (Base::new(), Vec::new(), Vec::new());
    for number in 0..2 {
        let folder = checkout(&format!("# {number}"));
        let mut settings = settings(Target::Path(folder.path().into()));
        settings.docker.base_image = Some(base.0.clone());
        let began = Instant::now();
        let runtime = prepare(settings).await.unwrap();
        times.push(began.elapsed());
        images.push(runtime.target().image.unwrap().tag);
        runtime.close().await.unwrap();
    }
    eprintln!("with the dependencies {:?}, the checkout alone {:?}", times[0], times[1]);
    let [first, second] = [layers(&images[0]), layers(&images[1])];
    assert_ne!(images[0], images[1]);
    assert_eq!(first[..first.len() - 1], second[..second.len() - 1], "they differ in their last layer alone");
    assert_ne!(first.last(), second.last());
    assert!(times[1] < times[0] && times[1] < Duration::from_secs(30), "the checkout alone took {:?}", times[1]);
}
