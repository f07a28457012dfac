//! The throughput gate: did the candidate become slower than the base?
//!
//! Owns the [`duet`], which measures both in turn, and the statistics, which are pure: the exact signed-rank interval of the
//! Hodges-Lehmann estimate, the looks by which a [`Sequence`] judges, and the smallest drop that could have been seen. The unit is
//! the block, never the request: requests of one server have that server's luck in common. Nothing is thrown away as an outlier.

mod change_points;
pub mod duet;
mod location;
mod power;
mod sequence;
mod signed_rank;
#[cfg(test)]
mod simulation;

pub use change_points::{ChangePoint, SIGNIFICANCE, change_points};
pub use sequence::{ALPHA, Sequence, SequenceError};
