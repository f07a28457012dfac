//! Listings that mean harm: one that has no end, and one whose keys would escape from a directory or reach a terminal.

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use hyper::StatusCode;
use hyper::header::{ETAG, HeaderValue};
use s3s::dto::StreamingBlob;
use s3s::{Body, HttpResponse};

use super::fault::{closing, typed};
use super::listing::percent_encode;
use super::operation::Operation;
use super::tags;
use super::wire::refer_to_controls;

/// Keys that must never become paths outside a directory, nor reach a terminal or an XML file as they are.
pub(crate) const HOSTILE_KEYS: [&str; 8] = [
    "../../escape",
    "/etc/passwd",
    "a/../../b",
    "..",
    "c:\\windows\\escape",
    "bell\u{7}-and-escape\u{1b}[31m",
    "line\nfeed",
    "nul\u{0}byte",
];

/// What every hostile key holds.
pub(crate) const HOSTILE_CONTENT: &[u8] = b"written where it must not be\n";

/// After how many bytes the endless listing is cut: 64 MiB.
pub(crate) const HUGE_LISTING_LIMIT_BYTES: usize = 64 << 20;

/// How many entries the endless listing sends at a time.
const ENTRIES_AT_ONCE: usize = 500;

/// Whether a request downloads or describes a hostile key.
pub(super) fn is_download(operation: Operation, path: &str) -> bool {
    let key = path.trim_start_matches('/').split_once('/').map(|(_, key)| key);
    matches!(operation, Operation::GetObject | Operation::HeadObject)
        && key.is_some_and(|key| HOSTILE_KEYS.into_iter().any(|hostile| percent_encode(hostile) == key))
}

/// The object of a hostile key.
pub(super) fn object() -> HttpResponse {
    let mut response = typed(StatusCode::OK, "binary/octet-stream", Bytes::from_static(HOSTILE_CONTENT).into());
    if let Ok(tag) = HeaderValue::try_from(format!("\"{}\"", tags::md5_hex(HOSTILE_CONTENT))) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// A complete listing of the hostile keys. Characters that XML cannot hold are written as character references, which
/// it cannot hold either but which clients are known to take, or percent-encoded where the client asks for that.
pub(super) fn listing(query: &str) -> String {
    let encodes = query.split('&').any(|pair| pair == "encoding-type=url");
    let spelled = |key: &str| if encodes { percent_encode(key) } else { refer_to_controls(key) };
    let tag = tags::md5_hex(HOSTILE_CONTENT);
    let entries: String =
        HOSTILE_KEYS.into_iter().map(|key| entry(&spelled(key), &tag, HOSTILE_CONTENT.len())).collect();
    let encoding = if encodes { "<EncodingType>url</EncodingType>" } else { "" };
    format!(
        "{}<IsTruncated>false</IsTruncated><KeyCount>{}</KeyCount>{encoding}{entries}</ListBucketResult>",
        opening(),
        HOSTILE_KEYS.len()
    )
}

/// A listing that never ends, until the connection closes.
pub(super) fn huge_listing() -> Body {
    let tag = tags::md5_hex(b"?");
    let chunk = move |number: usize| -> Bytes {
        let first = number * ENTRIES_AT_ONCE;
        (first..first + ENTRIES_AT_ONCE)
            .map(|at| entry(&format!("endless/{at:012}"), &tag, 1))
            .collect::<String>()
            .into()
    };
    let chunks = HUGE_LISTING_LIMIT_BYTES / chunk(0).len();
    let body = stream::iter([Ok(Bytes::from(opening()))])
        .chain(stream::iter(0..chunks).map(move |number| Ok(chunk(number))))
        .chain(stream::once(closing()));
    Body::from(StreamingBlob::wrap(body))
}

fn opening() -> String {
    let namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"{namespace}\"><Name>hostile</Name>")
}

fn entry(key: &str, tag: &str, size_bytes: usize) -> String {
    format!(
        "<Contents><Key>{key}</Key><LastModified>2024-01-01T00:00:00.000Z</LastModified><ETag>\"{tag}\"</ETag>\
         <Size>{size_bytes}</Size><StorageClass>STANDARD</StorageClass></Contents>"
    )
}
