//! Records requests and answers, as evidence for a failure.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_sdk_s3::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeDeserializationInterceptorContextRef,
    BeforeTransmitInterceptorContextRef,
};
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_smithy_types::config_bag::{Storable, StoreReplace};

use crate::base::lock;
use crate::record::Exchange;

/// Number of exchanges that are kept. The latest ones explain a failure.
const KEPT: usize = 12;
/// Bytes of a body that are kept.
const BODY_BYTES: usize = 4096;

/// Request headers that are kept; never the credentials.
const REQUEST_HEADERS: [&str; 26] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-length",
    "content-md5",
    "content-type",
    "host",
    "if-match",
    "if-none-match",
    "range",
    "x-amz-acl",
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc64nvme",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-copy-source-if-match",
    "x-amz-copy-source-if-modified-since",
    "x-amz-copy-source-if-none-match",
    "x-amz-copy-source-if-unmodified-since",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-meta-mtime",
    "x-amz-meta-owner",
    "x-amz-metadata-directive",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-trailer",
];
/// Answer headers that are kept.
const RESPONSE_HEADERS: [&str; 12] = [
    "accept-ranges",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "etag",
    "last-modified",
    "server",
    "transfer-encoding",
    "x-amz-meta-mtime",
];

/// Records the exchanges of one client. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Recorder(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    begun: u64,
    exchanges: VecDeque<(ExchangeNumber, Exchange)>,
}

/// Tells which request an answer belongs to, because requests of one client overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ExchangeNumber(u64);

/// The SDK carries the number from a request to its answer.
impl Storable for ExchangeNumber {
    type Storer = StoreReplace<Self>;
}

impl Recorder {
    /// In the order in which the requests were sent.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.kept().exchanges.iter().map(|(_, exchange)| exchange.clone()).collect()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        lock(&self.0)
    }

    pub(super) fn note_request<'a>(
        &self,
        method: &str,
        path: &str,
        header: impl Fn(&str) -> Option<&'a str>,
    ) -> ExchangeNumber {
        let mut request_headers = kept(&REQUEST_HEADERS, &header);
        // A reader needs to know that the request was signed, but not with which key.
        request_headers.extend(header("authorization").map(|_| ("authorization".to_owned(), "[redacted]".to_owned())));
        self.begin(Exchange {
            method: method.to_owned(),
            path: without_signature(path),
            request_headers,
            status: None,
            response_headers: Vec::new(),
            body_start: None,
        })
    }

    pub(super) fn note_answer<'a>(
        &self,
        number: ExchangeNumber,
        status: u16,
        header: impl Fn(&str) -> Option<&'a str>,
        body: &[u8],
    ) {
        self.complete(number, |exchange| {
            exchange.status = Some(status);
            exchange.response_headers = kept(&RESPONSE_HEADERS, header);
            exchange.body_start = (!body.is_empty()).then(|| start_of(body));
        });
    }

    fn begin(&self, exchange: Exchange) -> ExchangeNumber {
        let mut kept = self.kept();
        kept.begun += 1;
        let number = ExchangeNumber(kept.begun);
        if kept.exchanges.len() == KEPT {
            kept.exchanges.pop_front();
        }
        kept.exchanges.push_back((number, exchange));
        number
    }

    /// Does nothing if the exchange is so old that it is no longer kept.
    fn complete(&self, number: ExchangeNumber, change: impl FnOnce(&mut Exchange)) {
        if let Some((_, exchange)) = self.kept().exchanges.iter_mut().find(|(other, _)| *other == number) {
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
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let path = request.uri().splitn(4, '/').nth(3).map_or_else(|| "/".to_owned(), |rest| format!("/{rest}"));
        let number = self.note_request(request.method(), &path, |name| request.headers().get(name));
        config.interceptor_state().store_put(number);
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(number) = config.load::<ExchangeNumber>() {
            let response = context.response();
            self.note_answer(*number, response.status().as_u16(), |name| response.headers().get(name), &[]);
        }
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let bytes = context.response().body().bytes().filter(|bytes| !bytes.is_empty());
        if let (Some(bytes), Some(number)) = (bytes, config.load::<ExchangeNumber>()) {
            self.complete(*number, |exchange| exchange.body_start = Some(start_of(bytes)));
        }
        Ok(())
    }
}

fn kept<'a>(names: &[&str], value: impl Fn(&str) -> Option<&'a str>) -> Vec<(String, String)> {
    names.iter().filter_map(|name| Some(((*name).to_owned(), value(name)?.to_owned()))).collect()
}

fn start_of(bytes: &[u8]) -> String {
    let start = &bytes[..bytes.len().min(BODY_BYTES)];
    let text = String::from_utf8_lossy(start).into_owned();
    if start.len() == bytes.len() {
        return text;
    }
    format!("{text}\n[… the first {} of {} bytes]", start.len(), bytes.len())
}

/// Redacts the key and the signature of a presigned URL.
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
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::oneshot;
    use tokio::task::JoinHandle;

    use super::*;
    use crate::s3::{ClientSettings, RawRequest, S3};

    #[test]
    fn a_presigned_url_is_noted_without_its_secrets() {
        let noted = without_signature("/b/k?X-Amz-Credential=key%2F2013&X-Amz-Expires=60&X-Amz-Signature=abc&x=1");
        assert_eq!(noted, "/b/k?X-Amz-Credential=[redacted]&X-Amz-Expires=60&X-Amz-Signature=[redacted]&x=1");
        assert_eq!(without_signature("/b/k?list-type=2"), "/b/k?list-type=2");
    }

    async fn head_of(stream: &mut TcpStream) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
    }

    /// A server that takes two requests and answers the second one first. It signals when it has the first.
    async fn backwards() -> (S3, Recorder, oneshot::Receiver<()>, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (say, said) = oneshot::channel();
        let serving = tokio::spawn(async move {
            let (mut first, _) = listener.accept().await.unwrap();
            head_of(&mut first).await;
            say.send(()).unwrap();
            let (mut second, _) = listener.accept().await.unwrap();
            head_of(&mut second).await;
            for (mut stream, status, name) in [(second, 404, "second"), (first, 403, "first")] {
                let body = format!("<Error><Code>{name}</Code></Error>");
                let answer =
                    format!("HTTP/1.1 {status} No\r\nContent-Length: {}\r\nETag: {name}\r\n\r\n{body}", body.len());
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let (access_key, secret_key) = ("key".to_owned(), "secret".to_owned());
        let settings = ClientSettings { endpoint, access_key, secret_key, deadline: Duration::from_secs(10) };
        let (s3, recorder) = S3::new(&settings).recorded();
        (s3, recorder, said, serving)
    }

    fn assert_told_apart(recorder: &Recorder) {
        let exchanges = recorder.exchanges();
        assert_eq!(exchanges.len(), 2, "{exchanges:#?}");
        for (exchange, (name, status)) in exchanges.iter().zip([("first", 403), ("second", 404)]) {
            assert!(exchange.path.starts_with(&format!("/b/{name}")), "{exchange:#?}");
            assert_eq!(exchange.status, Some(status), "{exchange:#?}");
            assert!(exchange.response_headers.contains(&("etag".to_owned(), name.to_owned())), "{exchange:#?}");
            assert!(exchange.body_start.as_ref().is_some_and(|body| body.contains(name)), "{exchange:#?}");
        }
    }

    #[tokio::test]
    async fn requests_that_overlap_keep_their_own_answers() {
        let (s3, recorder, said, serving) = backwards().await;
        let second = async {
            said.await.unwrap();
            s3.get("b", "second", 0).await
        };
        let (first, second) = tokio::join!(s3.get("b", "first", 0), second);
        serving.await.unwrap();
        assert_eq!((first.unwrap_err().status(), second.unwrap_err().status()), (Some(403), Some(404)));
        assert_told_apart(&recorder);
    }

    #[tokio::test]
    async fn raw_requests_that_overlap_keep_their_own_answers() {
        let (s3, recorder, said, serving) = backwards().await;
        let raw = s3.raw();
        let prepared = |key| raw.prepare(&RawRequest::to_object("GET", "b", key)).unwrap();
        let (one, other) = (prepared("first"), prepared("second"));
        let second = async {
            said.await.unwrap();
            raw.send(&other).await
        };
        let (first, second) = tokio::join!(raw.send(&one), second);
        serving.await.unwrap();
        assert_eq!((first.unwrap().status, second.unwrap().status), (403, 404));
        assert_told_apart(&recorder);
    }

    #[test]
    fn what_a_copy_depends_on_is_noted_and_an_answer_that_comes_late_is_let_go() {
        let recorder = Recorder::default();
        let of = |name: &str| (name == "x-amz-copy-source-if-match").then_some("\"a\"");
        let first = recorder.note_request("PUT", "/b/copy", of);
        assert_eq!(recorder.exchanges()[0].request_headers, [("x-amz-copy-source-if-match".into(), "\"a\"".into())]);
        for _ in 0..KEPT {
            recorder.note_request("GET", "/b/k", |_| None);
        }
        recorder.note_answer(first, 412, |_| None, b"late");
        let exchanges = recorder.exchanges();
        assert!(exchanges.len() == KEPT && exchanges.iter().all(|exchange| exchange.status.is_none()));
    }
}
