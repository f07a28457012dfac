//! Prepares the daemon before a server can start: removes what killed runs left, and gets the images.

use std::time::{Duration, Instant};

use super::base::{self, Present};
use super::connect::Daemon;
use super::image::{self, ServerImage};
use super::leftovers::Leftovers;
use super::network::{Arm, RunNetwork};
use super::{clients, isolation, probe};
use crate::base::nanoseconds;
use crate::event::{Event, Events};
use crate::record::{HarnessTiming, ImageIdentity};
use crate::server::description::Capabilities;
use crate::server::error::{DockerError, ServerError};
use crate::server::settings::{DockerSettings, RuntimeSettings};
use crate::server::target::Target;

/// Images that no run has used for this long are removed.
const UNUSED: Duration = Duration::from_hours(14 * 24);

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

/// The base image, in which programs of ours run. An image that is tested may come without one.
pub(super) async fn base(daemon: &Daemon, settings: &RuntimeSettings, events: &Events) -> Option<Present> {
    match base::base(&daemon.docker, settings.docker.base_image.as_deref(), events).await {
        Ok(base) => Some(base),
        Err(error) => {
            tracing::debug!(%error, "no base image");
            None
        }
    }
}

/// Makes the network of an arm, tries whether it keeps containers in, and tells where it does not.
///
/// # Errors
/// The daemon refuses it, or it does not keep them in and has to.
pub(super) async fn network(
    daemon: &Daemon,
    arm: Arm,
    settings: &RuntimeSettings,
    base: Option<&Present>,
    events: &Events,
) -> Result<RunNetwork, ServerError> {
    let run_id = &settings.run_id;
    let mut network = RunNetwork::create(daemon, run_id, arm, settings.port).await?;
    let tried = isolation::try_ways_out(daemon, run_id, base, &network).await;
    network.open_because = match tried {
        Ok(open) => network.open_because.or(open),
        Err(error) => Some(format!("whether containers are isolated could not be tried: failed to {error}")),
    };
    let refused = network.open_because.clone().filter(|_| settings.docker.must_isolate);
    if let Some(reason) = refused {
        Leftovers::of_run_on(&daemon.docker, run_id).await?.remove().await?;
        return Err(DockerError::NotIsolated { reason }.into());
    }
    let open = network.open_because.iter().map(|reason| format!("not isolated: {reason}"));
    for text in open.chain(network.notice.clone()) {
        events.emit(Event::Notice { text }).await;
    }
    Ok(network)
}

/// Removes what dead runs left, and images that nothing has used for long. That it cannot be removed says nothing about this run.
pub(super) async fn sweep(daemon: &Daemon, events: &Events) -> Result<(), DockerError> {
    let leftovers = Leftovers::of_dead_runs_on(&daemon.docker).await?;
    let leftovers = leftovers.with_images_unused_for(UNUSED).await?;
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
