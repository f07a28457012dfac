//! The stand-in for the Drime API inside this program: its sources, its environment, and the sign that it is ready.

use std::time::Duration;

use tokio::sync::watch;

use super::setting::{self, StandInSettings};
use super::{Account, DrimeError, Secret};
use crate::server::log::ServerLog;
use crate::server::spec::{Credentials, Duplicates};

/// What the stand-in prints once it takes connections.
const ANNOUNCEMENT: &str = "drime stand-in: DRIME_API_URL=";

/// A file of the stand-in.
#[derive(Debug)]
pub(in crate::server) struct Source {
    pub(in crate::server) path: &'static str,
    pub(in crate::server) text: &'static str,
}

macro_rules! sources {
    ($($path:literal)*) => {
        /// The stand-in's program.
        pub(in crate::server) const SOURCES: &[Source] =
            &[$(Source { path: $path, text: include_str!(concat!("../../../docker/drime/", $path)) }),*];
    };
}

sources! {
    "__main__.py"
    "drime_standin/__init__.py"
    "drime_standin/admission.py"
    "drime_standin/app.py"
    "drime_standin/counts.py"
    "drime_standin/endpoint.py"
    "drime_standin/entry.py"
    "drime_standin/errors.py"
    "drime_standin/faults.py"
    "drime_standin/listing.py"
    "drime_standin/multipart.py"
    "drime_standin/routes/__init__.py"
    "drime_standin/routes/account.py"
    "drime_standin/routes/body.py"
    "drime_standin/routes/control.py"
    "drime_standin/routes/entries.py"
    "drime_standin/routes/multipart.py"
    "drime_standin/routes/uploads.py"
    "drime_standin/serve.py"
    "drime_standin/service.py"
    "drime_standin/settings.py"
    "drime_standin/store.py"
    "drime_standin/trash.py"
}

/// The variable in which a container's stand-in finds its own sources.
const SOURCES_VARIABLE: &str = "S3CI_DRIME_SOURCES";

/// The sources as one line of text: an object of paths and texts.
pub(in crate::server) fn sources_as_json() -> (String, String) {
    let files = SOURCES.iter().map(|source| (source.path.to_owned(), source.text.into()));
    (SOURCES_VARIABLE.to_owned(), serde_json::Value::Object(files.collect()).to_string())
}

/// The program that writes the sources into a directory of its own, where nothing but file systems in memory can be written to, and runs them.
pub(in crate::server) fn bootstrap() -> &'static str {
    include_str!("../../../docker/drime/bootstrap.py")
}

/// A stand-in that is to be started.
#[derive(Debug, Clone)]
pub(in crate::server) struct StandIn {
    key: Secret,
    workspace: u64,
    duplicates: Duplicates,
    settings: StandInSettings,
}

impl StandIn {
    /// A stand-in with a key that nobody can know beforehand.
    pub(in crate::server) fn new(settings: &StandInSettings, duplicates: Duplicates) -> Self {
        let workspace = settings.get("workspace-id").and_then(|id| id.parse().ok()).unwrap_or_default();
        let key = Secret::new(Credentials::random().secret_key);
        Self { key, workspace, duplicates, settings: settings.clone() }
    }

    /// Its settings. What a suite asks for comes before what the user set for all suites.
    pub(in crate::server) fn environment(&self) -> Vec<(String, String)> {
        let given = self.settings.variables();
        let key = (setting::variable("api-key"), self.key.reveal().to_owned());
        let chosen = (self.duplicates != Duplicates::default())
            .then(|| (setting::variable("duplicates"), self.duplicates.name().to_owned()));
        given.chain([key]).chain(chosen).collect()
    }

    /// The account that it lets in, at an address.
    pub(in crate::server) fn account(&self, api_url: impl Into<String>) -> Account {
        Account::new(self.key.clone(), self.workspace, Some(api_url.into()))
    }

    /// What must not appear in its log.
    pub(in crate::server) fn secrets(&self) -> Vec<String> {
        vec![self.key.reveal().to_owned()]
    }
}

/// A stand-in that was started: what it says, and its end.
#[derive(Debug, Clone)]
pub(in crate::server) struct Running {
    /// What it writes.
    pub(in crate::server) log: ServerLog,
    /// How it ended, once it has.
    pub(in crate::server) end: watch::Receiver<Option<String>>,
}

impl Running {
    /// Waits for the announcement; the address in it.
    pub(in crate::server) async fn ready(&self, timeout: Duration, quoted: usize) -> Result<String, DrimeError> {
        let reason = tokio::select! {
            line = self.log.line_with(ANNOUNCEMENT) => match line.split_once(ANNOUNCEMENT) {
                Some((_, url)) => return Ok(url.trim().to_owned()),
                None => "its announcement has no address".to_owned(),
            },
            how = self.ended() => how,
            () = tokio::time::sleep(timeout) => format!("it was not ready within {} s", timeout.as_secs()),
        };
        Err(DrimeError::NotStarted { reason, log: self.log.tail(quoted) })
    }

    /// How it ended, if it has.
    pub(super) fn exited(&self) -> Option<String> {
        self.end.borrow().as_deref().map(of_itself)
    }

    /// Waits for its end.
    pub(super) async fn ended(&self) -> String {
        let mut end = self.end.clone();
        match end.wait_for(Option::is_some).await {
            Ok(sentence) => sentence.as_deref().map(of_itself).unwrap_or_default(),
            Err(_) => "it is no longer watched".to_owned(),
        }
    }
}

/// Hosts call everything that they run a server.
fn of_itself(sentence: &str) -> String {
    sentence.replacen("the server", "it", 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_the_program_is_carried() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("docker/drime");
        let mut left = vec![root.join("drime_standin")];
        let mut found = BTreeSet::from(["__main__.py".to_owned()]);
        while let Some(path) = left.pop() {
            if path.is_dir() {
                left.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            } else if path.extension().is_some_and(|extension| extension == "py") {
                found.insert(path.strip_prefix(&root).unwrap().display().to_string().replace('\\', "/"));
            }
        }
        assert_eq!(SOURCES.iter().map(|source| source.path.to_owned()).collect::<BTreeSet<_>>(), found);
    }

    #[test]
    fn the_announcement_is_the_programs_own() {
        assert!(SOURCES.iter().any(|source| source.text.contains(ANNOUNCEMENT)));
    }

    #[test]
    fn the_sources_fit_into_one_variable() {
        let (_, text) = sources_as_json();
        assert!(!text.contains('\n'));
        assert!(text.len() < 120_000, "a single variable holds 128 KiB on Linux: {}", text.len());
    }

    #[test]
    fn a_suites_own_setting_comes_last_and_the_key_is_hidden() {
        let settings = StandInSettings::parse(&["duplicates=replace".to_owned(), "workspace-id=7".to_owned()]).unwrap();
        let stand_in = StandIn::new(&settings, Duplicates::KeepBoth);
        let environment = stand_in.environment();
        let duplicates: Vec<_> = environment.iter().filter(|(name, _)| name == "S3CI_DRIME_DUPLICATES").collect();
        assert_eq!(duplicates.last().unwrap().1, "keep-both");
        assert_eq!(stand_in.account("http://h/api/v1").workspace, 7);
        assert!(!format!("{stand_in:?}").contains(stand_in.key.reveal()));
    }
}
