//! What survives: an orderly restart, a crash, a crash in the middle of an upload, a full disk, a second server beside.
//!
//! The checks end the server or fill its disk, so each runs alone. If s3ci does not run the server, it skips them.

mod disk_full;
mod memory;
mod neighbour;
mod restart;
mod torn;
mod version;

use super::check::Check;
use super::footprint::Footprint;
use super::scope::{ANYWHERE, Needs, Scope};
use crate::record::{Failure, Stop};
use crate::s3::RequestError;

/// The families in the order of the catalogue: memory is accounted for before anything else has used it, and the disk is filled last.
pub(super) static CHECKS: &[&[Check]] =
    &[memory::CHECKS, restart::CHECKS, torn::CHECKS, neighbour::CHECKS, disk_full::CHECKS];

const ALONE_OVER_A_RESTART: Scope = ANYWHERE.alone().needing(Needs::Restart);

/// The size of a disk that fills within a second or two, and is large enough for the large object.
pub(super) const FOOTPRINT: Footprint = Footprint {
    bytes: memory::OBJECT_BYTES as u64,
    largest_object_bytes: memory::OBJECT_BYTES as u64,
    objects: 1_000,
    data_limit_bytes: Some(3 * memory::OBJECT_BYTES as u64),
};

/// What an error of reading an object that was stored says of the server: no answer is a fault, any other answer is a loss.
fn lost(kind: &str, what: &str, expected: &str, error: RequestError) -> Stop {
    match error {
        RequestError::Rejected { .. } | RequestError::Broken { .. } => {
            let message = format!("{what} cannot be read: {error}");
            Failure::new(kind, message, expected, error.to_string()).into()
        }
        other => other.into(),
    }
}
