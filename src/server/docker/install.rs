//! Installs packages in a container of its own, and takes out of it what was installed.
//!
//! What the container is told stands nowhere but in a pipe: no password of a package index gets into an image, its history, or the
//! configuration of a container. A checkout is a stranger's code: it is built without network and without any setting, as an unprivileged
//! user, within a deadline and bounds for memory, processors, processes, disk and output. Deliberately absent: images.

use std::path::Path;
use std::time::Duration;

use bollard::Docker;
use bollard::container::LogOutput;
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;

use super::build::{File, context};
use super::connect::Daemon;
use super::container::{self, Room};
use super::launch::{self, Launched, Output};
use super::stand_in::handed;
use crate::event::{Event, Events};
use crate::server::certificates::only_certificates;
use crate::server::error::DockerError;
use crate::server::log::ServerLog;
use crate::server::package_index::PackageIndex;
use crate::server::target::Sources;

const MEBIBYTE: u64 = 1024 * 1024;

/// The script that installs; see its own comments.
pub(super) const SCRIPT: &str = include_str!("../../../docker/install.sh");

/// Lines of output that an error quotes.
const QUOTED_LINES: usize = 20;

/// The most that an installation may print; pip prints a few kilobytes.
const MOST_PRINTED_BYTES: usize = 2 << 20;

/// What is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Everything beside the server.
    Dependencies,
    /// The clients from PyPI.
    Clients,
    /// A release of the server, from the package index.
    Release,
    /// A checkout of the server.
    Checkout,
}

impl What {
    /// As the script calls it.
    fn word(self) -> &'static str {
        match self {
            Self::Dependencies => "dependencies",
            Self::Clients => "clients",
            Self::Release | Self::Checkout => "server",
        }
    }

    fn room(self) -> Room {
        match self {
            Self::Dependencies | Self::Clients => {
                Room { scratch_bytes: 1024 * MEBIBYTE, installed_bytes: 2048 * MEBIBYTE }
            }
            Self::Release | Self::Checkout => Room { scratch_bytes: 512 * MEBIBYTE, installed_bytes: 0 },
        }
    }

    /// The most that may come out.
    fn most_bytes(self) -> u64 {
        let Room { scratch_bytes, installed_bytes } = self.room();
        installed_bytes.max(scratch_bytes / 2)
    }
}

/// What was installed: an archive that whatever ran in the container may have written.
pub(super) struct Installed {
    pub(super) what: What,
    pub(super) archive: Vec<u8>,
}

/// An installation that came to nothing.
pub(super) enum Failed {
    /// It failed by itself, or was ended at one of its limits.
    Installation {
        reason: String,
        output: Vec<String>,
    },
    Daemon(DockerError),
}

impl Failed {
    /// The same, as what happened while an image was built.
    pub(super) fn into_build(self, image: &str) -> DockerError {
        match self {
            Self::Installation { reason, output } => DockerError::Build { image: image.into(), reason, output },
            Self::Daemon(error) => error,
        }
    }
}

impl From<DockerError> for Failed {
    fn from(error: DockerError) -> Self {
        Self::Daemon(error)
    }
}

/// What to install, and from what.
pub(super) struct Order<'a> {
    pub(super) what: What,
    /// Id of the image in which it is installed.
    pub(super) image: &'a str,
    pub(super) files: &'a [File],
    pub(super) sources: Option<&'a Sources>,
    /// Variables of the script's own.
    pub(super) variables: Vec<(&'static str, String)>,
    pub(super) ca_bundle: Option<&'a Path>,
    pub(super) deadline: Duration,
}

/// Installs; what is printed goes to the listeners.
///
/// # Errors
///
/// The daemon refuses a step, or the installation fails. Nothing is left of the container in either case.
pub(super) async fn install(
    daemon: &Daemon,
    run_id: &str,
    order: Order<'_>,
    events: &Events,
) -> Result<Installed, Failed> {
    let has_network = order.what != What::Checkout;
    let index = if has_network { PackageIndex::of_environment() } else { PackageIndex::default() };
    let certificates = if has_network { certificates(order.ca_bundle).await? } else { String::new() };
    let variables: Vec<_> = index.variables().iter().cloned().chain(order.variables).collect();
    let archive = context(order.files, order.sources, None).map_err(DockerError::Pack)?;
    let script = [SCRIPT, order.what.word(), &archive.len().to_string()].map(str::to_owned);
    let mut input = handed(&variables, &certificates).into_bytes();
    input.extend(archive);

    let name = format!("s3ci-{run_id}-install-{}", order.what.word());
    let room = order.what.room();
    let body = container::of_installation(order.image, run_id, &daemon.info, script, room, has_network);
    let log = ServerLog::new(index.secrets());
    let within =
        tokio::time::timeout(order.deadline, run(&daemon.docker, &name, body, &input, order.what, &log, events));
    let outcome = within.await.unwrap_or_else(|_| {
        let seconds = order.deadline.as_secs();
        Ok(Err(format!("it did not end within {seconds} s")))
    });
    launch::remove(&daemon.docker, &name).await?;
    match outcome? {
        Ok(archive) => Ok(Installed { what: order.what, archive }),
        Err(reason) => Err(Failed::Installation { reason, output: log.tail(QUOTED_LINES) }),
    }
}

/// Runs the container to its end; the archive, or why there is none.
async fn run(
    docker: &Docker,
    name: &str,
    body: bollard::models::ContainerCreateBody,
    input: &[u8],
    what: What,
    log: &ServerLog,
    events: &Events,
) -> Result<Result<Vec<u8>, String>, DockerError> {
    let Launched { output, lifeline, ending } = launch::launch(docker, name, body, "").await?;
    let mut pipe = lifeline.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let write = async {
        // A container that has ended already tells why by itself.
        if let Err(error) = pipe.write_all(input).await.and(pipe.flush().await) {
            tracing::debug!(name, %error, "the container does not listen");
        }
        // The container takes the end of its input for the end of s3ci.
        std::future::pending::<()>().await;
    };
    let archive = tokio::select! {
        archive = read(output, what, log, events) => archive?,
        () = write => Ok(Vec::new()),
    };
    let archive = match archive {
        Ok(archive) => archive,
        Err(reason) => return Ok(Err(reason)),
    };
    Ok(match ending.code().await {
        (_, true) => Err("it ran out of memory".to_owned()),
        (Some(0), _) => Ok(archive),
        (Some(code), _) => Err(format!("it ended with exit code {code}")),
        (None, _) => Err("it ended, and the daemon does not tell how".to_owned()),
    })
}

/// Reads what the container writes until it ends, or writes too much.
async fn read(
    mut output: Output,
    what: What,
    log: &ServerLog,
    events: &Events,
) -> Result<Result<Vec<u8>, String>, DockerError> {
    let (mut archive, mut printed) = (Vec::new(), 0);
    while let Some(piece) = output.next().await {
        match piece.map_err(DockerError::during("read what an installation prints"))? {
            LogOutput::StdErr { message } => {
                printed += message.len();
                if printed > MOST_PRINTED_BYTES {
                    return Ok(Err(format!("it printed more than {} MiB", MOST_PRINTED_BYTES >> 20)));
                }
                for line in log.lines_of(&message).into_iter().filter(|line| !line.trim().is_empty()) {
                    events.emit(Event::Output { line }).await;
                }
            }
            other => {
                archive.extend_from_slice(other.as_ref());
                if archive.len() as u64 > what.most_bytes() {
                    return Ok(Err(format!("what it made is larger than {} MiB", what.most_bytes() / MEBIBYTE)));
                }
            }
        }
    }
    Ok(Ok(archive))
}

/// Certificates to trust on the way to the package index.
async fn certificates(bundle: Option<&Path>) -> Result<String, DockerError> {
    let Some(path) = bundle else { return Ok(String::new()) };
    let read = tokio::fs::read(path).await;
    let text = read.map_err(|source| DockerError::CaBundle { path: path.display().to_string(), source })?;
    Ok(only_certificates(&String::from_utf8_lossy(&text)))
}
