//! The clients' side of a run: a place where other people's programs work against the server under test.
//!
//! Owns where they run (a container on the run's network, or a process here), what they get (arguments, an environment, a
//! directory), their deadline, and the trees of files that they copy. Deliberately absent: which client does what, and any opinion
//! about it. Comparing trees trusts no client: an agent of s3ci's own makes them and reads them back as SHA-256 sums.
//!
//! Close a toolbox explicitly. It ends with s3ci in any case: when its standard input closes, the agent ends all programs and itself.

mod agent;
mod error;
mod protocol;

use std::collections::BTreeMap;
use std::time::Duration;

pub(super) use agent::{AgentOutput, AgentPipes};
pub use error::ClientsError;
use protocol::{Answer, Request};
pub use protocol::{Ended, Finished, Manifest, ManifestEntry, Order, Planting};

use agent::Agent;
use async_trait::async_trait;

use super::log::redacted;

/// The agent's program.
pub(super) const AGENT: &str = include_str!("../../../docker/clients/agent.py");

/// How long work may take in which no client has a part: making and reading trees, asking for versions.
const OWN_WORK: Duration = Duration::from_mins(3);

/// Programs that talk to one server.
pub struct Toolbox {
    place: Box<dyn AgentPlace>,
    agent: Agent,
    /// URL of the server as the programs reach it.
    endpoint: String,
    secrets: Vec<String>,
    programs: BTreeMap<String, String>,
    broken: BTreeMap<String, String>,
    secure: Result<Secure, String>,
    origin: String,
    is_from_image: bool,
}

/// What a suite's clients need.
#[derive(Debug, Clone)]
pub struct ToolboxSpec {
    /// Short label for the container's name, such as `clients-local`.
    pub label: String,
    /// The most that is there at one time.
    pub room_bytes: u64,
    /// What must not appear in any output.
    pub secrets: Vec<String>,
    /// The programs by name, each with the command that prints its version.
    pub programs: BTreeMap<&'static str, &'static [&'static str]>,
}

/// An agent that a host has started.
pub(super) struct StartedAgent {
    pub(super) place: Box<dyn AgentPlace>,
    pub(super) pipes: AgentPipes,
    /// URL of the server as the programs reach it.
    pub(super) endpoint: String,
    /// Where the programs come from, in words.
    pub(super) origin: String,
    pub(super) is_from_image: bool,
}

/// Where an agent runs.
#[async_trait]
pub(super) trait AgentPlace: Send + Sync {
    /// Waits for the end of an agent whose input is closed, or brings it about.
    async fn close(self: Box<Self>);
}

/// The same server behind the TLS proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secure {
    /// Its URL.
    pub endpoint: String,
    /// File with the certificate to trust, where the programs run.
    pub authority: String,
}

impl Toolbox {
    /// Asks an agent that was started what it has, and has it put up the TLS proxy.
    pub(super) async fn open(started: StartedAgent, spec: &ToolboxSpec) -> Result<Self, ClientsError> {
        let StartedAgent { place, pipes, endpoint, origin, is_from_image } = started;
        let agent = Agent::listen(pipes);
        let (programs, broken) = match agent.ask(Request::Programs { programs: &spec.programs }, OWN_WORK).await {
            Ok(answer) => (answer.programs, answer.broken),
            Err(error) => {
                place.close().await;
                return Err(error);
            }
        };
        let server = endpoint.trim_start_matches("http://").to_owned();
        let secure = if endpoint.starts_with("http://") {
            agent.ask(Request::ServeTls { server }, OWN_WORK).await.map(|answer| Secure {
                endpoint: format!("https://127.0.0.1:{}", answer.port),
                authority: answer.authority,
            })
        } else {
            Err(ClientsError::Refused { reason: "the endpoint speaks TLS itself".into() })
        };
        let secure = secure.map_err(|error| format!("no TLS proxy: {}", error.reason()));
        Ok(Self {
            place,
            agent,
            endpoint,
            secrets: spec.secrets.clone(),
            programs,
            broken,
            secure,
            origin,
            is_from_image,
        })
    }

    /// Where the programs come from: an image, or the PATH of this machine.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether the programs are those of s3ci's image. It has them all: what is missing there is a fault of s3ci's, and no reason to skip.
    pub fn is_from_image(&self) -> bool {
        self.is_from_image
    }

    /// Each program that works, with its own word on its version.
    pub fn programs(&self) -> &BTreeMap<String, String> {
        &self.programs
    }

    /// What is the matter with a program that does not work; nothing where it does.
    pub fn complaint(&self, program: &str) -> Option<&str> {
        if self.programs.contains_key(program) {
            return None;
        }
        Some(self.broken.get(program).map_or("is not known to the agent", String::as_str))
    }

    /// URL of the server as the programs reach it, without a slash at its end.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The server behind the TLS proxy.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn secure(&self) -> Result<&Secure, &str> {
        self.secure.as_ref().map_err(String::as_str)
    }

    /// Runs a program to its end, or to its deadline.
    ///
    /// # Errors
    ///
    /// The agent could not run it, or is gone.
    pub async fn run(&self, order: &Order<'_>) -> Result<Finished, ClientsError> {
        let patience = order.deadline + OWN_WORK;
        let answer = self.agent.ask(Request::Run(order.into()), patience).await?;
        Ok(Finished {
            ended: answer.ended(),
            stdout: redacted(&answer.stdout, &self.secrets),
            stderr: redacted(&answer.stderr, &self.secrets),
            wall: Duration::from_nanos(answer.wall_ns),
            cpu: Duration::from_nanos(answer.cpu_ns),
        })
    }

    /// Writes files into a directory, over what is there; the manifest of all that it holds then.
    ///
    /// # Errors
    ///
    /// The files could not be written, or the agent is gone.
    pub async fn plant(&self, directory: &str, files: &[Planting]) -> Result<Manifest, ClientsError> {
        Ok(self.work(Request::Plant { directory, files }).await?.files)
    }

    /// What is in a directory; nothing if the directory does not exist.
    ///
    /// # Errors
    ///
    /// The files could not be read, or the agent is gone.
    pub async fn manifest(&self, directory: &str) -> Result<Manifest, ClientsError> {
        Ok(self.work(Request::Manifest { directory }).await?.files)
    }

    /// Renames a file.
    ///
    /// # Errors
    ///
    /// There is no such file, or the agent is gone.
    pub async fn rename(&self, from: &str, to: &str) -> Result<(), ClientsError> {
        self.work(Request::Rename { from, to }).await.map(drop)
    }

    /// Removes a file, or a directory with all that is in it.
    ///
    /// # Errors
    ///
    /// The agent is gone.
    pub async fn remove(&self, path: &str) -> Result<(), ClientsError> {
        self.work(Request::Remove { path }).await.map(drop)
    }

    /// How many requests about a bucket passed the TLS proxy so far, by method and whether they were about an object.
    ///
    /// # Errors
    ///
    /// There is no proxy, or its log did not come.
    pub async fn requests(&self, bucket: &str) -> Result<BTreeMap<String, u64>, ClientsError> {
        Ok(self.work(Request::Requests { bucket }).await?.counts)
    }

    async fn work(&self, request: Request<'_>) -> Result<Answer, ClientsError> {
        self.agent.ask(request, OWN_WORK).await
    }

    /// Ends all programs and waits until nothing is left of them.
    pub async fn close(self) {
        drop(self.agent);
        self.place.close().await;
    }
}

impl std::fmt::Debug for Toolbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Toolbox").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}
