//! A volume that outlives the servers on it: what one of them stored is there for the next.
//!
//! It is a file system in memory, like that of every server, and has no name. A container that only waits for the end of its
//! standard input keeps it alive: it goes when s3ci lets go of it, however that comes about, and takes the volume along.

use async_trait::async_trait;
use bollard::Docker;

use super::connect::Daemon;
use super::container::{self, ContainerSetup};
use super::launch::{self, Lifeline};
use crate::server::error::{DockerError, ServerError};
use crate::server::host::{HeldVolume, Volume};
use crate::server::spec::ServerSpec;

/// A volume of the run's own, held by a container.
struct HoldingContainer {
    docker: Docker,
    name: String,
    #[expect(dead_code, reason = "held, not used: the container ends when it is dropped, and the volume with it")]
    lifeline: Lifeline,
}

impl HoldingContainer {
    async fn hold(
        daemon: &Daemon,
        setup: ContainerSetup<'_>,
        spec: &ServerSpec,
        name: &str,
    ) -> Result<Self, DockerError> {
        let launched = launch::launch(&daemon.docker, name, container::of_volume(setup, spec), "").await?;
        Ok(Self { docker: daemon.docker.clone(), name: name.to_owned(), lifeline: launched.lifeline })
    }
}

/// Makes a volume with room for what a server of this kind stores. `name` is that of the container which holds it.
///
/// # Errors
/// The daemon refuses a step; nothing is left then.
pub(super) async fn create(
    daemon: &Daemon,
    setup: ContainerSetup<'_>,
    spec: &ServerSpec,
    name: String,
) -> Result<Volume, DockerError> {
    let holder = HoldingContainer::hold(daemon, setup, spec, &name).await?;
    Ok(Volume { name, held: Box::new(holder) })
}

#[async_trait]
impl HeldVolume for HoldingContainer {
    async fn remove(self: Box<Self>) -> Result<(), ServerError> {
        Ok(launch::remove(&self.docker, &self.name).await?)
    }
}
