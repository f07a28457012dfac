//! The reference: what a right server holds, and what it may answer.
//!
//! Each method takes what a client asked and what the server answered, says where the two differ, and holds afterwards what a right server
//! holds. A bucket is a map of keys to versions; of versions that were replaced or deleted their ETags and digests are kept, to tell what a wrong answer
//! is, and because no later version may have an earlier one's ETag. Where S3 leaves a choice, both answers are right.

mod clock;
mod cursor;
mod delete;
mod listing;
mod read;
mod version;
mod write;

use std::collections::BTreeMap;

use super::step::{Place, Side};

pub use version::{Body, Version};
pub use write::New;

use clock::Clock;
use cursor::Cursor;
use version::Former;
use write::Upload;

/// What is known of a server's rules where servers may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Whether the ETag of a simple upload is the MD5 of its content.
    pub md5_etags: bool,
    /// Whether common prefixes count towards the length of a page, and stand on one page each. Otherwise only their union is judged.
    pub exact_prefix_pages: bool,
    /// Whether the Content-Type of an upload is kept.
    pub content_types: bool,
}

/// The state of two buckets.
#[derive(Debug, Clone)]
pub struct Reference {
    rules: Rules,
    /// The step under way, counted from 1.
    step: usize,
    buckets: [Bucket; 2],
    uploads: BTreeMap<u8, Upload>,
    cursors: BTreeMap<u8, Cursor>,
    clock: Clock,
}

#[derive(Debug, Clone, Default)]
struct Bucket {
    live: BTreeMap<String, Version>,
    former: BTreeMap<String, Vec<Former>>,
}

impl Reference {
    /// Two empty buckets.
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            step: 0,
            buckets: Default::default(),
            uploads: BTreeMap::new(),
            cursors: BTreeMap::new(),
            clock: Clock::default(),
        }
    }

    /// Notes which step is under way, counted from 1.
    pub fn begin_step(&mut self, step: usize) {
        self.step = step;
    }

    pub fn live(&self, at: &Place) -> Option<&Version> {
        self.buckets[at.side.index()].live.get(&at.key)
    }

    /// The keys that are there, in the order of a listing.
    pub fn keys(&self, side: Side) -> impl Iterator<Item = &str> {
        self.buckets[side.index()].live.keys().map(String::as_str)
    }

    /// The keys that were there once and are not any more.
    pub fn gone(&self, side: Side) -> impl Iterator<Item = &str> {
        let bucket = &self.buckets[side.index()];
        bucket.former.keys().filter(|key| !bucket.live.contains_key(*key)).map(String::as_str)
    }

    fn bucket(&mut self, side: Side) -> &mut Bucket {
        &mut self.buckets[side.index()]
    }

    /// An ETag that the present version of a key does not have: a former one's where there is one.
    pub fn other_etag(&self, at: &Place) -> String {
        let present = self.live(at).and_then(|version| version.etag.as_deref());
        let former = self.buckets[at.side.index()].former.get(&at.key).into_iter().flatten().rev();
        let other = former.filter_map(|former| former.etag.as_deref()).find(|etag| Some(*etag) != present);
        format!("\"{}\"", other.unwrap_or("0123456789abcdef0123456789abcdef"))
    }

    /// Takes a version's place: the one that was there becomes a former one.
    fn replace(&mut self, at: &Place, version: Option<Version>) {
        for cursor in self.cursors.values_mut().filter(|cursor| cursor.side == at.side) {
            cursor.touch(&at.key);
        }
        let bucket = self.bucket(at.side);
        let old = match version {
            Some(version) => bucket.live.insert(at.key.clone(), version),
            None => bucket.live.remove(&at.key),
        };
        if let Some(old) = old {
            bucket.former.entry(at.key.clone()).or_default().push(old.into());
        }
    }
}
