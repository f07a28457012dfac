//! The versions of objects that are overwritten again and again, and what may be there of them after a crash.

use bytes::Bytes;

use super::lost;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, same_etag, shown};
use crate::record::{Failure, Stop};
use crate::s3::{Body, RequestError};
use crate::workload::md5_hex;

/// Size of the large object: a server needs some milliseconds to store it, and the disk has space for a few that were cut off and stayed.
const LARGE_BYTES: usize = 12 << 20;
/// By how much the versions of the large object begin later, and are shorter, one after the other.
const SHIFT: usize = 4096;
/// Entries of a listing at the most, leftovers of crashes included.
const LISTED_AT_MOST: usize = 1_000;
/// After how many versions the content comes again.
const DIFFERENT: usize = 40;

/// A version of an object.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) object: usize,
    /// How many came before.
    pub(super) number: usize,
    /// Its ETag, once that was answered.
    pub(super) etag: Option<String>,
}

/// What a client that was cut off knows of its object.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) acknowledged: Version,
    /// Sent, and not answered.
    pub(super) pending: Option<Version>,
}

/// All versions of some small objects, and of a large one after them.
pub(super) struct Versions<'a> {
    c: &'a CheckContext<'a>,
    small: usize,
    large: Bytes,
}

impl<'a> Versions<'a> {
    /// The versions of this many small objects and of a large one.
    pub(super) fn new(c: &'a CheckContext<'a>, small: usize) -> Self {
        Self { c, small, large: c.bytes("large", LARGE_BYTES) }
    }

    /// The content: other bytes and another size than the version before.
    fn bytes(&self, object: usize, number: usize) -> Bytes {
        let round = number % DIFFERENT;
        if object == self.small {
            return self.large.slice(SHIFT * round..);
        }
        self.c.bytes(&format!("{object}/{number}"), 1_000 + 700 * object + 37 * round)
    }

    /// Stores a version.
    pub(super) async fn put(&self, object: usize, number: usize) -> Result<Version, RequestError> {
        let key = key(object);
        self.c.writes(&key);
        let etag = self.c.s3.put(self.c.bucket(), &key, self.bytes(object, number)).await?;
        Ok(Version { object, number, etag })
    }

    /// What became of an object: one of the two versions that it may be, or a failure.
    pub(super) async fn settle(&self, object: usize, known: &Known) -> Result<Version, Stop> {
        const EXPECTED: &str = "the version before or after the upload that was cut off, whole";
        let key = key(object);
        let body = self.c.s3.get(self.c.bucket(), &key, 2 * LARGE_BYTES as u64).await;
        let body = body.map_err(|error| lost("object-torn", &key, EXPECTED, error))?;
        let candidates = [Some(&known.acknowledged), known.pending.as_ref()];
        let candidates = candidates.into_iter().flatten();
        let candidates: Vec<_> = candidates.map(|it| (it, self.bytes(object, it.number))).collect();
        let Some((found, bytes)) = candidates.iter().find(|(_, bytes)| *bytes == body.bytes) else {
            let message = format!("{key} is neither the old nor the new version after a crash");
            let sizes: Vec<_> = candidates.iter().map(|(_, bytes)| format!("{} bytes", bytes.len())).collect();
            let expected = format!("{EXPECTED}: {}", sizes.join(" or "));
            return Err(
                Failure::new("object-torn", message, expected, format!("{} other bytes", body.bytes.len())).into()
            );
        };
        self.agrees(&key, known, found, &body)?;
        let head = self.c.head(&key).await?;
        let (expected, actual) = (bytes.len().to_string(), format!("{:?}", head.size_bytes));
        let message = format!("HEAD names another size for {key} than its bytes have after a crash");
        ensure(head.size_bytes == Some(bytes.len() as u64), "object-torn", message, expected, actual)?;
        let message = format!("HEAD names another ETag for {key} than GET after a crash");
        same_etag("object-torn", message, body.etag.as_deref(), head.etag.as_deref())?;
        self.is_listed(&key, bytes.len() as u64, body.etag.as_deref()).await?;
        Ok(Version { etag: body.etag, ..(*found).clone() })
    }

    /// Whether the listing names an object once, with the size and the ETag that reading it brought.
    async fn is_listed(&self, key: &str, size_bytes: u64, etag: Option<&str>) -> Result<(), Stop> {
        // Prefixes are a rule of their own, and so is what else is listed.
        let mut listed = self.c.s3.list_all(self.c.bucket(), "", None, LISTED_AT_MOST).await?;
        listed.retain(|entry| entry.key == key);
        let sizes: Vec<_> = listed.iter().map(|entry| entry.size_bytes).collect();
        let message = format!("the listing does not name {key} once with the size of its bytes after a crash");
        let (expected, actual) = (format!("{size_bytes} bytes"), format!("{sizes:?}"));
        ensure(sizes == [Some(size_bytes)], "object-torn", message, expected, actual)?;
        let message = format!("the listing names another ETag for {key} than GET after a crash");
        let listed = listed.into_iter().next().and_then(|entry| entry.etag);
        same_etag("object-torn", message, etag, listed.as_deref())
    }

    /// Whether the ETag is that of the bytes. Where ETags are the MD5 of the content, the new version's is known without an answer.
    fn agrees(&self, key: &str, known: &Known, found: &Version, body: &Body) -> Result<(), Stop> {
        let (etag, old) = (body.etag.as_deref(), known.acknowledged.etag.as_deref());
        let quoted_md5 = |bytes: &Bytes| format!("\"{}\"", md5_hex(bytes));
        let is_md5 = old == Some(&quoted_md5(&self.bytes(found.object, known.acknowledged.number)));
        let (right, expected) = if found.number == known.acknowledged.number {
            (etag == old, format!("{}, the ETag of these bytes", shown(old)))
        } else if is_md5 {
            let md5 = quoted_md5(&body.bytes);
            (etag == Some(&md5), format!("{md5}, the MD5 of these bytes"))
        } else {
            (etag.is_some() && etag != old, format!("another ETag than {}, which is the old version's", shown(old)))
        };
        let message = format!("{key} has the ETag of another version than its bytes after a crash");
        ensure(right, "object-torn", message, expected, shown(etag))
    }
}

fn key(object: usize) -> String {
    format!("object-{object}")
}
