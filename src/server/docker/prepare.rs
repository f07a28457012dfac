//! What has to be there before a server can start: a daemon without what dead runs left, and the images.

use std::time::Instant;

use super::connect::Daemon;
use super::image::{self, ServerImage};
use super::leftovers::Leftovers;
use super::{clients, probe};
use crate::base::nanoseconds;
use crate::event::{Event, Events};
use crate::record::{HarnessTiming, ImageIdentity};
use crate::server::description::Capabilities;
use crate::server::error::{DockerError, ServerError};
use crate::server::settings::{DockerSettings, RuntimeSettings};
use crate::server::target::Target;

/// The image of the target, and what its server can do.
pub(super) async fn image(
    daemon: &Daemon,
    settings: &RuntimeSettings,
    clock: &mut Clock,
    events: &Events,
) -> Result<(ServerImage, Capabilities), ServerError> {
    let image = image::of_target(daemon, &settings.run_id, &settings.target, &settings.docker, events).await?;
    clock.lap("image");
    let names = (image.present.tag.as_str(), image.present.id.as_str());
    let capabilities = probe::capabilities(daemon, names, &settings.run_id, &settings.cache_dir).await?;
    clock.lap("image-probe");
    Ok((image, capabilities))
}

/// Finds or builds the image of a target and that of the clients, and no more.
///
/// # Errors
/// No daemon can be used, or an image cannot be found, pulled or built.
pub async fn build_images(
    run_id: &str,
    target: &Target,
    settings: &DockerSettings,
    events: &Events,
) -> Result<[ImageIdentity; 2], ServerError> {
    let daemon = Daemon::connect().await?;
    sweep(&daemon, events).await?;
    let server = image::of_target(&daemon, run_id, target, settings, events).await?;
    let clients = clients::image(&daemon, run_id, settings, events).await?;
    let clients = ImageIdentity { tag: clients.tag, id: clients.id, base: None, constraints_digest: None };
    Ok([server.identity(), clients])
}

/// Removes what dead runs left. That it cannot be removed says nothing about this run.
pub(super) async fn sweep(daemon: &Daemon, events: &Events) -> Result<(), DockerError> {
    let leftovers = Leftovers::of_dead_runs_on(&daemon.docker).await?;
    if leftovers.is_empty() {
        return Ok(());
    }
    let summary = leftovers.summary();
    let text = match leftovers.remove().await {
        Ok(()) => format!("removed what an earlier run left: {summary}"),
        Err(error) => {
            format!("an earlier run left {summary}, and not all of it could be removed: {}", error.fault().message)
        }
    };
    events.emit(Event::Notice { text }).await;
    Ok(())
}

/// Times the steps of a preparation.
pub(super) struct Clock {
    last: Instant,
    laps: Vec<HarnessTiming>,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self { last: Instant::now(), laps: Vec::new() }
    }

    /// Ends a step.
    pub(super) fn lap(&mut self, name: &str) {
        let duration_ns = nanoseconds(self.last.elapsed());
        self.laps.push(HarnessTiming { name: name.into(), duration_ns });
        self.last = Instant::now();
    }

    pub(super) fn laps(self) -> Vec<HarnessTiming> {
        self.laps
    }
}
