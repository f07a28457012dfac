//! What can go wrong with the service behind a drime server.

use std::path::PathBuf;

use crate::record::FaultKind;

/// The Drime API, or its stand-in, cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DrimeError {
    /// The address of the API cannot be used.
    #[error("use the Drime API at {url}: {problem}")]
    Address {
        /// The address.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The certificates to trust cannot be had.
    #[error("read the certificates for the Drime cloud from {}: {problem}", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// No answer came.
    #[error("reach {service}: {reason}")]
    Unreachable {
        /// The service or its stand-in.
        service: &'static str,
        /// What the system said.
        reason: String,
    },
    /// The key is not accepted.
    #[error("use the Drime account: {service} refuses the API key")]
    KeyRefused {
        /// The service or its stand-in.
        service: &'static str,
    },
    /// The key's owner is not a member of the workspace.
    #[error("use the Drime workspace {workspace}: {service} does not let this key in")]
    WorkspaceRefused {
        /// The service or its stand-in.
        service: &'static str,
        workspace: u64,
    },
    /// The service refuses what it should grant.
    #[error("{step}: {service} answers with status {status}")]
    Refused {
        /// The service or its stand-in.
        service: &'static str,
        /// What was asked of it.
        step: &'static str,
        /// Its answer.
        status: u16,
    },
    /// The answer is not what the API gives.
    #[error("{step}: s3ci cannot read the answer of {service} ({problem})")]
    Nonsense {
        /// The service or its stand-in.
        service: &'static str,
        /// What was asked of it.
        step: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The stand-in did not come up.
    #[error("start the Drime stand-in: {reason}{}", log.iter().fold(String::new(), |text, line| format!("{text}\n  | {line}")))]
    NotStarted {
        /// Why not.
        reason: String,
        /// Its last lines.
        log: Vec<String>,
    },
    /// The stand-in was there and has ended.
    #[error("use the Drime stand-in: it died: {how}")]
    Died {
        /// How it ended.
        how: String,
    },
}

impl DrimeError {
    /// Stable, kebab-case class of the error.
    #[must_use]
    pub fn kind(&self) -> FaultKind {
        match self {
            Self::KeyRefused { .. } => FaultKind::DrimeKeyRefused,
            Self::WorkspaceRefused { .. } => FaultKind::DrimeWorkspaceRefused,
            Self::NotStarted { .. } => FaultKind::DrimeStandInNotStarted,
            Self::Died { .. } => FaultKind::DrimeStandInDied,
            Self::Certificates { .. } => FaultKind::DrimeCertificates,
            Self::Address { .. } | Self::Unreachable { .. } | Self::Refused { .. } | Self::Nonsense { .. } => {
                FaultKind::DrimeUnavailable
            }
        }
    }

    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Address { .. } => "DRIME_API_URL looks like https://app.drime.cloud/api/v1",
            Self::Certificates { .. } => "name a file of certificates in PEM with --ca-bundle or SSL_CERT_FILE",
            Self::Unreachable { .. } => "check that the service is up and that this machine reaches it",
            Self::KeyRefused { .. } => "check DRIME_API_KEY, or do without an account: `--drime emulated`",
            Self::WorkspaceRefused { .. } => "check DRIME_WORKSPACE_ID; 0 is the personal workspace",
            Self::Refused { status: 429, .. } => {
                "the service limits the rate: wait, run fewer suites, or leave `--drime-set fault-…` out"
            }
            Self::Refused { .. } | Self::Nonsense { .. } => "the service is out of order: wait and try again",
            Self::NotStarted { .. } => "the lines above are from the stand-in; `--drime-set` gives its settings",
            Self::Died { .. } => "the last lines of its log are in the report",
        };
        Some(hint.to_owned())
    }

    /// The stand-in's last log lines.
    #[must_use]
    pub fn log(&self) -> &[String] {
        match self {
            Self::NotStarted { log, .. } => log,
            _ => &[],
        }
    }
}
