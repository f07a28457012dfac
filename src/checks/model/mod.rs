//! The model suite: random programs, held against a model of S3, and made small where a server gets one wrong.
//!
//! Owns how the programs of [`crate::model`] are carried out on a server (`session`, `audit`, `race`), how many there are, which features are left
//! out (`explore`), and how a difference becomes a counterexample that can be repeated (`counterexample`). Each property is a check; all are explored
//! together, whichever of them is selected. Deliberately absent: what is right, which the model says.

mod audit;
mod counterexample;
mod explore;
mod race;
mod requests;
mod runs;
mod session;

use super::Footprint;
use crate::model::property::Property;
use crate::record::CheckSpec;
use crate::record::Severity::DataLoss;

pub(super) use explore::run;

/// The properties as checks, in the order of [`Property::ALL`].
pub(super) static CHECKS: [CheckSpec; 9] = [
    CheckSpec {
        name: "content-is-what-was-stored",
        severity: DataLoss,
        rule: "GET, of the whole or of a range, brings the bytes that were acknowledged last for that key, after any sequence of requests",
        consequence: "a restored file is not the file that was backed up",
        source: "S3 API reference, GetObject and data consistency: a read after a write brings what was written",
    },
    CheckSpec {
        name: "etags-tell-versions-apart",
        severity: DataLoss,
        rule: "no two contents of a key share an ETag, a version keeps the one it has, and PUT, COPY, HEAD, GET and LIST name the same; \
               where ETags are MD5s it is the content's",
        consequence: "a sync client takes a changed file for an unchanged one, and the backup is stale without a word",
        source: "S3 API reference, Object: the ETag reflects changes to the contents of an object",
    },
    CheckSpec {
        name: "listings-are-exact",
        severity: DataLoss,
        rule: "with any prefix, delimiter, page size and start a listing has exactly the live keys, once, in UTF-8 order, with their sizes",
        consequence: "a restore misses files, or a sync deletes and copies the wrong ones",
        source: "S3 API reference, ListObjects and ListObjectsV2",
    },
    CheckSpec {
        name: "deletes-touch-nothing-else",
        severity: DataLoss,
        rule: "after DeleteObject or DeleteObjects just the keys named are gone, and all other keys are as they were",
        consequence: "deleting an old backup damages a new one, or deleted files come back",
        source: "S3 API reference, DeleteObject and DeleteObjects",
    },
    CheckSpec {
        name: "headers-and-metadata-belong-to-the-version",
        severity: DataLoss,
        rule: "Content-Type, metadata and tags are those of the last PUT, COPY or completed upload of that key",
        consequence: "modification times and types of restored files are those of other versions",
        source: "S3 API reference, PutObject: system-defined and user-defined metadata",
    },
    CheckSpec {
        name: "last-modified-moves",
        severity: DataLoss,
        rule: "Last-Modified is the time of the last write, to the second, in HEAD, GET and LIST, and never goes back",
        consequence: "`aws s3 sync` and others that compare times leave a changed file out",
        source: "S3 API reference, Object: LastModified is the date and time the object was last modified",
    },
    CheckSpec {
        name: "buckets-are-apart",
        severity: DataLoss,
        rule: "nothing that happens in one bucket shows in another one, or in one of the same name made later",
        consequence: "two backups in two buckets overwrite, list or delete each other's files",
        source: "S3 API reference, CreateBucket: a bucket is a container for objects",
    },
    CheckSpec {
        name: "restarts-change-nothing",
        severity: DataLoss,
        rule: "after a restart, orderly or by kill -9, every key is at its last acknowledged version, or at the one that was on its way",
        consequence: "after an update or a crash of the server files are gone, old, or uploaded again",
        source: "S3 API reference, data consistency: an acknowledged object is durable",
    },
    CheckSpec {
        name: "histories-are-linearizable",
        severity: DataLoss,
        rule: "what several clients at a time see of a key has an order, one request after the other, that explains each answer",
        consequence: "two backup jobs at a time lose or mix each other's files",
        source: "S3 API reference, data consistency: strong read-after-write consistency for PUT, GET, HEAD, LIST and DELETE",
    },
];

/// Objects of up to 10 MiB, a few versions of each, and a thousand small ones.
pub(super) const FOOTPRINT: Footprint =
    Footprint { bytes: 256 << 20, largest_object_bytes: (10 << 20) + 1, objects: 5_000, data_limit_bytes: None };

/// The check of a property.
fn spec(property: Property) -> &'static CheckSpec {
    let named = CHECKS.iter().find(|spec| spec.name == property.name());
    named.unwrap_or(&CHECKS[0])
}
