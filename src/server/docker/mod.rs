//! The Docker runtime: an image a target, a network a run, a container a server.
//!
//! Owns everything that is asked of a daemon; no other module knows bollard. A container is cut off from everything but this
//! machine's side of the run's bridge, and ends when this process does (`launch`, `docker/supervise.sh`). Nothing is removed in
//! `Drop`: teardown is explicit, and what a killed process leaves is found by its labels.

mod ambush;
mod base;
mod build;
mod connect;
mod container;
mod drime;
mod error;
mod execute;
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
mod toolbox;
mod usage;
mod volume;
mod yard;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub(super) use ambush::DockerAmbush;
use connect::Daemon;
use drime::Backing;
pub use error::DockerError;
pub use leftovers::Leftovers;
pub(super) use neighbour::DockerNeighbour;
pub(super) use server::DockerServer;
pub(super) use survey::{Survey, survey};
use tokio::sync::OnceCell;
pub(super) use toolbox::{ToolboxContainer, for_endpoint as toolbox_for_endpoint};
pub(super) use volume::DockerVolume;
pub use yard::{Inventory, Yard};

use super::drime::{Cloud, StandIn, StandInSettings, Tenancy};
use super::toolbox::{Started, ToolboxSpec};
use super::{Backend, BucketMode, RuntimeSettings, ServerError, ServerSpec, Target};
use crate::base::nanoseconds;
use crate::event::{Event, Events};
use crate::record::{HarnessTiming, ImageIdentity, RuntimeIdentity, RuntimeKind, TargetIdentity};

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
    network_with_a_way_out: Arc<OnceCell<network::RunNetwork>>,
    cloud: Option<Arc<Cloud>>,
    stand_in: StandInSettings,
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
        let (image, capabilities) = image(&daemon, settings, &mut clock, events).await?;
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
            network_with_a_way_out: Arc::default(),
            cloud: Cloud::of(settings).map(Arc::new),
            stand_in: settings.drime.stand_in.clone(),
            ready_timeout: settings.ready_timeout,
            timings: clock.laps,
            servers: AtomicUsize::new(0),
        })
    }

    /// Another target on the same daemon and the same networks, in the same account: what it leaves is removed with the first one's.
    pub(super) async fn beside(&self, settings: &RuntimeSettings, events: &Events) -> Result<Self, ServerError> {
        let mut clock = Clock::start();
        let (image, capabilities) = image(&self.daemon, settings, &mut clock, events).await?;
        Ok(Self {
            daemon: self.daemon.clone(),
            run_id: self.run_id.clone(),
            target: settings.target.to_string(),
            image,
            capabilities,
            network: self.network.clone(),
            network_with_a_way_out: Arc::clone(&self.network_with_a_way_out),
            cloud: self.cloud.clone(),
            stand_in: self.stand_in.clone(),
            ready_timeout: self.ready_timeout,
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
            commit: self.image.commit.clone(),
            source_digest: self.image.source_digest.clone(),
            image: Some(self.image.identity()),
        }
    }

    /// What the preparation took.
    pub(super) fn timings(&self) -> Vec<HarnessTiming> {
        self.timings.clone()
    }

    /// Makes a volume for servers that follow one another.
    pub(super) async fn volume(&self, spec: &ServerSpec) -> Result<DockerVolume, ServerError> {
        let name = format!("s3ci-{}-{}-volume", self.run_id, spec.label);
        Ok(DockerVolume::create(&self.daemon, self.ground(&self.network), spec, name).await?)
    }

    fn ground<'a>(&'a self, network: &'a network::RunNetwork) -> container::Ground<'a> {
        container::Ground { image: &self.image.present.id, run_id: &self.run_id, info: &self.daemon.info, network }
    }

    /// Starts a server in a container of its own, on a volume where there is one.
    pub(super) async fn start(
        &self,
        spec: &ServerSpec,
        volume: Option<&DockerVolume>,
    ) -> Result<DockerServer, ServerError> {
        if spec.bucket_mode == BucketMode::Default && !self.capabilities.allow_bucket_creation {
            return Err(ServerError::Unsupported { what: "a default-bucket mode" });
        }
        let number = self.servers.fetch_add(1, Ordering::Relaxed);
        let name = format!("s3ci-{}-{}-{number}", self.run_id, spec.label);
        let network = self.network_of(spec).await?;
        let ground = self.ground(network);
        let backing = self.backing(spec, ground, format!("{name}-drime")).await?;
        let tenancy = backing.as_ref().map(|backing| &backing.tenancy);
        let arguments = tenancy.map(Tenancy::arguments).unwrap_or_default();
        let environment = tenancy.map(|tenancy| tenancy.environment(drime::CERTIFICATES.as_ref())).unwrap_or_default();
        let certificates =
            tenancy.map(|tenancy| tenancy.account.way_out.certificates()).transpose()?.unwrap_or_default();
        let secret_key = spec.credentials.as_ref().map(|credentials| credentials.secret_key.clone());
        let order = server::Order {
            name,
            body: container::of_server(ground, spec, &self.capabilities, arguments, volume.map(DockerVolume::holder)),
            network: network.name.clone(),
            route: network.route.clone(),
            handed: drime::handed(&environment, &certificates),
            neighbour: container::command(spec, &self.capabilities, container::Place::SECOND),
            data_limit_bytes: spec.data_limit_bytes,
            secrets: secret_key.into_iter().chain(tenancy.into_iter().flat_map(Tenancy::secrets)).collect(),
            ready_timeout: self.ready_timeout,
            yard: spec.yard,
        };
        match DockerServer::start(&self.daemon, order).await {
            Ok(server) => Ok(server.on(backing)),
            Err(error) => {
                let Some(backing) = backing else { return Err(error) };
                // A server whose service is out of order can say less of it than the service itself.
                let trouble = backing.service.trouble().await;
                backing.end(&self.daemon).await?;
                Err(trouble.map_or(error, ServerError::from))
            }
        }
    }

    /// The network that a server is to be on: only one that stores in the cloud gets a way out.
    async fn network_of(&self, spec: &ServerSpec) -> Result<&network::RunNetwork, ServerError> {
        if self.cloud.is_none() || !spec.backend.is_drime() {
            return Ok(&self.network);
        }
        let create = || network::RunNetwork::create_with_a_way_out(&self.daemon, &self.run_id, &self.network);
        Ok(self.network_with_a_way_out.get_or_try_init(create).await?)
    }

    /// What the server is to store in, where that is no disk.
    async fn backing(
        &self,
        spec: &ServerSpec,
        ground: container::Ground<'_>,
        name: String,
    ) -> Result<Option<Backing>, ServerError> {
        let Backend::Drime(duplicates) = spec.backend else { return Ok(None) };
        if !self.capabilities.drime {
            return Err(ServerError::Unsupported { what: "a drime backend" });
        }
        let Some(cloud) = &self.cloud else {
            let stand_in = StandIn::new(&self.stand_in, duplicates);
            let order = drime::Order { name, ground, spec, stand_in, ready_timeout: self.ready_timeout };
            return Backing::emulated(&self.daemon, order).await.map(Some);
        };
        if let Some(what) = Cloud::lacks(duplicates) {
            return Err(ServerError::Unsupported { what });
        }
        Ok(Some(Backing::in_the_cloud(cloud).await?))
    }

    /// Starts clients on the run's network, in a container of their own.
    pub(super) async fn toolbox(
        &self,
        server: &DockerServer,
        settings: &DockerSettings,
        spec: &ToolboxSpec,
        events: &Events,
    ) -> Result<Started, ServerError> {
        let image = toolbox::image(&self.daemon.docker, settings, events).await?;
        let facing = toolbox::Facing::Server(server, &self.network);
        Ok(ToolboxContainer::start(&self.daemon, &self.run_id, &image, facing, spec).await?)
    }

    /// Removes what the run still has, on the daemon and in the cloud; networks last.
    pub(super) async fn close(self) -> Result<(), ServerError> {
        let removed = Leftovers::of_run_on(&self.daemon.docker, &self.run_id).await?.remove().await;
        if let Some(cloud) = &self.cloud {
            cloud.close().await?;
        }
        removed
    }
}

/// The image of the target, and what its server can do.
async fn image(
    daemon: &Daemon,
    settings: &RuntimeSettings,
    clock: &mut Clock,
    events: &Events,
) -> Result<(image::ServerImage, probe::Capabilities), ServerError> {
    let image = image::of_target(&daemon.docker, &settings.target, &settings.docker, events).await?;
    clock.lap("image");
    let names = (image.present.tag.as_str(), image.present.id.as_str());
    let capabilities = probe::capabilities(daemon, names, &settings.run_id, &settings.cache_dir).await?;
    clock.lap("image-probe");
    Ok((image, capabilities))
}

/// Finds or builds the image of a target and that of the clients, and no more.
///
/// # Errors
///
/// No daemon can be used, or an image cannot be found, pulled or built.
pub async fn build_images(
    target: &Target,
    settings: &DockerSettings,
    events: &Events,
) -> Result<[ImageIdentity; 2], ServerError> {
    let daemon = Daemon::connect().await?;
    let server = image::of_target(&daemon.docker, target, settings, events).await?;
    let clients = toolbox::image(&daemon.docker, settings, events).await?;
    let clients = ImageIdentity { tag: clients.tag, id: clients.id, base: None, constraints_digest: None };
    Ok([server.identity(), clients])
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
        let duration_ns = nanoseconds(self.last.elapsed());
        self.laps.push(HarnessTiming { name: name.into(), duration_ns });
        self.last = Instant::now();
    }
}
