//! A version of an object, and what stays of one that was replaced.

use std::sync::Arc;

use bytes::Bytes;

use crate::model::answer::Window;
use crate::model::recipe::Recipe;
use crate::model::step::Headers;
use crate::workload::md5_hex;

/// A content with its MD5.
#[derive(Debug, PartialEq, Eq)]
pub struct Body {
    pub bytes: Bytes,
    pub md5: String,
}

impl Body {
    pub fn of(bytes: Bytes) -> Arc<Self> {
        let md5 = md5_hex(&bytes);
        Arc::new(Self { bytes, md5 })
    }

    pub fn made(recipe: &Recipe) -> Arc<Self> {
        Self::of(recipe.bytes())
    }
}

/// A version of an object as a right server holds it.
#[derive(Debug, Clone)]
pub struct Version {
    pub body: Arc<Body>,
    /// Without quotes; none until a server has named it.
    pub etag: Option<String>,
    /// The ETags that it may have where they are MD5s; the first is what a reader is told.
    pub(super) md5_etags: Vec<String>,
    pub headers: Headers,
    pub(super) written: Window,
    /// The step that stored it.
    pub step: usize,
    /// As a server has named it, in seconds since 1970.
    pub(super) modified: Option<i64>,
}

/// What stays of a version that was replaced or deleted.
#[derive(Debug, Clone)]
pub(super) struct Former {
    pub(super) etag: Option<String>,
    pub(super) md5: String,
    pub(super) step: usize,
    pub(super) headers: Headers,
    pub(super) modified: Option<i64>,
}

impl From<Version> for Former {
    fn from(version: Version) -> Self {
        let Version { etag, body, step, headers, modified, .. } = version;
        Self { etag, md5: body.md5.clone(), step, headers, modified }
    }
}

/// An ETag without its quotes and without the sign of a weak one: how it is spelled is for other checks to judge.
pub(super) fn bare(etag: &str) -> &str {
    etag.strip_prefix("W/").unwrap_or(etag).trim_matches('"')
}

/// How a reader sees a content.
pub(super) fn described(bytes: &[u8]) -> String {
    const SHOWN: usize = 24;
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]);
    let more = if bytes.len() > SHOWN { "…" } else { "" };
    match bytes.len() {
        0 => "0 bytes".to_owned(),
        1 => format!("1 byte: {start:?}"),
        count => format!("{count} bytes: {start:?}{more}"),
    }
}
