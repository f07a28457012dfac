//! The part of an object that a request wants.

use std::ops::Range as ByteRange;

use hyper::HeaderMap;
use hyper::header::{CONTENT_RANGE, CONTENT_TYPE, HeaderValue};
use s3s::dto::Range;
use s3s::{S3Error, S3Result, s3_error};

use crate::server::mutation::Mutation;
use crate::server::rules::Rules;

/// The bytes that a range asks for, as the mutation would have them; none for the whole object.
///
/// # Errors
/// `InvalidRange` (416) with the size, when there are none.
pub(super) fn wanted(rules: &Rules, range: Range, size: usize) -> S3Result<Option<ByteRange<usize>>> {
    if rules.breaks(Mutation::RangeIgnored) {
        return Ok(None);
    }
    let is_suffix = matches!(range, Range::Suffix { .. });
    let is_bounded = matches!(range, Range::Int { last: Some(_), .. });
    match satisfied(range, size) {
        Err(_) if rules.breaks(Mutation::RangeUnsatisfiableIsWhole) => Ok(None),
        Ok(range) if is_suffix && rules.breaks(Mutation::RangeSuffixFromStart) => Ok(Some(0..range.len())),
        Ok(range) if is_bounded && range.len() > 1 && rules.breaks(Mutation::RangeEndExclusive) => {
            Ok(Some(range.start..range.end - 1))
        }
        range => range.map(Some),
    }
}

/// The bytes that a range asks for.
///
/// # Errors
/// `InvalidRange` (416) with the size, when there are none.
fn satisfied(range: Range, size: usize) -> S3Result<ByteRange<usize>> {
    let end = |end: u64| usize::try_from(end).unwrap_or(usize::MAX);
    match range.check(size as u64) {
        Ok(range) if !range.is_empty() => Ok(end(range.start)..end(range.end)),
        _ => Err(unsatisfied(size)),
    }
}

fn unsatisfied(size: usize) -> S3Error {
    let mut error = s3_error!(InvalidRange, "The requested range is not satisfiable.");
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/xml"))]);
    if let Ok(value) = HeaderValue::try_from(format!("bytes */{size}")) {
        headers.insert(CONTENT_RANGE, value);
    }
    error.set_headers(headers);
    error
}
