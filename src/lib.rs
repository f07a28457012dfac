//! s3ci puts an S3 server through continuous integration.
//!
//! One command starts the server in throwaway, isolated containers, runs benchmarks and correctness checks against it, and answers
//! with an exit code and reports. Two sentences rule everything here:
//!
//! - It never lets a data-loss bug through, and never cries wolf.
//! - One command, one glance, one truth: every report is a rendering of the same record.
//!
//! # The house
//!
//! Data flows one way:
//!
//! ```text
//! cli → config → plan → run (server, checks, throughput) → record → report → exit code
//! ```
//!
//! Seen as floors, each importing only what stands below it; rooms of one floor do not know each other. `tests/outside/house` reads
//! this table, here and for what lies inside a module:
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
//! - clap stands only in [`cli`]; bollard only in [`server`]; `aws_sdk_s3` only in [`s3`].
//! - Only `report::console` prints, and nothing but [`app`] imports [`report`].
//! - A check never knows which host serves it.
//! - A wrong answer of the server is a value ([`record::Failure`]); a fault means that s3ci could not judge.
//! - The server is not trusted: its keys never become paths by themselves, its bodies are bounded, each request has a deadline, and
//!   its words never reach a report or a terminal unsanitised.
//!
//! `tests/outside/house` holds those that a test can hold.

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
