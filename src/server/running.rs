//! The one face of servers that run, whichever of the three runtimes started them, and of what stands beside one.

use super::docker::{DockerAmbush, DockerNeighbour, DockerServer, Yard};
use super::drime::Service;
use super::external::ExternalServer;
use super::process::ProcessServer;
use super::{Moment, ServerError, Shutdown, Usage};
use crate::record::ServerStart;

/// A server that answers. To be stopped explicitly: dropping it stops nothing.
pub struct Server(pub(super) AnyServer);

/// The same by runtime.
pub(super) enum AnyServer {
    Docker(Box<DockerServer>),
    Process(Box<ProcessServer>),
    External(ExternalServer),
}

impl Server {
    /// URL of the server, without a slash at its end.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        match &self.0 {
            AnyServer::Docker(server) => server.endpoint(),
            AnyServer::Process(server) => server.endpoint(),
            AnyServer::External(server) => server.endpoint(),
        }
    }

    /// How the server came up.
    #[must_use]
    pub fn started(&self) -> &ServerStart {
        match &self.0 {
            AnyServer::Docker(server) => server.started(),
            AnyServer::Process(server) => server.started(),
            AnyServer::External(server) => server.started(),
        }
    }

    /// Whether [`Server::restart`] can work: somebody else's server is theirs to restart.
    #[must_use]
    pub fn supports_restart(&self) -> bool {
        !matches!(self.0, AnyServer::External(_))
    }

    /// Ends the server, starts it again on the same address and data, and waits until it answers.
    ///
    /// # Errors
    ///
    /// An endpoint that somebody else runs; otherwise the server did not come back.
    pub async fn restart(&self, shutdown: Shutdown) -> Result<(), ServerError> {
        match &self.0 {
            AnyServer::Docker(server) => server.restart(shutdown).await,
            AnyServer::Process(server) => Ok(server.restart(shutdown).await?),
            AnyServer::External(server) => Ok(server.restart()?),
        }
    }

    /// Lies in wait: the server is killed at the moment named, and starts again. None where the moment cannot be seen.
    ///
    /// # Errors
    ///
    /// The runtime could not be told to.
    pub async fn ambush(&self, moment: Moment) -> Result<Option<Ambush<'_>>, ServerError> {
        match &self.0 {
            AnyServer::Docker(server) => Ok(server.ambush(moment).await?.map(Ambush)),
            AnyServer::Process(_) | AnyServer::External(_) => Ok(None),
        }
    }

    /// Starts a second server as somebody does who serves two directories: the same release, options and HOME, another data
    /// directory. None where there can be no such server, or where it could not be reached.
    ///
    /// # Errors
    ///
    /// It could not be started, or did not answer in time. Nothing is left of it then.
    pub async fn neighbour(&self) -> Result<Option<Neighbour>, ServerError> {
        Ok(match &self.0 {
            AnyServer::Docker(server) => server.neighbour().await?.map(AnyNeighbour::Docker),
            AnyServer::Process(server) => Some(AnyNeighbour::Process(Box::new(server.neighbour().await?))),
            AnyServer::External(_) => None,
        }
        .map(Neighbour))
    }

    /// The size of the data file system, where the runtime could give it the one that was asked for.
    #[must_use]
    pub fn data_limit_bytes(&self) -> Option<u64> {
        match &self.0 {
            AnyServer::Docker(server) => server.data_limit_bytes(),
            AnyServer::Process(_) | AnyServer::External(_) => None,
        }
    }

    /// CPU time and memory since the start; none where the runtime or the system does not tell.
    pub async fn usage(&self) -> Option<Usage> {
        match &self.0 {
            AnyServer::Docker(server) => server.usage().await,
            AnyServer::Process(server) => server.usage(),
            AnyServer::External(server) => server.usage(),
        }
    }

    /// How the server ended, if it has: a sentence. Does not wait.
    #[must_use]
    pub fn exited(&self) -> Option<String> {
        match &self.0 {
            AnyServer::Docker(server) => server.exited(),
            AnyServer::Process(server) => server.exited(),
            AnyServer::External(server) => server.exited(),
        }
    }

    /// Waits for the server's end and says how it came about; for ever where the runtime cannot know.
    pub async fn ended(&self) -> String {
        match &self.0 {
            AnyServer::Docker(server) => server.ended().await,
            AnyServer::Process(server) => server.ended().await,
            AnyServer::External(server) => server.ended().await,
        }
    }

    /// The last lines of the server's log, free of secrets and control characters.
    #[must_use]
    pub fn log_tail(&self, lines: usize) -> Vec<String> {
        match &self.0 {
            AnyServer::Docker(server) => server.log_tail(lines),
            AnyServer::Process(server) => server.log_tail(lines),
            AnyServer::External(_) => Vec::new(),
        }
    }

    /// What the server stores in, where that is the Drime cloud or its stand-in.
    #[must_use]
    pub fn drime(&self) -> Option<&Service> {
        match &self.0 {
            AnyServer::Docker(server) => server.drime(),
            AnyServer::Process(server) => server.drime(),
            AnyServer::External(_) => None,
        }
    }

    /// What lies around the server's data, where it was started with a yard in a container of its own.
    #[must_use]
    pub fn yard(&self) -> Option<&Yard> {
        match &self.0 {
            AnyServer::Docker(server) => server.yard(),
            AnyServer::Process(_) | AnyServer::External(_) => None,
        }
    }

    /// Name of the container, where the server runs in one.
    #[must_use]
    pub fn container(&self) -> Option<&str> {
        match &self.0 {
            AnyServer::Docker(server) => Some(server.name()),
            AnyServer::Process(_) | AnyServer::External(_) => None,
        }
    }

    /// Stops the server and waits until nothing is left of it.
    ///
    /// # Errors
    ///
    /// It is still there after the runtime's deadline.
    pub async fn stop(self) -> Result<(), ServerError> {
        match self.0 {
            AnyServer::Docker(server) => server.stop().await,
            AnyServer::Process(server) => Ok(server.stop().await?),
            AnyServer::External(_) => Ok(()),
        }
    }
}

/// Lies in wait for a [`Server`]. To be ended with [`Ambush::sprung`].
pub struct Ambush<'server>(DockerAmbush<'server>);

impl Ambush<'_> {
    /// Waits until the server was killed and answers again; false where the moment does not come in time, and will not any more.
    ///
    /// # Errors
    ///
    /// The server did not come back.
    pub async fn sprung(self, within: std::time::Duration) -> Result<bool, ServerError> {
        self.0.sprung(within).await
    }
}

/// A second server beside a [`Server`]. To be stopped explicitly; it ends with the first one at the latest, or with this process.
pub struct Neighbour(AnyNeighbour);

enum AnyNeighbour {
    Docker(DockerNeighbour),
    Process(Box<ProcessServer>),
}

impl Neighbour {
    /// URL of the server, without a slash at its end.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        match &self.0 {
            AnyNeighbour::Docker(server) => server.endpoint(),
            AnyNeighbour::Process(server) => server.endpoint(),
        }
    }

    /// Stops the server; its data goes with the first one's.
    ///
    /// # Errors
    ///
    /// It could not be told to stop.
    pub async fn stop(self) -> Result<(), ServerError> {
        match self.0 {
            AnyNeighbour::Docker(server) => server.stop().await,
            AnyNeighbour::Process(server) => {
                server.end().await;
                Ok(())
            }
        }
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Server").field("endpoint", &self.endpoint()).finish_non_exhaustive()
    }
}
