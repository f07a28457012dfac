//! What can go wrong with a server as a process, one variant a step, each saying what to try.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::server::drime::DrimeError;
use crate::server::error::releases_to_try;
use crate::server::ready::ReadyError;
use crate::server::target::TargetError;

/// A step of installing, starting or restarting a server as a process failed.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The target is not what it should be.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// What a drime server stores in failed.
    #[error(transparent)]
    Drime(#[from] DrimeError),
    /// The target is of a kind that is no Python package.
    #[error("run `{spec}` as a process: only `pypi:`, `path:` and `git:` can be installed")]
    NotInstallable {
        /// The target.
        spec: String,
    },
    /// No Python interpreter answered.
    #[error("find a Python interpreter (tried {tried})")]
    PythonMissing {
        /// The names that were tried.
        tried: String,
    },
    /// Python is there without the modules that make virtual environments.
    #[error("make virtual environments with {executable}: the module venv or ensurepip is missing")]
    VenvModuleMissing {
        /// The interpreter.
        executable: String,
        /// Its minor version, such as `3.11`.
        version: String,
    },
    /// A file or directory of the cache or of the run could not be used.
    #[error("{action} {}", path.display())]
    File {
        /// What was done, such as `create`.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A program could not be started.
    #[error("start {}", program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The virtual environment could not be made.
    #[error("create a virtual environment in {}:\n{}", directory.display(), lines.join("\n"))]
    Environment {
        /// Where.
        directory: PathBuf,
        /// The last lines of output.
        lines: Vec<String>,
    },
    /// pip failed.
    #[error("install {requirement}:\n{}", lines.join("\n"))]
    Install {
        /// What was to be installed.
        requirement: String,
        /// The last lines of output.
        lines: Vec<String>,
    },
    /// The release does not exist.
    #[error("find release {version} of pys3local: there is no such release")]
    UnknownRelease {
        /// What was asked for.
        version: String,
        /// What the index has, oldest first.
        available: Vec<String>,
    },
    /// The installed server does not answer questions about itself.
    #[error("ask the installed server for its {question}:\n{}", lines.join("\n"))]
    Inspect {
        /// What was asked.
        question: &'static str,
        /// The last lines of output.
        lines: Vec<String>,
    },
    /// The server lacks what a suite needs; the suite is to be skipped.
    #[error("use {what}: this server has none")]
    Unsupported {
        /// What it lacks.
        what: String,
    },
    /// The port that was asked for is in use.
    #[error("listen on port {port}: it is in use")]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// A port on loopback could not be had.
    #[error("listen on port {port} of 127.0.0.1")]
    Port {
        /// The port, 0 for any.
        port: u16,
        /// The cause.
        source: io::Error,
    },
    /// Ephemeral ports were taken by others between being found and being used, again and again.
    #[error("find a free port: {tries} were taken by others just before the server could use them")]
    PortsContested {
        /// How many were tried.
        tries: u32,
    },
    /// The server did not come up.
    #[error("bring the server up; its last lines:\n{}", log.join("\n"))]
    NotReady {
        /// Why.
        source: ReadyError,
        /// The server's last log lines.
        log: Vec<String>,
    },
    /// The server did not end although it was killed.
    #[error("stop the server: it still runs {waited:?} after it was killed")]
    Immortal {
        /// How long was waited.
        waited: Duration,
    },
}

impl ProcessError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Target(error) => return error.hint(),
            Self::Drime(error) => return error.hint(),
            Self::NotReady { source, .. } => return source.hint(),
            Self::NotInstallable { .. } => "use `--runtime docker` for an image".to_owned(),
            Self::PythonMissing { .. } => "install Python 3.9 or later (`apt install python3 python3-venv`)".to_owned(),
            Self::VenvModuleMissing { version, .. } => {
                format!("`apt install python3-venv` (or python{version}-venv), then run this again")
            }
            Self::Environment { .. } => "the cache directory must be writable and have about 200 MB free".to_owned(),
            Self::Install { .. } => {
                "pip needs its index: see HTTPS_PROXY, PIP_INDEX_URL, and `--ca-bundle` behind a TLS-inspecting proxy"
                    .to_owned()
            }
            Self::UnknownRelease { available, .. } => releases_to_try(available),
            Self::Inspect { .. } => "the package is installed but does not run on this Python".to_owned(),
            Self::PortTaken { .. } => "leave `--port` out to get a free port, or stop what listens there".to_owned(),
            Self::Port { .. } => "leave `--port` out; ports below 1024 need privileges".to_owned(),
            Self::PortsContested { .. } => "run this again when the machine is calmer, or choose a `--port`".to_owned(),
            Self::File { .. } | Self::Spawn { .. } | Self::Unsupported { .. } | Self::Immortal { .. } => return None,
        };
        Some(hint)
    }

    /// Names the file or directory on which something failed.
    pub(super) fn file(action: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }
}
