//! The Docker runtime: an image a target, a network a run, a container a server.
//!
//! Owns everything that is asked of a daemon; no other module knows bollard. A container is cut off from everything but this
//! machine's side of the run's bridge, and ends when this process does (`launch`, `docker/supervise.sh`). Nothing is removed in
//! `Drop`: teardown is explicit, and what a killed process leaves is found by its labels.

mod base;
mod build;
mod connect;
mod container;
mod error;
mod image;
mod labels;
mod launch;
mod leftovers;
mod location;
mod neighbour;
mod network;
mod probe;
mod server;
mod survey;
mod usage;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use connect::Daemon;
pub use error::DockerError;
pub use leftovers::Leftovers;
pub(super) use neighbour::DockerNeighbour;
pub(super) use server::DockerServer;
pub(super) use survey::survey;

use super::{BucketMode, RuntimeSettings, ServerError, ServerSpec, Target};
use crate::event::{Event, Events};
use crate::model::{HarnessTiming, ImageIdentity, RuntimeIdentity, RuntimeKind, TargetIdentity};

const MEBIBYTE: u64 = 1024 * 1024;

/// Images, base and certificates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DockerSettings {
    /// The base image; where none is chosen, the pinned one or one that `ci/base-image` made.
    pub base_image: Option<String>,
    /// Certificates that an image build trusts, in PEM.
    pub ca_bundle: Option<PathBuf>,
}

/// A daemon, an image that can do what is known of it, and the run's network.
pub(super) struct DockerRuntime {
    daemon: Daemon,
    run_id: String,
    target: String,
    image: image::ServerImage,
    capabilities: probe::Capabilities,
    network: network::RunNetwork,
    ready_timeout: Duration,
    timings: Vec<HarnessTiming>,
    servers: AtomicUsize,
}

impl DockerRuntime {
    /// Connects, sweeps what dead runs left, builds the image if need be, asks it what it can do, creates the network.
    pub(super) async fn prepare(settings: &RuntimeSettings, events: &Events) -> Result<Self, ServerError> {
        let mut clock = Clock::start();
        let daemon = Daemon::connect().await?;
        sweep(&daemon, events).await?;
        clock.lap("docker-connect");
        let image = image::of_target(&daemon.docker, &settings.target, &settings.docker, events).await?;
        clock.lap("image");
        let names = (image.present.tag.as_str(), image.present.id.as_str());
        let capabilities = probe::capabilities(&daemon, names, &settings.run_id, &settings.cache_dir).await?;
        clock.lap("image-probe");
        let network = network::RunNetwork::create(&daemon, &settings.run_id, settings.port).await?;
        clock.lap("network");
        if let Some(text) = network.notice.clone() {
            events.emit(Event::Notice { text }).await;
        }
        Ok(Self {
            daemon,
            run_id: settings.run_id.clone(),
            target: settings.target.to_string(),
            image,
            capabilities,
            network,
            ready_timeout: settings.ready_timeout,
            timings: clock.laps,
            servers: AtomicUsize::new(0),
        })
    }

    /// How servers are run.
    pub(super) fn identity(&self) -> RuntimeIdentity {
        let detail = format!("Docker Engine {}, API {}", self.daemon.engine, self.daemon.api);
        RuntimeIdentity { kind: RuntimeKind::Docker, isolated: self.network.dead_end, detail }
    }

    /// What is tested.
    pub(super) fn target(&self) -> TargetIdentity {
        TargetIdentity {
            spec: self.target.clone(),
            version: self.capabilities.version.clone(),
            source_digest: self.image.source_digest.clone(),
            image: Some(self.image.identity()),
        }
    }

    /// What the preparation took.
    pub(super) fn timings(&self) -> Vec<HarnessTiming> {
        self.timings.clone()
    }

    /// Starts a server in a container of its own.
    pub(super) async fn start(&self, spec: &ServerSpec) -> Result<DockerServer, ServerError> {
        if spec.bucket_mode == BucketMode::Default && !self.capabilities.allow_bucket_creation {
            return Err(ServerError::Unsupported { what: "a default-bucket mode" });
        }
        let number = self.servers.fetch_add(1, Ordering::Relaxed);
        let image = &self.image.present.id;
        let info = &self.daemon.info;
        let body = container::of_server(image, &self.run_id, info, &self.network, spec, &self.capabilities);
        let order = server::Order {
            name: format!("s3ci-{}-{}-{number}", self.run_id, spec.label),
            body,
            network: self.network.name.clone(),
            route: self.network.route.clone(),
            neighbour: container::command(spec, &self.capabilities, container::Place::SECOND),
            data_limit_bytes: spec.data_limit_bytes,
            secrets: spec.credentials.iter().map(|credentials| credentials.secret_key.clone()).collect(),
            ready_timeout: self.ready_timeout,
        };
        DockerServer::start(&self.daemon, order).await
    }

    /// Removes what the run still has on the daemon, its network last.
    pub(super) async fn close(self) -> Result<(), ServerError> {
        Leftovers::of_run_on(&self.daemon.docker, &self.run_id).await?.remove().await
    }
}

/// Finds or builds the image of a target, and no more.
///
/// # Errors
///
/// No daemon can be used, or no image can be found, pulled or built.
pub async fn build_image(
    target: &Target,
    settings: &DockerSettings,
    events: &Events,
) -> Result<ImageIdentity, ServerError> {
    let daemon = Daemon::connect().await?;
    let image = image::of_target(&daemon.docker, target, settings, events).await?;
    Ok(image.identity())
}

/// Removes what dead runs left. That it cannot be removed says nothing about this run.
async fn sweep(daemon: &Daemon, events: &Events) -> Result<(), DockerError> {
    let leftovers = Leftovers::of_dead_runs_on(&daemon.docker).await?;
    if leftovers.is_empty() {
        return Ok(());
    }
    let summary = leftovers.summary();
    let text = match leftovers.remove().await {
        Ok(()) => format!("removed what an earlier run left: {summary}"),
        Err(error) => {
            format!("an earlier run left {summary}, and not all of it could be removed: {}", error.fault().message)
        }
    };
    events.emit(Event::Notice { text }).await;
    Ok(())
}

/// Times the steps of a preparation.
struct Clock {
    last: Instant,
    laps: Vec<HarnessTiming>,
}

impl Clock {
    fn start() -> Self {
        Self { last: Instant::now(), laps: Vec::new() }
    }

    fn lap(&mut self, name: &str) {
        let duration_ns = u64::try_from(self.last.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.laps.push(HarnessTiming { name: name.into(), duration_ns });
        self.last = Instant::now();
    }
}

/// Bytes as lowercase hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |text, byte| format!("{text}{byte:02x}"))
}
