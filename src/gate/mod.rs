//! The throughput gate: did the candidate become slower than the base?
//!
//! Owns the statistics, which are pure: the exact signed-rank interval of the Hodges-Lehmann estimate, and the looks by which a
//! [`Sequence`] judges. The unit is the block, never the request: requests of one server have that server's luck in common. Nothing is
//! thrown away as an outlier.

mod change_points;
mod location;
mod sequence;
mod signed_rank;

pub use change_points::{ChangePoint, SIGNIFICANCE, change_points};
pub use sequence::{ALPHA, Sequence, SequenceError};
