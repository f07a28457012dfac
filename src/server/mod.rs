//! The server under test: where it comes from, how it is started, watched and stopped.
//!
//! Owns the three runtimes (Docker, process, external), targets, images, readiness, the server's log and its accounting, and the
//! removal of whatever an earlier run left. Deliberately absent: anything S3 beyond "it answers", and any opinion about the answers.

mod error;
pub mod external;
pub mod log;
pub mod process;
pub mod ready;
pub mod reaper;
pub mod target;

use std::time::Duration;

pub use error::ServerError;
pub use target::{Target, TargetError};

use crate::event::Events;
use crate::model::{HarnessTiming, RuntimeIdentity, ServerStart, TargetIdentity};

/// Where pys3local stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// Files and a SQLite database on the server's own disk.
    Local,
}

/// Which buckets the server offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketMode {
    /// Buckets are created on request (`--allow-bucket-creation` from 0.2.0 on, the only mode before).
    Custom,
    /// One virtual bucket named `default`.
    Default,
}

/// An access key and its secret. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Access key id.
    pub access_key: String,
    /// Secret access key.
    pub secret_key: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Credentials(redacted)")
    }
}

/// What a suite asks of its server.
#[derive(Debug, Clone)]
pub struct ServerSpec {
    /// Short label for container names and logs, such as `bench-local`.
    pub label: String,
    /// Where the server stores.
    pub backend: Backend,
    /// Which buckets it offers.
    pub bucket_mode: BucketMode,
    /// Credentials that the server demands; none starts it with `--no-auth`.
    pub credentials: Option<Credentials>,
    /// The most that the suite will have stored at one time; sizes the data file system and the memory limit.
    pub data_bytes: u64,
    /// The largest single object; the server may hold several copies of it in memory.
    pub largest_object_bytes: u64,
}

/// CPU time and memory of a server since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// CPU time of all its processes.
    pub cpu: Duration,
    /// Peak memory; in a container this counts what lies on its tmpfs.
    pub memory_peak_bytes: Option<u64>,
}

/// How servers are to be run: the user's choice, before anything is asked of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuntimeChoice {
    /// Docker where a daemon answers, otherwise a process with a loud notice.
    Auto,
    /// Docker or nothing.
    Docker,
    /// A process on this machine.
    Process,
}

/// What runtimes need to know of the run.
#[derive(Debug, Clone)]
pub struct RuntimeSettings {
    /// Random name of the run.
    pub run_id: String,
    /// Which runtime.
    pub choice: RuntimeChoice,
    /// The server to test.
    pub target: Target,
    /// Port on loopback that the server must use; an ephemeral one otherwise.
    pub port: Option<u16>,
    /// How long a server may take to its first S3 answer.
    pub ready_timeout: Duration,
    /// Images, base and certificates.
    pub docker: DockerSettings,
    /// Directory for the process runtime's server data, removed by the owner of the run.
    pub work_dir: std::path::PathBuf,
    /// Directory for what outlives a run: virtual environments, and what was learnt of images.
    pub cache_dir: std::path::PathBuf,
    /// Credentials of an external endpoint.
    pub external_credentials: Option<Credentials>,
}

#[derive(Debug,Clone,Default)] pub struct DockerSettings{ pub base_image: Option<String>, pub ca_bundle: Option<std::path::PathBuf>}

/// A prepared way to start servers: the image is built, or the environment installed.
#[derive(Debug)]
pub struct Runtime(Prepared);

#[derive(Debug)]
enum Prepared {
    Process(Box<process::ProcessRuntime>),
    External(external::ExternalRuntime),
}

/// A server that has given its first S3 answer. Stop it explicitly: nothing happens in `Drop`.
#[derive(Debug)]
pub struct Server(Running);

#[derive(Debug)]
enum Running {
    Process(Box<process::ProcessServer>),
    External(external::ExternalServer),
}

impl Runtime {
    /// Prepares what was chosen; `watch` is told of what a killed s3ci would leave.
    ///
    /// # Errors
    /// Whatever keeps servers from being started, with what to try.
    pub async fn prepare(
        settings: RuntimeSettings,
        watch: Option<reaper::Watch>,
        events: &Events,
    ) -> Result<Self, ServerError> {
        let _ = watch;
        if matches!(settings.target, Target::Endpoint(_)) {
            return Ok(Self(Prepared::External(external::ExternalRuntime::prepare(&settings).await?)));
        }
        Ok(Self(Prepared::Process(Box::new(process::ProcessRuntime::prepare(&settings, events).await?))))
    }

    /// How servers are run.
    #[must_use]
    pub fn identity(&self) -> RuntimeIdentity {
        match &self.0 {
            Prepared::Process(runtime) => runtime.identity(),
            Prepared::External(runtime) => runtime.identity(),
        }
    }

    /// What is tested.
    #[must_use]
    pub fn target(&self) -> TargetIdentity {
        match &self.0 {
            Prepared::Process(runtime) => runtime.target(),
            Prepared::External(runtime) => runtime.target(),
        }
    }

    /// What the preparation took.
    #[must_use]
    pub fn timings(&self) -> Vec<HarnessTiming> {
        match &self.0 {
            Prepared::Process(runtime) => runtime.timings(),
            Prepared::External(runtime) => runtime.timings(),
        }
    }

    /// Starts a server with nothing in it and waits for its first S3 answer.
    ///
    /// # Errors
    /// A server that does not come up, and [`ServerError::Unsupported`] where it lacks what the suite needs.
    pub async fn start(&self, spec: &ServerSpec) -> Result<Server, ServerError> {
        Ok(Server(match &self.0 {
            Prepared::Process(runtime) => Running::Process(Box::new(runtime.start(spec).await?)),
            Prepared::External(runtime) => Running::External(runtime.start(spec)),
        }))
    }

    /// Removes what the runtime itself needed.
    ///
    /// # Errors
    /// What could not be removed.
    pub async fn close(self) -> Result<(), ServerError> {
        Ok(())
    }
}

impl Server {
    /// URL of the server.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        match &self.0 {
            Running::Process(server) => server.endpoint(),
            Running::External(server) => server.endpoint(),
        }
    }

    /// How the server came up.
    #[must_use]
    pub fn started(&self) -> &ServerStart {
        match &self.0 {
            Running::Process(server) => server.started(),
            Running::External(server) => server.started(),
        }
    }

    /// Whether [`Server::restart`] can work.
    #[must_use]
    pub fn supports_restart(&self) -> bool {
        !matches!(self.0, Running::External(_))
    }

    /// Stops the server and starts it again on the same data; waits for its first S3 answer.
    ///
    /// # Errors
    /// A server that does not come back, or one that is not s3ci's to restart.
    pub async fn restart(&self) -> Result<(), ServerError> {
        match &self.0 {
            Running::Process(server) => Ok(server.restart().await?),
            Running::External(server) => Ok(server.restart()?),
        }
    }

    /// CPU time and memory since the server's start, where they can be known.
    pub async fn usage(&self) -> Option<Usage> {
        match &self.0 {
            Running::Process(server) => server.usage(),
            Running::External(server) => server.usage(),
        }
    }

    /// How the server ended, if it has.
    #[must_use]
    pub fn exited(&self) -> Option<String> {
        match &self.0 {
            Running::Process(server) => server.exited(),
            Running::External(server) => server.exited(),
        }
    }

    /// Resolves with how the server ended; never for one that s3ci does not run.
    pub async fn ended(&self) -> String {
        match &self.0 {
            Running::Process(server) => server.ended().await,
            Running::External(server) => server.ended().await,
        }
    }

    /// The last lines of the server's log, oldest first.
    #[must_use]
    pub fn log_tail(&self, lines: usize) -> Vec<String> {
        match &self.0 {
            Running::Process(server) => server.log_tail(lines),
            Running::External(_) => Vec::new(),
        }
    }

    /// Stops the server and waits until it is gone.
    ///
    /// # Errors
    /// A server that cannot be removed.
    pub async fn stop(self) -> Result<(), ServerError> {
        match self.0 {
            Running::Process(server) => server.stop().await,
            Running::External(_) => {}
        }
        Ok(())
    }
}
