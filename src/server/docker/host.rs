//! A daemon, an image whose capabilities are known, and the run's network: everything that a server is started from.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::OnceCell;

use super::base::{self, Present};
use super::clients::{self, ClientsContainer};
use super::connect::Daemon;
use super::container::{self, ContainerSetup, Holder};
use super::image::ServerImage;
use super::leftovers::Leftovers;
use super::network::{Arm, RunNetwork};
use super::prepare::{self, Clock};
use super::server::{DockerServer, Order};
use super::stand_in::{self, StandInContainer};
use super::volume;
use crate::event::Events;
use crate::record::{HarnessTiming, RuntimeIdentity, RuntimeKind, TargetIdentity};
use crate::server::backing::Backing;
use crate::server::clients::{StartedAgent, ToolboxSpec};
use crate::server::description::{Capabilities, PYS3LOCAL, Place};
use crate::server::drime::{Cloud, DrimeAccess, StandInSettings};
use crate::server::error::{DockerError, ServerError};
use crate::server::host::{Host, Server, Volume};
use crate::server::settings::{DockerSettings, RuntimeSettings};
use crate::server::spec::ServerSpec;

/// What servers of one target are started from.
pub(in crate::server) struct DockerHost {
    daemon: Daemon,
    run_id: String,
    target: String,
    image: ServerImage,
    capabilities: Capabilities,
    /// The image in which programs of ours run, where there is one.
    base: Option<Present>,
    network: RunNetwork,
    network_with_a_way_out: Arc<OnceCell<RunNetwork>>,
    cloud: Option<Arc<Cloud>>,
    stand_in: StandInSettings,
    settings: DockerSettings,
    ready_timeout: Duration,
    timings: Vec<HarnessTiming>,
    servers: AtomicUsize,
}

impl DockerHost {
    /// Connects, sweeps what dead runs left, and makes ready what the servers of an arm need.
    pub(in crate::server) async fn prepare(settings: &RuntimeSettings, events: &Events) -> Result<Self, ServerError> {
        let mut clock = Clock::start();
        let daemon = Daemon::connect().await?;
        prepare::sweep(&daemon, events).await?;
        clock.lap("docker-connect");
        let account = settings.drime.account.clone();
        let cloud = account.map(|account| Arc::new(Cloud::new(account, &settings.run_id, settings.watchdog.clone())));
        Box::pin(Self::of_arm(daemon, Arm::Candidate, settings, cloud, clock, events)).await
    }

    /// Builds the image if need be, asks it what it can do, creates the network, and tries whether it keeps containers in.
    async fn of_arm(
        daemon: Daemon,
        arm: Arm,
        settings: &RuntimeSettings,
        cloud: Option<Arc<Cloud>>,
        mut clock: Clock,
        events: &Events,
    ) -> Result<Self, ServerError> {
        let (image, capabilities) = prepare::image(&daemon, settings, &mut clock, events).await?;
        let base = prepare::base(&daemon, settings, events).await;
        let network = prepare::network(&daemon, arm, settings, base.as_ref(), events).await?;
        clock.lap("network");
        Ok(Self {
            daemon,
            run_id: settings.run_id.clone(),
            target: settings.target.to_string(),
            image,
            capabilities,
            base,
            network,
            network_with_a_way_out: Arc::default(),
            cloud,
            stand_in: settings.drime.stand_in.clone(),
            settings: settings.docker.clone(),
            ready_timeout: settings.ready_timeout,
            timings: clock.laps(),
            servers: AtomicUsize::new(0),
        })
    }

    fn setup<'a>(&'a self, network: &'a RunNetwork) -> ContainerSetup<'a> {
        ContainerSetup { image: &self.image.present.id, run_id: &self.run_id, info: &self.daemon.info, network }
    }

    /// The network that a server is to be on: only one that stores in the cloud gets a way out.
    async fn network_of(&self, spec: &ServerSpec) -> Result<&RunNetwork, ServerError> {
        if self.cloud.is_none() || !spec.backend.is_drime() {
            return Ok(&self.network);
        }
        let create = || RunNetwork::create_with_a_way_out(&self.daemon, &self.run_id, &self.network);
        Ok(self.network_with_a_way_out.get_or_try_init(create).await?)
    }

    /// The command line of a server.
    fn command(&self, spec: &ServerSpec, place: &Place) -> Result<Vec<String>, ServerError> {
        let arguments = PYS3LOCAL.arguments(spec, &self.capabilities, place);
        let arguments = arguments.map_err(|what| ServerError::Unsupported { what })?;
        Ok([PYS3LOCAL.start.program.to_owned()].into_iter().chain(arguments).collect())
    }

    fn order(
        &self,
        spec: &ServerSpec,
        name: String,
        network: &RunNetwork,
        (volume, data): (Option<&Volume>, Option<Volume>),
        access: Option<&DrimeAccess>,
    ) -> Result<Order, ServerError> {
        let mut command = self.command(spec, &container::first_place(spec, volume.is_some()))?;
        command.extend(access.map(DrimeAccess::arguments).unwrap_or_default());
        let environment = access.map(|access| access.environment(stand_in::CERTIFICATES.as_ref())).unwrap_or_default();
        let certificates = access.map(|access| access.account.way_out.certificates()).transpose()?.unwrap_or_default();
        let secret_key = spec.credentials.as_ref().map(|credentials| credentials.secret_key.clone());
        let of_data = data.as_ref().map(|data| Holder::OfTheData(&data.name));
        let holder = volume.map(|volume| Holder::OfAVolume(&volume.name)).or(of_data);
        Ok(Order {
            name,
            body: container::of_server(self.setup(network), spec, command, holder),
            network: network.name.clone(),
            route: network.route.clone(),
            handed: stand_in::handed(&environment, &certificates),
            second: self.command(spec, &container::second_place())?,
            data_limit_bytes: spec.data_limit_bytes,
            secrets: secret_key.into_iter().chain(access.into_iter().flat_map(DrimeAccess::secrets)).collect(),
            ready_timeout: self.ready_timeout,
            holder: data,
        })
    }

    /// A container from the base image that holds the data of a server around which canaries are planted, and from which one looks.
    async fn holder_of_data(&self, spec: &ServerSpec, name: &str) -> Result<Option<Volume>, ServerError> {
        if !spec.canaries {
            return Ok(None);
        }
        let Some(base) = &self.base else {
            let reason = "programs of ours that look at a server's data run in it".to_owned();
            return Err(DockerError::NoBase { image: base::PINNED.to_owned(), reason }.into());
        };
        let setup = ContainerSetup { image: &base.id, ..self.setup(&self.network) };
        Ok(Some(volume::create(&self.daemon, setup, spec, format!("{name}-data")).await?))
    }

    /// Starts a server once it is known what stands behind it.
    async fn start_with(
        &self,
        spec: &ServerSpec,
        name: String,
        network: &RunNetwork,
        volume: Option<&Volume>,
        access: Option<&DrimeAccess>,
    ) -> Result<DockerServer, ServerError> {
        let data = self.holder_of_data(spec, &name).await?;
        DockerServer::start(&self.daemon, self.order(spec, name, network, (volume, data), access)?).await
    }
}

#[async_trait]
impl Host for DockerHost {
    fn identity(&self) -> RuntimeIdentity {
        let detail = format!("Docker Engine {}, API {}", self.daemon.engine, self.daemon.api);
        RuntimeIdentity { kind: RuntimeKind::Docker, isolated: self.network.open_because.is_none(), detail }
    }

    fn target(&self) -> TargetIdentity {
        TargetIdentity {
            spec: self.target.clone(),
            version: self.capabilities.version.clone(),
            commit: self.image.commit.clone(),
            source_digest: self.image.source_digest.clone(),
            image: Some(self.image.identity()),
        }
    }

    fn timings(&self) -> Vec<HarnessTiming> {
        self.timings.clone()
    }

    /// On the same daemon, in the same account, on networks of its own: what it leaves is removed with the first one's.
    async fn beside(&self, settings: &RuntimeSettings, events: &Events) -> Result<Box<dyn Host>, ServerError> {
        let (daemon, cloud) = (self.daemon.clone(), self.cloud.clone());
        Ok(Box::new(Box::pin(Self::of_arm(daemon, Arm::Base, settings, cloud, Clock::start(), events)).await?))
    }

    async fn start(&self, spec: &ServerSpec, volume: Option<&Volume>) -> Result<Box<dyn Server>, ServerError> {
        // Said before anything is started for a server that cannot be.
        self.command(spec, &container::second_place())?;
        let number = self.servers.fetch_add(1, Ordering::Relaxed);
        let name = format!("s3ci-{}-{}-{number}", self.run_id, spec.label);
        let network = self.network_of(spec).await?;
        let backing = Backing::of(spec.backend, self.cloud.as_deref(), &self.stand_in, async |stand_in| {
            let container = StandInContainer { daemon: self.daemon.clone(), name: format!("{name}-drime") };
            container.start(self.setup(network), spec, stand_in, self.ready_timeout).await
        });
        let backing = backing.await?;
        let access = backing.as_ref().map(|backing| &backing.access);
        match Box::pin(self.start_with(spec, name.clone(), network, volume, access)).await {
            Ok(server) => Ok(Box::new(server.on(backing))),
            Err(error) => Err(Backing::end_after(backing, error).await),
        }
    }

    async fn volume(&self, spec: &ServerSpec) -> Result<Option<Volume>, ServerError> {
        let name = format!("s3ci-{}-{}-volume", self.run_id, spec.label);
        let setup = self.setup(&self.network);
        let image = self.base.as_ref().map_or(setup.image, |base| base.id.as_str());
        Ok(Some(volume::create(&self.daemon, ContainerSetup { image, ..setup }, spec, name).await?))
    }

    async fn clients(
        &self,
        server: &dyn Server,
        spec: &ToolboxSpec,
        events: &Events,
    ) -> Result<Option<StartedAgent>, ServerError> {
        let image = clients::image(&self.daemon, &self.run_id, &self.settings, events).await?;
        let nowhere = || DockerError::NoAddress { name: server.container().unwrap_or_default().to_owned() };
        let endpoint = server.endpoint_for_clients().ok_or_else(nowhere)?;
        let network = Some(&self.network);
        Ok(Some(ClientsContainer::start(&self.daemon, &self.run_id, &image, network, endpoint, spec).await?))
    }

    /// Removes networks last.
    async fn close(self: Box<Self>) -> Result<(), ServerError> {
        let removed = Leftovers::of_run_on(&self.daemon.docker, &self.run_id).await?.remove().await;
        if let Some(cloud) = &self.cloud {
            cloud.close().await?;
        }
        removed
    }
}
