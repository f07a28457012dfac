//! What every host offers: servers to start, and what can be done with one that runs.
//!
//! A host is Docker, this machine, or an endpoint that somebody else runs. A suite sees a [`Server`] and never learns which it is.
//! Deliberately absent: which host there are, and the choice between them (`runtime`).

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;

use super::clients::{StartedAgent, ToolboxSpec};
use super::drime::Service;
use super::error::ServerError;
use super::inventory::Inventory;
use super::settings::RuntimeSettings;
use super::spec::{Moment, ServerSpec, Shutdown, Usage};
use crate::event::Events;
use crate::record::{HarnessTiming, RuntimeIdentity, ServerStart, TargetIdentity};

/// A way to run servers, prepared for one target: the image is built, or the environment installed.
#[async_trait]
pub(super) trait Host: Send + Sync {
    /// How servers are run.
    fn identity(&self) -> RuntimeIdentity;

    /// What is tested.
    fn target(&self) -> TargetIdentity;

    /// What the preparation took, step by step, where it has steps.
    fn timings(&self) -> Vec<HarnessTiming>;

    /// Prepares another target that is closed with this one.
    async fn beside(&self, settings: &RuntimeSettings, events: &Events) -> Result<Box<dyn Host>, ServerError>;

    /// Starts a server, on a volume where there is one, and waits until it gives an S3 answer. Of one that does not, nothing is left.
    async fn start(&self, spec: &ServerSpec, volume: Option<&Volume>) -> Result<Box<dyn Server>, ServerError>;

    /// Makes a volume; none where somebody else runs the server.
    async fn volume(&self, spec: &ServerSpec) -> Result<Option<Volume>, ServerError>;

    /// Starts clients beside a server; none where the host has no place for them.
    async fn clients(
        &self,
        server: &dyn Server,
        spec: &ToolboxSpec,
        events: &Events,
    ) -> Result<Option<StartedAgent>, ServerError>;

    /// Removes what the run still has, and what was prepared beside it.
    async fn close(self: Box<Self>) -> Result<(), ServerError>;
}

/// A server that answers. To be stopped explicitly: dropping it promises nothing.
#[async_trait]
pub trait Server: Send + Sync {
    /// URL of the server, without a slash at its end.
    fn endpoint(&self) -> &str;

    /// The same for clients in a container on the run's network, where there is one.
    fn endpoint_for_clients(&self) -> Option<&str> {
        None
    }

    /// How the server came up.
    fn started(&self) -> &ServerStart;

    /// Whether [`Server::restart`] can work: s3ci cannot restart an endpoint.
    fn supports_restart(&self) -> bool {
        true
    }

    /// Ends the server, starts it again on the same address and data, and waits until it answers.
    ///
    /// # Errors
    /// An endpoint that somebody else runs; otherwise the server did not come back.
    async fn restart(&self, shutdown: Shutdown) -> Result<(), ServerError>;

    /// From now on waits for the moment, to kill the server then and start it again. None where the moment cannot be seen.
    async fn kill_on_write(&self, _moment: Moment) -> Result<Option<Box<dyn KillOnWrite + '_>>, ServerError> {
        Ok(None)
    }

    /// Starts a second server, like a user who serves two directories: the same release, options and HOME, another data
    /// directory. None where there can be no such server, or where it could not be reached.
    async fn second_server(&self) -> Result<Option<Box<dyn SecondServer>>, ServerError> {
        Ok(None)
    }

    /// The size of the data file system, where the host could give it the one that was asked for.
    fn data_limit_bytes(&self) -> Option<u64> {
        None
    }

    /// CPU time and memory since the start; none if the host or the system does not know.
    async fn usage(&self) -> Option<Usage> {
        None
    }

    /// How the server ended, if it has: a sentence. Does not wait.
    fn exited(&self) -> Option<String>;

    /// Waits for the server's end and says how it ended; waits for ever if the host cannot know.
    async fn ended(&self) -> String;

    /// The last lines of the server's log, free of secrets and control characters.
    fn log_tail(&self, _lines: usize) -> Vec<String> {
        Vec::new()
    }

    /// What the server stores in, where that is the Drime cloud or its stand-in.
    fn drime(&self) -> Option<&Service> {
        None
    }

    /// The files around the server's data, if it was started with canaries in its own container.
    fn data_directory(&self) -> Option<&dyn DataDirectory> {
        None
    }

    /// Name of the container, where the server runs in one.
    fn container(&self) -> Option<&str> {
        None
    }

    /// Stops the server and waits until nothing is left of it.
    ///
    /// # Errors
    /// It is still there after the host's deadline.
    async fn stop(self: Box<Self>) -> Result<(), ServerError>;
}

impl std::fmt::Debug for dyn Server + '_ {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Server").field("endpoint", &self.endpoint()).finish_non_exhaustive()
    }
}

/// Waits for a moment of a [`Server`]'s work to kill it.
#[async_trait]
pub trait KillOnWrite: Send {
    /// Waits until the server was killed and answers again; false where the moment does not come in time, and will not any more.
    ///
    /// # Errors
    /// The server did not come back.
    async fn killed(self: Box<Self>, within: Duration) -> Result<bool, ServerError>;
}

/// A second server beside a [`Server`]. Stop it explicitly; it also ends with the first one, or with this process.
#[async_trait]
pub trait SecondServer: Send + Sync {
    /// URL of the server, without a slash at its end.
    fn endpoint(&self) -> &str;

    /// Stops the server; its data goes with the first one's.
    async fn stop(self: Box<Self>) -> Result<(), ServerError>;
}

/// The directory that contains the data root of a server, and can contain other files.
#[async_trait]
pub trait DataDirectory: Send + Sync {
    /// Removes everything except the data root, plants files with these contents at their paths, and returns what is there then.
    ///
    /// # Errors
    /// The directory cannot be written.
    async fn plant(&self, files: &BTreeMap<String, String>) -> Result<Inventory, ServerError>;

    /// What is there, the data root included.
    ///
    /// # Errors
    /// Something cannot be read.
    async fn inventory(&self) -> Result<Inventory, ServerError>;
}

/// Where servers that follow one another keep their data and their HOME. To be removed explicitly; the end of the run removes it at
/// the latest. No two servers may be on it at a time.
pub struct Volume {
    /// By which its host knows it.
    pub(super) name: String,
    pub(super) held: Box<dyn HeldVolume>,
}

/// What a host keeps of a volume.
#[async_trait]
pub(super) trait HeldVolume: Send + Sync {
    async fn remove(self: Box<Self>) -> Result<(), ServerError>;
}

impl Volume {
    /// Removes it with all that is on it. No server is on it any more.
    ///
    /// # Errors
    /// The host refuses.
    pub async fn remove(self) -> Result<(), ServerError> {
        self.held.remove().await
    }
}
