//! The few requests that s3ci itself makes to the Drime API: does it let us in, which folders stand at the root, remove some.

use std::time::Duration;

use hyper::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{Account, DrimeError};
use crate::server::address::Address;
use crate::server::dial::Dialler;
use crate::server::http::{self, Answer};

/// How long an answer may take.
const DEADLINE: Duration = Duration::from_secs(20);
/// Entries of a page, the most that the API gives.
const PER_PAGE: u64 = 1000;
/// The most pages that are read, because the pages of a broken API may not end.
const MOST_PAGES: u64 = 1000;

/// The API as this process reaches it.
#[derive(Debug, Clone)]
pub(super) struct Api {
    dialler: Dialler,
    account: Account,
    service: &'static str,
}

/// A folder at the root of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    pub(super) id: u64,
    pub(super) name: String,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Entry>,
    #[serde(default)]
    last_page: Option<u64>,
}

#[derive(Deserialize)]
struct Entry {
    id: u64,
    name: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    parent_id: Option<u64>,
}

impl Api {
    /// `service` is what errors call it.
    pub(super) fn new(account: Account, service: &'static str) -> Result<Self, DrimeError> {
        let wrong = |problem: String| DrimeError::Address { url: account.api_url.clone(), problem };
        let address = Address::parse(&account.api_url).map_err(|problem| wrong(problem.to_owned()))?;
        let dialler = match account.way_out.roots()? {
            Some(roots) if address.tls => Dialler::trusting(roots, address),
            _ => Dialler::new(address),
        };
        let dialler = dialler.map_err(wrong)?;
        Ok(Self { dialler, account, service })
    }

    /// Whether the key and the workspace are good: the cheapest question that needs both.
    pub(super) async fn check(&self) -> Result<(), DrimeError> {
        let path = format!("drive/file-entries?workspaceId={}&parentIds=0&perPage=1", self.account.workspace);
        self.json::<Page>("ask Drime for its entries", Method::GET, &path, None).await.map(drop)
    }

    /// The folders at the root of the workspace.
    pub(super) async fn root_folders(&self) -> Result<Vec<Folder>, DrimeError> {
        let mut folders = Vec::new();
        for page in 1..=MOST_PAGES {
            let path = format!(
                "drive/file-entries?workspaceId={}&parentIds=0&perPage={PER_PAGE}&page={page}",
                self.account.workspace
            );
            let answer: Page = self.json("list the folders of the workspace", Method::GET, &path, None).await?;
            let at_root = |entry: &Entry| matches!(entry.parent_id, None | Some(0));
            let found =
                answer.data.into_iter().filter(|entry| entry.kind.as_deref() == Some("folder") && at_root(entry));
            folders.extend(found.map(|entry| Folder { id: entry.id, name: entry.name }));
            if page >= answer.last_page.unwrap_or(1) {
                break;
            }
        }
        Ok(folders)
    }

    /// Removes entries for good, folders with all that they hold.
    pub(super) async fn remove(&self, ids: &[u64]) -> Result<(), DrimeError> {
        let workspace = self.account.workspace;
        let path = format!("file-entries/delete?workspaceId={workspace}");
        let body = json!({ "entryIds": ids, "deleteForever": true, "workspaceId": workspace });
        let step = "remove the run's folder";
        self.granted(step, Method::POST, &path, Some(body.to_string())).await.map(drop)
    }

    /// A path beside the API, without the key: what only a stand-in has.
    pub(super) async fn beside<T: DeserializeOwned>(&self, path: &str) -> Result<T, DrimeError> {
        let step = "ask the Drime stand-in what it was asked";
        let answer = http::ask(&self.dialler, Method::GET, path, None, None, DEADLINE).await;
        let answer = answer.map_err(|error| self.unreachable(&error))?;
        self.read(step, &answer)
    }

    async fn json<T: DeserializeOwned>(
        &self,
        step: &'static str,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<T, DrimeError> {
        let answer = self.granted(step, method, path, body).await?;
        self.read(step, &answer)
    }

    async fn granted(
        &self,
        step: &'static str,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Answer, DrimeError> {
        let path = format!("{}{path}", self.dialler.address.path);
        let key = self.account.key.reveal();
        let answer = http::ask(&self.dialler, method, &path, Some(key), body, DEADLINE).await;
        let answer = answer.map_err(|error| self.unreachable(&error))?;
        match answer.status {
            200..=299 => Ok(answer),
            401 => Err(DrimeError::KeyRefused { service: self.service }),
            403 => Err(DrimeError::WorkspaceRefused { service: self.service, workspace: self.account.workspace }),
            status => Err(DrimeError::Refused { service: self.service, step, status }),
        }
    }

    fn read<T: DeserializeOwned>(&self, step: &'static str, answer: &Answer) -> Result<T, DrimeError> {
        serde_json::from_slice(&answer.body).map_err(|error| DrimeError::Nonsense {
            service: self.service,
            step,
            problem: error.to_string(),
        })
    }

    fn unreachable(&self, error: &std::io::Error) -> DrimeError {
        DrimeError::Unreachable { service: self.service, reason: error.to_string() }
    }
}
