//! Where the server of a suite stores.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::spelled::spelled;

spelled! {
    /// What a server stores in.
    pub enum Backend {
        /// Files of its own.
        Local = "local",
        /// The Drime service.
        Drime = "drime",
    }
}

spelled! {
    /// Which Drime service it was.
    pub enum DrimeService {
        /// A stand-in for its API.
        Emulated = "emulated",
        /// The real one, with somebody's account.
        Cloud = "cloud",
        /// The one that the endpoint uses; s3ci does not know which that is.
        Endpoint = "endpoint",
    }
}

spelled! {
    /// What a stand-in is made to do with a second upload of one name, other than the real service is known to do.
    pub enum AssumedDuplicates {
        /// Both versions stay, and listings begin with the newest.
        KeepBoth = "keep_both",
        /// Both versions stay, and listings begin with the oldest.
        OldestFirst = "oldest_first",
    }
}

/// Where the server of a suite stores. Shown as `local` or `drime (emulated)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Storage {
    /// What the server stores in.
    pub backend: Backend,
    /// Which Drime service it was; none for the other backends.
    pub drime_service: Option<DrimeService>,
    /// What the stand-in is made to do; none where it does what the real service is known to do.
    pub assumed_duplicates: Option<AssumedDuplicates>,
}

impl Storage {
    pub const LOCAL: Self = Self { backend: Backend::Local, drime_service: None, assumed_duplicates: None };

    #[must_use]
    pub fn drime(service: DrimeService) -> Self {
        Self { backend: Backend::Drime, drime_service: Some(service), assumed_duplicates: None }
    }

    #[must_use]
    pub fn assuming(self, assumed_duplicates: Option<AssumedDuplicates>) -> Self {
        Self { assumed_duplicates, ..self }
    }
}

impl fmt::Display for Storage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { backend, drime_service, .. } = self;
        match drime_service {
            Some(service) => write!(formatter, "{backend} ({service})"),
            None => write!(formatter, "{backend}"),
        }
    }
}
