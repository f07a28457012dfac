//! What earlier runs measured, commit by commit.
//!
//! Owns the line that a run leaves behind ([`Entry`]), the places where lines are kept ([`Store`]: a file, or a branch of a git
//! repository) so that nothing is lost when several add at once, and how lines become series that can be compared ([`charts`]): figures
//! of one kind of machine with one another, ratios to one reference with one another, and nothing else.
//!
//! Deliberately absent: statistics, which the throughput comparison has and which are handed in, and pictures.

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
