//! A second server in a container that has one: the same HOME, another data directory, another port.
//!
//! That is what somebody has who serves two directories. It ends with the container at the latest.

use std::time::Duration;

use bollard::Docker;
use futures_util::StreamExt;
use tokio::sync::watch;

use super::container::{PORT, Place};
use super::execute::execute;
use super::launch::Output;
use crate::server::ServerError;
use crate::server::log::ServerLog;
use crate::server::ready::wait_until_ready;

/// Notes the process, so that it can be stopped, and becomes the server.
const START: &str = r#"echo $$ > /tmp/neighbour.pid; exec "$@""#;
/// Kills the process that was noted.
const STOP: &str = r#"kill -KILL "$(cat /tmp/neighbour.pid)""#;
/// How long a killed process may take to be gone.
const GONE: Duration = Duration::from_secs(5);
/// Log lines that an error quotes.
const QUOTED_LINES: usize = 20;

/// A second server that was ready.
pub(in crate::server) struct DockerNeighbour {
    docker: Docker,
    container: String,
    endpoint: String,
    end: watch::Receiver<bool>,
}

impl DockerNeighbour {
    /// Starts it in the container of a server with this endpoint, and waits until it answers.
    pub(super) async fn start(
        docker: &Docker,
        container: &str,
        first: &str,
        command: &[String],
        log: ServerLog,
        ready_timeout: Duration,
    ) -> Result<Self, ServerError> {
        let output = execute(docker, container, START, command).await?;
        let (sender, end) = watch::channel(false);
        tokio::spawn(follow(output, log.clone(), sender));
        let address = first.strip_suffix(&format!(":{PORT}")).unwrap_or(first);
        let endpoint = format!("{address}:{}", Place::SECOND.port);
        let neighbour = Self { docker: docker.clone(), container: container.to_owned(), endpoint, end };
        match wait_until_ready(&neighbour.endpoint, ready_timeout, neighbour.ended()).await {
            Ok(_) => Ok(neighbour),
            Err(source) => {
                // It may have ended by itself.
                let _ = neighbour.stop().await;
                Err(ServerError::NotReady { source, log: log.tail(QUOTED_LINES) })
            }
        }
    }

    /// URL of the second server.
    pub(in crate::server) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Kills it and waits until it is gone.
    pub(in crate::server) async fn stop(&self) -> Result<(), ServerError> {
        let mut output = execute(&self.docker, &self.container, STOP, &[]).await?;
        while output.next().await.is_some() {}
        let _ = tokio::time::timeout(GONE, self.ended()).await;
        Ok(())
    }

    async fn ended(&self) -> String {
        // The sender is gone when the output has ended.
        let _ = self.end.clone().wait_for(|ended| *ended).await;
        "the second server ended".to_owned()
    }
}

async fn follow(mut output: Output, log: ServerLog, ended: watch::Sender<bool>) {
    let mut lines = log.stream();
    while let Some(Ok(piece)) = output.next().await {
        lines.push_bytes(piece.as_ref());
    }
    lines.finish();
    // The receiver is gone when nobody waits.
    let _ = ended.send(true);
}
