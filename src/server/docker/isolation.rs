//! Whether a network keeps its containers in, found out from inside one of them before any suite runs.
//!
//! A daemon may take the options of a network and do nothing with them. So a container of ours, from the base image, tries the ways out
//! that a server could try. Deliberately absent: what becomes of a network that leads somewhere.

use std::net::{IpAddr, TcpListener, UdpSocket};
use std::time::Duration;

use bollard::container::LogOutput;
use futures_util::StreamExt;

use super::base::Present;
use super::connect::Daemon;
use super::container::{self, ContainerSetup};
use super::launch;
use super::network::RunNetwork;
use crate::server::error::DockerError;

const PROGRAM: &str = include_str!("../../../docker/isolation.py");

/// How long the tries may take: an interpreter's start on a busy machine, and addresses that nobody answers for.
const DEADLINE: Duration = Duration::from_mins(1);

/// More than the program prints.
const MOST_BYTES: usize = 64 << 10;

/// Tries; why the network is not isolated, where it is not.
///
/// # Errors
///
/// The container cannot be started.
pub(super) async fn try_ways_out(
    daemon: &Daemon,
    run_id: &str,
    base: Option<&Present>,
    network: &RunNetwork,
) -> Result<Option<String>, DockerError> {
    let Some(base) = base else {
        return Ok(Some("whether containers are isolated could not be tried without a base image".to_owned()));
    };
    // Listens until the tries are over, and never takes a connection.
    let listener = here();
    let address = listener.as_ref().and_then(|listener| listener.local_addr().ok());
    let name = format!("{}-isolation", network.name);
    let arguments = address.map(|address| [address.ip().to_string(), address.port().to_string()]);
    let setup = ContainerSetup { image: &base.id, run_id, info: &daemon.info, network };
    let body = |quick| container::of_tries(setup, PROGRAM, arguments.iter().flatten(), quick);
    let launched = match launch::launch(&daemon.docker, &name, body(true), "").await {
        Ok(launched) => launched,
        // Not every daemon lets a container shorten how long a neighbour is looked for.
        Err(error) => {
            tracing::debug!(%error, "no quick try");
            launch::launch(&daemon.docker, &name, body(false), "").await?
        }
    };
    let mut output = launched.output;
    let reading = async {
        let mut printed = Vec::new();
        while let Some(Ok(piece)) = output.next().await {
            if let LogOutput::StdOut { message } = piece {
                printed.extend_from_slice(&message);
            }
            if printed.len() > MOST_BYTES {
                break;
            }
        }
        printed
    };
    let printed = tokio::time::timeout(DEADLINE, reading).await.unwrap_or_default();
    launch::remove(&daemon.docker, &name).await?;
    drop((launched.lifeline, listener));
    Ok(match serde_json::from_slice::<Vec<String>>(&printed) {
        Ok(reached) if reached.is_empty() => None,
        Ok(reached) => Some(format!("a container gets out to {}", reached.join(", "))),
        Err(_) => Some("whether containers are isolated could not be tried".to_owned()),
    })
}

/// Something that listens at the address with which this machine would talk to the world; none where it has no way there.
fn here() -> Option<TcpListener> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // Sends nothing: an address of documentation, to learn which of ours would be used.
    socket.connect("203.0.113.1:9").ok()?;
    let IpAddr::V4(address) = socket.local_addr().ok()?.ip() else { return None };
    (!address.is_loopback()).then(|| TcpListener::bind((address, 0)).ok())?
}
