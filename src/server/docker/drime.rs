//! What a drime server in a container stores in: a stand-in in a container of its own on the run's network, or an account of the
//! Drime cloud, for which alone a network has a way out.

use std::time::Duration;

use tokio::sync::watch;

use super::connect::Daemon;
use super::container::{self, DRIME_PORT, Ground};
use super::error::DockerError;
use super::launch::{self, Lifeline};
use super::server::{endpoint, follow, own_address};
use crate::server::drime::{Cloud, DrimeError, Running, Service, StandIn, Tenancy, bootstrap, sources_as_json};
use crate::server::log::ServerLog;
use crate::server::{ServerError, ServerSpec};

/// Log lines that an error quotes.
const QUOTED_LINES: usize = 20;

/// What stands behind a server.
pub(super) struct Backing {
    /// As s3ci sees it.
    pub(super) service: Service,
    /// As the server is told of it.
    pub(super) tenancy: Tenancy,
    stand_in: Option<Container>,
}

struct Container {
    name: String,
    #[expect(dead_code, reason = "held, not used: the container ends when it is dropped")]
    lifeline: Lifeline,
}

/// A stand-in to be started.
pub(super) struct Order<'run> {
    /// Name of its container.
    pub(super) name: String,
    /// What the container is made from.
    pub(super) ground: Ground<'run>,
    /// The server that it is for.
    pub(super) spec: &'run ServerSpec,
    /// What it is set to.
    pub(super) stand_in: StandIn,
    /// How long it may take to come up.
    pub(super) ready_timeout: Duration,
}

impl Backing {
    /// A place in the Drime cloud.
    pub(super) async fn in_the_cloud(cloud: &Cloud) -> Result<Self, DrimeError> {
        let (tenancy, service) = cloud.enter().await?;
        Ok(Self { service, tenancy, stand_in: None })
    }

    /// Starts a stand-in and waits until it takes connections. Of one that does not, nothing is left.
    pub(super) async fn emulated(daemon: &Daemon, order: Order<'_>) -> Result<Self, ServerError> {
        let Order { name, ground, spec, stand_in, ready_timeout } = order;
        let body = container::of_drime(ground, spec, bootstrap());
        let mut environment = stand_in.environment();
        environment.push(sources_as_json());
        let launched = launch::launch(&daemon.docker, &name, body, &handed(&environment, "")).await?;
        let log = ServerLog::new(stand_in.secrets());
        let (sender, end) = watch::channel(None);
        tokio::spawn(follow(launched.output, launched.ending, log.clone(), sender));
        let running = Running { log, end };
        let ready = async {
            running.ready(ready_timeout, QUOTED_LINES).await?;
            let inspected = daemon.docker.inspect_container(&name, None).await;
            let container = inspected.map_err(DockerError::during("look at the container"))?;
            let route = ground.network.route.clone().on_any_port();
            let addresses = endpoint(&container, &ground.network.name, &route, DRIME_PORT)
                .zip(own_address(&container, &ground.network.name));
            let (here, there) = addresses.ok_or_else(|| DockerError::NoAddress { name: name.clone() })?;
            let service = Service::emulated(stand_in.account(format!("{here}/api/v1")), running.clone())?;
            let account = stand_in.account(format!("http://{there}:{DRIME_PORT}/api/v1"));
            Ok((service, Tenancy { account, root_folder: None }))
        };
        match ready.await {
            Ok((service, tenancy)) => {
                Ok(Self { service, tenancy, stand_in: Some(Container { name, lifeline: launched.lifeline }) })
            }
            Err(error) => {
                launch::remove(&daemon.docker, &name).await?;
                Err(error)
            }
        }
    }

    /// Removes the stand-in, or the folder in the account.
    pub(super) async fn end(self, daemon: &Daemon) -> Result<(), ServerError> {
        match self.stand_in {
            Some(container) => Ok(launch::remove(&daemon.docker, &container.name).await?),
            None => Ok(Cloud::leave(&self.tenancy, &self.service).await?),
        }
    }
}

/// Where the script in the container puts the certificates that it is handed.
pub(super) const CERTIFICATES: &str = "/tmp/s3ci-certificates.pem";

/// An environment and certificates without empty lines, as the script in the container reads them, each with its end.
pub(super) fn handed<N: AsRef<str>>(environment: &[(N, String)], certificates: &str) -> String {
    let lines = environment.iter().map(|(name, value)| format!("{}={value}\n", name.as_ref()));
    lines.chain([format!("\n{certificates}\n")]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_and_certificates_end_with_an_empty_line_each() {
        assert_eq!(handed(&[("A", "1 2".to_owned()), ("B", "3".to_owned())], "C\n"), "A=1 2\nB=3\n\nC\n\n");
        assert_eq!(handed::<&str>(&[], ""), "\n\n");
        assert!(include_str!("../../../docker/supervise.sh").contains(CERTIFICATES));
    }
}
