//! From flags, environment and `s3ci.toml` to one validated [`Config`].
//!
//! Owns the defaults, the precedence (flag, then `S3CI_*`, then the file, then the default) and every rule about values, so that
//! nothing below has to doubt them. Deliberately absent: any look at the network or at Docker.

mod comparison;
mod error;
mod file;
mod layer;
mod thresholds;

use std::path::PathBuf;
use std::time::Duration;

pub use comparison::Comparison;
pub use error::ConfigError;
pub use layer::default_cache_dir;

use crate::base::nanoseconds;
use crate::cli::Settings;
use crate::record::{RunSettings, Threshold};
use crate::server::drime::StandInSettings;
use crate::server::{Backends, DockerSettings, DrimeChoice, RuntimeChoice, Target};
use crate::workload::DatasetSettings;

/// The release that is tested where nobody names one; `docker/` pins what it depends on.
pub const PINNED_RELEASE: &str = "0.2.1";

/// What a run is to do, once and for all.
#[derive(Debug, Clone)]
pub struct Config {
    /// The server to test.
    pub target: Target,
    /// Whether somebody named it.
    pub target_is_named: bool,
    /// What it is compared with, and how; nothing where there is no base.
    pub comparison: Option<Comparison>,
    /// Measurements that must hold.
    pub thresholds: Vec<Threshold>,
    /// Which runtime.
    pub runtime: RuntimeChoice,
    /// The backends whose suites are wanted, where the user said so.
    pub backends: Option<Backends>,
    /// What the drime suites store in.
    pub drime: DrimeChoice,
    /// Settings of the stand-in of the Drime API.
    pub drime_set: StandInSettings,
    /// Files of the benchmarks.
    pub dataset: DatasetSettings,
    /// Port on loopback; an ephemeral one otherwise.
    pub port: Option<u16>,
    /// Whether only the parallel benchmarks are wanted.
    pub parallel_only: bool,
    /// Concurrent requests of the parallel benchmarks.
    pub workers: usize,
    /// Files of the sync workflow.
    pub sync_files: usize,
    /// Whether the clients copy a file of 250 MiB as well.
    pub large: bool,
    /// How many suites that measure nothing run at a time.
    pub jobs: usize,
    /// Seed of all content.
    pub seed: u64,
    /// Deadline of a request.
    pub timeout: Duration,
    /// Deadline of a server's first answer.
    pub ready_timeout: Duration,
    /// Base image and certificates.
    pub docker: DockerSettings,
    /// Certificates that are trusted on the way to the Drime cloud, in PEM.
    pub cloud_ca_bundle: Option<PathBuf>,
    /// Where the run's own directory is made.
    pub work_dir: PathBuf,
    /// What is kept between runs.
    pub cache_dir: PathBuf,
    /// What results are held against.
    pub known_issues: KnownIssues,
    /// The command line that repeats the run, without the selection.
    pub repro: String,
}

/// Which ledger of known issues results are held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownIssues {
    /// The one that s3ci carries with it.
    BuiltIn,
    /// A file.
    File(PathBuf),
    /// None.
    None,
}

impl Config {
    /// Merges flags and environment with the file and the defaults, and checks every value.
    ///
    /// # Errors
    /// The first value that cannot be, with its name and what would do.
    pub fn new(flags: Settings, file: Option<&std::path::Path>) -> Result<Self, ConfigError> {
        let settings = match file::read(file)? {
            Some(from_file) => layer::over(flags, from_file),
            None => flags,
        };
        layer::resolve(settings)
    }

    /// The same configuration, with the target compared with itself to find out what the machine cannot tell apart.
    ///
    /// # Errors
    /// A target that nobody can start twice.
    pub fn against_itself(self) -> Result<Self, ConfigError> {
        let comparison = Some(Comparison::with_itself(&self.target, self.port)?);
        Ok(Self { comparison, ..self })
    }

    /// The part of it that shapes results, for the record.
    #[must_use]
    pub fn settings(&self) -> RunSettings {
        RunSettings {
            files: self.dataset.files as u64,
            min_size_bytes: self.dataset.min_size_bytes,
            max_size_bytes: self.dataset.max_size_bytes,
            subdirs: self.dataset.subdirs as u64,
            workers: self.workers as u64,
            sync_files: self.sync_files as u64,
            timeout_ns: nanoseconds(self.timeout),
        }
    }
}
