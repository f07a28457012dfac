//! The files that reports are written to: found out to be writable before any work, and written as a whole.

mod outputs;
mod write;

pub use outputs::Outputs;
pub use write::{WriteError, check_writable, write_atomically};

pub(super) use write::quoted;
