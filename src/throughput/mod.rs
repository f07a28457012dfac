//! The throughput comparison: did the candidate become slower than the base?
//!
//! Owns the [`comparison`], which measures both in turns, and the statistics, which are pure: the exact signed-rank
//! interval of the Hodges-Lehmann estimate, the looks at which a [`Sequence`] judges, the smallest drop that a
//! comparison would have found, and the comparison with an earlier run ([`since_baseline`]). The unit is the block,
//! never the request, because the requests to one server all depend on that server. Nothing is discarded as an outlier.

mod baseline;
mod change_points;
pub mod comparison;
mod location;
mod millionths;
mod power;
mod sequence;
mod signed_rank;
#[cfg(test)]
mod simulation;

pub use baseline::since_baseline;
pub use change_points::{ChangePoint, FEWEST_POINTS, SIGNIFICANCE, change_points};
pub use sequence::{ALPHA, Sequence, SequenceError};
