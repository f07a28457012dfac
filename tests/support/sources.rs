//! The sources of the pinned release of pys3local, from its package index.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The release.
pub(crate) const RELEASE: &str = "0.2.1";

/// Runs a command that has to go well; what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The source distribution of the pinned release.
pub(crate) static SOURCES: LazyLock<PathBuf> = LazyLock::new(|| {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sdist-{RELEASE}"));
    let sources = directory.join(format!("pys3local-{RELEASE}"));
    if !sources.join("pyproject.toml").is_file() {
        let venv = directory.join("venv");
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv));
        let mut pip = Command::new(venv.join("bin/pip"));
        pip.args(["download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest"]).arg(&directory);
        run(pip.arg(format!("pys3local=={RELEASE}")));
        let archive = directory.join(format!("pys3local-{RELEASE}.tar.gz"));
        run(Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(&directory));
    }
    sources
});
