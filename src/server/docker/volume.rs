//! A volume that outlives the servers on it: what one of them stored is there for the next.
//!
//! It is a file system in memory, like that of every server, and nobody's by name. A container that only waits for the end of its
//! standard input keeps it alive: it goes when s3ci lets go of it, however that comes about, and takes the volume along.

use bollard::Docker;

use super::connect::Daemon;
use super::container;
use super::error::DockerError;
use super::launch::{self, Lifeline};
use crate::server::ServerSpec;

/// A volume of the run's own, held by a container.
pub(in crate::server) struct DockerVolume {
    docker: Docker,
    holder: String,
    #[expect(dead_code, reason = "held, not used: the container ends when it is dropped, and the volume with it")]
    lifeline: Lifeline,
}

impl DockerVolume {
    /// Makes a volume with room for what a server of this kind stores.
    ///
    /// # Errors
    ///
    /// The daemon refuses a step; nothing is left then.
    pub(super) async fn create(
        daemon: &Daemon,
        ground: container::Ground<'_>,
        spec: &ServerSpec,
        name: String,
    ) -> Result<Self, DockerError> {
        let launched = launch::launch(&daemon.docker, &name, container::of_volume(ground, spec), "").await?;
        Ok(Self { docker: daemon.docker.clone(), holder: name, lifeline: launched.lifeline })
    }

    /// Name of the container that holds it.
    pub(super) fn holder(&self) -> &str {
        &self.holder
    }

    /// Removes it, and waits until it is gone. No server is on it any more.
    ///
    /// # Errors
    ///
    /// The daemon refuses.
    pub(in crate::server) async fn remove(self) -> Result<(), DockerError> {
        launch::remove(&self.docker, &self.holder).await
    }
}
