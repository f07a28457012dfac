//! Conditional requests, in the order of RFC 9110, section 13.2.2: tags come before dates.

use hyper::HeaderMap;
use s3s::dto::{ETag, ETagCondition, Timestamp};
use s3s::{S3Error, S3Result, s3_error};

use crate::server::store::Object;

/// The conditions of a request on one object, as its `If-…` headers state them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Conditions<'a> {
    pub(super) tag_is: Option<&'a ETagCondition>,
    pub(super) tag_is_not: Option<&'a ETagCondition>,
    pub(super) modified_since: Option<&'a Timestamp>,
    pub(super) unmodified_since: Option<&'a Timestamp>,
}

impl Conditions<'_> {
    /// Whether an object may be read.
    ///
    /// # Errors
    /// `PreconditionFailed` (412), or `NotModified` (304) with the tag that the client holds already.
    pub(super) fn allow_reading(&self, object: &Object) -> S3Result<()> {
        self.forbid_old(object)?;
        if self.is_unmodified(object) { Err(not_modified(object)) } else { Ok(()) }
    }

    /// Whether an object may be copied: as for reading, but a copy that is not made is always a 412.
    ///
    /// # Errors
    /// `PreconditionFailed` (412).
    pub(super) fn allow_copying(&self, object: &Object) -> S3Result<()> {
        self.forbid_old(object)?;
        if self.is_unmodified(object) { Err(precondition_failed()) } else { Ok(()) }
    }

    /// Whether an object may be written over the one that is there, or where none is.
    ///
    /// # Errors
    /// `PreconditionFailed` (412).
    pub(super) fn allow_writing(&self, object: Option<&Object>) -> S3Result<()> {
        let matches = |condition| object.is_some_and(|object| holds(condition, object));
        if self.tag_is.is_some_and(|condition| !matches(condition)) || self.tag_is_not.is_some_and(matches) {
            return Err(precondition_failed());
        }
        Ok(())
    }

    fn forbid_old(&self, object: &Object) -> S3Result<()> {
        let allowed = match (self.tag_is, self.unmodified_since) {
            (Some(condition), _) => holds(condition, object),
            (None, Some(since)) => object.modified <= *since,
            (None, None) => true,
        };
        if allowed { Ok(()) } else { Err(precondition_failed()) }
    }

    fn is_unmodified(&self, object: &Object) -> bool {
        match (self.tag_is_not, self.modified_since) {
            (Some(condition), _) => holds(condition, object),
            (None, Some(since)) => object.modified <= *since,
            (None, None) => false,
        }
    }
}

fn holds(condition: &ETagCondition, object: &Object) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(tag) => tag.value() == object.tag,
    }
}

fn precondition_failed() -> S3Error {
    s3_error!(PreconditionFailed, "At least one of the preconditions you specified did not hold.")
}

fn not_modified(object: &Object) -> S3Error {
    let mut error = s3_error!(NotModified);
    if let Ok(tag) = ETag::Strong(object.tag.clone()).to_http_header() {
        error.set_headers(HeaderMap::from_iter([(hyper::header::ETAG, tag)]));
    }
    error
}
