//! The choice between hosts, and one interface to all of them.
//!
//! A suite sees a [`Runtime`] and the servers that it starts, and never learns which host they are on.

use super::clients::{StartedAgent, Toolbox, ToolboxSpec};
use super::docker::{DockerHost, clients_for_endpoint};
use super::endpoint::EndpointHost;
use super::error::ServerError;
use super::host::{Host, Server, Volume};
use super::process::{ProcessHost, start_clients};
use super::settings::{RuntimeChoice, RuntimeSettings};
use super::spec::ServerSpec;
use super::target::Target;
use crate::event::{Event, Events};
use crate::record::{HarnessTiming, RuntimeIdentity, TargetIdentity};

/// A prepared way to start servers of one target.
pub struct Runtime {
    host: Box<dyn Host>,
    settings: RuntimeSettings,
}

impl Runtime {
    /// Makes everything ready that servers are started from.
    ///
    /// An endpoint is a host of its own. [`RuntimeChoice::Auto`] takes Docker where a daemon can be used, and otherwise a process, with
    /// a notice.
    ///
    /// # Errors
    /// The chosen host cannot be had, or the target cannot be built or installed.
    pub async fn prepare(settings: RuntimeSettings, events: &Events) -> Result<Self, ServerError> {
        Ok(Self { host: choose(&settings, events).await?, settings })
    }

    /// Makes another target ready to be run beside the first one, on the same host: it is closed with the first. Labels of its servers
    /// must differ from those of the first one's.
    ///
    /// # Errors
    /// The target cannot be built or installed, or is an endpoint that somebody else runs.
    pub async fn beside(&self, target: &Target, events: &Events) -> Result<Self, ServerError> {
        let settings = RuntimeSettings { target: target.clone(), ..self.settings.clone() };
        Ok(Self { host: self.host.beside(&settings, events).await?, settings })
    }

    /// How servers are run.
    pub fn identity(&self) -> RuntimeIdentity {
        self.host.identity()
    }

    /// What is tested.
    pub fn target(&self) -> TargetIdentity {
        self.host.target()
    }

    /// What the preparation took, step by step, where it has steps.
    pub fn timings(&self) -> Vec<HarnessTiming> {
        self.host.timings()
    }

    /// Starts a server and waits until it gives an S3 answer.
    ///
    /// # Errors
    /// [`ServerError::Unsupported`] where the target cannot do what is asked; otherwise the server could not be started, or did not
    /// answer in time. Nothing is left of it then.
    pub async fn start(&self, spec: &ServerSpec) -> Result<Box<dyn Server>, ServerError> {
        self.start_on(spec, None).await
    }

    /// As [`Runtime::start`], on a volume that this runtime, or one beside it, has made: what an earlier server stored there is this
    /// one's. No two servers may be on it at a time.
    ///
    /// # Errors
    /// As [`Runtime::start`]. The volume stays.
    pub async fn start_on(&self, spec: &ServerSpec, volume: Option<&Volume>) -> Result<Box<dyn Server>, ServerError> {
        self.host.start(spec, volume).await
    }

    /// Makes a volume for servers that follow one another; none where somebody else runs the server.
    ///
    /// # Errors
    /// It cannot be made. Nothing is left of it then.
    pub async fn volume(&self, spec: &ServerSpec) -> Result<Option<Volume>, ServerError> {
        self.host.volume(spec).await
    }

    /// Starts the clients that are to talk to a server: in a container beside it, or what this machine has on its PATH.
    ///
    /// Clients of an endpoint are in a container on this machine's own network, because the endpoint may be reachable only from there.
    ///
    /// # Errors
    /// The image of the clients cannot be built, or their agent cannot be started. Nothing is left of it then.
    pub async fn toolbox(
        &self,
        server: &dyn Server,
        spec: &ToolboxSpec,
        events: &Events,
    ) -> Result<Toolbox, ServerError> {
        let started = match self.host.clients(server, spec, events).await? {
            Some(started) => started,
            None => self.clients_elsewhere(server, spec, events).await?,
        };
        Ok(Toolbox::open(started, spec).await?)
    }

    /// Starts clients that are not beside the server.
    async fn clients_elsewhere(
        &self,
        server: &dyn Server,
        spec: &ToolboxSpec,
        events: &Events,
    ) -> Result<StartedAgent, ServerError> {
        let RuntimeSettings { choice, target, run_id, docker, work_dir, .. } = &self.settings;
        if matches!(target, Target::Endpoint(_)) && *choice != RuntimeChoice::Process {
            match clients_for_endpoint(server.endpoint(), run_id, docker, spec, events).await {
                Err(error) if *choice == RuntimeChoice::Auto && error.is_without_docker() => {
                    let text = format!("the clients are the programs on this machine (failed to {error})");
                    events.emit(Event::Notice { text }).await;
                }
                other => return other,
            }
        }
        Ok(start_clients(&work_dir.join(format!("{}-toolbox", spec.label)), server.endpoint())?)
    }

    /// Removes whatever the run still has: servers that were not stopped, and the run's network.
    ///
    /// # Errors
    /// Something could not be removed; `s3ci clean` tries again.
    pub async fn close(self) -> Result<(), ServerError> {
        self.host.close().await
    }
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Runtime").field("target", &self.settings.target).finish_non_exhaustive()
    }
}

async fn choose(settings: &RuntimeSettings, events: &Events) -> Result<Box<dyn Host>, ServerError> {
    if let Target::Endpoint(url) = &settings.target {
        return Ok(Box::new(EndpointHost::prepare(url, settings.ready_timeout).await?));
    }
    let notice = if settings.choice == RuntimeChoice::Process {
        "not isolated: process runtime, as asked for".to_owned()
    } else {
        match DockerHost::prepare(settings, events).await {
            Ok(host) => return Ok(Box::new(host)),
            Err(error) if settings.choice == RuntimeChoice::Auto && error.is_without_docker() => {
                format!("not isolated: process runtime (failed to {error})")
            }
            Err(error) => return Err(error),
        }
    };
    events.emit(Event::Notice { text: notice }).await;
    Ok(Box::new(ProcessHost::prepare(settings, events).await?))
}
