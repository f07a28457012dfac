//! The errors of a server that is a process on this machine, and of its virtual environment.

use std::io;
use std::path::{Path, PathBuf};

/// A step of installing or starting a server as a process failed.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The target is not a Python package.
    #[error("run `{spec}` as a process: only `pypi:`, `path:` and `git:` can be installed")]
    NotInstallable { spec: String },
    /// No Python interpreter answered.
    #[error("find a Python interpreter (tried {tried})")]
    PythonMissing { tried: String },
    /// Python is there without the modules that make virtual environments. `version` is a minor one, such as `3.11`.
    #[error("make virtual environments with {executable}: the module venv or ensurepip is missing")]
    VenvModuleMissing { executable: String, version: String },
    /// A file or directory of the cache or of the run could not be used. `action` reads like `create`.
    #[error("{action} {}", path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
    #[error("start {}", program.display())]
    Spawn { program: PathBuf, source: io::Error },
    /// `lines` is the last output, here and below.
    #[error("create a virtual environment in {}:\n{}", directory.display(), lines.join("\n"))]
    Environment { directory: PathBuf, lines: Vec<String> },
    #[error("install {requirement}:\n{}", lines.join("\n"))]
    Install { requirement: String, lines: Vec<String> },
    /// The installed server does not answer questions about itself.
    #[error("ask the installed server for its {question}:\n{}", lines.join("\n"))]
    Inspect { question: &'static str, lines: Vec<String> },
    /// s3ci could not get a port on loopback; 0 stands for any port.
    #[error("listen on port {port} of 127.0.0.1")]
    Port { port: u16, source: io::Error },
    /// Ephemeral ports were taken by others between being found and being used, again and again.
    #[error("find a free port: {tries} were taken by others just before the server could use them")]
    PortsContested { tries: u32 },
}

impl ProcessError {
    /// What to try next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
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
            Self::Inspect { .. } => "the package is installed but does not run on this Python".to_owned(),
            Self::Port { .. } => "leave `--port` out; ports below 1024 need privileges".to_owned(),
            Self::PortsContested { .. } => "run this again when the machine is calmer, or choose a `--port`".to_owned(),
            Self::File { .. } | Self::Spawn { .. } => return None,
        };
        Some(hint)
    }

    /// Names the file or directory on which something failed.
    pub(in crate::server) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }
}
