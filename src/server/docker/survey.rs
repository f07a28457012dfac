//! A look at the daemon and at what lies there, without touching anything.

use std::path::PathBuf;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::base;
use super::connect::Daemon;
use super::leftovers::Leftovers;
use crate::server::error::ServerError;
use crate::server::settings::DockerSettings;

/// What there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server) struct Survey {
    /// Engine, API and address.
    pub(in crate::server) daemon: String,
    /// The base image that a build would take; none where it would have to be pulled.
    pub(in crate::server) base: Option<String>,
    /// What dead runs left, in words; none where they left nothing.
    pub(in crate::server) leftovers: Option<String>,
    /// Whether the daemon runs on this machine itself, not on another one or in a virtual one.
    pub(in crate::server) is_here: bool,
    /// Where the daemon keeps images.
    pub(in crate::server) root: Option<PathBuf>,
    /// Memory of the daemon's machine.
    pub(in crate::server) memory_bytes: Option<u64>,
    /// How far the daemon's clock is ahead of this machine's.
    pub(in crate::server) clock_ahead_seconds: Option<i64>,
}

/// Looks.
///
/// # Errors
///
/// No daemon can be used, or it refuses to answer.
pub(in crate::server) async fn survey(settings: &DockerSettings) -> Result<Survey, ServerError> {
    let daemon = Daemon::connect().await?;
    // The time since the question is small compared with what a signature allows.
    let there = daemon.info.system_time.as_deref().and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    let clock_ahead_seconds = there.map(|there| (there - OffsetDateTime::now_utc()).whole_seconds());
    let base = base::present(&daemon.docker, settings.base_image.as_deref()).await?;
    let leftovers = Leftovers::of_dead_runs_on(&daemon.docker).await?;
    Ok(Survey {
        daemon: format!("Engine {}, API {} at {}", daemon.engine, daemon.api, daemon.address),
        base: base.map(|base| base.tag),
        leftovers: (!leftovers.is_empty()).then(|| leftovers.summary()),
        is_here: daemon.remote_host().is_none() && !daemon.is_desktop(),
        root: daemon.info.docker_root_dir.clone().map(PathBuf::from),
        memory_bytes: daemon.info.mem_total.and_then(|bytes| u64::try_from(bytes).ok()),
        clock_ahead_seconds,
    })
}
