//! What can go wrong with a server, one variant a step, each saying what to try.

use std::time::Duration;

use super::target::TargetError;
use crate::model::Fault;

/// A step of preparing, starting or stopping a server failed.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The target is not what it should be.
    #[error(transparent)]
    Target(#[from] TargetError),
}

impl ServerError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        None
    }
}
