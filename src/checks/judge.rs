//! From answers to verdicts: which failure of a request is the server's, and the verbs that bodies judge with.
//!
//! `ensure` takes any condition, `same` and its kin compare, and [`super::refusal::refused`] asks whether a request was refused.

use std::fmt::Display;

use crate::record::{Failure, Fault, FaultKind, Stop};
use crate::s3::{ListError, RequestError};

impl From<RequestError> for Stop {
    /// A refusal or a broken answer to a request that S3 allows is the server's failure; where no answer came, s3ci cannot tell.
    fn from(error: RequestError) -> Self {
        let message = error.to_string();
        match error {
            RequestError::Rejected { .. } => {
                Failure::new("request-refused", message.clone(), "success", message).into()
            }
            RequestError::Broken { .. } => {
                Failure::new("broken-answer", message.clone(), "a complete S3 answer", message).into()
            }
            RequestError::Timeout { .. } => Fault::new(FaultKind::Timeout, message)
                .with_hint("the server may hang, or the machine is slow: see the server's log, or raise --timeout")
                .into(),
            RequestError::Unreachable { .. } => Fault::new(FaultKind::Unreachable, message).into(),
            RequestError::Local { .. } => Fault::new(FaultKind::Local, message)
                .with_hint("check free space and permissions of the work directory (--work-dir)")
                .into(),
        }
    }
}

impl From<ListError> for Stop {
    fn from(error: ListError) -> Self {
        let message = error.to_string();
        let kind = match error {
            ListError::Request(error) => return error.into(),
            ListError::TruncatedWithoutToken { .. } => "listing-stops",
            ListError::TokenStandsStill { .. } => "listing-token-stands-still",
            ListError::Endless { .. } => "listing-endless",
        };
        Failure::new(kind, message.clone(), "a listing whose pages lead to its end", message).into()
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Fault::new(FaultKind::Local, error.to_string())
            .with_hint("check free space and permissions of the work directory (--work-dir)")
            .into()
    }
}

/// Fails a check unless a condition holds.
pub(super) fn ensure(
    holds: bool,
    kind: &str,
    message: impl Into<String>,
    expected: impl Into<String>,
    actual: impl Into<String>,
) -> Result<(), Stop> {
    if holds { Ok(()) } else { Err(Failure::new(kind, message, expected, actual).into()) }
}

/// Fails a check unless content is what was stored; says where the first difference is.
pub(super) fn same(what: impl Display, expected: &[u8], actual: &[u8]) -> Result<(), Stop> {
    if expected == actual {
        return Ok(());
    }
    let at = expected.iter().zip(actual).position(|(one, other)| one != other);
    let kind = if expected.len() == actual.len() { "content-differs" } else { "content-length-differs" };
    let place = at.map_or_else(
        || "the shorter is a beginning of the longer".to_owned(),
        |at| format!("first difference at byte {at}"),
    );
    let message = format!("{what}: the content is not what was stored ({place})");
    let told = |bytes: &[u8]| format!("{} bytes, {}", bytes.len(), preview(bytes, at));
    Err(Failure::new(kind, message, told(expected), told(actual)).into())
}

/// Fails a check unless two answers name the same ETag. Two answers without an ETag agree on nothing.
pub(super) fn same_etag(
    kind: &str,
    message: impl Into<String>,
    expected: Option<&str>,
    actual: Option<&str>,
) -> Result<(), Stop> {
    let kind = if expected.is_none() || actual.is_none() { "etag-missing" } else { kind };
    ensure(expected.is_some() && expected == actual, kind, message, shown(expected), shown(actual))
}

/// Fails a check unless a listing names these keys, in this order.
pub(super) fn same_keys<E: AsRef<str>, A: AsRef<str>>(
    kind: &str,
    message: impl Into<String>,
    expected: &[E],
    actual: &[A],
) -> Result<(), Stop> {
    let are_same = expected.iter().map(AsRef::as_ref).eq(actual.iter().map(AsRef::as_ref));
    ensure(are_same, kind, message, named(expected), named(actual))
}

/// Keys as a reader sees them.
fn named<K: AsRef<str>>(keys: &[K]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| key.as_ref().escape_debug().to_string()).collect();
    if keys.is_empty() { "no key".to_owned() } else { keys.join(", ") }
}

/// Some bytes around a place, for a reader.
fn preview(bytes: &[u8], at: Option<usize>) -> String {
    let from = at.unwrap_or(0).min(bytes.len());
    let part = &bytes[from..bytes.len().min(from + 24)];
    if part.is_empty() { "nothing there".to_owned() } else { format!("from byte {from}: \"{}\"", part.escape_ascii()) }
}

/// An ETag that nothing has.
pub(super) const OTHER_ETAG: &str = "\"00000000000000000000000000000000\"";

/// An ETag as a reader sees it.
pub(super) fn shown(etag: Option<&str>) -> String {
    etag.map_or_else(|| "no ETag".to_owned(), str::to_owned)
}

/// The MD5 that a client reads out of an ETag: 32 hexadecimal digits in quotes are taken for one, nothing else is.
pub(super) fn md5_of_etag(etag: &str) -> Option<String> {
    let digits = etag.trim_matches('"').to_ascii_lowercase();
    (digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(digits)
}

/// The first few of many, with a count of the rest.
pub(super) fn few<T: Display>(items: &[T]) -> String {
    let mut text = items.iter().take(3).map(ToString::to_string).collect::<Vec<_>>().join("; ");
    if items.len() > 3 {
        text = format!("{text}; and {} more", items.len() - 3);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_etag_of_32_hexadecimal_digits_is_an_md5() {
        let md5 = "d41d8cd98f00b204e9800998ecf8427e";
        for etag in [format!("\"{md5}\""), md5.to_owned(), md5.to_uppercase()] {
            assert_eq!(md5_of_etag(&etag).as_deref(), Some(md5));
        }
        for etag in [format!("\"{md5}-2\""), format!("W/\"{md5}\""), "\"1b4e28ba-2fa1-11d2-883f-0016d3cca427\"".into()]
        {
            assert_eq!(md5_of_etag(&etag), None, "{etag}");
        }
    }

    #[test]
    fn two_answers_without_an_etag_agree_on_nothing() {
        let kind = |expected, actual| match same_etag("moved", "it moved", expected, actual) {
            Ok(()) => None,
            Err(Stop::Failed(failure)) => Some(failure.kind.to_string()),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(kind(Some("\"a\""), Some("\"a\"")), None);
        assert_eq!(kind(Some("\"a\""), Some("\"b\"")).as_deref(), Some("moved"));
        for (expected, actual) in [(None, None), (Some("\"a\""), None), (None, Some("\"a\""))] {
            assert_eq!(kind(expected, actual).as_deref(), Some("etag-missing"), "{expected:?} {actual:?}");
        }
    }
}
