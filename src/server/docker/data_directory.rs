//! What lies around a server's data, planted and looked at from a container of ours that holds the volume.
//!
//! A file system in memory cannot be read through the daemon's archives, so a program runs in a container for it: one from the base
//! image, for nothing that the image under test brings along may tell what lies there. Deliberately absent: any opinion about what
//! should lie there.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use bollard::Docker;
use bollard::container::LogOutput;
use bollard::exec::StartExecResults;
use bollard::models::ExecConfig;
use futures_util::StreamExt;

use crate::server::error::{DockerError, ServerError};
use crate::server::host::DataDirectory;
use crate::server::inventory::{DATA, Inventory, ROOT};

const PROGRAM: &str = include_str!("../../../docker/data_directory.py");

/// How long the program may take: an interpreter's start on a busy machine is a matter of seconds.
const DEADLINE: Duration = Duration::from_secs(30);

/// More than the inventory of any check has.
const MOST_BYTES: usize = 16 << 20;

/// The data directory of a server, and the container that holds it.
#[derive(Debug, Clone)]
pub(super) struct ContainersDataDirectory {
    docker: Docker,
    container: String,
}

impl ContainersDataDirectory {
    pub(super) fn of(docker: &Docker, container: &str) -> Self {
        Self { docker: docker.clone(), container: container.to_owned() }
    }

    async fn ask(&self, arguments: &[&str]) -> Result<Inventory, DockerError> {
        let answer = tokio::time::timeout(DEADLINE, self.run(arguments)).await;
        let late = |_| self.unread(format!("no end within {} s", DEADLINE.as_secs()));
        let (printed, complained) = answer.map_err(late)??;
        serde_json::from_slice(&printed).map_err(|_| {
            let said = String::from_utf8_lossy(&complained).lines().last().unwrap_or("nothing was printed").to_owned();
            self.unread(said)
        })
    }

    /// Runs the program; what it prints, and what it complains of.
    async fn run(&self, arguments: &[&str]) -> Result<(Vec<u8>, Vec<u8>), DockerError> {
        let step = "run a program in the container";
        let words = ["python3", "-I", "-c", PROGRAM];
        let config = ExecConfig {
            cmd: Some(words.iter().chain(arguments).map(|word| (*word).to_owned()).collect()),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..Default::default()
        };
        let exec = self.docker.create_exec(&self.container, config).await.map_err(DockerError::during(step))?;
        let (mut printed, mut complained) = (Vec::new(), Vec::new());
        if let StartExecResults::Attached { mut output, .. } =
            self.docker.start_exec(&exec.id, None).await.map_err(DockerError::during(step))?
        {
            while let Some(piece) = output.next().await {
                match piece.map_err(DockerError::during(step))? {
                    LogOutput::StdErr { message } => complained.extend(message),
                    other => printed.extend(other.into_bytes()),
                }
                if printed.len() + complained.len() > MOST_BYTES {
                    return Err(self.unread(format!("its inventory is larger than {} MiB", MOST_BYTES >> 20)));
                }
            }
        }
        Ok((printed, complained))
    }

    fn unread(&self, reason: String) -> DockerError {
        DockerError::DataDirectory { container: self.container.clone(), reason }
    }
}

#[async_trait]
impl DataDirectory for ContainersDataDirectory {
    async fn plant(&self, files: &BTreeMap<String, String>) -> Result<Inventory, ServerError> {
        let files = serde_json::to_string(files).map_err(|error| self.unread(error.to_string()))?;
        Ok(self.ask(&[DATA, ROOT, &files]).await?)
    }

    async fn inventory(&self) -> Result<Inventory, ServerError> {
        Ok(self.ask(&[DATA]).await?)
    }
}
