//! The S3 operations that pys3local's benchmarks and real clients use: each case asserts the effect, not only the status.
//!
//! A file for each family of rules; a case's name begins with its family.

mod bucket;
mod copy;
mod delete;
mod list;
mod object;

use super::case::Case;

/// The cases in the order of the catalogue.
pub(super) static CASES: [Case; 18] = [
    bucket::CREATE_THEN_HEAD,
    bucket::HEAD_MISSING,
    bucket::DELETE_NONEMPTY,
    bucket::DELETE_EMPTY,
    object::ROUNDTRIP,
    object::OVERWRITE,
    object::HEAD_EQUALS_GET,
    object::MISSING,
    delete::DELETE,
    delete::DELETE_MISSING,
    delete::MULTI_DELETE,
    delete::MULTI_DELETE_MISSING,
    list::FRESH_BUCKET,
    list::V2_PAGES,
    list::PREFIX,
    list::AFTER_WRITE,
    copy::CONTENT_AND_ETAG,
    copy::MISSING_SOURCE,
];
