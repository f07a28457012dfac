//! s3ci: continuous integration for an S3 server.
pub mod event;
pub mod exit;
pub mod model;
pub mod server;
