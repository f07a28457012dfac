//! The way to the cloud, where a company stands in it: certificates of its own, and a proxy.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::command::{code, s3ci, stderr};
use crate::support::{Account, run};

/// A proxy that writes down where it was asked to connect to.
struct Proxy {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Listens until the test process ends.
    fn open() -> Self {
        let listener = TcpListener::bind("0.0.0.0:0").unwrap();
        let (port, asked) = (listener.local_addr().unwrap().port(), Arc::default());
        let noted = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                pass_on(stream, &noted);
            }
        });
        Self { port, asked }
    }
}

/// Serves one CONNECT: notes its target and carries bytes both ways.
fn pass_on(stream: TcpStream, noted: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut request, mut line) = (String::new(), String::new());
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        request.push_str(&std::mem::take(&mut line));
    }
    let target =
        request.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()).unwrap_or_default().to_owned();
    noted.lock().unwrap().push(target.clone());
    let Ok(there) = TcpStream::connect(&target) else { return };
    let mut here = stream;
    here.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
    let (mut back, mut forth) = (there.try_clone().unwrap(), there);
    let mut client = here.try_clone().unwrap();
    std::thread::spawn(move || {
        std::io::copy(&mut reader, &mut forth).and_then(|_| forth.shutdown(std::net::Shutdown::Write))
    });
    std::thread::spawn(move || {
        std::io::copy(&mut back, &mut client).and_then(|_| client.shutdown(std::net::Shutdown::Write))
    });
}

/// Trusted by s3ci and by pydrime in its container alike, on the word of the option or of the variable.
#[test]
fn certificates_reach_the_server_that_stores_in_the_cloud() {
    let account = Account::over_tls();
    let bundle = account.certificate().display().to_string();
    let arguments = ["sync/drime", "--runtime", "docker", "--drime", "cloud"];
    let distrusted = run(&arguments, &account.environment());
    assert_eq!((distrusted.code(), distrusted.failed()), (4, vec![]), "{}", distrusted.said());
    assert!(distrusted.said().contains("failed to reach the Drime cloud"), "{}", distrusted.said());
    let by_option = run(&[&arguments[..], &["--ca-bundle", &bundle]].concat(), &account.environment());
    let mut environment = account.environment();
    environment.push(("SSL_CERT_FILE", bundle));
    let by_variable = run(&arguments, &environment);
    for ran in [by_option, by_variable] {
        assert_eq!((ran.code(), ran.failed()), (0, vec![]), "{}", ran.said());
        assert_eq!(
            (ran.record.suites[0].storage.to_string(), ran.record.suites[0].checks.len()),
            ("drime (cloud)".to_owned(), 5)
        );
    }
    assert!(account.requests("upload") > 0, "the account was used");
    assert_eq!(account.root_folders(), Vec::<String>::new());
}

#[test]
fn a_file_without_certificates_is_named_before_anything_runs() {
    let account = Account::open();
    let empty = tempfile::NamedTempFile::new().unwrap();
    let path = empty.path().to_str().unwrap();
    let arguments = ["run", "sync/drime", "--runtime", "process", "--drime", "cloud", "--ca-bundle", path];
    let refused = s3ci().args(arguments).envs(account.environment()).output().unwrap();
    let said = stderr(&refused);
    assert_eq!(code(&refused), 2, "{said}");
    assert!(said.contains("there is no certificate in PEM from here on") && said.contains("hint:"), "{said}");
    assert!(said.contains(path), "{said}");
}

/// pydrime 0.8.2 goes by a proxy with the parts of large objects only; that they do shows that the variables have arrived.
#[test]
fn a_proxy_reaches_the_server_that_stores_in_the_cloud() {
    let (account, proxy) = (Account::over_tls(), Proxy::open());
    let bundle = account.certificate().display().to_string();
    let arguments =
        ["large/drime::forty-mebibytes", "--runtime", "docker", "--drime", "cloud", "--ca-bundle", &bundle, "-vv"];
    let with = |no_proxy: &str| {
        let mut environment = account.environment();
        environment.push(("HTTPS_PROXY", format!("http://me:open-sesame@{}:{}", account.host(), proxy.port)));
        environment.push(("NO_PROXY", no_proxy.to_owned()));
        let ran = run(&arguments, &environment);
        assert_eq!((ran.code(), ran.failed()), (0, vec![]), "{}", ran.said());
        for text in ran.everything() {
            assert!(!text.contains("open-sesame"), "the proxy's password is in {text}");
        }
    };
    with(account.host());
    assert_eq!(*proxy.asked.lock().unwrap(), Vec::<String>::new(), "excepted from the proxy");
    with("nowhere.invalid");
    let asked = proxy.asked.lock().unwrap();
    assert!(!asked.is_empty() && asked.iter().all(|target| *target == account.authority()), "{asked:?}");
}
