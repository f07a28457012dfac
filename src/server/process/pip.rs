//! pip: what is installed, how, and what pip's complaints mean.

use std::path::{Component, Path, PathBuf};

use tokio::process::Command;

use super::output::{self, Finished};
use super::python;
use crate::event::Events;
use crate::server::description::{CONSTRAINTS, PYS3LOCAL, releases_instead, version_of_distribution};
use crate::server::error::{ProcessError, ServerError};
use crate::server::target::Sources;

/// What to install.
#[derive(Debug, Clone)]
pub(super) enum Package {
    /// A release by its exact version.
    Release(String),
    /// The sources of a checkout or a commit.
    Sources(Sources),
}

impl Package {
    /// A text that differs where anything would be installed differently.
    pub(super) fn identity(&self) -> String {
        match self {
            Self::Release(version) => format!("release {version}"),
            Self::Sources(sources) => format!("sources {} {}", sources.version, sources.digest),
        }
    }
}

/// pip of one virtual environment.
#[derive(Debug)]
pub(super) struct Pip<'run> {
    /// The environment's interpreter.
    pub(super) python: &'run Path,
    /// Certificates to trust beside those that pip knows.
    pub(super) ca_bundle: Option<&'run Path>,
    /// A directory of the run for sources and downloads.
    pub(super) scratch: &'run Path,
    /// Where output goes.
    pub(super) events: &'run Events,
}

impl Pip<'_> {
    /// Installs pys3local with its drime extra, everything else held to the constraints.
    pub(super) async fn install(&self, package: &Package) -> Result<(), ServerError> {
        let directory = self.temporary("s3ci-install-")?;
        let constraints = directory.path().join("constraints.txt");
        std::fs::write(&constraints, CONSTRAINTS).map_err(ProcessError::file("write", &constraints))?;
        let mut command = self.command("install", directory.path());
        command.arg("--constraint").arg(&constraints);
        command.env("PIP_CONSTRAINT", &constraints).env("PIP_BUILD_CONSTRAINT", &constraints);
        let requirement = match package {
            Package::Release(version) => PYS3LOCAL.requirement(Some(version)),
            Package::Sources(sources) => {
                let checkout = directory.path().join("pys3local");
                write_sources(&checkout, sources)?;
                command.env("SETUPTOOLS_SCM_PRETEND_VERSION", &sources.version);
                format!("{}[drime]", checkout.display())
            }
        };
        let finished = output::run(with_argument(command, &requirement), Some(self.events)).await?;
        if finished.success() { Ok(()) } else { Err(complaint(requirement, package, &finished)) }
    }

    /// The newest release that the index has for this interpreter.
    pub(super) async fn newest(&self) -> Result<String, ProcessError> {
        let directory = self.temporary("s3ci-latest-")?;
        let mut command = self.command("download", directory.path());
        command.args(["--no-deps", "--dest"]).arg(directory.path());
        let requirement = PYS3LOCAL.name.to_owned();
        let finished = output::run(with_argument(command, &requirement), Some(self.events)).await?;
        let files = std::fs::read_dir(directory.path()).map_err(ProcessError::file("read", directory.path()))?;
        let version = files.flatten().find_map(|entry| version_of_distribution(&entry.file_name().to_string_lossy()));
        match version {
            Some(version) if finished.success() => Ok(version),
            _ => Err(ProcessError::Install { requirement, lines: finished.last_lines() }),
        }
    }

    fn command(&self, subcommand: &str, directory: &Path) -> Command {
        let mut command = python::command(self.python, directory);
        python::with_index(&mut command);
        command.args(["-m", "pip", subcommand, "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]);
        if let Some(bundle) = self.ca_bundle {
            command.arg("--cert").arg(bundle);
        }
        command
    }

    fn temporary(&self, prefix: &str) -> Result<tempfile::TempDir, ProcessError> {
        let directory = tempfile::Builder::new().prefix(prefix).tempdir_in(self.scratch);
        directory.map_err(ProcessError::file("create a directory in", self.scratch))
    }
}

fn with_argument(mut command: Command, argument: &str) -> Command {
    command.arg(argument);
    command
}

fn write_sources(directory: &Path, sources: &Sources) -> Result<(), ProcessError> {
    for file in &sources.files {
        let relative = PathBuf::from(&file.path);
        let path = directory.join(&relative);
        if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            let source = std::io::Error::new(std::io::ErrorKind::InvalidInput, "the path leaves the sources");
            return Err(ProcessError::File { action: "write", path, source });
        }
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(ProcessError::file("create", parent))?;
        }
        std::fs::write(&path, &file.bytes).map_err(ProcessError::file("write", &path))?;
        set_executable(&path, file.executable).map_err(ProcessError::file("make executable", &path))?;
    }
    Ok(())
}

#[cfg(unix)]
fn set_executable(path: &Path, executable: bool) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = if executable { 0o755 } else { 0o644 };
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_executable(_path: &Path, _executable: bool) -> std::io::Result<()> {
    Ok(())
}

fn complaint(requirement: String, package: &Package, finished: &Finished) -> ServerError {
    match package {
        Package::Release(version) => match releases_instead(&finished.lines()) {
            Some(available) => ServerError::UnknownRelease { version: version.clone(), available },
            None => ProcessError::Install { requirement, lines: finished.last_lines() }.into(),
        },
        Package::Sources(sources) => {
            let requirement = format!("pys3local {} from its sources", sources.version);
            ProcessError::Install { requirement, lines: finished.last_lines() }.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_written_below_their_directory_only() {
        let directory = tempfile::tempdir().unwrap();
        let write = |path: &str| {
            let file =
                crate::server::target::SourceFile { path: path.to_owned(), executable: true, bytes: b"x".to_vec() };
            let sources = Sources { version: "1".to_owned(), commit: None, digest: String::new(), files: vec![file] };
            write_sources(&directory.path().join("in"), &sources)
        };
        write("a/b").unwrap();
        assert_eq!(std::fs::read(directory.path().join("in/a/b")).unwrap(), b"x");
        assert!(write("../out").is_err() && write("/out").is_err());
        assert!(!directory.path().join("out").exists());
    }
}
