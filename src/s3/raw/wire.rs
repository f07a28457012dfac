//! Sends a prepared request over a connection of its own, in the pieces that the caller wants, and reads the answer.
//!
//! This uses hyper's HTTP/1.1 connection and not its pooled client. So the path and the pieces of the body go out as
//! given, and a body that ends early leaves a connection that the caller can close. Deliberately absent: redirects,
//! retries, pools.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Limited, StreamBody};
use hyper::body::Frame;
use hyper::client::conn::http1;
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use rustls::RootCertStore;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{Prepared, Raw};
use crate::s3::RequestError;
use crate::s3::recorder::{ExchangeNumber, Recorder};

/// Between two pieces of a body, so that the server's kernel does not join them. A fixed pause is right here: a slow
/// sender is what the check tests, and this end cannot know when the other has read.
const PAUSE: Duration = Duration::from_millis(10);
/// More than the answer to any raw request needs.
const MAX_ANSWER_BYTES: usize = 4 << 20;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Offsets in the body where a write ends; the next write follows after a pause. 0 separates the head from the
    /// body.
    pub splits: Vec<usize>,
    /// Number of bytes of the body after which the sender closes its side, whatever length it announced.
    pub stops_at: Option<usize>,
    /// Sends no `content-length`: the body goes out in HTTP chunks.
    pub without_length: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawAnswer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl RawAnswer {
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The S3 error code in the body.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.body);
        let (_, rest) = text.split_once("<Code>")?;
        rest.split_once("</Code>").map(|(code, _)| code.to_owned())
    }

    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl std::fmt::Display for RawAnswer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "HTTP {}", self.status)?;
        match self.code() {
            Some(code) => write!(formatter, " {code}"),
            None => write!(formatter, " with {} bytes", self.body.len()),
        }
    }
}

#[derive(Debug)]
pub(super) struct Address {
    tls: bool,
    pub(super) host: String,
    pub(super) port: u16,
    /// Host and port as in the header `host`.
    pub(super) authority: String,
    /// Prefix of every path.
    pub(super) base: String,
}

impl Address {
    pub(super) fn of(endpoint: &str) -> Result<Self, RequestError> {
        let wrong = || RequestError::Local { operation: "endpoint", message: format!("{endpoint} is not a URL") };
        let url: Uri = endpoint.parse().map_err(|_| wrong())?;
        let tls = url.scheme_str() == Some("https");
        let authority = url.authority().ok_or_else(wrong)?;
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Ok(Self {
            tls,
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port,
            authority: authority.to_string(),
            base: url.path().trim_end_matches('/').to_owned(),
        })
    }
}

impl Raw {
    /// Sends a request in one piece.
    ///
    /// # Errors
    /// No answer. A wrong answer is not an error here; the caller judges it.
    pub async fn send(&self, prepared: &Prepared) -> Result<RawAnswer, RequestError> {
        let answer = self.deliver(prepared, &Delivery::default()).await?;
        let message = "the connection was closed without an answer".to_owned();
        answer.ok_or(RequestError::Broken { operation: prepared.method, message })
    }

    /// Sends a request as `delivery` says. `None` if the sender stopped early and the server closed the connection
    /// without an answer.
    pub async fn deliver(&self, prepared: &Prepared, delivery: &Delivery) -> Result<Option<RawAnswer>, RequestError> {
        let noted = self.note_request(prepared);
        let deadline = self.settings.deadline;
        let timeout = RequestError::Timeout { operation: prepared.method, after: deadline };
        let answer = tokio::time::timeout(deadline, self.exchange(prepared, delivery)).await.unwrap_or(Err(timeout))?;
        if let (Some((recorder, number)), Some(answer)) = (noted, &answer) {
            recorder.note_answer(number, answer.status, |name| answer.header(name), &answer.body);
        }
        Ok(answer)
    }

    fn note_request(&self, prepared: &Prepared) -> Option<(&Recorder, ExchangeNumber)> {
        let recorder = self.recorder.as_ref()?;
        let header =
            |name: &str| prepared.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
        Some((recorder, recorder.note_request(prepared.method, &prepared.target, header)))
    }

    async fn exchange(&self, prepared: &Prepared, delivery: &Delivery) -> Result<Option<RawAnswer>, RequestError> {
        let operation = prepared.method;
        let address = Address::of(&self.settings.endpoint)?;
        let unreachable = |error: std::io::Error| RequestError::Unreachable { operation, message: error.to_string() };
        let stream = TcpStream::connect((address.host.as_str(), address.port)).await.map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        if address.tls {
            let (connector, name) = tls(&address.host, operation)?;
            exchange_over(connector.connect(name, stream).await.map_err(unreachable)?, prepared, delivery).await
        } else {
            exchange_over(stream, prepared, delivery).await
        }
    }
}

async fn exchange_over(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    prepared: &Prepared,
    delivery: &Delivery,
) -> Result<Option<RawAnswer>, RequestError> {
    let operation = prepared.method;
    let broken = |error: hyper::Error| RequestError::Broken { operation, message: innermost(&error) };
    let request = http_request(prepared, delivery)?;
    let (mut sender, mut connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let answering = async {
        let response = sender.send_request(request).await?;
        Ok::<_, hyper::Error>(read(response, operation).await)
    };
    tokio::pin!(answering);
    let mut open = true;
    let answered = loop {
        tokio::select! {
            biased;
            answered = &mut answering => break answered,
            _ = poll_fn(|context| connection.poll_without_shutdown(context)), if open => open = false,
        }
    };
    match answered {
        Ok(answer) => answer.map(Some),
        // The sender itself ended the body early.
        Err(error) if delivery.stops_at.is_some() && (error.is_user() || error.is_body_write_aborted()) => {
            let mut stream = connection.into_parts().io.into_inner();
            // Only the end of the connection matters now: an answer to half a request is not HTTP any more.
            let _ = stream.shutdown().await;
            drain(&mut stream).await;
            Ok(None)
        }
        Err(error) => Err(broken(error)),
    }
}

/// Reads what comes until the end, or until it is more than any answer; nobody looks at it.
async fn drain(stream: &mut (impl AsyncRead + Unpin)) {
    let (mut buffer, mut left) = (vec![0; 8 << 10], MAX_ANSWER_BYTES);
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        left = left.saturating_sub(read);
        if left == 0 {
            return;
        }
    }
}

async fn read(response: Response<hyper::body::Incoming>, operation: &'static str) -> Result<RawAnswer, RequestError> {
    let (head, body) = response.into_parts();
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await.map_err(|error| RequestError::Broken {
        operation,
        message: format!("the body broke off: {}", innermost(&*error)),
    })?;
    Ok(RawAnswer { status: head.status.as_u16(), headers, body: body.to_bytes() })
}

/// Why a body ends early.
#[derive(Debug, thiserror::Error)]
#[error("the sender stopped early")]
struct StoppedEarly;

type PacedBody = StreamBody<futures_util::stream::BoxStream<'static, Result<Frame<Bytes>, StoppedEarly>>>;

fn http_request(prepared: &Prepared, delivery: &Delivery) -> Result<Request<PacedBody>, RequestError> {
    let mut request = Request::builder().method(prepared.method).uri(prepared.target.as_str());
    for (name, value) in &prepared.headers {
        request = request.header(name, value);
    }
    if !delivery.without_length && (!prepared.body.is_empty() || ["PUT", "POST", "DELETE"].contains(&prepared.method)) {
        request = request.header("content-length", prepared.body.len());
    }
    let body = StreamBody::new(pieces(&prepared.body, delivery).boxed());
    let local =
        |error: hyper::http::Error| RequestError::Local { operation: prepared.method, message: error.to_string() };
    request.body(body).map_err(local)
}

/// The body in the pieces of `delivery`.
fn pieces(
    body: &Bytes,
    delivery: &Delivery,
) -> impl futures_util::Stream<Item = Result<Frame<Bytes>, StoppedEarly>> + Send + 'static {
    let end = delivery.stops_at.unwrap_or(body.len()).min(body.len());
    let mut ends: Vec<usize> = delivery.splits.iter().copied().filter(|split| *split <= end).collect();
    ends.push(end);
    ends.sort_unstable();
    ends.dedup();
    let starts = [0].into_iter().chain(ends.clone());
    let mut pieces: Vec<_> = starts.zip(ends).map(|(from, to)| Ok(body.slice(from..to))).collect();
    pieces.extend(delivery.stops_at.map(|_| Err(StoppedEarly)));
    stream::iter(pieces.into_iter().enumerate()).then(|(index, piece)| async move {
        if index > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        piece.map(Frame::data)
    })
}

fn tls(host: &str, operation: &'static str) -> Result<(TlsConnector, ServerName<'static>), RequestError> {
    let local = |message: String| RequestError::Local { operation, message };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let name = ServerName::try_from(host.to_owned()).map_err(|error| local(error.to_string()))?;
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| local(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok((TlsConnector::from(Arc::new(config)), name))
}

pub(super) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(Some(error), |&error| error.source()).last().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_comes_after_the_end_is_not_read_without_end() {
        let mut endless = tokio::io::repeat(b'x').take(10 * MAX_ANSWER_BYTES as u64);
        drain(&mut endless).await;
        assert!(endless.limit() >= 8 * MAX_ANSWER_BYTES as u64, "{} bytes were left", endless.limit());
    }
}
