//! The service behind a drime server: an account of the Drime cloud, or a stand-in that the server's host runs beside it.
//!
//! Deliberately absent: how a stand-in is run, which each host does in its way.

use async_trait::async_trait;

use super::drime::{Account, Cloud, DrimeAccess, DrimeError, Running, Service, StandIn, StandInSettings};
use super::error::ServerError;
use super::spec::Backend;

/// The service that a server stores in.
pub(super) struct Backing {
    /// As s3ci sees it.
    pub(super) service: Service,
    /// As the server gets it.
    pub(super) access: DrimeAccess,
    stand_in: Option<Box<dyn StopStandIn>>,
}

/// A stand-in that a host has started.
pub(super) struct StartedStandIn {
    pub(super) running: Running,
    /// The account with the address at which this process reaches it.
    pub(super) here: Account,
    /// The account with the address at which the server reaches it.
    pub(super) there: Account,
    pub(super) stop: Box<dyn StopStandIn>,
}

/// Ends a stand-in.
#[async_trait]
pub(super) trait StopStandIn: Send + Sync {
    async fn stop(self: Box<Self>) -> Result<(), ServerError>;
}

impl Backing {
    /// What a server with this backend is to store in; none where that is its own disk.
    ///
    /// # Errors
    /// The service cannot be reached, or `start` fails.
    pub(super) async fn of(
        backend: Backend,
        cloud: Option<&Cloud>,
        settings: &StandInSettings,
        start: impl AsyncFnOnce(StandIn) -> Result<StartedStandIn, ServerError>,
    ) -> Result<Option<Self>, ServerError> {
        let Backend::Drime(duplicates) = backend else { return Ok(None) };
        if let Some(cloud) = cloud {
            if let Some(what) = Cloud::lacks(duplicates) {
                return Err(ServerError::Unsupported { what });
            }
            let (access, service) = cloud.enter().await?;
            return Ok(Some(Self { service, access, stand_in: None }));
        }
        let StartedStandIn { running, here, there, stop } = start(StandIn::new(settings, duplicates)).await?;
        match Service::emulated(here, running) {
            Ok(service) => {
                let access = DrimeAccess { account: there, root_folder: None };
                Ok(Some(Self { service, access, stand_in: Some(stop) }))
            }
            Err(error) => {
                stop.stop().await?;
                Err(error.into())
            }
        }
    }

    /// Ends the stand-in, or removes the folder in the account.
    pub(super) async fn end(self) -> Result<(), ServerError> {
        match self.stand_in {
            Some(stand_in) => stand_in.stop().await,
            None => Ok(Cloud::leave(&self.access, &self.service).await?),
        }
    }

    /// Ends it after its server could not be started, and says why that was: a server whose service is out of order can say less of it
    /// than the service itself.
    pub(super) async fn end_after(backing: Option<Self>, error: ServerError) -> ServerError {
        let Some(backing) = backing else { return error };
        let trouble: Option<DrimeError> = backing.service.trouble().await;
        match backing.end().await {
            Err(ending) => ending,
            Ok(()) => trouble.map_or(error, ServerError::from),
        }
    }
}
