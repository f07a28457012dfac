//! Buckets and keys of the run's own: nothing else is ever written or deleted.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use super::{RequestError, S3};
use crate::base::lock;

/// Most keys of one `DeleteObjects` request, by the S3 API reference.
const DELETE_BATCH: usize = 1000;

/// All buckets that a run has leased and not yet given back. Clones share the books.
#[derive(Debug, Clone, Default)]
pub struct Leases {
    books: Arc<Mutex<Vec<Lease>>>,
    /// The only check whose buckets these are; those of all where none.
    check: Option<&'static str>,
}

impl Leases {
    /// The same books, of which only the pages of one check are seen: it gives back its own buckets while others go on.
    #[must_use]
    pub fn of_check(&self, check: &'static str) -> Self {
        Self { books: Arc::clone(&self.books), check: Some(check) }
    }

    /// Enters a bucket before it is asked for, so that one is never forgotten between request and answer.
    #[must_use]
    pub fn enter(&self, bucket: impl Into<String>, kept: bool) -> Lease {
        let (keys, uploads) = (Arc::default(), Arc::default());
        let lease = Lease { bucket: bucket.into(), check: self.check, kept, keys, uploads };
        self.books().push(lease.clone());
        lease
    }

    /// Strikes out a bucket that the server has refused to make.
    pub fn forget(&self, bucket: &str) {
        self.books().retain(|held| held.bucket != bucket);
    }

    /// Gives every bucket back: deletes the keys that were written, then the bucket. Goes on after an error;
    /// what could not be given back stays in the books.
    ///
    /// # Errors
    /// The first request that failed for another reason than that the bucket is gone.
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

    /// The buckets that are not given back.
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

/// A bucket of the run's own.
#[derive(Debug, Clone)]
pub struct Lease {
    bucket: String,
    check: Option<&'static str>,
    kept: bool,
    keys: Arc<Mutex<BTreeSet<String>>>,
    /// Uploads in parts that were begun, each a key and an id.
    uploads: Arc<Mutex<BTreeSet<(String, String)>>>,
}

impl Lease {
    /// The bucket's name.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Notes a key before it is written.
    pub fn writes(&self, key: &str) {
        lock(&self.keys).insert(key.to_owned());
    }

    /// Notes an upload in parts that was begun, and with it its key.
    pub fn uploads(&self, key: &str, id: &str) {
        self.writes(key);
        lock(&self.uploads).insert((key.to_owned(), id.to_owned()));
    }

    /// Notes a key that the server has deleted.
    pub fn deleted(&self, key: &str) {
        lock(&self.keys).remove(key);
    }

    /// Whether the run ever noted this key and has not deleted it since.
    #[must_use]
    pub fn holds(&self, key: &str) -> bool {
        lock(&self.keys).contains(key)
    }

    async fn give_back(&self, s3: &S3) -> Result<(), RequestError> {
        let uploads = std::mem::take(&mut *lock(&self.uploads));
        for (key, id) in uploads {
            // Most have ended, and are not there to be aborted.
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
        // A server may delete what it says it could not; an empty bucket goes all the same, and a full one is refused.
        match s3.delete_bucket(&self.bucket).await {
            Err(error) if error.status() != Some(404) => Err(first.unwrap_or(error)),
            _ => Ok(()),
        }
    }
}
