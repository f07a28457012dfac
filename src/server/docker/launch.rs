//! Creates a container, attaches to it before it starts, starts it, and learns how it ended.
//!
//! Attaching first means that the output is complete from its first byte, and that the container's standard input is ours from
//! its beginning. Deliberately absent: what runs inside.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::errors::Error as Bollard;
use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{
    AttachContainerOptions, CreateContainerOptions, EventsOptions, RemoveContainerOptions, WaitContainerOptions,
};
use futures_util::{Stream, StreamExt};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::task::JoinHandle;

use super::refusal::{is_absent, is_being_removed};
use crate::server::error::DockerError;

/// How long a container may take to be gone once it was removed by force.
const REMOVAL: Duration = Duration::from_secs(5);

/// How long the daemon may take to report the exit code after the output has ended.
const EXIT_CODE: Duration = Duration::from_secs(2);

/// What a container writes.
pub(super) type Output = Pin<Box<dyn Stream<Item = Result<LogOutput, Bollard>> + Send>>;

/// Holds a container's standard input open; the container ends when this is dropped or this process is gone.
pub(super) type Lifeline = Mutex<Pin<Box<dyn AsyncWrite + Send>>>;

/// A container that was started.
pub(super) struct Launched {
    /// Everything that it writes; ends when the container does.
    pub(super) output: Output,
    /// Its standard input.
    pub(super) lifeline: Lifeline,
    /// Its end, once the output has ended.
    pub(super) ending: Ending,
}

/// Starts a container under a name, and writes its input to its standard input.
///
/// # Errors
///
/// The daemon refuses a step; nothing is left of the container then.
pub(super) async fn launch(
    docker: &Docker,
    name: &str,
    body: ContainerCreateBody,
    handed: &str,
) -> Result<Launched, DockerError> {
    let options = CreateContainerOptions { name: Some(name.into()), ..Default::default() };
    docker.create_container(Some(options), body).await.map_err(DockerError::during("create a container"))?;
    let ending = Ending::watch(docker, name);
    let launched = async {
        let options =
            AttachContainerOptions { stream: true, stdin: true, stdout: true, stderr: true, ..Default::default() };
        let attached = docker.attach_container(name, Some(options)).await;
        let mut attached = attached.map_err(DockerError::during("attach to the container"))?;
        docker.start_container(name, None).await.map_err(DockerError::during("start the container"))?;
        if !handed.is_empty() {
            // If the container has ended already, its output says why.
            let written = attached.input.write_all(handed.as_bytes()).await;
            if let Err(error) = written.and(attached.input.flush().await) {
                tracing::debug!(name, %error, "the container does not listen");
            }
        }
        Ok(attached)
    };
    match launched.await {
        Ok(attached) => Ok(Launched { output: attached.output, lifeline: Mutex::new(attached.input), ending }),
        Err(error) => {
            remove(docker, name).await?;
            Err(error)
        }
    }
}

/// Kills and removes a container, and waits until it is gone.
///
/// # Errors
///
/// It is still there after five seconds, or the daemon refuses.
pub(super) async fn remove(docker: &Docker, name: &str) -> Result<(), DockerError> {
    let removal = async {
        let options = RemoveContainerOptions { force: true, v: true, link: false };
        match docker.remove_container(name, Some(options)).await {
            Err(error) if is_being_removed(&error) => {}
            Err(error) if is_absent(&error) => return Ok(()),
            other => return other,
        }
        let options = WaitContainerOptions { condition: "removed".into() };
        match docker.wait_container(name, Some(options)).next().await {
            Some(Err(error @ Bollard::DockerResponseServerError { .. })) if !is_absent(&error) => Err(error),
            _ => Ok(()),
        }
    };
    match tokio::time::timeout(REMOVAL, removal).await {
        Ok(removed) => removed.map_err(DockerError::during("remove the container")),
        Err(_) => Err(DockerError::StillThere { name: name.into(), seconds: REMOVAL.as_secs() }),
    }
}

/// Learns how a container ends.
pub(super) struct Ending {
    exit: JoinHandle<Option<i64>>,
    events: JoinHandle<()>,
    out_of_memory: Arc<AtomicBool>,
}

impl Ending {
    /// Begins to watch; the container exists and has not been started.
    fn watch(docker: &Docker, name: &str) -> Self {
        let out_of_memory = Arc::new(AtomicBool::new(false));
        let (client, container) = (docker.clone(), name.to_owned());
        let exit = tokio::spawn(async move {
            let options = WaitContainerOptions { condition: "next-exit".into() };
            match client.wait_container(&container, Some(options)).next().await {
                Some(Ok(answer)) => Some(answer.status_code),
                Some(Err(Bollard::DockerContainerWaitError { code, .. })) => Some(code),
                _ => None,
            }
        });
        let (client, container, seen) = (docker.clone(), name.to_owned(), Arc::clone(&out_of_memory));
        let events = tokio::spawn(async move {
            let filters = [("container", container), ("event", "oom".to_owned())];
            let filters = filters.map(|(key, value)| (key.to_owned(), vec![value])).into_iter().collect();
            let options = EventsOptions { filters: Some(filters), ..Default::default() };
            if let Some(Ok(_)) = client.events(Some(options)).next().await {
                seen.store(true, Ordering::Relaxed);
            }
        });
        Self { exit, events, out_of_memory }
    }

    /// A sentence about the end; to be called when the output has ended.
    pub(super) async fn sentence(self) -> String {
        let (code, out_of_memory) = self.code().await;
        describe(code, out_of_memory)
    }

    /// The exit code, where the daemon tells one, and whether memory ran out; to be called when the output has ended.
    pub(super) async fn code(self) -> (Option<i64>, bool) {
        let code = tokio::time::timeout(EXIT_CODE, self.exit).await.ok().and_then(Result::ok).flatten();
        self.events.abort();
        (code, self.out_of_memory.load(Ordering::Relaxed))
    }
}

/// Memory may have run out for another process of the container: only a killed server is blamed on it.
fn describe(code: Option<i64>, out_of_memory: bool) -> String {
    match (code, out_of_memory) {
        (Some(137) | None, true) => "the container ran out of memory and was killed".into(),
        (Some(code), _) if code > 128 => format!("the server was killed by signal {} (exit code {code})", code - 128),
        (Some(code), _) => format!("the server ended with exit code {code}"),
        (None, _) => "the container ended, and the daemon does not tell its exit code".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_told_apart() {
        assert_eq!(describe(Some(3), false), "the server ended with exit code 3");
        assert_eq!(describe(Some(137), false), "the server was killed by signal 9 (exit code 137)");
        assert_eq!(describe(Some(137), true), "the container ran out of memory and was killed");
        assert_eq!(describe(Some(1), true), "the server ended with exit code 1");
    }
}
