//! The run's own network, and the way from this process to a container on it.
//!
//! On a daemon of this machine the containers are talked to at their own addresses, for the published port goes through a proxy
//! process that costs a good part of the request rate. The network is internal then: no default route, so nothing beyond the
//! bridge can be reached. Its one neighbour is the bridge's own address on this machine, which a host needs to talk to it.
//! Where the bridge is not in this process's network namespace (Docker Desktop, rootless or remote daemons), or a port was asked
//! for, the port is published on loopback; such a network cannot be internal, but nothing on it is masqueraded.

use std::collections::HashMap;
use std::net::IpAddr;

use bollard::errors::Error as Bollard;
use bollard::models::NetworkCreateRequest;

use super::connect::Daemon;
use super::error::{DockerError, is_absent};
use super::labels;

/// How a server in a container is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// At the container's own address.
    Direct,
    /// Through a port published on this address of the daemon's machine.
    Published {
        /// The address to bind, as the daemon's machine knows it.
        bind: &'static str,
        /// The host to connect to.
        host: String,
        /// The port; an ephemeral one otherwise.
        port: Option<u16>,
    },
}

/// The network of a run.
#[derive(Debug)]
pub(super) struct RunNetwork {
    /// Its name.
    pub(super) name: String,
    /// How containers on it are reached.
    pub(super) route: Route,
    /// Set where the direct route was expected and is not there.
    pub(super) notice: Option<String>,
}

impl RunNetwork {
    /// Creates the network of a run.
    ///
    /// # Errors
    ///
    /// The daemon refuses it.
    pub(super) async fn create(daemon: &Daemon, run_id: &str, port: Option<u16>) -> Result<Self, DockerError> {
        let name = format!("s3ci-{run_id}");
        let mut notice = None;
        if port.is_none() && may_be_direct(daemon) {
            make(daemon, &name, run_id, true).await?;
            if bridge_is_here(daemon, &name).await? {
                return Ok(Self { name, route: Route::Direct, notice });
            }
            remove(daemon, &name).await?;
            notice = Some(
                "the containers' own addresses are out of reach from here: measuring through a published port, which is slower"
                    .to_owned(),
            );
        }
        make(daemon, &name, run_id, false).await?;
        let route = match daemon.remote_host() {
            None => Route::Published { bind: "127.0.0.1", host: "127.0.0.1".into(), port },
            Some(host) => {
                notice = Some(format!("the Docker daemon is on another machine: ports are published there, on {host}"));
                Route::Published { bind: "0.0.0.0", host: host.into(), port }
            }
        };
        Ok(Self { name, route, notice })
    }
}

fn may_be_direct(daemon: &Daemon) -> bool {
    cfg!(target_os = "linux") && daemon.address.starts_with("unix://") && !daemon.is_desktop()
}

async fn make(daemon: &Daemon, name: &str, run_id: &str, internal: bool) -> Result<(), DockerError> {
    let options = HashMap::from([("com.docker.network.bridge.enable_ip_masquerade".to_owned(), "false".to_owned())]);
    let request = NetworkCreateRequest {
        name: name.into(),
        driver: Some("bridge".into()),
        internal: Some(internal),
        options: Some(options),
        labels: Some(labels::of_run(run_id)),
        ..Default::default()
    };
    match daemon.docker.create_network(request).await {
        Ok(_) => Ok(()),
        Err(Bollard::DockerResponseServerError { message, .. })
            if message.contains("available, non-overlapping") || message.contains("fully subnetted") =>
        {
            Err(DockerError::NoSubnet)
        }
        Err(error) => Err(DockerError::during("create the run's network")(error)),
    }
}

async fn remove(daemon: &Daemon, name: &str) -> Result<(), DockerError> {
    match daemon.docker.remove_network(name).await {
        Err(error) if !is_absent(&error) => Err(DockerError::during("remove the run's network")(error)),
        _ => Ok(()),
    }
}

/// Whether the bridge belongs to this process's network namespace: only then can its address be bound here.
async fn bridge_is_here(daemon: &Daemon, name: &str) -> Result<bool, DockerError> {
    let inspected = daemon.docker.inspect_network(name, None).await;
    let network = inspected.map_err(DockerError::during("look at the run's network"))?;
    let configurations = network.ipam.and_then(|ipam| ipam.config).unwrap_or_default();
    let gateway = configurations
        .into_iter()
        .filter_map(|configuration| configuration.gateway)
        .find_map(|gateway| gateway.split('/').next().and_then(|address| address.parse::<IpAddr>().ok()));
    Ok(gateway.is_some_and(|address| std::net::UdpSocket::bind((address, 0)).is_ok()))
}
