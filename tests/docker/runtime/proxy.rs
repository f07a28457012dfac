//! A socket in front of the Docker daemon: it changes what is asked, or is cut like one whose daemon is restarted.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// What is asked, and what is asked instead: of the same length, so that the length of the request stays.
pub(crate) type Change = (&'static str, &'static str);

/// What a daemon leaves of a network that drops its options.
pub(crate) const DROPS_NETWORK_OPTIONS: [Change; 3] = [
    ("\"Internal\":true", "\"Internal\":null"),
    ("enable_ip_masquerade\":\"false\"", "enable_ip_masquerade\":\"true\" "),
    ("\"DefaultGatewayIPv4\"", "\"AnotherAddressOfIt\""),
];

pub(crate) struct Proxy {
    directory: tempfile::TempDir,
    is_cut: Arc<AtomicBool>,
    streams: Arc<Mutex<Vec<UnixStream>>>,
}

impl Proxy {
    pub(crate) fn start(changes: &'static [Change]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join("docker.sock")).unwrap();
        let (is_cut, streams) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let (cut, kept) = (Arc::clone(&is_cut), Arc::clone(&streams));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if cut.load(Ordering::SeqCst) {
                    continue;
                }
                let daemon = UnixStream::connect("/var/run/docker.sock").unwrap();
                let ends = [client.try_clone().unwrap(), daemon.try_clone().unwrap()];
                kept.lock().unwrap().extend(ends);
                let (from, to) = (client.try_clone().unwrap(), daemon.try_clone().unwrap());
                std::thread::spawn(move || pass(from, to, changes));
                std::thread::spawn(move || pass(daemon, client, &[]));
            }
        });
        Self { directory, is_cut, streams }
    }

    /// As `DOCKER_HOST` names it.
    pub(crate) fn address(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    fn socket(&self) -> PathBuf {
        self.directory.path().join("docker.sock")
    }

    /// Ends every connection, and takes none any more.
    pub(crate) fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        std::fs::remove_file(self.socket()).unwrap();
        for stream in self.streams.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn pass(mut from: UnixStream, mut to: UnixStream, changes: &[Change]) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let piece = &mut buffer[..read];
        for (asked, instead) in changes {
            assert_eq!(asked.len(), instead.len());
            while let Some(at) = piece.windows(asked.len()).position(|window| window == asked.as_bytes()) {
                piece[at..at + asked.len()].copy_from_slice(instead.as_bytes());
            }
        }
        if to.write_all(piece).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
