//! The clients' image, and a container from it in which an agent runs them.
//!
//! Deliberately absent: the requests to the agent.

use async_trait::async_trait;
use bollard::Docker;
use bollard::container::LogOutput;
use futures_util::StreamExt;

use super::base::{self, Present};
use super::build::File;
use super::connect::Daemon;
use super::container;
use super::install::What;
use super::launch::{self, Launched};
use super::network::RunNetwork;
use super::packages::Packages;
use crate::event::Events;
use crate::server::clients::{AgentOutput, AgentPipes, AgentPlace, StartedAgent, ToolboxSpec};
use crate::server::error::{DockerError, ServerError};
use crate::server::settings::DockerSettings;

pub(super) const PACKAGES: Packages = Packages {
    name: "s3ci/clients",
    title: "the clients",
    what: What::Clients,
    files: &[File { name: "requirements.txt", text: include_str!("../../../docker/clients/requirements.txt") }],
    dockerfile: include_str!("../../../docker/clients/Dockerfile"),
    has_network: true,
};

/// Finds or builds the image of the clients.
///
/// # Errors
///
/// There is no base image, or the build fails.
pub(super) async fn image(
    daemon: &Daemon,
    run_id: &str,
    settings: &DockerSettings,
    events: &Events,
) -> Result<Present, ServerError> {
    let base = base::base(&daemon.docker, settings.base_image.as_deref(), events).await?;
    PACKAGES.on(&base, daemon, run_id, settings, events).await
}

/// A container with an agent and the clients.
pub(super) struct ClientsContainer {
    docker: Docker,
    name: String,
}

impl ClientsContainer {
    /// Starts the container, on the network of the run that the server is on; for an endpoint on none.
    ///
    /// # Errors
    ///
    /// The daemon refuses a step; nothing is left of the container then.
    pub(super) async fn start(
        daemon: &Daemon,
        run_id: &str,
        image: &Present,
        network: Option<&RunNetwork>,
        endpoint: &str,
        spec: &ToolboxSpec,
    ) -> Result<StartedAgent, DockerError> {
        let name = format!("s3ci-{run_id}-{}-toolbox", spec.label);
        let body = container::of_toolbox(&image.id, run_id, &daemon.info, network, spec.room_bytes);
        let Launched { output, lifeline, .. } = launch::launch(&daemon.docker, &name, body, "").await?;
        let output = output.filter_map(|piece| async {
            Some(match piece.ok()? {
                LogOutput::StdErr { message } => AgentOutput::Complaint(message.to_vec()),
                other => AgentOutput::Answer(other.into_bytes().to_vec()),
            })
        });
        let input = lifeline.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let pipes = AgentPipes { input, output: Box::pin(output) };
        Ok(StartedAgent {
            place: Box::new(Self { docker: daemon.docker.clone(), name }),
            pipes,
            endpoint: endpoint.to_owned(),
            origin: format!("image {} ({})", image.tag, image.id),
            is_from_image: true,
        })
    }
}

#[async_trait]
impl AgentPlace for ClientsContainer {
    async fn close(self: Box<Self>) {
        if let Err(error) = launch::remove(&self.docker, &self.name).await {
            tracing::debug!(%error, "the clients' container is left to the end of the run");
        }
    }
}

/// Starts clients for a server that somebody else runs.
///
/// # Errors
///
/// No daemon can be used, or the image or the container cannot be had.
pub(in crate::server) async fn for_endpoint(
    url: &str,
    run_id: &str,
    settings: &DockerSettings,
    spec: &ToolboxSpec,
    events: &Events,
) -> Result<StartedAgent, ServerError> {
    let daemon = Daemon::connect().await?;
    let image = image(&daemon, run_id, settings, events).await?;
    Ok(ClientsContainer::start(&daemon, run_id, &image, None, url, spec).await?)
}
