//! s3ci: continuous integration for an S3 server.
pub mod event;
pub mod exit;
pub mod model;
pub mod s3;
pub mod server;
pub mod suites;
pub mod workload;
