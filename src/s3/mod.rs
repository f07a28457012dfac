//! The S3 client: the requests that suites make, with answers as plain values.
//!
//! Owns everything that knows aws-sdk-s3: how the client is configured (path style, no retries, checksums only where
//! the protocol requires them), its errors ([`RequestError`]), how it records exchanges, how it reads all pages of a
//! listing, requests that no SDK sends (`raw`), and which buckets and keys belong to the run ([`Lease`]). Deliberately
//! absent: any judgement of an answer.

mod attributes;
mod bounds;
mod client;
mod error;
mod file_sink;
mod integrity;
mod lease;
mod listing;
mod listing_forms;
mod multipart;
mod operations;
mod raw;
mod recorder;
mod selective;
mod tagging;
mod whole;

pub use attributes::Attributes;
pub use client::{ClientSettings, S3};
pub use error::RequestError;
pub use lease::{Lease, Leases};
pub use listing::{ListError, Listed, Page};
pub use listing_forms::{EncodedListing, Level};
pub use multipart::UploadedPart;
pub use operations::{Body, DeleteReport, Downloaded, Head, ListedBucket};
pub use raw::{
    Delivery, Payload, Prepared, Proof, Raw, RawAnswer, RawRequest, Timed, TimedConnection, Trailer, content_md5,
    crc32, crc64nvme,
};
pub use recorder::Recorder;
pub use selective::{Condition, Part};
pub use whole::{Asked, ObjectHeaders, PageRequest, Sent, WholeObject, WholePage};
