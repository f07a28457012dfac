//! From answers to verdicts: which failure of a request is the server's, and the comparisons that most cases make.

use crate::model::{Failure, Fault, Stop};
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
            RequestError::Timeout { .. } => Fault::new("timeout", message)
                .with_hint("the server may hang, or the machine is slow: see the server's log, or raise --timeout")
                .into(),
            RequestError::Unreachable { .. } => Fault::new("unreachable", message).into(),
            RequestError::Local { .. } => Fault::new("local", message)
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
        Fault::new("local", error.to_string())
            .with_hint("check free space and permissions of the work directory (--work-dir)")
            .into()
    }
}

/// Fails a case unless a condition holds.
pub(super) fn ensure(
    holds: bool,
    kind: &str,
    message: impl Into<String>,
    expected: impl Into<String>,
    actual: impl Into<String>,
) -> Result<(), Stop> {
    if holds { Ok(()) } else { Err(Failure::new(kind, message, expected, actual).into()) }
}

/// Fails a case unless content is what was stored; says where the first difference is.
pub(super) fn ensure_content(what: &str, expected: &[u8], actual: &[u8]) -> Result<(), Stop> {
    if expected == actual {
        return Ok(());
    }
    let at = expected.iter().zip(actual).position(|(one, other)| one != other);
    let kind = if expected.len() == actual.len() { "content-differs" } else { "content-length-differs" };
    let place = at.map_or_else(
        || "the shorter is a beginning of the longer".to_owned(),
        |at| format!("first difference at byte {at}"),
    );
    ensure(
        false,
        kind,
        format!("{what}: the content is not what was stored ({place})"),
        format!("{} bytes, {}", expected.len(), preview(expected, at)),
        format!("{} bytes, {}", actual.len(), preview(actual, at)),
    )
}

/// Some bytes around a place, for a reader.
fn preview(bytes: &[u8], at: Option<usize>) -> String {
    let from = at.unwrap_or(0).min(bytes.len());
    let part = &bytes[from..bytes.len().min(from + 24)];
    if part.is_empty() { "nothing there".to_owned() } else { format!("from byte {from}: \"{}\"", part.escape_ascii()) }
}

/// A tag as a reader sees it.
pub(super) fn shown(etag: Option<&str>) -> String {
    etag.map_or_else(|| "no ETag".to_owned(), str::to_owned)
}

/// The first few of many, with a count of the rest.
pub(super) fn few<T: std::fmt::Display>(items: &[T]) -> String {
    let mut text = items.iter().take(3).map(ToString::to_string).collect::<Vec<_>>().join("; ");
    if items.len() > 3 {
        text = format!("{text}; and {} more", items.len() - 3);
    }
    text
}
