//! The S3 operations that pys3local's benchmarks and real clients use: each case asserts the effect, not only the status.
//!
//! A file for each family of rules; a case's name begins with its family.

mod attributes;
mod bucket;
mod condition;
mod copy;
mod delete;
mod keys;
mod list;
mod list_form;
mod multipart;
mod multipart_refused;
mod object;
mod range;
mod tagging;

use super::case::Case;

/// The cases in the order of the catalogue.
pub(super) static CASES: &[Case] = &[
    bucket::CREATE_THEN_HEAD,
    bucket::HEAD_MISSING,
    bucket::DELETE_NONEMPTY,
    bucket::DELETE_EMPTY,
    object::ROUNDTRIP,
    object::OVERWRITE,
    object::HEAD_EQUALS_GET,
    object::MISSING,
    attributes::METADATA,
    attributes::CONTENT_TYPE,
    range::FIRST,
    range::MIDDLE,
    range::LAST,
    range::SUFFIX,
    range::UNSATISFIABLE,
    delete::DELETE,
    delete::DELETE_MISSING,
    delete::MULTI_DELETE,
    delete::MULTI_DELETE_MISSING,
    list::FRESH_BUCKET,
    list::V2_PAGES,
    list_form::V1_PAGES,
    list_form::START_AFTER,
    list_form::DELIMITER,
    list::PREFIX,
    list_form::PREFIX_LITERAL,
    list_form::UTF8_ORDER,
    list::AFTER_WRITE,
    copy::CONTENT_AND_ETAG,
    copy::MISSING_SOURCE,
    copy::ENCODED_SOURCE,
    attributes::COPY_REPLACE,
    multipart::COMPLETE,
    multipart::ETAG,
    multipart::HIDDEN,
    multipart::RESEND,
    multipart::ABORT,
    multipart::WRONG_PART,
    multipart_refused::WITHOUT_SIDE_EFFECTS,
    multipart_refused::NOT_IMPLEMENTED,
    tagging::ROUNDTRIP,
    keys::PERCENT,
    keys::FILE_AND_DIRECTORY,
    keys::TRAILING_SLASH,
    condition::GET_IF_NONE_MATCH,
    condition::GET_IF_MATCH,
    condition::PUT_IF_NONE_MATCH,
];
