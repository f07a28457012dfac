//! The S3 operations that pys3local's benchmarks and real clients use: each check asserts the effect, not only the status.
//!
//! A file for each family of rules; a check's name begins with its family.

mod attributes;
mod bucket;
mod bucket_again;
mod concurrency;
mod condition;
mod copy;
mod copy_source;
mod delete;
mod delete_forms;
mod error;
mod key_limits;
mod keys;
mod list;
mod list_form;
mod list_limit;
mod multipart;
mod multipart_refused;
mod object;
mod range;
mod tagging;
mod time;

use super::check::Check;

/// The checks that must not have company.
pub(super) static ALONE: &[&str] = concurrency::ALONE;

/// The checks in the order of the catalogue.
pub(super) static CHECKS: &[Check] = &[
    bucket::CREATE_THEN_HEAD,
    bucket::HEAD_MISSING,
    bucket::DELETE_NONEMPTY,
    bucket::DELETE_EMPTY,
    bucket_again::CREATE_TWICE,
    bucket_again::LOCATION,
    bucket_again::RESERVED_NAMES,
    bucket_again::LOCALHOST_HOST,
    bucket_again::SUBRESOURCES,
    bucket_again::NAME_RULES,
    bucket_again::BAD_NAMES,
    object::ROUNDTRIP,
    object::OVERWRITE,
    object::HEAD_EQUALS_GET,
    object::MISSING,
    attributes::METADATA,
    attributes::CONTENT_TYPE,
    attributes::SYSTEM_HEADERS,
    error::SUBRESOURCES,
    error::CODES,
    time::UTC,
    range::FIRST,
    range::MIDDLE,
    range::LAST,
    range::SUFFIX,
    range::UNSATISFIABLE,
    delete::DELETE,
    delete::DELETE_MISSING,
    delete::MULTI_DELETE,
    delete::MULTI_DELETE_MISSING,
    delete_forms::REPORT,
    delete_forms::QUIET,
    delete_forms::TOO_MANY,
    list::FRESH_BUCKET,
    list::V2_PAGES,
    list_form::V1_PAGES,
    list_form::START_AFTER,
    list_form::DELIMITER,
    list_limit::DELIMITER_PAGES,
    list::PREFIX,
    list_form::PREFIX_LITERAL,
    list_form::UTF8_ORDER,
    list_limit::MAX_KEYS_ZERO,
    list_limit::MAX_KEYS_LARGE,
    list_limit::MAX_KEYS_MALFORMED,
    list_limit::ENCODING,
    list::AFTER_WRITE,
    copy::CONTENT_AND_ETAG,
    copy::MISSING_SOURCE,
    copy::ENCODED_SOURCE,
    copy_source::LEADING_SLASH,
    copy_source::IF_MATCH,
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
    keys::PLUS,
    keys::SLASHES,
    keys::DOT,
    keys::UNICODE,
    key_limits::LONG_PATH,
    key_limits::LONG_NAME,
    key_limits::CONTROLS,
    key_limits::FORMER_DIRECTORY,
    key_limits::DELETE_DIRECTORY,
    condition::GET_IF_NONE_MATCH,
    condition::GET_IF_MATCH,
    condition::PUT_IF_NONE_MATCH,
    condition::PUT_IF_MATCH,
    condition::PUT_RACE,
    concurrency::TORN_READ,
    concurrency::SAME_KEY_WRITERS,
    concurrency::SLOW_CLIENT,
];
