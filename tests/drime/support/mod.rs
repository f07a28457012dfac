//! Runs of s3ci on drime, and an account to store in: a stand-in of the tests' own, which s3ci takes for the cloud.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use s3ci::record::{Failure, Outcome, RunRecord};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) use crate::daemon::{belongings, docker, wait_until};

use crate::command::{record_in, s3ci};
use crate::images::PINNED;

/// A key like one of the service's.
pub(crate) const KEY: &str = "71|QmFzZTY0bG9va3NMaWtlVGhpc0tleQ";
/// Whether the key is in a text, its part that is secret at least: reports escape the bar before it, and break lines anywhere.
pub(crate) fn has_key(text: &str) -> bool {
    let secret = KEY.rsplit('|').next().expect("a part");
    text.split_whitespace().collect::<String>().contains(secret)
}

/// A workspace beside the personal one.
pub(crate) const WORKSPACE: u64 = 1465;

/// The image and a virtual environment, made before any test needs them in time; the interpreter of the latter.
static PREPARED: LazyLock<PathBuf> = LazyLock::new(|| {
    LazyLock::force(&PINNED);
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("drime-account");
    let python = venv.join("bin/python");
    if !venv.join("complete").exists() {
        let constraints = Path::new(env!("CARGO_MANIFEST_DIR")).join("docker/constraints.txt");
        let done = |command: &mut Command| assert!(command.status().expect("it starts").success(), "{command:?}");
        done(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv));
        let packages = ["fastapi", "uvicorn", "python-multipart"];
        done(
            Command::new(&python)
                .args(["-m", "pip", "install", "--quiet", "--constraint"])
                .arg(constraints)
                .args(packages),
        );
        std::fs::write(venv.join("complete"), "").expect("the venv can be written to");
    }
    python
});

/// A run that has ended.
pub(crate) struct Ran {
    pub(crate) pid: u32,
    pub(crate) record: RunRecord,
    code: Option<i32>,
    reports: TempDir,
}

impl Ran {
    pub(crate) fn code(&self) -> i32 {
        self.code.expect("it ended by itself")
    }

    /// Ids of the checks that failed, known or not.
    pub(crate) fn failed(&self) -> Vec<String> {
        let checks = self.record.suites.iter().flat_map(|suite| &suite.checks);
        checks.filter(|check| check.outcome.is_failed()).map(|check| check.id.to_string()).collect()
    }

    /// The same without the ETag checks about copies: nobody can read what 0.2.1 answers to one on this backend.
    pub(crate) fn failed_beside_copies(&self) -> Vec<String> {
        let copies = ["::metadata-only-replace", "::copy-etag"];
        self.failed().into_iter().filter(|id| !copies.iter().any(|copy| id.ends_with(copy))).collect()
    }

    pub(crate) fn failures(&self) -> Vec<&Failure> {
        let checks = self.record.suites.iter().flat_map(|suite| &suite.checks);
        let failures = checks.filter_map(|check| match &check.outcome {
            Outcome::Failed(failure) => Some(failure),
            _ => None,
        });
        failures.collect()
    }

    pub(crate) fn report(&self, name: &str) -> String {
        std::fs::read_to_string(self.reports.path().join(name)).unwrap()
    }

    /// What it wrote to its standard streams, on one line: folded words stay words.
    pub(crate) fn said(&self) -> String {
        let text = format!("{}\n{}", self.report("stdout"), self.report("stderr"));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Every file that it left, and what it said.
    pub(crate) fn everything(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.reports.path()).unwrap();
        files.map(|file| String::from_utf8_lossy(&std::fs::read(file.unwrap().path()).unwrap()).into_owned()).collect()
    }
}

/// A run that goes on.
pub(crate) struct Going {
    child: Child,
    reports: TempDir,
}

/// What the runs of these tests keep between them.
pub(crate) fn cache_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("drime-cache")
}

/// Starts a run.
pub(crate) fn start(arguments: &[&str], environment: &[(&'static str, String)]) -> Going {
    LazyLock::force(&PREPARED);
    let reports = tempfile::tempdir().unwrap();
    let file = |name: &str| std::fs::File::create(reports.path().join(name)).unwrap();
    let child = s3ci()
        .args(["run", "--no-known-issues"])
        .args(arguments)
        .arg("--out")
        .arg(reports.path())
        .arg("--cache-dir")
        .arg(cache_dir())
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdout(file("stdout"))
        .stderr(file("stderr"))
        .spawn()
        .unwrap();
    Going { child, reports }
}

/// A run to its end.
pub(crate) fn run(arguments: &[&str], environment: &[(&'static str, String)]) -> Ran {
    start(arguments, environment).end()
}

impl Going {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn has_told(&self, words: &str) -> bool {
        std::fs::read_to_string(self.reports.path().join("stderr")).unwrap().contains(words)
    }

    pub(crate) fn end(mut self) -> Ran {
        let code = self.child.wait().unwrap().code();
        let reports = std::mem::replace(&mut self.reports, tempfile::tempdir().unwrap());
        Ran { pid: self.child.id(), record: record_in(reports.path()), code, reports }
    }

    pub(crate) fn kill(mut self) -> u32 {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.child.id()
    }
}

/// A test that fails in the middle must not leave its run going on.
impl Drop for Going {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A connection, whatever it is made of.
trait ReadWrite: Read + Write {}
impl<S: Read + Write> ReadWrite for S {}

/// An account: a stand-in on an address of this machine that a container reaches only by a way out.
pub(crate) struct Account {
    child: Child,
    host: String,
    port: u16,
    tls: Option<TempDir>,
}

/// The address that this machine would talk to the world with; nothing is sent.
pub(crate) fn own_address() -> String {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.connect("192.0.2.1:9").unwrap();
    socket.local_addr().unwrap().ip().to_string()
}

/// A certificate for this machine that nobody knows, and its key.
fn certificate() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let names = format!("subjectAltName=IP:127.0.0.1,IP:{}", own_address());
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"])
        .args(["-subj", "/CN=s3ci test", "-addext", "basicConstraints=critical,CA:FALSE", "-addext", &names])
        .args(["-keyout", "key.pem", "-out", "certificate.pem"])
        .current_dir(directory.path())
        .stderr(Stdio::null())
        .status();
    assert!(made.expect("openssl is there").success());
    directory
}

impl Account {
    /// Opens an account with nothing in it.
    pub(crate) fn open() -> Self {
        Self::start(None)
    }

    /// The same over TLS, with a certificate of its own.
    pub(crate) fn over_tls() -> Self {
        Self::start(Some(certificate()))
    }

    fn start(tls: Option<TempDir>) -> Self {
        let python = LazyLock::force(&PREPARED);
        let file = |name: &str| tls.iter().map(|directory| directory.path().join(name)).collect::<Vec<_>>();
        let mut child = Command::new(python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("docker/drime"))
            .args(["--host", "0.0.0.0", "--port", "0"])
            .args(file("certificate.pem").iter().flat_map(|path| ["--certificate".as_ref(), path.as_os_str()]))
            .args(file("key.pem").iter().flat_map(|path| ["--key".as_ref(), path.as_os_str()]))
            .env("S3CI_DRIME_API_KEY", KEY)
            .env("S3CI_DRIME_WORKSPACE_ID", WORKSPACE.to_string())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().rsplit(':').next().and_then(|rest| rest.split('/').next()?.parse().ok());
        let port = port.unwrap_or_else(|| panic!("no announcement: {line}"));
        Self { child, host: own_address(), port, tls }
    }

    /// The address as a container reaches it.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The same with its port.
    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// What to trust it by.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.tls.as_ref().expect("it speaks TLS").path().join("certificate.pem")
    }

    /// What a user sets to use it.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            (
                "DRIME_API_URL",
                format!("{}://{}/api/v1", if self.tls.is_some() { "https" } else { "http" }, self.authority()),
            ),
            ("DRIME_API_KEY", KEY.to_owned()),
            ("DRIME_WORKSPACE_ID", WORKSPACE.to_string()),
        ]
    }

    pub(crate) fn make_folder(&self, name: &str) {
        let body = serde_json::json!({ "name": name, "workspaceId": WORKSPACE }).to_string();
        let answer = self.ask("POST", "/api/v1/folders", &body);
        assert_eq!(answer["folder"]["name"], name, "{answer}");
    }

    /// Names of the folders at the root, the newest first.
    pub(crate) fn root_folders(&self) -> Vec<String> {
        let path = format!("/api/v1/drive/file-entries?workspaceId={WORKSPACE}&parentIds=0&perPage=1000");
        let answer = self.ask("GET", &path, "");
        let entries = answer["data"].as_array().unwrap().iter();
        entries.map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
    }

    /// How often an endpoint was asked.
    pub(crate) fn requests(&self, endpoint: &str) -> u64 {
        self.ask("GET", "/control/counts", "")["requests"][endpoint].as_u64().unwrap()
    }

    fn connect(&self) -> Box<dyn ReadWrite> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        if self.tls.is_none() {
            return Box::new(stream);
        }
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.certificate()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let connection = ClientConnection::new(Arc::new(config), "127.0.0.1".try_into().unwrap()).unwrap();
        Box::new(StreamOwned::new(connection, stream))
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Value {
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: account\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        let mut stream = self.connect();
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        let mut answer = Vec::new();
        // Over TLS it does not say goodbye.
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
