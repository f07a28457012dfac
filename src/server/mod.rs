//! The server under test: where it comes from, how it is started, watched and stopped.
//!
//! Owns the three runtimes (Docker, process, external), targets, images, readiness, the server's log and its accounting, and the
//! removal of whatever an earlier run left. Deliberately absent: anything S3 beyond "it answers", and any opinion about the answers.

mod dial;
mod docker;
pub mod doctor;
pub mod drime;
mod error;
pub mod external;
mod http;
pub mod log;
mod owner;
pub mod process;
pub mod ready;
pub mod reaper;
mod running;
mod runtime;
pub mod target;
mod toolbox;

use std::time::Duration;

use rand::RngExt;
use rand::distr::Alphanumeric;

pub use docker::{DockerError, DockerSettings, Inventory, Leftovers, Yard, build_images};
pub use drime::{DrimeChoice, DrimeError, DrimeSettings, Duplicates};
pub use error::ServerError;
pub use ready::ReadyError;
pub use running::{Ambush, Neighbour, Server};
pub use runtime::{Runtime, Volume};
pub use target::{Target, TargetError};
pub use toolbox::{
    Ended, Finished, Manifest, ManifestEntry, Order, Planting, Secure, Toolbox, ToolboxError, ToolboxSpec,
};

/// Where pys3local stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// Files and a `SQLite` database on the server's own disk.
    Local,
    /// The Drime cloud or a stand-in of it, which so treats a second upload of one name.
    Drime(Duplicates),
}

impl Backend {
    /// The name on pys3local's command line and in the names of suites.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Drime(_) => "drime",
        }
    }

    /// What its ETags promise.
    #[must_use]
    pub fn etag_profile(self) -> EtagProfile {
        match self {
            Self::Local => EtagProfile::Md5,
            Self::Drime(_) => EtagProfile::Opaque,
        }
    }

    /// Whether the server stores by way of the Drime API.
    #[must_use]
    pub fn is_drime(self) -> bool {
        matches!(self, Self::Drime(_))
    }
}

/// Which backends are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backends {
    /// All of them.
    Both,
    /// Local alone.
    Local,
    /// Drime alone.
    Drime,
}

impl Backends {
    /// Whether a backend is among them.
    #[must_use]
    pub fn have(self, backend: Backend) -> bool {
        match self {
            Self::Both => true,
            Self::Local => !backend.is_drime(),
            Self::Drime => backend.is_drime(),
        }
    }
}

/// What the ETags of a backend promise beyond changing with the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EtagProfile {
    /// The tag of a simple upload is the MD5 of its content.
    Md5,
    /// The tag tells nothing of the content, and must not look as if it did: never 32 hexadecimal digits.
    Opaque,
}

/// Which buckets the server offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketMode {
    /// Buckets are created on request (`--allow-bucket-creation` from 0.2.0 on, the only mode before).
    Custom,
    /// One virtual bucket named `default`.
    Default,
}

impl BucketMode {
    /// Name of the virtual bucket.
    pub const DEFAULT_BUCKET: &'static str = "default";
}

/// An access key and its secret. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Access key id.
    pub access_key: String,
    /// Secret access key.
    pub secret_key: String,
}

impl Credentials {
    /// Credentials that nobody can know beforehand: a server that lets others in is found out.
    #[must_use]
    pub fn random() -> Self {
        let word = |length: usize| rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect();
        Self { access_key: word(20), secret_key: word(40) }
    }
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
    /// The most objects that are stored at one time; sizes what the server keeps about each.
    pub objects: u64,
    /// Whether its data is to lie in a [`Yard`]: a container gives it one, a process does not.
    pub yard: bool,
    /// The size that the data file system is to have, where that matters; roomy otherwise. Only a container can have it.
    pub data_limit_bytes: Option<u64>,
}

/// How a server comes to its end before it starts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// It is asked to end, and ends by itself.
    Orderly,
    /// It is killed, as in a crash of its own: what it has handed to the system stays, other than in a power cut.
    Killed,
}

/// A moment of a server's work, as the room on its data file system shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Something is being stored.
    RoomTaken,
    /// Something that was stored is given up, as when an object is overwritten.
    RoomGivenBack,
}

/// CPU time and memory of a server since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// CPU time of all its processes.
    pub cpu: Duration,
    /// Peak memory.
    pub memory_peak_bytes: Option<u64>,
    /// Whether the peak counts what is stored as well: a container's file systems lie in its memory.
    pub peak_counts_data: bool,
    /// Whether the peak is only the most that was seen when somebody asked: the kernel kept none.
    pub peak_is_sampled: bool,
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
    /// What the drime backend stores in.
    pub drime: DrimeSettings,
    /// Directory for the process runtime's server data, removed by the owner of the run.
    pub work_dir: std::path::PathBuf,
    /// Directory for what outlives a run: virtual environments, and what was learnt of images.
    pub cache_dir: std::path::PathBuf,
    /// Told of every process that would survive a violent end of this one.
    pub watch: Option<reaper::Watch>,
}
