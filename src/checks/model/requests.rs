//! From the model's words to requests, and from answers to the model's words.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::answer::{Answer, Entry, Got, Page, Seen, Window};
use crate::model::step::Headers;
use crate::record::Stop;
use crate::s3::{Attributes, Listed, ObjectHeaders, RequestError, Sent, WholeObject, WholePage};

/// An answer, whatever it says; a stop where none came.
pub(super) fn answer<T>(result: Result<T, RequestError>) -> Result<Answer<T>, Stop> {
    match result {
        Ok(value) => Ok(Answer::Yes(value)),
        Err(RequestError::Rejected { status, code, message, .. }) => {
            let code = if code == "(no code)" { String::new() } else { code };
            Ok(Answer::Refused { status, code, message })
        }
        Err(RequestError::Broken { message, .. }) => Ok(Answer::Broken(message)),
        Err(other) => Err(other.into()),
    }
}

impl<T> Answer<T> {
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Self::Yes(value) => Answer::Yes(change(value)),
            Self::Refused { status, code, message } => Answer::Refused { status, code, message },
            Self::Broken(message) => Answer::Broken(message),
        }
    }
}

/// The client's clock, in milliseconds since 1970.
pub(super) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// From a moment until now.
pub(super) fn since(from_ms: i64) -> Window {
    Window { from_ms, to_ms: now_ms() }
}

pub(super) fn attributes(headers: &Headers) -> Attributes {
    Attributes {
        content_type: Some(headers.type_to_send().to_owned()),
        content_encoding: headers.content_encoding.clone(),
        cache_control: headers.cache_control.clone(),
        content_disposition: headers.content_disposition.clone(),
        metadata: headers.metadata.clone(),
    }
}

pub(super) fn sent(headers: &Headers) -> Sent {
    Sent { attributes: attributes(headers), tags: headers.tags.clone(), ..Sent::default() }
}

pub(super) fn seen(headers: ObjectHeaders) -> Seen {
    let ObjectHeaders { etag, size_bytes, modified, attributes } = headers;
    Seen {
        etag,
        size: size_bytes,
        modified,
        content_type: attributes.content_type,
        cache_control: attributes.cache_control,
        content_disposition: attributes.content_disposition,
        content_encoding: attributes.content_encoding,
        metadata: attributes.metadata,
    }
}

pub(super) fn got(object: WholeObject) -> Got {
    let WholeObject { headers, status, content_range, bytes } = object;
    Got { seen: seen(headers), bytes, status, content_range }
}

pub(super) fn page(page: &WholePage) -> Page {
    let entry = |listed: &Listed| Entry {
        key: listed.key.clone(),
        etag: listed.etag.clone(),
        size: listed.size_bytes,
        modified: listed.modified,
    };
    Page {
        entries: page.entries.iter().map(entry).collect(),
        prefixes: page.prefixes.clone(),
        truncated: page.truncated,
    }
}
