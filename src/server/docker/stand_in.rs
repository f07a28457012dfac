//! A stand-in for the Drime API in its own container on the run's network, and what a server in a container gets to reach the service.

use std::time::Duration;

use async_trait::async_trait;
use bollard::Docker;
use tokio::sync::watch;

use super::connect::Daemon;
use super::container::{self, ContainerSetup, DRIME_PORT};
use super::launch::{self, Lifeline};
use super::server::{endpoint, follow, own_address};
use crate::server::backing::{StartedStandIn, StopStandIn};
use crate::server::drime::{Running, StandIn, bootstrap, sources_as_json};
use crate::server::error::{DockerError, ServerError};
use crate::server::log::ServerLog;
use crate::server::spec::ServerSpec;

/// Log lines that an error quotes.
const QUOTED_LINES: usize = 20;

/// Where the script in the container puts the certificates that it gets.
pub(super) const CERTIFICATES: &str = "/tmp/s3ci-certificates.pem";

/// A container to be started with a stand-in.
pub(super) struct StandInContainer {
    pub(super) daemon: Daemon,
    pub(super) name: String,
}

impl StandInContainer {
    /// Starts a stand-in for a server of this kind and waits until it takes connections. Of one that does not, nothing is left.
    pub(super) async fn start(
        self,
        setup: ContainerSetup<'_>,
        spec: &ServerSpec,
        stand_in: StandIn,
        ready_timeout: Duration,
    ) -> Result<StartedStandIn, ServerError> {
        let Self { daemon, name } = self;
        let body = container::of_drime(setup, spec, bootstrap());
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
            let route = setup.network.route.clone().on_any_port();
            let addresses = endpoint(&container, &setup.network.name, &route, DRIME_PORT)
                .zip(own_address(&container, &setup.network.name));
            let (here, there) = addresses.ok_or_else(|| DockerError::NoAddress { name: name.clone() })?;
            let here = stand_in.account(format!("{here}/api/v1"));
            Ok((here, stand_in.account(format!("http://{there}:{DRIME_PORT}/api/v1"))))
        };
        match ready.await {
            Ok((here, there)) => {
                let stop = RunningContainer { docker: daemon.docker, name: name.clone(), lifeline: launched.lifeline };
                Ok(StartedStandIn { running: running.clone(), here, there, stop: Box::new(stop) })
            }
            Err(error) => {
                launch::remove(&daemon.docker, &name).await?;
                Err(error)
            }
        }
    }
}

struct RunningContainer {
    docker: Docker,
    name: String,
    #[expect(dead_code, reason = "held, not used: the container ends when it is dropped")]
    lifeline: Lifeline,
}

#[async_trait]
impl StopStandIn for RunningContainer {
    async fn stop(self: Box<Self>) -> Result<(), ServerError> {
        Ok(launch::remove(&self.docker, &self.name).await?)
    }
}

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
