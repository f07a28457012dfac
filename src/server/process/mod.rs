//! This machine as a host: pys3local from a virtual environment, as a process, for where there is no Docker.
//!
//! Owns the environments that are kept between runs and the processes started from them. Deliberately absent: isolation. The server
//! has an environment, a home and a data directory of its own, and for the rest can do what its user can; s3ci says so. A server that
//! s3ci's own sudden death leaves behind is ended by the watchdog, which is told the process group.

mod child;
mod clients;
mod confinement;
mod environment;
mod host;
mod output;
mod pip;
mod port;
mod python;
mod server;
mod stand_in;
mod usage;

pub(super) use clients::start as start_clients;
pub(super) use host::ProcessHost;

use super::error::ProcessError;

/// The interpreter that environments would be made with, with its version.
///
/// # Errors
/// There is none, or it cannot make virtual environments.
pub(super) async fn interpreter() -> Result<String, ProcessError> {
    let python = python::Python::find().await?;
    Ok(format!("{} {}", python.executable.display(), python.version))
}
