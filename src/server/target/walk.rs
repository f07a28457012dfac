//! The files of a directory that is not in a git repository.

use std::path::{Path, PathBuf};

use super::TargetError;

/// Directories of tools and caches, left out wherever they are.
const LEFT_OUT: [&str; 13] = [
    ".git",
    ".hg",
    ".svn",
    ".cache",
    ".eggs",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".ruff_cache",
    ".tox",
    ".venv",
    "__pycache__",
    "node_modules",
];

/// Directories of build output, left out at the top only: further down the names may be packages.
const LEFT_OUT_AT_TOP: [&str; 5] = ["build", "dist", "target", "venv", "env"];

/// Relative paths of all files worth taking, with forward slashes. Linked directories are not entered.
pub(super) fn files(root: &Path) -> Result<Vec<String>, TargetError> {
    let mut paths = Vec::new();
    let mut pending = vec![(root.to_owned(), String::new())];
    while let Some((directory, prefix)) = pending.pop() {
        for entry in read(&directory, std::fs::read_dir(&directory))? {
            let entry = read(&directory, entry)?;
            let name = entry.file_name().into_string().map_err(|name| TargetError::Read {
                path: directory.join(name),
                source: std::io::Error::new(std::io::ErrorKind::InvalidData, "the name is not UTF-8"),
            })?;
            if read(&directory, entry.file_type())?.is_dir() {
                if !is_left_out(&entry.path(), &name, prefix.is_empty()) {
                    pending.push((entry.path(), format!("{prefix}{name}/")));
                }
            } else if Path::new(&name).extension().is_none_or(|extension| extension != "pyc") {
                paths.push(format!("{prefix}{name}"));
            }
        }
    }
    Ok(paths)
}

fn is_left_out(path: &Path, name: &str, at_top: bool) -> bool {
    LEFT_OUT.contains(&name) || (at_top && LEFT_OUT_AT_TOP.contains(&name)) || path.join("pyvenv.cfg").exists()
}

fn read<T>(path: &Path, result: std::io::Result<T>) -> Result<T, TargetError> {
    result.map_err(|source| TargetError::Read { path: PathBuf::from(path), source })
}
