//! Where pys3local's drime backend stores: in the Drime cloud, or in a stand-in for its API that a runtime starts beside the server.
//!
//! Owns the account and its secrecy, the folder of the run's own in it, the stand-in's sources and settings, and the questions that
//! s3ci itself asks of either. Deliberately absent: how a stand-in is run (each runtime has its way) and everything S3.

mod api;
mod cloud;
mod error;
mod folder;
mod service;
mod setting;
mod stand_in;
mod way_out;

use std::fmt;
use std::path::Path;

use crate::record::DrimeService;

pub use cloud::clean;
pub use error::DrimeError;
pub use service::{Requests, Service};
pub use setting::StandInSettings;
pub use way_out::{PROXY_VARIABLES, WayOut};

pub(super) use cloud::{Cloud, Remains};
pub(super) use stand_in::{Running, SOURCES, StandIn, bootstrap, sources_as_json};

/// The address of the API unless `DRIME_API_URL` says otherwise, as for pydrime.
const API_URL: &str = "https://app.drime.cloud/api/v1";

/// A key that must appear nowhere. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a secret.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself. Pass it only to those who need it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(redacted)")
    }
}

/// An account of the service, and the workspace in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The address of the API, without a slash at its end.
    pub api_url: String,
    /// The API key.
    pub key: Secret,
    /// The workspace; 0 is the personal one.
    pub workspace: u64,
    /// The way to the service.
    pub way_out: WayOut,
}

impl Account {
    /// An account of the Drime cloud; `api_url` is another address of the API.
    #[must_use]
    pub fn new(key: Secret, workspace: u64, api_url: Option<String>) -> Self {
        let api_url = api_url.unwrap_or_else(|| API_URL.to_owned()).trim_end_matches('/').to_owned();
        Self { api_url, key, workspace, way_out: WayOut::default() }
    }

    /// The same account, reached by a way of its own.
    #[must_use]
    pub fn by(self, way_out: WayOut) -> Self {
        Self { way_out, ..self }
    }
}

/// What the drime backend is to store in: the user's choice, before any credentials are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrimeChoice {
    /// The cloud where there are credentials, and otherwise a stand-in.
    Auto,
    /// A stand-in.
    Emulated,
    Cloud,
}

/// How the drime backend is run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrimeSettings {
    /// The account to store in; a stand-in where there is none.
    pub account: Option<Account>,
    pub stand_in: StandInSettings,
}

impl DrimeSettings {
    /// Which service it stores in. Reports always say so.
    #[must_use]
    pub fn service(&self) -> DrimeService {
        if self.account.is_some() { DrimeService::Cloud } else { DrimeService::Emulated }
    }

    /// The notice before a run: that it uses a real account, or that the stand-in has unusual settings.
    #[must_use]
    pub fn notice(&self, run_id: &str) -> Option<String> {
        match &self.account {
            Some(Account { workspace, api_url, .. }) => Some(format!(
                "drime (cloud): the drime suites store in workspace {workspace} of the account of DRIME_API_KEY at {api_url}, in \
                 folders s3ci-{run_id}-… that are removed afterwards; --drime emulated keeps to this machine"
            )),
            None if self.stand_in.is_empty() => None,
            None => Some(format!("drime (emulated): the stand-in is set to {}", self.stand_in)),
        }
    }
}

/// What a server gets to reach the service that it stores in.
#[derive(Debug, Clone)]
pub(super) struct DrimeAccess {
    /// The account, with the API's address as the server reaches it.
    pub(super) account: Account,
    /// The folder that replaces the workspace's root.
    pub(super) root_folder: Option<String>,
}

impl DrimeAccess {
    /// What the server finds in its environment. It holds the key, so it must not become part of a container's configuration.
    /// `certificates` is where it finds those of the way out, if there are any.
    pub(super) fn environment(&self, certificates: &Path) -> Vec<(&'static str, String)> {
        let account = [
            ("DRIME_API_URL", self.account.api_url.clone()),
            ("DRIME_API_KEY", self.account.key.reveal().to_owned()),
            ("DRIME_WORKSPACE_ID", self.account.workspace.to_string()),
        ];
        account.into_iter().chain(self.account.way_out.environment(certificates)).collect()
    }

    /// What must not appear in the server's log.
    pub(super) fn secrets(&self) -> impl Iterator<Item = String> {
        std::iter::once(self.account.key.reveal().to_owned()).chain(self.account.way_out.secrets())
    }

    /// What the server finds on its command line.
    pub(super) fn arguments(&self) -> Vec<String> {
        self.root_folder.iter().flat_map(|folder| ["--root-folder".to_owned(), folder.clone()]).collect()
    }
}
