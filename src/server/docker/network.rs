//! The run's own networks, one for each arm, and the way from this process to a container on it.
//!
//! On a daemon of this machine the containers are talked to at their own addresses, for the published port goes through a proxy
//! process that costs a good part of the request rate. The network is internal then, so the daemon forwards nothing out of it.
//! Where the bridge is not in this process's network namespace (Docker Desktop, rootless or remote daemons), or a port was asked
//! for, the port is published on loopback; such a network cannot be internal, but nothing on it is masqueraded. In both checks the
//! containers' default route leads nowhere. The one neighbour that stays within reach is the bridge's own address on this machine,
//! which the machine needs to talk to its containers.

use std::collections::HashMap;
use std::net::Ipv4Addr;

use bollard::errors::Error as Bollard;
use bollard::models::{Ipam, IpamConfig, NetworkCreateRequest};

use super::connect::Daemon;
use super::labels;
use super::refusal::{self, is_absent};
use crate::server::error::DockerError;

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

impl Route {
    /// The same for a container whose port the user has not chosen.
    pub(super) fn on_any_port(self) -> Self {
        match self {
            Self::Direct => Self::Direct,
            Self::Published { bind, host, .. } => Self::Published { bind, host, port: None },
        }
    }
}

/// Whose servers are on a network: those of two arms under comparison do not see each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arm {
    Candidate,
    Base,
}

impl Arm {
    fn suffix(self) -> &'static str {
        match self {
            Self::Candidate => "",
            Self::Base => "-base",
        }
    }
}

/// The network of a run.
#[derive(Debug, Clone)]
pub(super) struct RunNetwork {
    pub(super) name: String,
    /// How containers on it are reached.
    pub(super) route: Route,
    /// Why its containers may get out, where they may.
    pub(super) open_because: Option<String>,
    /// Whether its containers reach the world.
    pub(super) way_out: bool,
    /// What a reader of the results must know of it.
    pub(super) notice: Option<String>,
}

impl RunNetwork {
    /// Creates the network of an arm of a run.
    ///
    /// # Errors
    ///
    /// The daemon refuses it.
    pub(super) async fn create(
        daemon: &Daemon,
        run_id: &str,
        arm: Arm,
        port: Option<u16>,
    ) -> Result<Self, DockerError> {
        let name = format!("s3ci-{run_id}{}", arm.suffix());
        if let Some(host) = daemon.remote_host() {
            // Replies to another machine have to find their way, so this network alone keeps its default route.
            make(daemon, &name, run_id, Kind::Closed { internal: false }, None).await?;
            let open = format!("the Docker daemon is on another machine: ports are published there, on {host}");
            let route = Route::Published { bind: "0.0.0.0", host: host.into(), port };
            return Ok(Self { name, route, open_because: Some(open), way_out: false, notice: None });
        }
        let published = Route::Published { bind: "127.0.0.1", host: "127.0.0.1".into(), port };
        if port.is_some() || !may_be_direct(daemon) {
            let open_because = open_end(make_dead_end(daemon, &name, run_id, false).await?.is_some());
            return Ok(Self { name, route: published, open_because, way_out: false, notice: None });
        }
        let range = make_dead_end(daemon, &name, run_id, true).await?;
        if range.is_some_and(|range| is_here(range.gateway)) {
            return Ok(Self { name, route: Route::Direct, open_because: None, way_out: false, notice: None });
        }
        remove(daemon, &name).await?;
        let open_because = open_end(make_dead_end(daemon, &name, run_id, false).await?.is_some());
        let notice = "the containers' own addresses are out of reach from here: measuring through a published port, which is slower";
        Ok(Self { name, route: published, open_because, way_out: false, notice: Some(notice.into()) })
    }

    /// Creates the network of those servers of a run that store in the Drime cloud: like the run's own, and with a way out.
    ///
    /// # Errors
    ///
    /// The daemon refuses it.
    pub(super) async fn create_with_a_way_out(
        daemon: &Daemon,
        run_id: &str,
        like: &RunNetwork,
    ) -> Result<Self, DockerError> {
        let name = format!("{}-out", like.name);
        make(daemon, &name, run_id, Kind::Open, None).await?;
        Ok(Self { name, route: like.route.clone(), open_because: None, way_out: true, notice: None })
    }
}

/// The notice about a network whose default route s3ci could not change.
fn open_end(dead_end: bool) -> Option<String> {
    (!dead_end).then(|| "the containers' network keeps its default route on this daemon".to_owned())
}

fn may_be_direct(daemon: &Daemon) -> bool {
    cfg!(target_os = "linux") && daemon.address.starts_with("unix://") && !daemon.is_desktop()
}

/// Creates the network without a way out of it.
///
/// Even an internal network may give its containers a default route over the bridge, and over it they would reach every other
/// address of this machine. So the default gateway is set to an address where nobody is. That takes an address range, which the
/// daemon chooses for a first network that is then replaced; on a network that is not of the usual kind this is left out.
async fn make_dead_end(
    daemon: &Daemon,
    name: &str,
    run_id: &str,
    internal: bool,
) -> Result<Option<AddressRange>, DockerError> {
    for last_try in [false, false, true] {
        make(daemon, name, run_id, Kind::Closed { internal }, None).await?;
        let inspected = daemon.docker.inspect_network(name, None).await;
        let network = inspected.map_err(DockerError::during("look at the run's network"))?;
        let ranges = network.ipam.and_then(|ipam| ipam.config).unwrap_or_default();
        let Some(range) = ranges.iter().find_map(AddressRange::of) else { return Ok(None) };
        remove(daemon, name).await?;
        match make(daemon, name, run_id, Kind::Closed { internal }, Some(range)).await {
            Ok(()) => return Ok(Some(range)),
            // Somebody took the range in between.
            Err(error) if !last_try && refusal::message(&error).is_some_and(|said| said.contains("overlaps")) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// The addresses of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct AddressRange {
    gateway: Ipv4Addr,
    prefix: u32,
}

impl AddressRange {
    fn of(configuration: &IpamConfig) -> Option<Self> {
        let (address, prefix) = configuration.subnet.as_deref()?.split_once('/')?;
        let (first, prefix) = (address.parse::<Ipv4Addr>().ok()?, prefix.parse().ok()?);
        let gateway = configuration.gateway.as_deref().and_then(|gateway| gateway.split('/').next()?.parse().ok());
        let gateway = gateway.unwrap_or(Ipv4Addr::from_bits(first.to_bits() + 1));
        (8..=28).contains(&prefix).then_some(Self { gateway, prefix })
    }

    fn mask(self) -> u32 {
        u32::MAX << (32 - self.prefix)
    }

    fn subnet(self) -> String {
        format!("{}/{}", Ipv4Addr::from_bits(self.gateway.to_bits() & self.mask()), self.prefix)
    }

    /// The last address but the broadcast; the daemon hands out the first ones.
    fn nobody(self) -> Ipv4Addr {
        Ipv4Addr::from_bits((self.gateway.to_bits() | !self.mask()) - 1)
    }

    fn configuration(self) -> Ipam {
        let nobody = HashMap::from([("DefaultGatewayIPv4".to_owned(), self.nobody().to_string())]);
        let range = IpamConfig {
            subnet: Some(self.subnet()),
            gateway: Some(self.gateway.to_string()),
            auxiliary_addresses: Some(nobody),
            ..Default::default()
        };
        Ipam { config: Some(vec![range]), ..Default::default() }
    }
}

/// Where packets may go from a network.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Nowhere: nothing is masqueraded, and on an internal one nothing is forwarded.
    Closed { internal: bool },
    /// Into the world.
    Open,
}

async fn make(
    daemon: &Daemon,
    name: &str,
    run_id: &str,
    kind: Kind,
    range: Option<AddressRange>,
) -> Result<(), DockerError> {
    let masquerade = matches!(kind, Kind::Open).to_string();
    let internal = matches!(kind, Kind::Closed { internal: true });
    let options = HashMap::from([("com.docker.network.bridge.enable_ip_masquerade".to_owned(), masquerade)]);
    let request = NetworkCreateRequest {
        name: name.into(),
        driver: Some("bridge".into()),
        internal: Some(internal),
        ipam: range.map(AddressRange::configuration),
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

/// Whether the bridge is in this process's network namespace: only then can its address be bound here.
fn is_here(bridge: Ipv4Addr) -> bool {
    std::net::UdpSocket::bind((bridge, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(subnet: &str, gateway: Option<&str>) -> Option<AddressRange> {
        let configuration =
            IpamConfig { subnet: Some(subnet.into()), gateway: gateway.map(str::to_owned), ..Default::default() };
        AddressRange::of(&configuration)
    }

    #[test]
    fn the_dead_end_lies_within_the_range_and_is_not_the_bridge() {
        let range = range("172.31.0.0/16", Some("172.31.0.1")).unwrap();
        assert_eq!(range.subnet(), "172.31.0.0/16");
        assert_eq!(range.nobody(), Ipv4Addr::new(172, 31, 255, 254));
        assert_eq!(range.gateway, Ipv4Addr::new(172, 31, 0, 1));
    }

    #[test]
    fn a_range_without_a_gateway_has_its_bridge_first() {
        let range = range("192.168.16.0/20", None).unwrap();
        assert_eq!(range.gateway, Ipv4Addr::new(192, 168, 16, 1));
        assert_eq!(range.nobody(), Ipv4Addr::new(192, 168, 31, 254));
    }

    #[test]
    fn ranges_of_another_kind_are_left_alone() {
        assert_eq!(range("fd00::/64", None), None);
        assert_eq!(range("10.0.0.0/30", None), None);
    }

    #[test]
    fn an_address_of_another_machine_is_not_here() {
        assert!(is_here(Ipv4Addr::LOCALHOST));
        assert!(!is_here(Ipv4Addr::new(198, 51, 100, 1)));
    }
}
