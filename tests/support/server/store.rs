//! What the server holds: buckets and objects in maps that are ordered by the keys' UTF-8 bytes, as listings are.
//!
//! The store knows nothing of requests or mutations, but remembers what was deleted for the mutant that shows it.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use s3s::dto::{Tag, Timestamp};
use s3s::{S3Result, s3_error};
use time::OffsetDateTime;

/// The headers that belong to an object and come back with it.
#[derive(Debug, Clone, Default)]
pub(super) struct Headers {
    pub(super) content_type: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) cache_control: Option<String>,
    /// `x-amz-meta-…`, without that prefix.
    pub(super) metadata: Option<HashMap<String, String>>,
}

/// An object as stored.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) content: Bytes,
    /// The tag without quotes.
    pub(super) tag: String,
    /// Whole seconds, so that the HTTP header and the listing say the same.
    pub(super) modified: Timestamp,
    pub(super) headers: Headers,
    /// Tags that a user gave it; not its `ETag`.
    pub(super) tags: Vec<Tag>,
}

impl Object {
    /// An object that is stored now.
    pub(super) fn new(content: Bytes, tag: String, headers: Headers) -> Self {
        Self { content, tag, modified: now(), headers, tags: Vec::new() }
    }

    /// The size as S3's answers want it.
    pub(super) fn size_bytes(&self) -> i64 {
        i64::try_from(self.content.len()).unwrap_or(i64::MAX)
    }
}

/// A bucket with its objects.
#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) created: Timestamp,
    pub(super) objects: BTreeMap<String, Object>,
    /// Objects that were deleted and not uploaded again.
    pub(super) deleted: BTreeMap<String, Object>,
    /// Uploads in parts that were begun and have not ended, by their id.
    pub(super) uploads: BTreeMap<String, Upload>,
}

/// An upload in parts.
#[derive(Debug, Default)]
pub(super) struct Upload {
    pub(super) key: String,
    pub(super) headers: Headers,
    pub(super) tags: Vec<Tag>,
    /// Parts by their number, each with its place in the order of arrival.
    pub(super) parts: BTreeMap<i32, Part>,
}

/// A part of an upload.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) content: Bytes,
    pub(super) arrival: usize,
}

impl Bucket {
    /// The object of a key, or the error `NoSuchKey`.
    pub(super) fn object(&self, key: &str) -> S3Result<&Object> {
        self.objects.get(key).ok_or_else(|| s3_error!(NoSuchKey, "The specified key does not exist."))
    }

    /// Stores an object in place of one that may be there.
    pub(super) fn put(&mut self, key: String, object: Object) {
        self.deleted.remove(&key);
        self.objects.insert(key, object);
    }

    /// Deletes an object; one that is not there needs no deleting.
    pub(super) fn delete(&mut self, key: &str) {
        if let Some(object) = self.objects.remove(key) {
            self.deleted.insert(key.to_owned(), object);
        }
    }
}

/// All buckets.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) buckets: BTreeMap<String, Bucket>,
    /// The bucket that was deleted last, and when it had been created.
    pub(super) last_deleted: Option<(String, Timestamp)>,
}

impl Store {
    /// Creates a bucket; `false` if it was there.
    pub(super) fn create(&mut self, name: String) -> bool {
        if self.buckets.contains_key(&name) {
            return false;
        }
        let bucket =
            Bucket { created: now(), objects: BTreeMap::new(), deleted: BTreeMap::new(), uploads: BTreeMap::new() };
        self.buckets.insert(name, bucket);
        true
    }

    /// The bucket of a name, or the error `NoSuchBucket`.
    pub(super) fn bucket(&self, name: &str) -> S3Result<&Bucket> {
        self.buckets.get(name).ok_or_else(|| s3_error!(NoSuchBucket, "The specified bucket does not exist."))
    }

    /// The bucket of a name, to change it, or the error `NoSuchBucket`.
    pub(super) fn bucket_mut(&mut self, name: &str) -> S3Result<&mut Bucket> {
        self.buckets.get_mut(name).ok_or_else(|| s3_error!(NoSuchBucket, "The specified bucket does not exist."))
    }
}

/// Now, in whole seconds.
fn now() -> Timestamp {
    let now = OffsetDateTime::now_utc();
    now.replace_nanosecond(0).unwrap_or(now).into()
}
