//! What it means when the daemon refuses something.

use bollard::errors::Error as Bollard;

use crate::server::error::DockerError;

/// Whether the daemon says that the thing does not exist.
pub(super) fn is_absent(error: &Bollard) -> bool {
    matches!(error, Bollard::DockerResponseServerError { status_code: 404, .. })
}

/// Whether the daemon says that the thing is being removed already.
pub(super) fn is_being_removed(error: &Bollard) -> bool {
    matches!(error, Bollard::DockerResponseServerError { status_code: 409, .. })
}

/// What the daemon said when it refused a step.
pub(super) fn message(error: &DockerError) -> Option<&str> {
    let DockerError::Daemon { source, .. } = error else { return None };
    match source.downcast_ref() {
        Some(Bollard::DockerResponseServerError { message, .. }) => Some(message),
        _ => None,
    }
}
