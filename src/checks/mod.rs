//! The suites: named groups of checks on one backend, and the catalogue that lists them.
//!
//! Owns what is asked of a server and how its answers are judged. Deliberately absent: how the server is run (a suite gets a running
//! one), reports, exit codes, and the throughput comparison.
//!
//! A new check is an entry in the file of its family, a new family a file and a line in the module of its kind, a new kind of suite a
//! row of `catalogue`.

mod api;
mod auth;
mod bench;
mod capability;
mod catalogue;
mod check;
mod check_context;
mod clients;
mod containment;
mod durability;
mod etag;
mod execution;
mod footprint;
mod judge;
mod kept_data;
mod large;
mod model;
mod refusal;
mod runner;
mod scope;
mod steps;
mod suite;
mod suite_context;
mod sync;
mod throughput;
mod upgrade;

pub use catalogue::{CATALOGUE, on_backend};
pub use clients::client_programs;
pub use footprint::Footprint;
pub use kept_data::KeptData;
pub use runner::CheckRunner;
pub use suite::Suite;
pub use suite_context::{BucketNumbers, ModelSettings, SuiteContext, SuiteSettings};
pub use throughput::{Finding, report_findings};
pub use upgrade::report_not_started;
