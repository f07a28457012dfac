//! The yard: what lies around a server's data in its container, planted and looked at from inside.
//!
//! A file system in memory cannot be read through the daemon's archives, so a program runs in the container for it. Deliberately
//! absent: any opinion about what should lie there.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::exec::StartExecResults;
use bollard::models::ExecConfig;
use futures_util::StreamExt;

use super::container::{WITH_ITS_PYTHON, YARD, YARD_ROOT};
use super::error::DockerError;
use crate::server::ServerError;

const PROGRAM: &str = include_str!("../../../docker/yard.py");

/// How long the program may take: an interpreter's start on a busy machine is a matter of seconds.
const DEADLINE: Duration = Duration::from_secs(30);

/// The directory in which the data root of a server lies, in a container of the run's own, with room for other files.
#[derive(Debug, Clone)]
pub struct Yard {
    docker: Docker,
    container: String,
}

/// What lies in a yard: for each path below it, what it is. A file is told by its digest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory(BTreeMap<String, String>);

impl Yard {
    pub(super) fn of(docker: &Docker, container: &str) -> Self {
        Self { docker: docker.clone(), container: container.to_owned() }
    }

    /// The absolute path, in the container, of a path below the yard.
    #[must_use]
    pub fn place(path: &str) -> String {
        format!("{YARD}/{path}")
    }

    /// Removes everything from the yard except the data root, plants files with these contents by their paths below the yard, and
    /// says what lies there then.
    ///
    /// # Errors
    /// The daemon does not carry it out, or the yard cannot be written.
    pub async fn plant(&self, files: &BTreeMap<String, String>) -> Result<Inventory, ServerError> {
        let files = serde_json::to_string(files).map_err(|error| self.unread(error.to_string()))?;
        Ok(self.ask(&[YARD, YARD_ROOT, &files]).await?)
    }

    /// What lies in the yard, the data root included.
    ///
    /// # Errors
    /// The daemon does not carry it out, or something cannot be read.
    pub async fn inventory(&self) -> Result<Inventory, ServerError> {
        Ok(self.ask(&[YARD]).await?)
    }

    async fn ask(&self, arguments: &[&str]) -> Result<Inventory, DockerError> {
        let answer = tokio::time::timeout(DEADLINE, self.run(arguments)).await;
        let late = |_| self.unread(format!("no end within {} s", DEADLINE.as_secs()));
        let (printed, complained) = answer.map_err(late)??;
        serde_json::from_slice(&printed).map(Inventory).map_err(|_| {
            let said = String::from_utf8_lossy(&complained).lines().last().unwrap_or("nothing was printed").to_owned();
            self.unread(said)
        })
    }

    /// Runs the program with the interpreter that the server itself uses; what it prints, and what it complains of.
    async fn run(&self, arguments: &[&str]) -> Result<(Vec<u8>, Vec<u8>), DockerError> {
        let step = DockerError::during("run a program in the container");
        let words = ["/bin/sh", "-c", WITH_ITS_PYTHON, "s3ci", "-c", PROGRAM];
        let config = ExecConfig {
            cmd: Some(words.iter().chain(arguments).map(|word| (*word).to_owned()).collect()),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..Default::default()
        };
        let exec = self.docker.create_exec(&self.container, config).await.map_err(&step)?;
        let (mut printed, mut complained) = (Vec::new(), Vec::new());
        if let StartExecResults::Attached { mut output, .. } =
            self.docker.start_exec(&exec.id, None).await.map_err(&step)?
        {
            while let Some(piece) = output.next().await {
                match piece.map_err(&step)? {
                    LogOutput::StdErr { message } => complained.extend(message),
                    other => printed.extend(other.into_bytes()),
                }
            }
        }
        Ok((printed, complained))
    }

    fn unread(&self, reason: String) -> DockerError {
        DockerError::Yard { container: self.container.clone(), reason }
    }
}

impl Inventory {
    /// What differs in a later inventory outside the data root, a sentence for each path.
    #[must_use]
    pub fn changes_outside(&self, later: &Self) -> Vec<String> {
        let paths = self.0.keys().chain(later.0.keys().filter(|path| !self.0.contains_key(*path)));
        let outside = paths.filter(|path| *path != YARD_ROOT && !is_inside(path));
        let change = |path: &String| match (self.0.get(path), later.0.get(path)) {
            (Some(_), None) => Some(format!("{path} is gone")),
            (None, Some(_)) => Some(format!("{path} has appeared")),
            (before, after) if before != after => Some(format!("{path} has changed")),
            _ => None,
        };
        outside.filter_map(change).collect()
    }

    /// Which paths, the data root and those below it included, are no longer there in a later inventory.
    #[must_use]
    pub fn gone(&self, later: &Self) -> Vec<&str> {
        self.0.keys().filter(|path| !later.0.contains_key(*path)).map(String::as_str).collect()
    }

    /// Path of the file inside the data root that has this SHA-256 in lower-check hexadecimal, where there is one.
    #[must_use]
    pub fn file_inside(&self, sha256: &str) -> Option<&str> {
        let mut files = self.0.iter().filter(|(path, what)| is_inside(path) && what.ends_with(sha256));
        files.next().map(|(path, _)| path.as_str())
    }
}

/// Whether a path below the yard lies in the data root.
fn is_inside(path: &str) -> bool {
    path.strip_prefix(YARD_ROOT).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inventory(entries: &[(&str, &str)]) -> Inventory {
        Inventory(entries.iter().map(|(path, what)| ((*path).to_owned(), (*what).to_owned())).collect())
    }

    #[test]
    fn what_happens_outside_the_root_is_told() {
        let before = inventory(&[("root", "a directory"), ("kept", "1"), ("changed", "1"), ("rooted", "1")]);
        let after = inventory(&[("root/new", "1"), ("kept", "1"), ("changed", "2"), ("new", "1")]);
        assert_eq!(before.changes_outside(&after), ["changed has changed", "rooted is gone", "new has appeared"]);
        assert_eq!(before.changes_outside(&before), Vec::<String>::new());
        assert_eq!(before.gone(&after), ["root", "rooted"]);
    }

    #[test]
    fn a_file_is_found_by_its_digest_inside_the_root_alone() {
        let yard = inventory(&[("canary", "a file with the SHA-256 ab"), ("root/b/c", "a file with the SHA-256 ab")]);
        assert_eq!((yard.file_inside("ab"), yard.file_inside("cd")), (Some("root/b/c"), None));
    }
}
