//! s3ci puts an S3 server through continuous integration.
//!
//! One command starts the server in throwaway, isolated containers, runs benchmarks and correctness checks against it, and answers
//! with an exit code and reports. When in doubt, two sentences decide:
//!
//! - s3ci never lets a data-loss bug through, and never calls a correct server wrong.
//! - Every report is a rendering of one record.
//!
//! # How the code is organised
//!
//! Data flows one way:
//!
//! ```text
//! cli → config → plan → run (server, checks, throughput) → record → report → exit code
//! ```
//!
//! The modules are on floors. A module imports only from the floors below it, so modules on one floor do not import each other.
//! `tests/outside/house` reads this table, which also has the floors inside a module:
//!
//! ```text
//! crate:
//!     main
//!     app
//!     run  cli
//!     ledger
//!     plan
//!     report  throughput  checks
//!     config  history  exit
//!     server  model
//!     event  workload  s3
//!     record  base
//! ```
//!
//! # Invariants
//!
//! - [`record`] imports nothing of the crate, and everything may import it.
//! - Only [`cli`] uses clap, only [`server`] uses bollard, and only [`s3`] uses `aws_sdk_s3`.
//! - Only `report::console` prints, and nothing but [`app`] imports [`report`].
//! - A check never knows which host serves it.
//! - A wrong answer of the server is a value ([`record::Failure`]); a fault means that s3ci could not judge.
//! - The server is not trusted: its keys never become paths by themselves, its bodies are bounded, each request has a deadline, and
//!   its words never reach a report or a terminal unsanitised.
//!
//! `tests/outside/house` checks those that a test can check.

pub mod app;
pub mod base;
pub mod checks;
pub mod cli;
pub mod config;
pub mod event;
pub mod exit;
pub mod history;
pub mod ledger;
pub mod model;
pub mod plan;
pub mod record;
pub mod report;
pub mod run;
pub mod s3;
pub mod server;
pub mod throughput;
pub mod workload;
