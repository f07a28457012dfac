//! Requests that are built and signed by hand, because no SDK sends them, or not twice in the same way.
//!
//! Owns the signature (`sign`), the framing of content in chunks (`framing`), what a request says (`request`), how it
//! is sent (`wire`), and a persistent connection for timed requests (`connection`). `prepare` signs a request and `send`
//! sends it; in between a check can tamper with it. Deliberately absent: everything that the SDK client can do as a
//! client does it.

mod connection;
mod framing;
mod request;
mod sign;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;

use super::recorder::Recorder;
use super::{ClientSettings, S3};

pub use connection::{Timed, TimedConnection};
pub use framing::{Trailer, content_md5, crc32, crc64nvme};
pub use request::{Payload, Prepared, Proof, RawRequest};
pub use wire::{Delivery, RawAnswer};

/// Sends raw requests to one server, each over a connection of its own.
#[derive(Debug, Clone)]
pub struct Raw {
    settings: Arc<ClientSettings>,
    recorder: Option<Recorder>,
}

impl Raw {
    #[must_use]
    pub fn signing_with(&self, access_key: &str, secret_key: &str) -> Self {
        let settings = ClientSettings {
            access_key: access_key.to_owned(),
            secret_key: secret_key.to_owned(),
            ..(*self.settings).clone()
        };
        Self { settings: Arc::new(settings), recorder: self.recorder.clone() }
    }

    #[must_use]
    pub fn access_key(&self) -> &str {
        &self.settings.access_key
    }
}

impl S3 {
    /// A sender with the credentials and the recorder of this client.
    #[must_use]
    pub fn raw(&self) -> Raw {
        Raw { settings: Arc::clone(&self.settings), recorder: self.recorder.clone() }
    }
}
