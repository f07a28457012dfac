//! What hosts need to know of a run. Plain data, filled in from the configuration.

use std::path::PathBuf;
use std::time::Duration;

use super::drime::DrimeSettings;
use super::target::Target;
use super::watchdog_pipe::WatchdogPipe;

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

/// Images, base and certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DockerSettings {
    /// The base image; where none is chosen, the pinned one or one that `ci/base-image` made.
    pub base_image: Option<String>,
    /// Certificates that an image build trusts, in PEM.
    pub ca_bundle: Option<PathBuf>,
    /// Whether a run is refused whose containers get out.
    pub must_isolate: bool,
    /// How long each installation of packages may take, and each build of an image.
    pub build_timeout: Duration,
}

impl Default for DockerSettings {
    fn default() -> Self {
        Self { base_image: None, ca_bundle: None, must_isolate: false, build_timeout: Duration::from_mins(10) }
    }
}

/// What hosts need to know of a run.
#[derive(Debug, Clone)]
pub struct RuntimeSettings {
    /// Random name of the run.
    pub run_id: String,
    pub choice: RuntimeChoice,
    /// The server to test.
    pub target: Target,
    /// Port on loopback that the server must use; an ephemeral one otherwise.
    pub port: Option<u16>,
    /// How long a server may take to its first S3 answer.
    pub ready_timeout: Duration,
    pub docker: DockerSettings,
    pub drime: DrimeSettings,
    /// Directory for the data of servers that are processes, removed by the owner of the run.
    pub work_dir: PathBuf,
    /// Directory for what outlives a run: virtual environments, and what was learnt of images.
    pub cache_dir: PathBuf,
    /// Told of everything that would survive a violent end of this process.
    pub watchdog: Option<WatchdogPipe>,
}
