//! What a suite asks of a server, and what a server reports about itself, the same for every host. Plain data.

use std::time::Duration;

use rand::RngExt;
use rand::distr::Alphanumeric;

/// Where pys3local stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// Files and a `SQLite` database on the server's own disk.
    Local,
    /// The Drime cloud, or a stand-in of it which treats a second upload of one name in this way.
    Drime(Duplicates),
}

impl Backend {
    /// The name on pys3local's command line and in the names of suites.
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Drime(_) => "drime",
        }
    }

    pub fn etag_profile(self) -> EtagProfile {
        match self {
            Self::Local => EtagProfile::Md5,
            Self::Drime(_) => EtagProfile::Opaque,
        }
    }

    pub fn is_drime(self) -> bool {
        matches!(self, Self::Drime(_))
    }
}

/// What the Drime service does with a second upload of one name. Nobody knows that, so it is a setting of the stand-in only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Duplicates {
    /// The new file takes the old one's place; what pydrime is written for.
    #[default]
    Replace,
    /// Both stay, and listings begin with the newest.
    KeepBoth,
    /// Both stay, and listings begin with the oldest.
    KeepBothOldestFirst,
}

impl Duplicates {
    /// The name in the stand-in's settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::KeepBoth => "keep-both",
            Self::KeepBothOldestFirst => "keep-both-oldest-first",
        }
    }
}

/// Which backends are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backends {
    Both,
    Local,
    Drime,
}

impl Backends {
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
    /// The ETag of a simple upload is the MD5 of its content.
    Md5,
    /// The ETag says nothing about the content, and must not look as if it did: never 32 hexadecimal digits.
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
    pub access_key: String,
    pub secret_key: String,
}

impl Credentials {
    /// Random credentials: a server that accepts other ones shows that it checks nothing.
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
    pub backend: Backend,
    pub bucket_mode: BucketMode,
    /// Credentials that the server demands; without them it lets everybody in.
    pub credentials: Option<Credentials>,
    /// The most that the suite has stored at one time; sizes the data file system and the memory limit.
    pub data_bytes: u64,
    /// The largest single object; the server may hold several copies of it in memory.
    pub largest_object_bytes: u64,
    /// The most objects that are stored at one time; sizes what the server keeps about each.
    pub objects: u64,
    /// Whether files are planted around its data root ([`super::DataDirectory`]). A process does not offer that.
    pub canaries: bool,
    /// The size of the data file system if that matters, otherwise a large one. Only a container can have it.
    pub data_limit_bytes: Option<u64>,
}

/// How a server ends before it starts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// It is asked to end, and ends by itself.
    Orderly,
    /// It is killed, as if it crashed: unlike in a power cut, what it has written to the system stays.
    Killed,
}

/// A moment of a server's work, as the free space on its data file system shows it.
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
    pub memory_peak_bytes: Option<u64>,
    /// Whether the peak counts what is stored as well: a container's file systems lie in its memory.
    pub peak_counts_data: bool,
    /// Whether the peak is only the highest value that s3ci saw, because the kernel keeps no peak.
    pub peak_is_sampled: bool,
}
