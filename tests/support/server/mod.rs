//! A correct S3 server in memory, in the test's own process, with rules that can be broken one at a time.
//!
//! [`TestServer::start`] serves on a loopback port of its own until it is dropped. With [`Behaviour::default`]
//! every operation that it has is right; a [`Mutation`] breaks exactly one rule of S3, and a [`Fault`] breaks the
//! transport or answers with nonsense. So a check can be seen passing and seen failing.
//!
//! Deliberately absent: versions and ACLs (501 `NotImplemented`), virtual-host addressing,
//! and anything that survives the server.

pub(crate) mod fault;
pub(crate) mod hostile;
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
pub(crate) use listener::{ACCESS_KEY, SECRET_KEY, TestServer};
use mutation::Mutation;

/// What a server does otherwise than S3 would have it; nothing by default.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Behaviour {
    /// The rule that is broken.
    pub(crate) mutation: Option<Mutation>,
    /// The answers that are spoiled on their way.
    pub(crate) fault: Option<Fault>,
}

impl From<Mutation> for Behaviour {
    fn from(mutation: Mutation) -> Self {
        Self { mutation: Some(mutation), fault: None }
    }
}

impl From<Fault> for Behaviour {
    fn from(fault: Fault) -> Self {
        Self { mutation: None, fault: Some(fault) }
    }
}
