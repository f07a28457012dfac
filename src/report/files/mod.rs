//! The files of the reports: s3ci checks that it can write them before any work, and writes each as a whole.

mod outputs;
mod write;

pub use outputs::Outputs;
pub use write::{WriteError, check_writable, write_atomically};

pub(super) use write::quoted;
