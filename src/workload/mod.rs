//! Test data on disk and in memory, and the comparison with what came back.
//!
//! Everything follows from a seed, so that you can repeat a failure. Deliberately absent: S3, servers, and verdicts. A
//! difference between two trees is a value.

mod content;
mod dataset;
mod tree;

pub use content::{Content, md5_hex, md5_of_md5s_hex, seeded, sha256_hex};
pub use dataset::{DataFile, Dataset, DatasetSettings};
pub use tree::{Difference, SizeClass, compare, copy_tree, path_for};
