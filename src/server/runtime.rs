//! The one face of the three runtimes.
//!
//! Chooses a runtime and dispatches to it; a suite sees a [`Server`] and never learns which it is.

use super::docker::{DockerRuntime, DockerVolume, toolbox_for_endpoint};
use super::external::ExternalRuntime;
use super::process::{ProcessRuntime, ProcessVolume, start_toolbox};
use super::running::{AnyServer, Server};
use super::toolbox::{Place, Started, Toolbox, ToolboxSpec};
use super::{RuntimeChoice, RuntimeSettings, ServerError, ServerSpec, Target};
use crate::event::{Event, Events};
use crate::record::{HarnessTiming, RuntimeIdentity, TargetIdentity};

/// A prepared way to start servers: the image is built, or the environment installed.
pub struct Runtime {
    any: AnyRuntime,
    settings: RuntimeSettings,
}

enum AnyRuntime {
    Docker(Box<DockerRuntime>),
    Process(Box<ProcessRuntime>),
    External(ExternalRuntime),
}

impl Runtime {
    /// Makes everything ready that servers are started from.
    ///
    /// An endpoint is always external. [`RuntimeChoice::Auto`] takes Docker where a daemon can be used, and otherwise a process,
    /// with a notice.
    ///
    /// # Errors
    ///
    /// The chosen runtime cannot be had, or the target cannot be built or installed.
    pub async fn prepare(settings: RuntimeSettings, events: &Events) -> Result<Self, ServerError> {
        Ok(Self { any: AnyRuntime::prepare(&settings, events).await?, settings })
    }

    /// Makes another target ready to be run beside the first one, in the same way and on the same ground: it is closed with the
    /// first. Labels of its servers must differ from those of the first one's.
    ///
    /// # Errors
    ///
    /// The target cannot be built or installed, or is an endpoint that somebody else runs.
    pub async fn beside(&self, target: &Target, events: &Events) -> Result<Self, ServerError> {
        let settings = RuntimeSettings { target: target.clone(), ..self.settings.clone() };
        let any = match &self.any {
            AnyRuntime::Docker(runtime) => AnyRuntime::Docker(Box::new(runtime.beside(&settings, events).await?)),
            AnyRuntime::Process(_) => AnyRuntime::Process(Box::new(ProcessRuntime::prepare(&settings, events).await?)),
            AnyRuntime::External(_) => return Err(ServerError::Unsupported { what: "a server of its own" }),
        };
        Ok(Self { any, settings })
    }

    /// How servers are run.
    #[must_use]
    pub fn identity(&self) -> RuntimeIdentity {
        match &self.any {
            AnyRuntime::Docker(runtime) => runtime.identity(),
            AnyRuntime::Process(runtime) => runtime.identity(),
            AnyRuntime::External(runtime) => runtime.identity(),
        }
    }

    /// What is tested.
    #[must_use]
    pub fn target(&self) -> TargetIdentity {
        match &self.any {
            AnyRuntime::Docker(runtime) => runtime.target(),
            AnyRuntime::Process(runtime) => runtime.target(),
            AnyRuntime::External(runtime) => runtime.target(),
        }
    }

    /// What the preparation took, step by step, where it has steps.
    #[must_use]
    pub fn timings(&self) -> Vec<HarnessTiming> {
        match &self.any {
            AnyRuntime::Docker(runtime) => runtime.timings(),
            AnyRuntime::Process(runtime) => runtime.timings(),
            AnyRuntime::External(runtime) => runtime.timings(),
        }
    }

    /// Starts a server and waits until it gives an S3 answer.
    ///
    /// # Errors
    ///
    /// [`ServerError::Unsupported`] where the target cannot do what is asked; otherwise the server could not be started, or did
    /// not answer in time. Nothing is left of it then.
    pub async fn start(&self, spec: &ServerSpec) -> Result<Server, ServerError> {
        self.start_on(spec, None).await
    }

    /// As [`Runtime::start`], on a volume that this runtime, or one beside it, has made: what an earlier server stored there is this
    /// one's. No two servers may be on it at a time.
    ///
    /// # Errors
    ///
    /// As [`Runtime::start`]. The volume stays.
    pub async fn start_on(&self, spec: &ServerSpec, volume: Option<&Volume>) -> Result<Server, ServerError> {
        let volume = volume.map(|volume| &volume.0);
        Ok(Server(match &self.any {
            AnyRuntime::Docker(runtime) => {
                let volume = volume.and_then(AnyVolume::docker);
                AnyServer::Docker(Box::new(Box::pin(runtime.start(spec, volume)).await?))
            }
            AnyRuntime::Process(runtime) => {
                let volume = volume.and_then(AnyVolume::process);
                AnyServer::Process(Box::new(runtime.start_on(spec, volume).await?))
            }
            AnyRuntime::External(runtime) => AnyServer::External(runtime.start(spec)),
        }))
    }

    /// Makes a volume for servers that follow one another; none where somebody else runs the server.
    ///
    /// # Errors
    ///
    /// It cannot be made. Nothing is left of it then.
    pub async fn volume(&self, spec: &ServerSpec) -> Result<Option<Volume>, ServerError> {
        Ok(match &self.any {
            AnyRuntime::Docker(runtime) => Some(Volume(AnyVolume::Docker(runtime.volume(spec).await?))),
            AnyRuntime::Process(runtime) => Some(Volume(AnyVolume::Process(runtime.volume(spec)?))),
            AnyRuntime::External(_) => None,
        })
    }

    /// Starts the clients that are to talk to a server: in a container beside it, or what this machine has on its PATH.
    ///
    /// Clients of an endpoint are in a container on this machine's own network, for nobody else knows the way there.
    ///
    /// # Errors
    ///
    /// The image of the clients cannot be built, or their agent cannot be started. Nothing is left of it then.
    pub async fn toolbox(&self, server: &Server, spec: &ToolboxSpec, events: &Events) -> Result<Toolbox, ServerError> {
        let docker = &self.settings.docker;
        let started = match (&self.any, &server.0) {
            (AnyRuntime::Docker(runtime), AnyServer::Docker(server)) => {
                runtime.toolbox(server, docker, spec, events).await?
            }
            (AnyRuntime::External(_), _) if self.settings.choice != RuntimeChoice::Process => {
                let (url, run_id) = (server.endpoint(), &self.settings.run_id);
                match toolbox_for_endpoint(url, run_id, docker, spec, events).await {
                    Err(error) if self.settings.choice == RuntimeChoice::Auto && error.is_without_docker() => {
                        let text = format!("the clients are those of this machine (failed to {error})");
                        events.emit(Event::Notice { text }).await;
                        self.own_programs(server, spec)?
                    }
                    other => other?,
                }
            }
            _ => self.own_programs(server, spec)?,
        };
        Ok(Toolbox::open(started, spec).await?)
    }

    fn own_programs(&self, server: &Server, spec: &ToolboxSpec) -> Result<Started, ServerError> {
        let directory = self.settings.work_dir.join(format!("{}-toolbox", spec.label));
        let (process, conversation) = start_toolbox(&directory)?;
        let (place, endpoint) = (Place::Process(process), server.endpoint().to_owned());
        Ok(Started { place, conversation, endpoint, origin: "the PATH of this machine".into() })
    }

    /// Removes whatever the run still has: servers that were not stopped, and the run's network.
    ///
    /// # Errors
    ///
    /// Something could not be removed; `s3ci clean` tries again.
    pub async fn close(self) -> Result<(), ServerError> {
        match self.any {
            AnyRuntime::Docker(runtime) => runtime.close().await,
            AnyRuntime::Process(runtime) => Ok(runtime.close().await?),
            AnyRuntime::External(_) => Ok(()),
        }
    }
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Runtime").field("target", &self.settings.target).finish_non_exhaustive()
    }
}

impl AnyRuntime {
    async fn prepare(settings: &RuntimeSettings, events: &Events) -> Result<Self, ServerError> {
        if matches!(settings.target, Target::Endpoint(_)) {
            return Ok(Self::External(ExternalRuntime::prepare(settings).await?));
        }
        if settings.choice == RuntimeChoice::Process {
            let text = "not isolated: process runtime, as asked for".to_owned();
            events.emit(Event::Notice { text }).await;
        } else {
            match DockerRuntime::prepare(settings, events).await {
                Ok(runtime) => return Ok(Self::Docker(Box::new(runtime))),
                Err(error) if settings.choice == RuntimeChoice::Auto && error.is_without_docker() => {
                    let text = format!("not isolated: process runtime (failed to {error})");
                    events.emit(Event::Notice { text }).await;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Self::Process(Box::new(ProcessRuntime::prepare(settings, events).await?)))
    }
}

/// Where servers that follow one another keep their data and their HOME. To be removed explicitly; the end of the run removes it at
/// the latest.
pub struct Volume(AnyVolume);

enum AnyVolume {
    Docker(DockerVolume),
    Process(ProcessVolume),
}

impl AnyVolume {
    fn docker(&self) -> Option<&DockerVolume> {
        match self {
            Self::Docker(volume) => Some(volume),
            Self::Process(_) => None,
        }
    }

    fn process(&self) -> Option<&ProcessVolume> {
        match self {
            Self::Process(volume) => Some(volume),
            Self::Docker(_) => None,
        }
    }
}

impl Volume {
    /// Removes it with all that is on it. No server is on it any more.
    ///
    /// # Errors
    ///
    /// The runtime refuses.
    pub async fn remove(self) -> Result<(), ServerError> {
        match self.0 {
            AnyVolume::Docker(volume) => volume.remove().await?,
            AnyVolume::Process(volume) => volume.remove().await,
        }
        Ok(())
    }
}
