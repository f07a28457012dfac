//! A look at the daemon and at what lies there, without touching anything.

use super::base;
use super::connect::Daemon;
use super::{DockerSettings, Leftovers};
use crate::server::ServerError;

/// What there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server) struct Survey {
    /// Engine, API and address.
    pub(in crate::server) daemon: String,
    /// The base image that a build would take; none where it would have to be pulled.
    pub(in crate::server) base: Option<String>,
    /// What dead runs left, in words; none where they left nothing.
    pub(in crate::server) leftovers: Option<String>,
}

/// Looks.
///
/// # Errors
///
/// No daemon can be used, or it refuses to tell.
pub(in crate::server) async fn survey(settings: &DockerSettings) -> Result<Survey, ServerError> {
    let daemon = Daemon::connect().await?;
    let base = base::present(&daemon.docker, settings.base_image.as_deref()).await?;
    let leftovers = Leftovers::of_dead_runs_on(&daemon.docker).await?;
    Ok(Survey {
        daemon: format!("Engine {}, API {} at {}", daemon.engine, daemon.api, daemon.address),
        base: base.map(|base| base.tag),
        leftovers: (!leftovers.is_empty()).then(|| leftovers.summary()),
    })
}
