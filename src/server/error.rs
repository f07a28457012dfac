//! What can go wrong with a server.

use super::external::ExternalError;
use super::process::ProcessError;
use super::target::TargetError;
use crate::model::Fault;

/// A step of preparing, starting or stopping a server failed.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The target is not what it should be.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The process runtime failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The endpoint failed.
    #[error(transparent)]
    External(#[from] ExternalError),
}
impl ServerError {
    pub fn unsupported(&self) -> Option<String> {
        match self { Self::Process(ProcessError::Unsupported { what }) => Some(format!("the release has no {what}")), _ => None }
    }
    pub fn log(&self) -> Vec<String> {
        match self { Self::Process(ProcessError::NotReady { log, .. }) => log.clone(), _ => Vec::new() }
    }
}
impl From<ServerError> for Fault { fn from(e: ServerError) -> Self { Fault::new("server", e.to_string()) } }
