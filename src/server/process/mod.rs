//! The process runtime: pys3local from a virtual environment, on this machine, for where there is no Docker.
//!
//! Owns the environments that are kept between runs and the processes started from them. Deliberately absent:
//! isolation. The server has an environment, a home and a data directory of its own, and for the rest can do what its
//! user can; whoever offers this runtime says so. A server that s3ci's own sudden death leaves behind is the business
//! of a watchdog that is told the process group.

mod confinement;
mod drime;
mod environment;
mod error;
mod life;
mod output;
mod pip;
mod port;
mod python;
mod server;
mod toolbox;
mod usage;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

pub use error::ProcessError;
pub use server::ProcessServer;
pub(super) use toolbox::{ToolboxProcess, start as start_toolbox};

use super::drime::{Cloud, StandIn, StandInSettings, Tenancy};
use super::log::ServerLog;
use super::reaper::Watch;
use super::target::{Sources, Target};
use super::{Backend, BucketMode, RuntimeSettings, ServerSpec};
use crate::base::nanoseconds;
use crate::event::Events;
use crate::record::{HarnessTiming, RuntimeIdentity, RuntimeKind, TargetIdentity};
use confinement::Directories;
pub use confinement::ProcessVolume;
use drime::Backing;
use environment::{Environment, Workshop};
use pip::Package;
use python::Python;
use server::{Launch, SHOWN_LINES, STOP_GRACE};

/// How many ephemeral ports are tried when others keep taking them.
const PORT_TRIES: u32 = 5;

/// The interpreter that environments would be made with, with its version.
///
/// # Errors
///
/// There is none, or it cannot make virtual environments.
pub(super) async fn interpreter() -> Result<String, ProcessError> {
    let python = Python::find().await?;
    Ok(format!("{} {}", python.executable.display(), python.version))
}

/// A prepared virtual environment from which servers are started.
#[derive(Debug)]
pub struct ProcessRuntime {
    environment: Environment,
    target: TargetIdentity,
    python: Python,
    port: Option<u16>,
    ready_timeout: Duration,
    work_dir: PathBuf,
    preparation: Duration,
    started: AtomicU64,
    watch: Option<Watch>,
    cloud: Option<Cloud>,
    stand_in: StandInSettings,
}

impl ProcessRuntime {
    /// Installs the target, unless an earlier run did.
    ///
    /// # Errors
    ///
    /// A port that is in use, a target that cannot be installed or does not exist, and every step in between.
    pub async fn prepare(settings: &RuntimeSettings, events: &Events) -> Result<Self, ProcessError> {
        let began = Instant::now();
        if let Some(port) = settings.port {
            port::check_free(port)?;
        }
        let target = &settings.target;
        if matches!(target, Target::Image(_) | Target::Endpoint(_)) {
            return Err(ProcessError::NotInstallable { spec: target.to_string() });
        }
        let sources = target.sources().await?;
        let source_digest = sources.as_ref().map(|sources| sources.digest.clone());
        let commit = sources.as_ref().and_then(|sources| sources.commit.clone());
        let python = Python::find().await?;
        let absolute = |path| std::path::absolute(path).map_err(ProcessError::file("find", path));
        let work_dir = absolute(&settings.work_dir)?;
        std::fs::create_dir_all(&work_dir).map_err(ProcessError::file("create", &work_dir))?;
        let shelf = absolute(&settings.cache_dir)?.join("venvs");
        let ca_bundle = settings.docker.ca_bundle.as_deref();
        let workshop = Workshop { python: &python, shelf: &shelf, ca_bundle, scratch: &work_dir, events };
        let package = package(target, sources, &workshop).await?;
        let environment = workshop.environment(&package).await?;
        let version = Some(environment.facts.version.clone());
        Ok(Self {
            environment,
            target: TargetIdentity { spec: target.to_string(), version, commit, source_digest, image: None },
            python,
            port: settings.port,
            ready_timeout: settings.ready_timeout,
            work_dir,
            preparation: began.elapsed(),
            started: AtomicU64::new(0),
            watch: settings.watch.clone(),
            cloud: Cloud::of(settings),
            stand_in: settings.drime.stand_in.clone(),
        })
    }

    /// Starts a server with data and a home of its own, and waits for its first S3 answer.
    ///
    /// # Errors
    ///
    /// [`ProcessError::Unsupported`] where the release lacks what is asked for, [`ProcessError::PortTaken`], and
    /// [`ProcessError::NotReady`] with the server's last log lines.
    pub async fn start(&self, spec: &ServerSpec) -> Result<ProcessServer, ProcessError> {
        self.start_on(spec, None).await
    }

    /// As [`ProcessRuntime::start`], with the data and the home of a volume where there is one, which stay.
    ///
    /// # Errors
    ///
    /// As [`ProcessRuntime::start`].
    pub async fn start_on(
        &self,
        spec: &ServerSpec,
        volume: Option<&ProcessVolume>,
    ) -> Result<ProcessServer, ProcessError> {
        let began = Instant::now();
        let mut arguments = self.arguments(spec)?;
        let directories = match volume {
            Some(volume) => volume.directories(),
            None => self.directories(&spec.label)?,
        };
        let backing = match self.backing(spec, &directories).await {
            Ok(backing) => backing,
            Err(error) => {
                directories.remove().await;
                return Err(error);
            }
        };
        let tenancy = backing.as_ref().map(|backing| &backing.tenancy);
        arguments.extend(tenancy.map(Tenancy::arguments).unwrap_or_default());
        let launch = Launch {
            python: self.environment.python.clone(),
            arguments,
            environment: tenancy.map(environment).unwrap_or_default(),
            directories: directories.clone(),
            ready_timeout: self.ready_timeout,
            watch: self.watch.clone(),
        };
        match self.launch(launch, &log(spec, tenancy), began).await {
            Ok(server) => Ok(server.on(backing)),
            Err(error) => {
                let trouble = match &backing {
                    // A server whose service is out of order can say less of it than the service itself.
                    Some(backing) => backing.service.trouble().await,
                    None => None,
                };
                if let Some(backing) = backing {
                    backing.end().await?;
                }
                directories.remove().await;
                Err(trouble.map_or(error, ProcessError::from))
            }
        }
    }

    /// Starts on the port that was asked for, or on one that stays free for long enough.
    async fn launch(&self, mut launch: Launch, log: &ServerLog, began: Instant) -> Result<ProcessServer, ProcessError> {
        for _ in 0..PORT_TRIES {
            let port = self.port.map_or_else(port::ephemeral, |port| port::check_free(port).map(|()| port))?;
            match ProcessServer::start(launch, port, log.clone(), began).await {
                Ok(server) => return Ok(server),
                Err((again, ProcessError::PortTaken { .. })) if self.port.is_none() => launch = again,
                Err((_, error)) => return Err(error),
            }
        }
        Err(ProcessError::PortsContested { tries: PORT_TRIES })
    }

    /// What the server is to store in, where that is no disk.
    async fn backing(&self, spec: &ServerSpec, directories: &Directories) -> Result<Option<Backing>, ProcessError> {
        let Backend::Drime(duplicates) = spec.backend else { return Ok(None) };
        let lacks = |what: &str| ProcessError::Unsupported { what: what.to_owned() };
        if !self.environment.facts.has_drime {
            return Err(lacks("a drime backend"));
        }
        match (&self.cloud, Cloud::lacks(duplicates)) {
            (None, _) => {
                let stand_in = StandIn::new(&self.stand_in, duplicates);
                let (python, watch) = (&self.environment.python, self.watch.clone());
                Backing::emulated(python, directories, stand_in, self.ready_timeout, watch).await.map(Some)
            }
            (Some(_), Some(what)) => Err(lacks(what)),
            (Some(cloud), None) => Ok(Some(Backing::in_the_cloud(cloud).await?)),
        }
    }

    /// Removes what the run still has in the Drime cloud.
    ///
    /// # Errors
    ///
    /// The service refuses.
    pub async fn close(&self) -> Result<(), ProcessError> {
        match &self.cloud {
            Some(cloud) => Ok(cloud.close().await?),
            None => Ok(()),
        }
    }

    /// How the target is run.
    #[must_use]
    pub fn identity(&self) -> RuntimeIdentity {
        let detail = format!("Python {}, virtual environment", self.python.version);
        RuntimeIdentity { kind: RuntimeKind::Process, isolated: false, detail }
    }

    /// What was installed.
    #[must_use]
    pub fn target(&self) -> TargetIdentity {
        self.target.clone()
    }

    /// What the preparation took.
    #[must_use]
    pub fn timings(&self) -> Vec<HarnessTiming> {
        let duration_ns = nanoseconds(self.preparation);
        vec![HarnessTiming { name: "environment".to_owned(), duration_ns }]
    }

    fn arguments(&self, spec: &ServerSpec) -> Result<Vec<String>, ProcessError> {
        let mut arguments = vec!["--backend".to_owned(), spec.backend.name().to_owned()];
        match &spec.credentials {
            None => arguments.push("--no-auth".to_owned()),
            Some(credentials) => {
                arguments.push(format!("--access-key-id={}", credentials.access_key));
                arguments.push(format!("--secret-access-key={}", credentials.secret_key));
            }
        }
        match spec.bucket_mode {
            BucketMode::Custom if self.environment.facts.has_default_bucket => {
                arguments.push("--allow-bucket-creation".to_owned());
            }
            BucketMode::Default if !self.environment.facts.has_default_bucket => {
                return Err(ProcessError::Unsupported { what: "default-bucket mode".to_owned() });
            }
            BucketMode::Custom | BucketMode::Default => {}
        }
        Ok(arguments)
    }

    /// Makes a volume for servers that follow one another.
    ///
    /// # Errors
    ///
    /// Its directories cannot be made.
    pub fn volume(&self, spec: &ServerSpec) -> Result<ProcessVolume, ProcessError> {
        let name = format!("volume-{}", spec.label);
        let created = ProcessVolume::create(&self.work_dir, &name);
        created.map_err(ProcessError::file("create", &self.work_dir.join(name)))
    }

    fn directories(&self, label: &str) -> Result<Directories, ProcessError> {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let label = label.replace(|each: char| !each.is_ascii_alphanumeric() && each != '-', "-");
        let name = format!("server-{number}-{label}");
        let created = Directories::create(&self.work_dir, &name);
        created.map_err(ProcessError::file("create", &self.work_dir.join(name)))
    }
}

async fn package(target: &Target, sources: Option<Sources>, workshop: &Workshop<'_>) -> Result<Package, ProcessError> {
    match (target, sources) {
        (_, Some(sources)) => Ok(Package::Sources(sources)),
        (Target::Pypi(version), None) => Ok(Package::Release(version.clone())),
        (Target::PypiLatest, None) => workshop.newest().await.map(Package::Release),
        (_, None) => Err(ProcessError::NotInstallable { spec: target.to_string() }),
    }
}

/// What a server on this machine finds of the service; certificates where they are.
fn environment(tenancy: &Tenancy) -> Vec<(&'static str, String)> {
    tenancy.environment(tenancy.account.way_out.ca_bundle.as_deref().unwrap_or_else(|| "".as_ref()))
}

fn log(spec: &ServerSpec, tenancy: Option<&Tenancy>) -> ServerLog {
    let secrets = spec.credentials.iter().flat_map(|keys| [keys.access_key.clone(), keys.secret_key.clone()]);
    ServerLog::new(secrets.chain(tenancy.into_iter().flat_map(Tenancy::secrets)).collect())
}
