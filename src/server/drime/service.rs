//! The service behind a drime server, as s3ci itself sees it while a suite runs.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::api::Api;
use super::stand_in::Running;
use super::{Account, DrimeError};
use crate::record::Fault;

/// What errors call the real service.
pub(super) const CLOUD: &str = "the Drime cloud";
/// What errors call the stand-in.
const STAND_IN: &str = "the Drime stand-in";

/// How often the service is asked whether it is in order: one answer may be a fault that was set to come now and then.
const TRIES: usize = 3;
/// How long a stand-in that does not answer is given to be noticed as dead.
const DEATH_GRACE: Duration = Duration::from_millis(500);

/// The service behind a server.
#[derive(Debug, Clone)]
pub struct Service {
    api: Api,
    stand_in: Option<Running>,
}

/// How often a stand-in was asked for each of its endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Requests {
    requests: BTreeMap<String, u64>,
}

impl Requests {
    /// Requests to an endpoint.
    #[must_use]
    pub fn of(&self, endpoint: &str) -> u64 {
        self.requests.get(endpoint).copied().unwrap_or_default()
    }
}

impl Service {
    /// The real service.
    pub(super) fn cloud(account: Account) -> Result<Self, DrimeError> {
        Ok(Self { api: Api::new(account, CLOUD)?, stand_in: None })
    }

    /// A stand-in that announced itself; the account's address is the one at which this process reaches it.
    pub(in crate::server) fn emulated(account: Account, stand_in: Running) -> Result<Self, DrimeError> {
        Ok(Self { api: Api::new(account, STAND_IN)?, stand_in: Some(stand_in) })
    }

    /// Whether key, workspace and service are good.
    pub(super) async fn check(&self) -> Result<(), DrimeError> {
        self.api.check().await
    }

    pub(super) fn api(&self) -> &Api {
        &self.api
    }

    /// What keeps the service from answering, if anything does: a server whose service is out of order cannot be judged.
    pub async fn fault(&self) -> Option<Fault> {
        let error = self.trouble().await?;
        let mut fault = Fault::new(error.kind(), format!("failed to {error}"));
        fault.hint = error.hint();
        Some(fault)
    }

    /// The same as an error.
    pub(in crate::server) async fn trouble(&self) -> Option<DrimeError> {
        if let Some(how) = self.stand_in.as_ref().and_then(Running::exited) {
            return Some(DrimeError::Died { how });
        }
        let mut last = None;
        for _ in 0..TRIES {
            match self.check().await {
                Ok(()) => return None,
                Err(error) => last = Some(error),
            }
        }
        if let Some(stand_in) = &self.stand_in
            && let Ok(how) = tokio::time::timeout(DEATH_GRACE, stand_in.ended()).await
        {
            return Some(DrimeError::Died { how });
        }
        last
    }

    /// The requests to the stand-in since its start; none for the real service, which does not count them.
    ///
    /// # Errors
    ///
    /// It does not answer.
    pub async fn requests(&self) -> Result<Option<Requests>, Fault> {
        if self.stand_in.is_none() {
            return Ok(None);
        }
        match self.api.beside("/control/counts").await {
            Ok(requests) => Ok(Some(requests)),
            Err(error) => Err(Fault::new(error.kind(), format!("failed to {error}"))),
        }
    }

    /// The stand-in's last log lines.
    #[must_use]
    pub fn log_tail(&self, lines: usize) -> Vec<String> {
        let lines = self.stand_in.iter().flat_map(|stand_in| stand_in.log.tail(lines));
        lines.map(|line| format!("drime stand-in | {line}")).collect()
    }
}
