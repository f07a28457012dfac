//! What earlier runs measured, commit by commit.
//!
//! Owns the line of a run ([`Entry`]), the places that keep lines ([`Store`]: a file, or a branch of a git repository)
//! and lose none when several machines add at once, and how lines become series of comparable values ([`charts`]).
//!
//! Deliberately absent: statistics, which the caller passes in from the throughput comparison, and pictures.

mod branch;
mod chart;
mod entry;
mod error;
mod file;
mod git;
mod lines;
mod store;

pub use chart::{Chart, Mark, Panel, PanelKind, Point, Segment, charts};
pub use entry::{Commit, Counts, Entry, Measured, Ratio};
pub use error::HistoryError;
pub use git::Git;
pub use lines::History;
pub use store::{Added, Store};
