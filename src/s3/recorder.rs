//! Notes what went over the wire, as evidence for a failure.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeDeserializationInterceptorContextRef,
    BeforeTransmitInterceptorContextRef,
};
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;

use crate::model::Exchange;

/// Only the latest exchanges are kept: a failure is explained by what came right before it.
const KEPT: usize = 12;
/// Longest part of a body that is kept.
const BODY_BYTES: usize = 4096;

/// Request headers worth keeping; never the credentials.
const REQUEST_HEADERS: [&str; 18] = [
    "content-encoding",
    "content-length",
    "content-md5",
    "content-type",
    "host",
    "if-match",
    "if-none-match",
    "range",
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc64nvme",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-meta-mtime",
    "x-amz-metadata-directive",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-trailer",
];
/// Answer headers worth keeping.
const RESPONSE_HEADERS: [&str; 9] = [
    "accept-ranges",
    "content-length",
    "content-range",
    "content-type",
    "etag",
    "last-modified",
    "server",
    "transfer-encoding",
    "x-amz-meta-mtime",
];

/// Collects the exchanges of one client. Clones share what they collect.
#[derive(Debug, Clone, Default)]
pub struct Recorder(Arc<Mutex<VecDeque<Exchange>>>);

impl Recorder {
    /// The latest exchanges, oldest first.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Notes a request that is about to be sent.
    pub(super) fn note_request<'a>(&self, method: &str, path: &str, header: impl Fn(&str) -> Option<&'a str>) {
        let mut request_headers = kept(&REQUEST_HEADERS, &header);
        // That a request was signed explains its answer; with which key and how is nobody's business.
        request_headers.extend(header("authorization").map(|_| ("authorization".to_owned(), "[redacted]".to_owned())));
        self.begin(Exchange {
            method: method.to_owned(),
            path: without_signature(path),
            request_headers,
            status: None,
            response_headers: Vec::new(),
            body_start: None,
        });
    }

    /// Notes the answer to the request that was noted last.
    pub(super) fn note_answer<'a>(&self, status: u16, header: impl Fn(&str) -> Option<&'a str>, body: &[u8]) {
        self.complete(|exchange| {
            exchange.status = Some(status);
            exchange.response_headers = kept(&RESPONSE_HEADERS, header);
            exchange.body_start = (!body.is_empty()).then(|| start_of(body));
        });
    }

    fn begin(&self, exchange: Exchange) {
        let mut exchanges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if exchanges.len() == KEPT {
            exchanges.pop_front();
        }
        exchanges.push_back(exchange);
    }

    /// Adds to the exchange under way. Requests of one client that overlap may complete each other's; a case sends them in turn.
    fn complete(&self, change: impl FnOnce(&mut Exchange)) {
        if let Some(exchange) = self.0.lock().unwrap_or_else(PoisonError::into_inner).back_mut() {
            change(exchange);
        }
    }
}

impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "Recorder"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let path = request.uri().splitn(4, '/').nth(3).map_or_else(|| "/".to_owned(), |rest| format!("/{rest}"));
        self.note_request(request.method(), &path, |name| request.headers().get(name));
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        self.complete(|exchange| {
            exchange.status = Some(response.status().as_u16());
            exchange.response_headers = kept(&RESPONSE_HEADERS, |name| response.headers().get(name));
        });
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(bytes) = context.response().body().bytes().filter(|bytes| !bytes.is_empty()) {
            self.complete(|exchange| exchange.body_start = Some(start_of(bytes)));
        }
        Ok(())
    }
}

fn kept<'a>(names: &[&str], value: impl Fn(&str) -> Option<&'a str>) -> Vec<(String, String)> {
    names.iter().filter_map(|name| Some(((*name).to_owned(), value(name)?.to_owned()))).collect()
}

/// The beginning of a body, as text.
fn start_of(bytes: &[u8]) -> String {
    let start = &bytes[..bytes.len().min(BODY_BYTES)];
    let text = String::from_utf8_lossy(start).into_owned();
    if start.len() == bytes.len() {
        return text;
    }
    format!("{text}\n[… the first {} of {} bytes]", start.len(), bytes.len())
}

/// A path whose query, where it is a presigned one, names neither key nor signature.
fn without_signature(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let redacted = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name @ ("X-Amz-Credential" | "X-Amz-Signature"), _)) => format!("{name}=[redacted]"),
        _ => pair.to_owned(),
    });
    format!("{path}?{}", redacted.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_presigned_url_is_noted_without_its_secrets() {
        let noted = without_signature("/b/k?X-Amz-Credential=key%2F2013&X-Amz-Expires=60&X-Amz-Signature=abc&x=1");
        assert_eq!(noted, "/b/k?X-Amz-Credential=[redacted]&X-Amz-Expires=60&X-Amz-Signature=[redacted]&x=1");
        assert_eq!(without_signature("/b/k?list-type=2"), "/b/k?list-type=2");
    }
}
