//! The server under test: where it comes from, how it is started, watched and stopped.
//!
//! Owns targets, images, virtual environments, the hosts, readiness, the server's log and its accounting, and the removal of whatever
//! an earlier run left. Deliberately absent: anything S3 beyond "it answers", and any opinion about the answers.
//!
//! The floors, from the bottom; a module imports only from the floors below it:
//!
//! 1. `spec`, `address`, `certificates`, `inventory`, `log`, `owner` with `work_dir`, `package_index`, `watchdog_pipe`; `dial`, then `http` and `ready`
//! 2. `target`, `description`, `drime`, `clients`
//! 3. `settings`, `error`
//! 4. `backing`, `host` (what every host offers)
//! 5. the hosts, which do not import each other: `docker`, `process`, `endpoint`
//! 6. `runtime` (the choice between them), `watchdog`, `doctor`

mod address;
mod backing;
mod certificates;
mod clients;
mod description;
mod dial;
mod docker;
pub mod doctor;
pub mod drime;
mod endpoint;
mod error;
mod host;
mod http;
mod inventory;
pub mod log;
mod owner;
mod package_index;
mod process;
pub mod ready;
mod runtime;
mod settings;
mod spec;
pub mod target;
pub mod watchdog;
mod watchdog_pipe;
pub mod work_dir;

pub use clients::{
    ClientsError, Ended, Finished, Manifest, ManifestEntry, Order, Planting, Secure, Toolbox, ToolboxSpec,
};
pub use docker::{Leftovers, build_images};
pub use drime::{DrimeChoice, DrimeError, DrimeSettings};
pub use error::{DockerError, ProcessError, ServerError};
pub use host::{DataDirectory, KillOnWrite, SecondServer, Server, Volume};
pub use inventory::{Inventory, path_in_data};
pub use ready::ReadyError;
pub use runtime::Runtime;
pub use settings::{DockerSettings, RuntimeChoice, RuntimeSettings};
pub use spec::{
    Backend, Backends, BucketMode, Credentials, Duplicates, EtagProfile, Moment, ServerSpec, Shutdown, Usage,
};
pub use target::{Target, TargetError};
pub use watchdog_pipe::WatchdogPipe;
