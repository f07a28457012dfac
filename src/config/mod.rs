//! From flags, environment and `s3ci.toml` to one validated [`Config`].
//!
//! Owns the table of options, the precedence (flag, then `S3CI_*`, then the file, then the default) and every rule about values, so that
//! nothing below has to doubt them. Deliberately absent: clap, and any look at the network or at Docker.

mod comparison;
mod error;
mod file;
pub mod options;
mod resolve;
mod surroundings;
mod thresholds;
mod tree;
mod trust;

use std::ops::Deref;
use std::path::{Path, PathBuf};

pub use comparison::Comparison;
pub use error::ConfigError;
pub use options::{Options, Settings};
pub use resolve::default_cache_dir;
pub use surroundings::Surroundings;
pub use tree::is_built_from_a_tree;

use crate::base::nanoseconds;
use crate::record::RunSettings;
use crate::server::{DockerSettings, RuntimeChoice};
use crate::workload::DatasetSettings;
use options::Said;

/// The release that s3ci tests by default; `docker/` pins its dependencies.
pub const PINNED_RELEASE: &str = "0.2.1";

/// What a run does. It dereferences to its options: `config.seed`.
#[derive(Debug, Clone)]
pub struct Config {
    pub options: Options,
    /// Whether somebody named the target.
    pub target_is_named: bool,
    /// What the target is compared with, and how; none where there is no base.
    pub comparison: Option<Comparison>,
    /// Files of the benchmarks.
    pub dataset: DatasetSettings,
    pub docker: DockerSettings,
    /// Certificates that are trusted on the way to the Drime cloud, in PEM.
    pub cloud_ca_bundle: Option<PathBuf>,
    /// Where the run's own directory is made.
    pub work_dir: PathBuf,
    /// What is kept between runs.
    pub cache_dir: PathBuf,
    /// How many suites that measure nothing run at a time.
    pub jobs: usize,
    pub known_issues: KnownIssues,
    /// The command line that repeats the run, without the selection.
    pub repro: String,
    /// Notices about where the settings come from.
    pub notices: Vec<String>,
}

impl Deref for Config {
    type Target = Options;

    fn deref(&self) -> &Options {
        &self.options
    }
}

/// Which ledger of known issues results are compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownIssues {
    /// The one that s3ci carries with it.
    BuiltIn,
    /// A file that the judge chose.
    File(PathBuf),
    /// A file of the tree under test. In force is what the ledger on its base, whose text this is, lists as well; what the tree adds to it
    /// counts where that was accepted.
    Proposed {
        path: PathBuf,
        of_base: String,
        is_accepted: bool,
    },
    None,
}

impl Config {
    /// Merges flags and variables with the file and the defaults, and checks every value.
    ///
    /// # Errors
    /// The first value that cannot be, with its name and what would do.
    pub fn new(said: &Said, surroundings: Surroundings) -> Result<Self, ConfigError> {
        let flags = Settings::of(said)?;
        let file = trust::configured(&flags, Path::new(""), surroundings)?;
        let config = resolve::resolve(&resolve::over(flags, Settings::of(&file.said)?))?;
        let mut config = trust::distrusted(Self { notices: file.notices, ..config }, surroundings)?;
        config.docker.must_isolate = surroundings.is_ci && config.options.runtime == RuntimeChoice::Docker;
        Ok(config)
    }

    /// The same configuration, but with the target compared with itself, to measure the noise of the machine.
    ///
    /// # Errors
    /// A target that s3ci cannot start twice.
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
