//! The machine's Python interpreter.

use std::path::PathBuf;
use std::process::Stdio;

use serde::Deserialize;
use tokio::process::Command;

use crate::server::error::ProcessError;

/// Names under which an interpreter is looked for.
pub(super) const NAMES: &[&str] = if cfg!(windows) { &["python", "py"] } else { &["python3", "python"] };

/// Variables that would make an interpreter or its pip use another environment than its own.
const MISLEADING: [&str; 8] = [
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PIP_PREFIX",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_ROOT",
    "PIP_TARGET",
    "PIP_USER",
];

const QUESTION: &str = "
import json, sys
try:
    import ensurepip, venv
    has_venv = True
except ImportError:
    has_venv = False
version = list(sys.version_info[:3])
print(json.dumps({'version': version, 'executable': sys.executable, 'has_venv': has_venv}))
";

/// An interpreter that can make virtual environments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Python {
    /// The interpreter itself, not a launcher.
    pub(super) executable: PathBuf,
    /// Version, such as `3.11.7`.
    pub(super) version: String,
}

#[derive(Deserialize)]
struct Answer {
    version: [u64; 3],
    executable: String,
    has_venv: bool,
}

impl Python {
    /// The first interpreter on the path that is Python 3.
    pub(super) async fn find() -> Result<Self, ProcessError> {
        for name in NAMES {
            let mut command = Command::new(name);
            command.args(["-c", QUESTION]).stdin(Stdio::null()).kill_on_drop(true);
            without_misleading(&mut command);
            let Ok(output) = command.output().await else { continue };
            let Ok(answer) = serde_json::from_slice::<Answer>(&output.stdout) else { continue };
            let [major, minor, patch] = answer.version;
            if major < 3 {
                continue;
            }
            if !answer.has_venv {
                let version = format!("{major}.{minor}");
                return Err(ProcessError::VenvModuleMissing { executable: answer.executable, version });
            }
            let version = format!("{major}.{minor}.{patch}");
            return Ok(Self { executable: PathBuf::from(answer.executable), version });
        }
        Err(ProcessError::PythonMissing { tried: NAMES.join(", ") })
    }
}

/// Takes away what would lead the interpreter, or its pip, to another environment.
pub(super) fn without_misleading(command: &mut Command) {
    for variable in MISLEADING {
        command.env_remove(variable);
    }
}
