//! What can go wrong with a server, one variant a step, each saying what to try.

use super::docker::DockerError;
use super::drime::DrimeError;
use super::external::ExternalError;
use super::process::ProcessError;
use super::ready::ReadyError;
use super::target::TargetError;
use super::toolbox::ToolboxError;
use crate::record::{Fault, FaultKind};

/// So many releases are named where one was asked for that does not exist.
const NEWEST: usize = 5;

/// A step of preparing, starting or stopping a server failed.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The target is not what it should be.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The package index has no such release: a mistake on the command line, not of the machine.
    #[error("find release {version} of pys3local: there is no such release")]
    UnknownRelease {
        /// The release that was asked for.
        version: String,
        /// The releases that there are, oldest first.
        available: Vec<String>,
    },
    /// The server cannot do what the suite needs, so the suite does not apply.
    #[error("start a server with {what}: the release does not offer it")]
    Unsupported {
        /// What is missing, such as `a default-bucket mode`.
        what: &'static str,
    },
    /// Docker failed.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// The process runtime failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// What a drime server stores in failed.
    #[error(transparent)]
    Drime(#[from] DrimeError),
    /// The endpoint that somebody else runs failed.
    #[error(transparent)]
    External(#[from] ExternalError),
    /// The server ended before anything could be asked of its container.
    #[error("keep the server running: {reason}{}", quoted(log))]
    EndedAtOnce {
        /// How it ended.
        reason: String,
        /// Its last log lines.
        log: Vec<String>,
    },
    /// The server was started, and gave no S3 answer.
    #[error("{source}{}", quoted(log))]
    NotReady {
        /// Why it is taken for not ready.
        source: ReadyError,
        /// Its last log lines.
        log: Vec<String>,
    },
    /// The server was told to start again and did not.
    #[error("restart the server: {reason}{}", quoted(log))]
    NotRestarted {
        /// What was waited for, or what happened instead.
        reason: String,
        /// Its last log lines.
        log: Vec<String>,
    },
    /// The clients' side failed.
    #[error(transparent)]
    Toolbox(#[from] ToolboxError),
    /// The process that clears up after a killed s3ci could not be started, or did not listen.
    #[error("start the process that clears up after a killed s3ci")]
    Reaper(#[source] std::io::Error),
}

impl ServerError {
    /// Whether there is no Docker here to speak of, so that another runtime may do.
    #[must_use]
    pub fn is_without_docker(&self) -> bool {
        matches!(self, Self::Docker(error) if error.is_about_the_daemon())
    }

    /// Why a suite does not apply to the server, where that is all that is wrong.
    #[must_use]
    pub fn unsupported(&self) -> Option<String> {
        let what = match self {
            Self::Unsupported { what } => (*what).to_owned(),
            Self::Process(ProcessError::Unsupported { what }) => what.clone(),
            _ => return None,
        };
        Some(format!("the release does not offer {what}"))
    }

    /// Whether the server was started and ended by itself, without an answer: a matter of the server, other than one that is slow.
    #[must_use]
    pub fn ended_by_itself(&self) -> bool {
        match self {
            Self::EndedAtOnce { .. } => true,
            Self::NotReady { source, .. } | Self::Process(ProcessError::NotReady { source, .. }) => {
                matches!(source, ReadyError::Ended { .. })
            }
            _ => false,
        }
    }

    /// The server's last log lines, where it got far enough to have some.
    #[must_use]
    pub fn log(&self) -> &[String] {
        match self {
            Self::EndedAtOnce { log, .. }
            | Self::NotReady { log, .. }
            | Self::NotRestarted { log, .. }
            | Self::Process(ProcessError::NotReady { log, .. }) => log,
            Self::Drime(error) | Self::Process(ProcessError::Drime(error)) => error.log(),
            _ => &[],
        }
    }

    /// Stable, kebab-case class of the error.
    #[must_use]
    pub fn kind(&self) -> FaultKind {
        match self {
            Self::Target(_)
            | Self::UnknownRelease { .. }
            | Self::Process(ProcessError::Target(_) | ProcessError::UnknownRelease { .. }) => FaultKind::Target,
            Self::Unsupported { .. } => FaultKind::Unsupported,
            Self::Docker(error) => error.kind(),
            Self::Drime(error) | Self::Process(ProcessError::Drime(error)) => error.kind(),
            Self::Process(ProcessError::PortTaken { .. }) => FaultKind::PortInUse,
            Self::EndedAtOnce { .. }
            | Self::NotReady { .. }
            | Self::Process(ProcessError::NotReady { .. })
            | Self::External(_) => FaultKind::ServerNotReady,
            Self::Process(_) => FaultKind::ProcessRuntime,
            Self::NotRestarted { .. } => FaultKind::ServerNotRestarted,
            Self::Toolbox(_) => FaultKind::Clients,
            Self::Reaper(_) => FaultKind::Reaper,
        }
    }

    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Target(error) => error.hint(),
            Self::Unsupported { .. } => None,
            Self::Process(error) => error.hint(),
            Self::Toolbox(error) => error.hint(),
            Self::External(error) => error.hint(),
            Self::Drime(error) => error.hint(),
            Self::UnknownRelease { available, .. } => Some(releases_to_try(available)),
            Self::Docker(error) => error.hint(),
            Self::NotReady { source, .. } => source.hint(),
            Self::EndedAtOnce { .. } | Self::NotRestarted { .. } => {
                Some("the log lines above are the server's own".into())
            }
            Self::Reaper(_) => {
                Some("s3ci starts itself a second time; see that its program file is still there".into())
            }
        }
    }

    /// The error as the record keeps it, with its chain of causes.
    #[must_use]
    pub fn fault(&self) -> Fault {
        let mut message = format!("failed to {self}");
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let text = error.to_string();
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            cause = error.source();
        }
        Fault { kind: self.kind(), message, hint: self.hint() }
    }
}

/// The newest of some releases, which stand oldest first, and how one of them is named.
pub(super) fn releases_to_try(available: &[String]) -> String {
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
        let error = ServerError::Reaper(std::io::Error::other("no such program"));
        let fault = error.fault();
        assert_eq!(fault.message, "failed to start the process that clears up after a killed s3ci: no such program");
        assert_eq!(fault.kind, FaultKind::Reaper);
    }

    #[test]
    fn an_unknown_release_is_said_not_to_exist_and_the_newest_ones_are_named() {
        let available: Vec<String> = (0..9).map(|minor| format!("0.{minor}.0")).collect();
        let unknown = ServerError::UnknownRelease { version: "9.9.9".into(), available: available.clone() };
        let in_a_process = ProcessError::UnknownRelease { version: "9.9.9".into(), available };
        for error in [unknown, in_a_process.into()] {
            assert_eq!(error.to_string(), "find release 9.9.9 of pys3local: there is no such release");
            let hint = "the newest releases are 0.8.0, 0.7.0, 0.6.0, 0.5.0, 0.4.0; try `pypi:0.8.0`";
            assert_eq!((error.kind(), error.hint().as_deref()), (FaultKind::Target, Some(hint)));
        }
    }
}
