//! A second server in a container that has one: the same HOME, another data directory, another port.
//!
//! This is the situation of a user who serves two directories. The second server ends with the container at the latest.

use std::time::Duration;

use async_trait::async_trait;
use bollard::Docker;
use futures_util::StreamExt;
use tokio::sync::watch;

use super::container::{PORT, second_place};
use super::execute::{execute, finished};
use super::launch::Output;
use crate::server::error::ServerError;
use crate::server::host::SecondServer;
use crate::server::log::ServerLog;
use crate::server::ready::wait_until_ready;

/// Notes the process, so that it can be stopped, and becomes the server.
const START: &str = r#"echo $$ > /tmp/second.pid; exec "$@""#;
/// Kills the process that was noted.
const STOP: &str = r#"kill -KILL "$(cat /tmp/second.pid)""#;
/// How long a killed process may take to be gone.
const GONE: Duration = Duration::from_secs(5);
/// Log lines that an error quotes.
const QUOTED_LINES: usize = 20;

/// A second server that was ready.
pub(super) struct DockerSecondServer {
    docker: Docker,
    container: String,
    endpoint: String,
    end: watch::Receiver<bool>,
}

impl DockerSecondServer {
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
        let endpoint = format!("{address}:{}", second_place().port);
        let second = Self { docker: docker.clone(), container: container.to_owned(), endpoint, end };
        match wait_until_ready(&second.endpoint, ready_timeout, second.ended()).await {
            Ok(_) => Ok(second),
            Err(source) => {
                // It may have ended by itself.
                let _ = second.kill().await;
                Err(ServerError::NotReady { source, log: log.tail(QUOTED_LINES) })
            }
        }
    }

    /// Kills it and waits until it is gone.
    async fn kill(&self) -> Result<(), ServerError> {
        finished(execute(&self.docker, &self.container, STOP, &[]).await?).await;
        let _ = tokio::time::timeout(GONE, self.ended()).await;
        Ok(())
    }

    async fn ended(&self) -> String {
        // The sender is gone when the output has ended.
        let _ = self.end.clone().wait_for(|ended| *ended).await;
        "the second server ended".to_owned()
    }
}

#[async_trait]
impl SecondServer for DockerSecondServer {
    fn endpoint(&self) -> &str {
        &self.endpoint
    }

    async fn stop(self: Box<Self>) -> Result<(), ServerError> {
        self.kill().await
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
