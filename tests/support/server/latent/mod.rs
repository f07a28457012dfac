//! Faults that show in a certain state only: at the third version, the 97th overwrite, beyond a size, after a restart, under two clients.
//!
//! Where a [`Mutation`](super::mutation::Mutation) breaks a rule always, so that one check sees it, these are for the model to find. They stand
//! beside S3: each is done to the store, or to an answer, after the right thing was done. For that every version of every key is kept.

mod kinds;
mod racing;
mod removing;
mod showing;
mod storing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) use kinds::Latent;
pub(super) use storing::How;

use super::store::Object;

/// A bucket and a key.
type At = (String, String);

/// Clones share what was counted.
#[derive(Debug, Clone, Default)]
pub(super) struct Lurking {
    fault: Option<Latent>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Every version of every key, oldest first, as it should have been.
    versions: BTreeMap<At, Vec<Object>>,
    /// What is there, as it is served.
    live: BTreeMap<At, Object>,
    deleted: BTreeSet<At>,
    copies: BTreeSet<At>,
    last: Option<At>,
    overwrites: usize,
    deletes: usize,
    writers: usize,
    /// What keys held before the last write of theirs, and when that was.
    before: BTreeMap<At, (std::time::Instant, Option<Object>)>,
}

impl Lurking {
    pub(super) fn new(fault: Option<Latent>) -> Self {
        Self { fault, state: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn versions(&self, at: &At) -> &[Object] {
        self.versions.get(at).map(Vec::as_slice).unwrap_or_default()
    }

    /// The other buckets that have a key of this name.
    fn elsewhere(&self, at: &At) -> Vec<At> {
        self.live.keys().filter(|other| other.1 == at.1 && other.0 != at.0).cloned().collect()
    }
}

fn at(bucket: &str, key: &str) -> At {
    (bucket.to_owned(), key.to_owned())
}

fn is_deep(key: &str) -> bool {
    key.matches('/').count() >= 2
}
