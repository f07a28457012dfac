//! A real account: s3ci logs in once, makes a folder for each server, and removes it afterwards, and also what killed runs left.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::OnceCell;

use super::api::Api;
use super::folder::{self, Owner};
use super::service::{CLOUD, Service};
use super::{Account, DrimeAccess, DrimeError, Secret, WayOut};
use crate::server::spec::Duplicates;
use crate::server::watchdog_pipe::WatchdogPipe;

/// The account of a run.
#[derive(Debug)]
pub(in crate::server) struct Cloud {
    account: Account,
    run_id: String,
    watchdog: Option<WatchdogPipe>,
    entered: OnceCell<()>,
    servers: AtomicUsize,
}

impl Cloud {
    /// Nothing is asked of the account before a server needs it.
    pub(in crate::server) fn new(account: Account, run_id: &str, watchdog: Option<WatchdogPipe>) -> Self {
        Self { account, run_id: run_id.to_owned(), watchdog, entered: OnceCell::new(), servers: AtomicUsize::new(0) }
    }

    /// A choice of how to treat second uploads, which the real service does not offer.
    pub(in crate::server) fn lacks(duplicates: Duplicates) -> Option<&'static str> {
        (duplicates != Duplicates::default()).then_some("a choice of how the Drime cloud treats second uploads")
    }

    /// Removes what the run still has in the account.
    ///
    /// # Errors
    ///
    /// The service refuses; `s3ci clean --drime` tries again.
    pub(in crate::server) async fn close(&self) -> Result<(), DrimeError> {
        if !self.entered.initialized() {
            return Ok(());
        }
        Remains { run_id: self.run_id.clone(), account: self.account.clone() }.remove().await
    }

    /// A place for a server: a folder that no other server has.
    ///
    /// # Errors
    ///
    /// The service cannot be reached, or refuses the key or the workspace.
    pub(in crate::server) async fn enter(&self) -> Result<(DrimeAccess, Service), DrimeError> {
        let service = Service::cloud(self.account.clone())?;
        self.entered
            .get_or_try_init(|| async {
                service.check().await?;
                if let Some(watchdog) = &self.watchdog {
                    let remains = Remains { run_id: self.run_id.clone(), account: self.account.clone() };
                    watchdog.account(&remains.to_line()).await;
                }
                Ok(())
            })
            .await?;
        let number = self.servers.fetch_add(1, Ordering::Relaxed);
        let root_folder = Some(folder::name(&self.run_id, number));
        Ok((DrimeAccess { account: self.account.clone(), root_folder }, service))
    }

    /// Removes the folder of a server that has ended.
    ///
    /// # Errors
    ///
    /// The service refuses; `s3ci clean --drime` tries again.
    pub(in crate::server) async fn leave(access: &DrimeAccess, service: &Service) -> Result<(), DrimeError> {
        remove(service.api(), |name| Some(name) == access.root_folder.as_deref()).await.map(drop)
    }
}

/// What a killed run may have left in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server) struct Remains {
    /// Name of the run.
    pub(in crate::server) run_id: String,
    pub(in crate::server) account: Account,
}

impl Remains {
    /// One line of text, for the pipe to the process that clears up.
    pub(in crate::server) fn to_line(&self) -> String {
        let Account { api_url, key, workspace, way_out } = &self.account;
        serde_json::json!([self.run_id, api_url, workspace, key.reveal(), way_out.ca_bundle]).to_string()
    }

    /// Reads such a line.
    pub(in crate::server) fn from_line(line: &str) -> Option<Self> {
        type Line = (String, String, u64, String, Option<PathBuf>);
        let (run_id, api_url, workspace, key, ca_bundle): Line = serde_json::from_str(line).ok()?;
        // Nothing of a proxy: s3ci's own requests go by none.
        let way_out = WayOut { ca_bundle, proxy: Vec::new() };
        Some(Self { run_id, account: Account { api_url, workspace, key: Secret::new(key), way_out } })
    }

    /// Removes every folder of the run.
    ///
    /// # Errors
    ///
    /// The service cannot be reached or refuses.
    pub(in crate::server) async fn remove(&self) -> Result<(), DrimeError> {
        let api = Api::new(self.account.clone(), CLOUD)?;
        remove(&api, |name| Owner::of(name).is_some_and(|owner| owner.run_id == self.run_id)).await.map(drop)
    }
}

/// Removes the folders that dead runs left in an account; their names, and how many of living ones were left alone.
///
/// # Errors
///
/// The service cannot be reached or refuses.
pub async fn clean(account: Account) -> Result<(Vec<String>, usize), DrimeError> {
    let api = Api::new(account, CLOUD)?;
    let ours = api.root_folders().await?.into_iter().filter(|folder| Owner::of(&folder.name).is_some()).count();
    let removed = remove(&api, |name| Owner::of(name).is_some_and(|owner| owner.is_gone())).await?;
    let left = ours.saturating_sub(removed.len());
    Ok((removed, left))
}

/// Removes folders at the root of the workspace; their names.
async fn remove(api: &Api, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>, DrimeError> {
    let folders: Vec<_> = api.root_folders().await?.into_iter().filter(|folder| wanted(&folder.name)).collect();
    if !folders.is_empty() {
        api.remove(&folders.iter().map(|folder| folder.id).collect::<Vec<_>>()).await?;
    }
    Ok(folders.into_iter().map(|folder| folder.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_remains_survives_the_pipe_and_is_one_line() {
        let account = Account::new(Secret::new("k\"ey"), 7, Some("http://127.0.0.1:1/api/v1/".to_owned()));
        let account = account.by(WayOut { ca_bundle: Some("ca.pem".into()), proxy: Vec::new() });
        let remains = Remains { run_id: "run".to_owned(), account };
        assert_eq!(Remains::from_line(&remains.to_line()), Some(remains.clone()));
        assert!(!remains.to_line().contains('\n'));
        assert!(!format!("{remains:?}").contains("ey\""), "{remains:?}");
    }
}
