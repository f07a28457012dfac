//! A prepared virtual environment, from which servers of one target are started.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;

use super::confinement::{self, Directories};
use super::environment::{Environment, Environments};
use super::pip::Package;
use super::port;
use super::python::Python;
use super::server::{Launch, PORT_TRIES, ProcessServer};
use super::stand_in;
use crate::base::nanoseconds;
use crate::event::Events;
use crate::record::{HarnessTiming, RuntimeIdentity, RuntimeKind, TargetIdentity};
use crate::server::backing::Backing;
use crate::server::clients::{StartedAgent, ToolboxSpec};
use crate::server::description::{PYS3LOCAL, Place};
use crate::server::drime::{Cloud, DrimeAccess, StandInSettings};
use crate::server::error::{ProcessError, ServerError};
use crate::server::host::{Host, Server, Volume};
use crate::server::log::ServerLog;
use crate::server::settings::RuntimeSettings;
use crate::server::spec::ServerSpec;
use crate::server::target::{Sources, Target};
use crate::server::watchdog_pipe::WatchdogPipe;

/// What servers of one target are started from.
#[derive(Debug)]
pub(in crate::server) struct ProcessHost {
    environment: Environment,
    target: TargetIdentity,
    python: Python,
    port: Option<u16>,
    ready_timeout: Duration,
    work_dir: PathBuf,
    preparation: Duration,
    started: AtomicU64,
    watchdog: Option<WatchdogPipe>,
    cloud: Option<Cloud>,
    stand_in: StandInSettings,
}

impl ProcessHost {
    /// Installs the target, unless an earlier run did.
    ///
    /// # Errors
    /// A port that is in use, a target that cannot be installed or does not exist, and every step in between.
    pub(in crate::server) async fn prepare(settings: &RuntimeSettings, events: &Events) -> Result<Self, ServerError> {
        let began = Instant::now();
        if let Some(port) = settings.port {
            port::check_free(port)?;
        }
        let target = &settings.target;
        if matches!(target, Target::Image(_) | Target::Endpoint(_)) {
            return Err(ProcessError::NotInstallable { spec: target.to_string() }.into());
        }
        let sources = target.sources().await?;
        let source_digest = sources.as_ref().map(|sources| sources.digest.clone());
        let commit = sources.as_ref().and_then(|sources| sources.commit.clone());
        let python = Python::find().await?;
        let absolute = |path| std::path::absolute(path).map_err(ProcessError::file("find", path));
        let work_dir = absolute(&settings.work_dir)?;
        std::fs::create_dir_all(&work_dir).map_err(ProcessError::file("create", &work_dir))?;
        let directory = absolute(&settings.cache_dir)?.join("venvs");
        let ca_bundle = settings.docker.ca_bundle.as_deref();
        let environments =
            Environments { python: &python, directory: &directory, ca_bundle, scratch: &work_dir, events };
        let package = package(target, sources, &environments).await?;
        let environment = environments.environment(&package).await?;
        let version = environment.capabilities.version.clone();
        let account = settings.drime.account.clone();
        Ok(Self {
            environment,
            target: TargetIdentity { spec: target.to_string(), version, commit, source_digest, image: None },
            python,
            port: settings.port,
            ready_timeout: settings.ready_timeout,
            work_dir,
            preparation: began.elapsed(),
            started: AtomicU64::new(0),
            watchdog: settings.watchdog.clone(),
            cloud: account.map(|account| Cloud::new(account, &settings.run_id, settings.watchdog.clone())),
            stand_in: settings.drime.stand_in.clone(),
        })
    }

    /// Starts on the port that was asked for, or on one that stays free for long enough.
    async fn launch(&self, mut launch: Launch, log: &ServerLog, began: Instant) -> Result<ProcessServer, ServerError> {
        for _ in 0..PORT_TRIES {
            let port = self.port.map_or_else(port::ephemeral, |port| port::check_free(port).map(|()| port))?;
            match ProcessServer::start(launch, port, log.clone(), began).await {
                Ok(server) => return Ok(server),
                Err((again, ServerError::PortInUse { .. })) if self.port.is_none() => launch = *again,
                Err((_, error)) => return Err(error),
            }
        }
        Err(ProcessError::PortsContested { tries: PORT_TRIES }.into())
    }

    fn new_directories(&self, label: &str) -> Result<Directories, ProcessError> {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let label = label.replace(|each: char| !each.is_ascii_alphanumeric() && each != '-', "-");
        let name = format!("server-{number}-{label}");
        let created = Directories::create(&self.work_dir, &name);
        created.map_err(ProcessError::file("create", &self.work_dir.join(name)))
    }

    /// Starts a server, and the service that it stores in, in their own directories.
    async fn start_in(
        &self,
        spec: &ServerSpec,
        directories: &Directories,
        began: Instant,
    ) -> Result<ProcessServer, ServerError> {
        let unsupported = |what| ServerError::Unsupported { what };
        // The place is filled in anew for each port that is tried.
        let nowhere = Place { host: "127.0.0.1", port: 0, data: String::new() };
        PYS3LOCAL.arguments(spec, &self.environment.capabilities, &nowhere).map_err(unsupported)?;
        let backing = Backing::of(spec.backend, self.cloud.as_ref(), &self.stand_in, async |stand_in| {
            let (python, watchdog) = (&self.environment.python, self.watchdog.clone());
            stand_in::start(python, directories, stand_in, self.ready_timeout, watchdog).await
        });
        let backing = backing.await?;
        let access = backing.as_ref().map(|backing| &backing.access);
        let launch = Launch {
            python: self.environment.python.clone(),
            spec: spec.clone(),
            capabilities: self.environment.capabilities.clone(),
            more: access.map(DrimeAccess::arguments).unwrap_or_default(),
            environment: access.map(environment).unwrap_or_default(),
            directories: directories.clone(),
            ready_timeout: self.ready_timeout,
            watchdog: self.watchdog.clone(),
        };
        match self.launch(launch, &log(spec, access), began).await {
            Ok(server) => Ok(server.on(backing)),
            Err(error) => Err(Backing::end_after(backing, error).await),
        }
    }
}

#[async_trait]
impl Host for ProcessHost {
    fn identity(&self) -> RuntimeIdentity {
        let detail = format!("Python {}, virtual environment", self.python.version);
        RuntimeIdentity { kind: RuntimeKind::Process, isolated: false, detail }
    }

    fn target(&self) -> TargetIdentity {
        self.target.clone()
    }

    fn timings(&self) -> Vec<HarnessTiming> {
        let duration_ns = nanoseconds(self.preparation);
        vec![HarnessTiming { name: "environment".to_owned(), duration_ns }]
    }

    async fn beside(&self, settings: &RuntimeSettings, events: &Events) -> Result<Box<dyn Host>, ServerError> {
        Ok(Box::new(Self::prepare(settings, events).await?))
    }

    /// With the data and the home of a volume where there is one, which stay.
    async fn start(&self, spec: &ServerSpec, volume: Option<&Volume>) -> Result<Box<dyn Server>, ServerError> {
        let began = Instant::now();
        let directories = match volume {
            Some(volume) => Directories::of_volume(&self.work_dir, &volume.name),
            None => self.new_directories(&spec.label)?,
        };
        match self.start_in(spec, &directories, began).await {
            Ok(server) => Ok(Box::new(server)),
            Err(error) => {
                directories.remove().await;
                Err(error)
            }
        }
    }

    async fn volume(&self, spec: &ServerSpec) -> Result<Option<Volume>, ServerError> {
        let name = format!("volume-{}", spec.label);
        let created = confinement::create_volume(&self.work_dir, name.clone());
        Ok(Some(created.map_err(ProcessError::file("create", &self.work_dir.join(name)))?))
    }

    /// None: the clients of this machine do for any server that is not in a container.
    async fn clients(&self, _: &dyn Server, _: &ToolboxSpec, _: &Events) -> Result<Option<StartedAgent>, ServerError> {
        Ok(None)
    }

    /// Removes what the run still has in the Drime cloud.
    async fn close(self: Box<Self>) -> Result<(), ServerError> {
        match &self.cloud {
            Some(cloud) => Ok(cloud.close().await?),
            None => Ok(()),
        }
    }
}

async fn package(
    target: &Target,
    sources: Option<Sources>,
    environments: &Environments<'_>,
) -> Result<Package, ProcessError> {
    match (target, sources) {
        (_, Some(sources)) => Ok(Package::Sources(sources)),
        (Target::Pypi(version), None) => Ok(Package::Release(version.clone())),
        (Target::PypiLatest, None) => environments.newest().await.map(Package::Release),
        (_, None) => Err(ProcessError::NotInstallable { spec: target.to_string() }),
    }
}

/// What a server on this machine finds of the service; certificates where they are.
fn environment(access: &DrimeAccess) -> Vec<(&'static str, String)> {
    access.environment(access.account.way_out.ca_bundle.as_deref().unwrap_or_else(|| "".as_ref()))
}

fn log(spec: &ServerSpec, access: Option<&DrimeAccess>) -> ServerLog {
    let secrets = spec.credentials.iter().flat_map(|keys| [keys.access_key.clone(), keys.secret_key.clone()]);
    ServerLog::new(secrets.chain(access.into_iter().flat_map(DrimeAccess::secrets)).collect())
}
