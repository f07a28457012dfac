//! The machine's Python interpreter.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;
use tokio::process::Command;

use super::confinement;
use crate::server::error::ProcessError;
use crate::server::package_index::PackageIndex;

/// Names under which an interpreter is looked for.
pub(super) const NAMES: &[&str] = if cfg!(windows) { &["python", "py"] } else { &["python3", "python"] };

/// What pip may be told of its index beside the settings that an image build gets as well.
const OF_PIP: [&str; 3] = ["PIP_CONFIG_FILE", "PIP_FIND_LINKS", "PIP_NO_INDEX"];

/// Keeps an interpreter to its own environment: neither variables nor the directory that it is started in lead it to other modules.
pub(super) const ISOLATED: &str = "-I";

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
        let home = tempfile::tempdir();
        let home = home.map_err(ProcessError::file("create a directory in", &std::env::temp_dir()))?;
        for name in NAMES {
            let mut command = command(name.as_ref(), home.path());
            command.args(["-c", QUESTION]).stdin(Stdio::null()).kill_on_drop(true);
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

/// An interpreter that works in a directory of ours, with an environment that is built up: whoever wrote the files in the directory that
/// s3ci was started in decides nothing.
pub(super) fn command(program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    confinement::apply(&mut command, home);
    command.arg(ISOLATED).current_dir(home);
    command
}

/// Tells pip of this machine's package index.
pub(super) fn with_index(command: &mut Command) {
    let index = PackageIndex::of_environment();
    command.envs(index.variables().iter().map(|(name, value)| (*name, value)));
    let told = OF_PIP.iter().filter_map(|name| std::env::var_os(name).map(|value| (*name, value)));
    let configuration = own_configuration().map(|path| ("PIP_CONFIG_FILE", path.into_os_string()));
    // What the variable says comes last, and holds.
    command.envs(configuration.into_iter().chain(told));
}

/// The user's own settings of pip, which it would look for in a HOME that it is not given.
fn own_configuration() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let settings = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(settings.join("pip/pip.conf")).filter(|path| path.is_file())
}
