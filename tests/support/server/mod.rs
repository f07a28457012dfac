//! A correct S3 server in memory, in the test's own process, with rules that can be broken one at a time.
//!
//! [`TestServer::start`] serves on a loopback port of its own until it is dropped. With [`Behaviour::default`]
//! every operation that it has is right; a [`Mutation`] breaks exactly one rule of S3, a [`Latent`] fault breaks one in a
//! certain state only, and a [`Fault`] breaks the transport or answers with nonsense. So a check can be seen passing and
//! seen failing.
//!
//! Deliberately absent: versions and ACLs (501 `NotImplemented`), virtual-host addressing,
//! and anything that survives the server.

pub(crate) mod fault;
pub(crate) mod hostile;
pub(crate) mod latent;
pub(crate) mod listing;
pub(crate) mod mutation;
pub(crate) mod operation;

mod lenient;
mod listener;
mod rules;
mod s3_impl;
mod store;
mod strange;
mod tags;
mod upload;
mod wire;

use fault::Fault;
use latent::Latent;
pub(crate) use listener::{ACCESS_KEY, SECRET_KEY, TestServer};
use mutation::Mutation;

/// What a server does otherwise than S3 would have it; nothing by default.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Behaviour {
    /// The rule that is broken.
    pub(crate) mutation: Option<Mutation>,
    /// The answers that are spoiled on their way.
    pub(crate) fault: Option<Fault>,
    /// What goes wrong in a certain state only.
    pub(crate) latent: Option<Latent>,
}

impl From<Mutation> for Behaviour {
    fn from(mutation: Mutation) -> Self {
        Self { mutation: Some(mutation), ..Self::default() }
    }
}

impl From<Fault> for Behaviour {
    fn from(fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::default() }
    }
}

impl From<Latent> for Behaviour {
    fn from(latent: Latent) -> Self {
        Self { latent: Some(latent), ..Self::default() }
    }
}
