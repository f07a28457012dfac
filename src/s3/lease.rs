//! The buckets and keys that belong to the run. s3ci never writes or deletes any other.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use super::{RequestError, S3};
use crate::base::lock;

/// Most keys in one `DeleteObjects` request (S3 API reference).
const DELETE_BATCH: usize = 1000;

/// All buckets of a run that are not given back yet. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Leases {
    books: Arc<Mutex<Vec<Lease>>>,
    /// If set, only the buckets of this check are visible.
    check: Option<&'static str>,
}

impl Leases {
    /// The same buckets, restricted to those of one check. So a check can give back its own buckets while others go on.
    #[must_use]
    pub fn of_check(&self, check: &'static str) -> Self {
        Self { books: Arc::clone(&self.books), check: Some(check) }
    }

    /// Call this before the request that creates the bucket, so that the bucket is known even if no answer comes.
    #[must_use]
    pub fn enter(&self, bucket: impl Into<String>, kept: bool) -> Lease {
        let (keys, uploads) = (Arc::default(), Arc::default());
        let lease = Lease { bucket: bucket.into(), check: self.check, kept, keys, uploads };
        self.books().push(lease.clone());
        lease
    }

    /// Forgets a bucket that the server refused to create.
    pub fn forget(&self, bucket: &str) {
        self.books().retain(|held| held.bucket != bucket);
    }

    /// Gives every bucket back: deletes the keys that the run wrote, then the bucket. Goes on after an error, and keeps
    /// what it could not give back.
    ///
    /// # Errors
    /// The first request that failed, unless it failed because the bucket is gone.
    pub async fn give_back(&self, s3: &S3) -> Result<(), RequestError> {
        let mut first = None;
        for lease in self.held() {
            match lease.give_back(s3).await {
                Ok(()) => self.books().retain(|held| held.bucket != lease.bucket),
                Err(error) => drop(first.get_or_insert(error)),
            }
        }
        first.map_or(Ok(()), Err)
    }

    #[must_use]
    pub fn held(&self) -> Vec<Lease> {
        let mut held = self.books().clone();
        held.retain(|lease| self.check.is_none() || lease.check == self.check);
        held
    }

    fn books(&self) -> MutexGuard<'_, Vec<Lease>> {
        lock(&self.books)
    }
}

#[derive(Debug, Clone)]
pub struct Lease {
    bucket: String,
    check: Option<&'static str>,
    kept: bool,
    keys: Arc<Mutex<BTreeSet<String>>>,
    /// Multipart uploads that were begun: key and upload id.
    uploads: Arc<Mutex<BTreeSet<(String, String)>>>,
}

impl Lease {
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Call this before the request that writes the key.
    pub fn writes(&self, key: &str) {
        lock(&self.keys).insert(key.to_owned());
    }

    /// Notes a multipart upload that was begun, and its key.
    pub fn uploads(&self, key: &str, id: &str) {
        self.writes(key);
        lock(&self.uploads).insert((key.to_owned(), id.to_owned()));
    }

    pub fn deleted(&self, key: &str) {
        lock(&self.keys).remove(key);
    }

    /// Whether the run wrote this key and has not deleted it since.
    #[must_use]
    pub fn holds(&self, key: &str) -> bool {
        lock(&self.keys).contains(key)
    }

    async fn give_back(&self, s3: &S3) -> Result<(), RequestError> {
        let uploads = std::mem::take(&mut *lock(&self.uploads));
        for (key, id) in uploads {
            // Most uploads are complete, and then there is nothing to abort.
            let _ = s3.abort_upload(&self.bucket, &key, &id).await;
        }
        let keys: Vec<String> = lock(&self.keys).iter().cloned().collect();
        let mut first = None;
        for batch in keys.chunks(DELETE_BATCH) {
            match s3.delete_many(&self.bucket, batch).await {
                Err(error) if error.status() != Some(404) => drop(first.get_or_insert(error)),
                _ => {}
            }
        }
        if self.kept {
            return first.map_or(Ok(()), Err);
        }
        // The server may have deleted a key although it reported an error. So try: it deletes an empty bucket and
        // refuses a full one.
        match s3.delete_bucket(&self.bucket).await {
            Err(error) if error.status() != Some(404) => Err(first.unwrap_or(error)),
            _ => Ok(()),
        }
    }
}
