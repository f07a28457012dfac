//! Faults: a server or a network that fails, and answers that are no answers of S3.
//!
//! A fault stands before S3: requests that it strikes are not carried out, except for [`FaultKind::CloseMidBody`],
//! which cuts the right answer. The bodies of hostile listings are in `hostile`.

use std::io;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use hyper::StatusCode;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use s3s::dto::StreamingBlob;
use s3s::{Body, HttpError, HttpResponse};

use super::hostile;
use super::operation::Operation;

/// How many bytes [`FaultKind::CloseMidBody`] promises where the right answer has none.
const PROMISED_BYTES: usize = 1024;

/// What a captive portal says to everything.
const LOGIN_PAGE: &str = "<!DOCTYPE html><title>Login</title><p>Welcome<br>to the network";

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// The connection is closed once the request is read.
    CloseWithoutAnswer,
    /// The connection is closed in the middle of the answer's body. An answer to `HEAD` has no body to be cut.
    CloseMidBody,
    /// There is never an answer, and the connection stays open until the server stops.
    Hang,
    /// 500 `InternalError`.
    Status500,
    /// 200 with the XML of an `InternalError`.
    OkWithErrorBody,
    /// 200 with no body and none of S3's headers.
    EmptyOk,
    /// 200 with a page of HTML.
    NotXml,
    /// 503 `SlowDown`.
    SlowDown503,
    /// A listing that goes on, without an end, until [`HUGE_LISTING_LIMIT_BYTES`](hostile::HUGE_LISTING_LIMIT_BYTES)
    /// are sent; then the connection is closed. Strikes listings only.
    HugeListing,
    /// A listing of [`HOSTILE_KEYS`](hostile::HOSTILE_KEYS), which can be downloaded. Strikes listings, and GET and
    /// HEAD of those keys, only.
    HostileKeys,
}

impl FaultKind {
    /// Every kind, in the order of their declaration.
    pub(crate) const ALL: [Self; 10] = [
        Self::CloseWithoutAnswer,
        Self::CloseMidBody,
        Self::Hang,
        Self::Status500,
        Self::OkWithErrorBody,
        Self::EmptyOk,
        Self::NotXml,
        Self::SlowDown503,
        Self::HugeListing,
        Self::HostileKeys,
    ];
}

/// Which requests a fault strikes; every one by default.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Trigger {
    /// Only those of this operation.
    pub(crate) operation: Option<Operation>,
    /// Only from this one on; the first is 1, and only those of the operation count.
    pub(crate) from: usize,
    /// None of these.
    pub(crate) spares: &'static [Operation],
}

/// A fault, and when it strikes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    /// What happens.
    pub(crate) kind: FaultKind,
    /// To which requests.
    pub(crate) trigger: Trigger,
}

impl Fault {
    /// A fault that strikes every request.
    pub(crate) fn always(kind: FaultKind) -> Self {
        Self { kind, trigger: Trigger::default() }
    }

    /// A fault that strikes every request of one operation.
    pub(crate) fn at(kind: FaultKind, operation: Operation) -> Self {
        Self { kind, trigger: Trigger { operation: Some(operation), from: 1, spares: &[] } }
    }

    /// A fault of the `from`-th request (the first is 1) and all after it, except for some operations.
    pub(crate) fn from_request(kind: FaultKind, from: usize, spares: &'static [Operation]) -> Self {
        Self { kind, trigger: Trigger { operation: None, from, spares } }
    }

    /// Whether the fault strikes a request; `same_operation` and `all` count the requests so far, with this one.
    pub(super) fn strikes(self, operation: Operation, path: &str, same_operation: usize, all: usize) -> bool {
        let in_scope = match self.trigger.operation {
            Some(wanted) => wanted == operation && same_operation >= self.trigger.from,
            None => all >= self.trigger.from,
        };
        in_scope
            && !self.trigger.spares.contains(&operation)
            && match self.kind {
                FaultKind::HugeListing => operation.is_listing(),
                FaultKind::HostileKeys => operation.is_listing() || hostile::is_download(operation, path),
                _ => true,
            }
    }
}

/// What is sent in place of the right answer.
///
/// # Errors
/// An error where nothing is to be sent: it makes the connection close.
pub(super) async fn answer(kind: FaultKind, operation: Operation, query: &str) -> Result<HttpResponse, HttpError> {
    let response = match kind {
        FaultKind::CloseWithoutAnswer | FaultKind::CloseMidBody => return Err(HttpError::new(Box::new(cut()))),
        FaultKind::Hang => std::future::pending().await,
        FaultKind::Status500 => error(StatusCode::INTERNAL_SERVER_ERROR, "InternalError"),
        FaultKind::OkWithErrorBody => error(StatusCode::OK, "InternalError"),
        FaultKind::EmptyOk => HttpResponse::default(),
        FaultKind::NotXml => typed(StatusCode::OK, "text/html", LOGIN_PAGE.to_owned().into()),
        FaultKind::SlowDown503 => error(StatusCode::SERVICE_UNAVAILABLE, "SlowDown"),
        FaultKind::HugeListing => typed(StatusCode::OK, "application/xml", hostile::huge_listing()),
        FaultKind::HostileKeys if operation.is_listing() => {
            typed(StatusCode::OK, "application/xml", hostile::listing(query).into())
        }
        FaultKind::HostileKeys => hostile::object(),
    };
    Ok(response)
}

/// The right answer, cut in the middle of its body.
pub(super) async fn cut_short(response: HttpResponse) -> HttpResponse {
    let (mut head, mut body) = response.into_parts();
    let content = body.store_all_limited(usize::MAX).await.unwrap_or_default();
    let promised = if content.is_empty() { PROMISED_BYTES } else { content.len() };
    head.headers.insert(CONTENT_LENGTH, HeaderValue::from(promised));
    let sent = stream::iter([Ok(content.slice(..content.len() / 2))]).chain(stream::once(closing()));
    HttpResponse::from_parts(head, Body::from(StreamingBlob::wrap(sent)))
}

/// A body that ends too early: what was sent before is flushed, then the connection closes.
pub(super) async fn closing() -> io::Result<Bytes> {
    tokio::task::yield_now().await;
    Err(cut())
}

/// An answer with a content type.
pub(super) fn typed(status: StatusCode, content_type: &'static str, body: Body) -> HttpResponse {
    let mut response = HttpResponse::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// An error of S3.
pub(super) fn error(status: StatusCode, code: &str) -> HttpResponse {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>a fault on purpose</Message></Error>"
    );
    typed(status, "application/xml", text.into())
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "closed on purpose")
}
