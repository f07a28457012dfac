//! What a base has stored on a volume, for the target that takes it over.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use bytes::Bytes;

/// What the base stored, as it showed it itself after a restart. Empty until then.
#[derive(Debug, Default)]
pub struct KeptData(OnceLock<Vec<KeptBucket>>);

#[derive(Debug)]
pub(super) struct KeptBucket {
    pub(super) bucket: String,
    pub(super) objects: BTreeMap<String, Bytes>,
}

impl KeptData {
    /// Whether there is something to go on with.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        self.0.get().is_some()
    }

    pub(super) fn get(&self) -> Option<&[KeptBucket]> {
        self.0.get().map(Vec::as_slice)
    }

    /// Notes it, the first time.
    pub(super) fn set(&self, buckets: Vec<KeptBucket>) {
        let _ = self.0.set(buckets);
    }
}
