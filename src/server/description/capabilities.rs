//! What a release of pys3local can do.

use serde::{Deserialize, Serialize};

/// As it was learnt from the release itself, and is kept in the cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::server) struct Capabilities {
    /// Its version, if its interpreter knows it.
    pub(in crate::server) version: Option<String>,
    /// Whether custom buckets are an option, and with it whether there is a default-bucket mode.
    pub(in crate::server) allow_bucket_creation: bool,
    /// Whether it has a drime backend, and what that and its stand-in need is installed.
    pub(in crate::server) drime: bool,
}
