//! What can go wrong with a server on any host: one variant a step, each with a hint what to try.
//!
//! The errors of Docker alone and of virtual environments alone are in their own files; the errors of any host are here.

mod docker;
mod process;

use std::io;

pub use docker::DockerError;
pub use process::ProcessError;

use super::clients::ClientsError;
use super::drime::DrimeError;
use super::ready::ReadyError;
use super::target::TargetError;
use crate::base::causes_of;
use crate::record::{Fault, FaultKind};

/// So many releases are named where one was asked for that does not exist.
const NEWEST: usize = 5;

/// A step of preparing, starting or stopping a server failed.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The package index has no such release: a mistake on the command line, not of the machine. `available` has the oldest first.
    #[error("find release {version} of pys3local: there is no such release")]
    UnknownRelease { version: String, available: Vec<String> },
    /// The server cannot do what the suite needs, so the suite does not apply. `what` reads like `a default-bucket mode`.
    #[error("start a server with {what}: the release does not offer it")]
    Unsupported { what: &'static str },
    /// Something was asked for that only the owner of an endpoint can do, such as `restart`.
    #[error("{what} an endpoint: s3ci does not run it")]
    NotOurs { what: &'static str },
    #[error(transparent)]
    Docker(#[from] DockerError),
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error(transparent)]
    Drime(#[from] DrimeError),
    #[error(transparent)]
    Clients(#[from] ClientsError),
    #[error("listen on port {port}: it is in use")]
    PortInUse { port: u16 },
    /// The server ended before anything could be asked of its container.
    #[error("keep the server running: {reason}{}", quoted(log))]
    EndedAtOnce { reason: String, log: Vec<String> },
    /// The server was started, and gave no S3 answer.
    #[error("{source}{}", quoted(log))]
    NotReady { source: ReadyError, log: Vec<String> },
    /// The server was told to start again and did not. `reason` is what was waited for, or what happened instead.
    #[error("restart the server: {reason}{}", quoted(log))]
    NotRestarted { reason: String, log: Vec<String> },
    #[error("reach the endpoint")]
    EndpointNotReady(#[source] ReadyError),
    #[error("start the process that cleans up after a killed s3ci")]
    Watchdog(#[source] io::Error),
}

impl ServerError {
    /// Whether there is no usable Docker here, so that s3ci may use another host.
    pub fn is_without_docker(&self) -> bool {
        matches!(self, Self::Docker(error) if error.is_about_the_daemon())
    }

    /// Why a suite does not apply to the server, where that is all that is wrong.
    pub fn unsupported(&self) -> Option<String> {
        match self {
            Self::Unsupported { what } => Some(format!("the release does not offer {what}")),
            _ => None,
        }
    }

    /// Whether the server started and ended by itself without an answer. That is a fault of the server, unlike a slow start.
    pub fn ended_by_itself(&self) -> bool {
        matches!(self, Self::EndedAtOnce { .. } | Self::NotReady { source: ReadyError::Ended { .. }, .. })
    }

    /// The server's last log lines, where it got far enough to have some.
    pub fn log(&self) -> &[String] {
        match self {
            Self::EndedAtOnce { log, .. } | Self::NotReady { log, .. } | Self::NotRestarted { log, .. } => log,
            Self::Drime(error) => error.log(),
            _ => &[],
        }
    }

    /// Stable, kebab-case class of the error.
    pub fn kind(&self) -> FaultKind {
        match self {
            Self::Target(_) | Self::UnknownRelease { .. } => FaultKind::Target,
            Self::Unsupported { .. } | Self::NotOurs { .. } => FaultKind::Unsupported,
            Self::Docker(error) => error.kind(),
            Self::Process(_) => FaultKind::ProcessRuntime,
            Self::Drime(error) => error.kind(),
            Self::Clients(_) => FaultKind::Clients,
            Self::PortInUse { .. } => FaultKind::PortInUse,
            Self::EndedAtOnce { .. } | Self::NotReady { .. } | Self::EndpointNotReady(_) => FaultKind::ServerNotReady,
            Self::NotRestarted { .. } => FaultKind::ServerNotRestarted,
            Self::Watchdog(_) => FaultKind::Reaper,
        }
    }

    /// What to try next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Target(error) => error.hint(),
            Self::UnknownRelease { available, .. } => Some(releases_to_try(available)),
            Self::Unsupported { .. } | Self::NotOurs { .. } => None,
            Self::Docker(error) => error.hint(),
            Self::Process(error) => error.hint(),
            Self::Drime(error) => error.hint(),
            Self::Clients(error) => error.hint(),
            Self::PortInUse { .. } => Some("leave `--port` out to get a free port, or stop what listens there".into()),
            Self::NotReady { source, .. } => source.hint(),
            Self::EndedAtOnce { .. } | Self::NotRestarted { .. } => {
                Some("the log lines above are from the server".into())
            }
            Self::EndpointNotReady(ReadyError::NotS3 { .. }) => Some("check the URL's port and path".into()),
            Self::EndpointNotReady(ReadyError::TimedOut { .. }) => {
                Some("check that the server runs and is reachable; --ready-timeout says how long to wait for it".into())
            }
            Self::EndpointNotReady(error) => error.hint(),
            Self::Watchdog(_) => {
                Some("s3ci starts itself a second time; check that its program file is still there".into())
            }
        }
    }

    /// The error as the record keeps it, with its chain of causes.
    pub fn fault(&self) -> Fault {
        let mut message = format!("failed to {self}");
        for cause in causes_of(self) {
            if !message.contains(&cause) {
                message = format!("{message}: {cause}");
            }
        }
        Fault { kind: self.kind(), message, hint: self.hint() }
    }
}

/// The newest of some releases, which stand oldest first, and how one of them is named.
fn releases_to_try(available: &[String]) -> String {
    let newest: Vec<&str> = available.iter().rev().take(NEWEST).map(String::as_str).collect();
    let first = newest.first().copied().unwrap_or("latest");
    format!("the newest releases are {}; try `pypi:{first}`", newest.join(", "))
}

fn quoted(log: &[String]) -> String {
    log.iter().fold(String::new(), |text, line| format!("{text}\n  | {line}"))
}

impl From<ServerError> for Fault {
    fn from(error: ServerError) -> Self {
        error.fault()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_every_cause_once() {
        let error = ServerError::Watchdog(io::Error::other("no such program"));
        let fault = error.fault();
        assert_eq!(fault.message, "failed to start the process that cleans up after a killed s3ci: no such program");
        assert_eq!(fault.kind, FaultKind::Reaper);
    }

    #[test]
    fn an_unknown_release_is_said_not_to_exist_and_the_newest_ones_are_named() {
        let available: Vec<String> = (0..9).map(|minor| format!("0.{minor}.0")).collect();
        let error = ServerError::UnknownRelease { version: "9.9.9".into(), available };
        assert_eq!(error.to_string(), "find release 9.9.9 of pys3local: there is no such release");
        let hint = "the newest releases are 0.8.0, 0.7.0, 0.6.0, 0.5.0, 0.4.0; try `pypi:0.8.0`";
        assert_eq!((error.kind(), error.hint().as_deref()), (FaultKind::Target, Some(hint)));
    }
}
