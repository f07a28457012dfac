//! Whether a directory or a commit holds pys3local.

use std::path::Path;

use serde::Deserialize;

use super::TargetError;
use super::git::Commit;
use crate::base::{Misread, read_file};

const FILE: &str = "pyproject.toml";
const NAME: &str = "pys3local";

#[derive(Deserialize)]
struct ProjectFile {
    project: Option<Project>,
}

#[derive(Deserialize)]
struct Project {
    name: Option<String>,
}

/// Checks the project file of a directory.
pub(super) async fn check_directory(directory: &Path) -> Result<(), TargetError> {
    if !directory.is_dir() {
        return Err(TargetError::NotADirectory { path: directory.to_owned() });
    }
    let place = directory.display().to_string();
    let path = directory.join(FILE);
    match read_file(&path) {
        Ok(text) => check_text(place, &text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(TargetError::NoProjectFile { place }),
        Err(source) => Err(TargetError::Read { path, source }),
    }
}

/// Checks the project file of a commit.
pub(super) async fn check_commit(commit: &Commit) -> Result<(), TargetError> {
    match commit.read(FILE).await? {
        Some(text) => check_text(commit.place(), &text),
        None => Err(TargetError::NoProjectFile { place: commit.place() }),
    }
}

fn check_text(place: String, text: &str) -> Result<(), TargetError> {
    let file: ProjectFile = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => return Err(TargetError::ProjectFile { place, source: Misread::of_toml(text, &error) }),
    };
    match file.project.and_then(|project| project.name) {
        Some(name) if normalised(&name) == NAME => Ok(()),
        Some(name) => Err(TargetError::WrongProject { place, found: format!("`{}`", name.escape_debug()) }),
        None => Err(TargetError::WrongProject { place, found: "unnamed".to_owned() }),
    }
}

/// A project name as the package index compares it (PEP 503).
fn normalised(name: &str) -> String {
    name.to_lowercase().split(['-', '_', '.']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), TargetError> {
        check_text("here".to_owned(), text)
    }

    #[test]
    fn only_pys3local_is_accepted() {
        assert!(check("[project]\nname = \"pys3local\"").is_ok());
        assert!(check("[project]\nname = \"PyS3Local\"\ndynamic = [\"version\"]").is_ok());
        let other = check("[project]\nname = \"flask\"").unwrap_err();
        assert_eq!(other.to_string(), "use here as a target: its project is `flask`, not `pys3local`");
        assert!(matches!(check("[tool.x]\na = 1"), Err(TargetError::WrongProject { found, .. }) if found == "unnamed"));
        assert!(matches!(check("[project"), Err(TargetError::ProjectFile { .. })));
    }
}
