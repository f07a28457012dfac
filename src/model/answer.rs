//! What a server answered, as plain values: all that the model is told of it.

use std::collections::BTreeMap;

use bytes::Bytes;

/// An answer: what was asked for, or something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    Yes(T),
    /// An HTTP status that is an error, with the code and the message of S3.
    Refused {
        status: u16,
        code: String,
        message: String,
    },
    /// No answer of S3: malformed, broken off.
    Broken(String),
}

impl<T> Answer<T> {
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// How it was refused, for a reader.
    pub fn refusal(&self) -> String {
        match self {
            Self::Yes(_) => "200".to_owned(),
            Self::Refused { status, code, .. } if code.is_empty() => status.to_string(),
            Self::Refused { status, code, .. } => format!("{status} {code}"),
            Self::Broken(message) => format!("a broken answer: {message}"),
        }
    }
}

/// The headers of an object as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// As sent, quotes included.
    pub etag: Option<String>,
    pub size: Option<u64>,
    /// In seconds since 1970.
    pub modified: Option<i64>,
    pub content_type: Option<String>,
    pub cache_control: Option<String>,
    pub content_disposition: Option<String>,
    pub content_encoding: Option<String>,
    pub metadata: BTreeMap<String, String>,
}

/// What GET brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Got {
    pub seen: Seen,
    pub bytes: Bytes,
    /// 200, or 206 where a part was asked for.
    pub status: u16,
    pub content_range: Option<String>,
}

/// An entry of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: String,
    pub etag: Option<String>,
    pub size: Option<u64>,
    pub modified: Option<i64>,
}

/// A page of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    pub entries: Vec<Entry>,
    pub prefixes: Vec<String>,
    pub truncated: bool,
}

/// A listing, followed as far as it led.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    pub pages: Vec<Page>,
    /// Why it could not be followed to its end.
    pub stuck: Option<String>,
}

/// What DeleteObjects reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deleted {
    pub deleted: Vec<String>,
    /// Keys with the reason.
    pub refused: Vec<(String, String)>,
}

/// When something happened by the client's clock, in milliseconds since 1970: from the request to its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub from_ms: i64,
    pub to_ms: i64,
}
