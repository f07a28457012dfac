//! Servers that let pass what S3 refuses, refuse what it lets pass, or take the framing of an upload for its content.
//!
//! The `s3s` crate verifies signatures, hashes and chunks before an operation is called, so these mutations stand before it: a request
//! that the right server has refused for the one reason that a mutation does not know is carried out by an open door, a service
//! over the same store that asks for no signature.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, TRANSFER_ENCODING};
use hyper::{Method, Request, StatusCode};
use s3s::service::S3Service;
use s3s::{Body, HttpError, HttpResponse};

use super::mutation::Mutation;
use super::rules::Rules;

/// Ways to frame an upload, and the rule that a server breaks which takes such a frame for content.
const FRAMINGS: [(&str, Mutation); 3] = [
    ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", Mutation::SignedChunksStoredFramed),
    ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", Mutation::SignedTrailerStoredFramed),
    ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", Mutation::UnsignedTrailerStoredFramed),
];
/// The most that a server of small reads takes at once: less than a chunk, so that a chunk never comes in one, whatever the network does.
const READ: usize = 4 << 10;

/// The right door and the open one.
#[derive(Debug, Clone)]
pub(super) struct Doors {
    pub(super) right: S3Service,
    pub(super) open: S3Service,
}

impl Doors {
    /// Answers a request as the mutation would have it. It is read to its end first, so that it can be carried out a second time.
    pub(super) async fn answer(&self, request: Request<Incoming>, rules: &Rules) -> Result<HttpResponse, HttpError> {
        let (head, body) = request.into_parts();
        if refuses(rules, &head.uri.to_string()) {
            return Ok(refusal());
        }
        let Received { pieces, whole } = received(body).await;
        let content = pieces.concat();
        if !whole {
            if rules.breaks(Mutation::ShortBodyStored) {
                self.through_the_open_door(head, deframed(&content).unwrap_or(content)).await?;
            }
            return Ok(refusal());
        }
        let framing = header(&head.headers, "x-amz-content-sha256").to_owned();
        if framing.starts_with("STREAMING") && rules.breaks(Mutation::ChunksEndWithReads) {
            let reads = pieces.iter().flat_map(|piece| piece.chunks(READ));
            let content = reads.flat_map(chunks_of).collect();
            return self.through_the_open_door(head, content).await;
        }
        if FRAMINGS.into_iter().any(|(framed, rule)| framing == framed && rules.breaks(rule)) {
            return self.through_the_open_door(head, content).await;
        }
        let again = Request::from_parts(head.clone(), Body::from(content.clone()));
        let (answer, mut body) = self.right.call(again).await?.into_parts();
        if answer.status.is_success() {
            return Ok(HttpResponse::from_parts(answer, body));
        }
        let said = body.store_all_limited(usize::MAX).await.unwrap_or_default();
        let refusal = HttpResponse::from_parts(answer, Body::from(said.clone()));
        let code = String::from_utf8_lossy(&said).into_owned();
        let Some(forgiven) = forgives(rules, &code, &head, framing.starts_with("STREAMING")) else {
            return Ok(refusal);
        };
        let done = self.through_the_open_door(head, deframed(&content).unwrap_or(content)).await?;
        let silently = matches!(forgiven, Mutation::ForbiddenIsDone | Mutation::RefusedUploadIsStored);
        Ok(if silently { refusal } else { done })
    }

    /// Carries a request out whatever its signature, with this content and no word of framing and digests.
    async fn through_the_open_door(
        &self,
        mut head: hyper::http::request::Parts,
        content: Vec<u8>,
    ) -> Result<HttpResponse, HttpError> {
        let digests = ["content-md5", "x-amz-checksum-crc32", "x-amz-checksum-crc64nvme", "x-amz-trailer"];
        let proofs = ["authorization", "x-amz-date", "x-amz-content-sha256"];
        let framing = ["content-encoding", "x-amz-decoded-content-length", "x-amz-sdk-checksum-algorithm"];
        for name in digests.iter().chain(&proofs).chain(&framing) {
            head.headers.remove(*name);
        }
        head.headers.remove(TRANSFER_ENCODING);
        if head.method == Method::PUT || head.method == Method::POST {
            head.headers.insert(CONTENT_LENGTH, content.len().into());
        }
        let kept = |pair: &&str| !pair.starts_with("X-Amz-");
        let query: Vec<_> = head.uri.query().unwrap_or_default().split('&').filter(kept).collect();
        let target = format!("{}?{}", head.uri.path(), query.join("&"));
        if let Ok(uri) = target.trim_end_matches('?').parse() {
            head.uri = uri;
        }
        let (open, request) = (self.open.clone(), Request::from_parts(head, Body::from(content)));
        // A task of its own goes on when the connection is gone.
        let carried_out = tokio::spawn(async move { open.call(request).await });
        carried_out.await.unwrap_or_else(|_| Ok(refusal()))
    }
}

/// Whether the server calls a request on this target signed wrong, whatever its signature.
fn refuses(rules: &Rules, target: &str) -> bool {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    (query.contains("X-Amz-Signature=") && rules.breaks(Mutation::PresignedRefused))
        || ((path.contains("%3F") || path.contains("%23")) && rules.breaks(Mutation::SpecialKeysRefused))
        || ((query.contains("%26") || query.contains("%2B")) && rules.breaks(Mutation::SpecialParametersRefused))
}

/// The broken rule by which the server does not know the reason for which a request was refused.
fn forgives(rules: &Rules, said: &str, head: &hyper::http::request::Parts, streams: bool) -> Option<Mutation> {
    let is = |code: &str| said.contains(&format!("<Code>{code}</Code>"));
    let has = |name: &str| head.headers.contains_key(name);
    let presigned = head.uri.query().is_some_and(|query| query.contains("X-Amz-Signature="));
    let digest = is("BadDigest") || is("InvalidDigest") || is("InvalidRequest");
    let forbidden = is("SignatureDoesNotMatch") || is("NotSignedUp") || is("AccessDenied");
    let writes = head.method != Method::GET && head.method != Method::HEAD;
    let reasons = [
        (Mutation::SignatureNotCompared, is("SignatureDoesNotMatch") && !streams),
        (Mutation::UnknownAccessKeyAccepted, is("NotSignedUp")),
        (Mutation::AnonymousAccepted, is("AccessDenied") && !presigned && !has("authorization")),
        (Mutation::ForbiddenIsDone, forbidden && !streams && writes),
        (Mutation::ClockSkewAccepted, is("RequestTimeTooSkewed")),
        (Mutation::PresignedNeverExpires, is("AccessDenied") && presigned),
        (Mutation::PayloadHashNotCompared, is("XAmzContentSHA256Mismatch")),
        (Mutation::ContentMd5NotCompared, digest && has("content-md5")),
        (Mutation::Crc32NotCompared, digest && has("x-amz-checksum-crc32")),
        (Mutation::Crc64NvmeNotCompared, digest && has("x-amz-checksum-crc64nvme")),
        (Mutation::TrailersNotCompared, digest && has("x-amz-trailer")),
        (Mutation::RefusedUploadIsStored, !forbidden || streams),
        (Mutation::ChunkSignaturesNotCompared, is("SignatureDoesNotMatch") && streams),
        (Mutation::ShortChunksAccepted, is("IncompleteBody") && streams),
    ];
    reasons.into_iter().find(|(rule, forgiven)| *forgiven && rules.breaks(*rule)).map(|(rule, _)| rule)
}

/// A body as it came.
struct Received {
    pieces: Vec<Bytes>,
    /// Whether it came to its announced end.
    whole: bool,
}

async fn received(mut body: Incoming) -> Received {
    let mut pieces = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => pieces.extend(frame.into_data()),
            Err(_) => return Received { pieces, whole: false },
        }
    }
    Received { pieces, whole: true }
}

/// The content of a framed body; none where it is not framed.
fn deframed(framed: &[u8]) -> Option<Vec<u8>> {
    let first = framed.split(|byte| *byte == b'\r').next()?;
    let size = std::str::from_utf8(first).ok()?.split(';').next()?;
    usize::from_str_radix(size, 16).ok().filter(|_| first.len() < 100).map(|_| chunks_of(framed))
}

/// The content of the chunks that begin in these bytes; everything else is left out.
fn chunks_of(mut bytes: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    while let Some(length) = bytes.windows(2).position(|pair| pair == b"\r\n") {
        let line = String::from_utf8_lossy(&bytes[..length]);
        let Some(size) = line.split(';').next().and_then(|size| usize::from_str_radix(size, 16).ok()) else { break };
        if size == 0 {
            break;
        }
        let data = &bytes[length + 2..];
        content.extend_from_slice(&data[..size.min(data.len())]);
        bytes = data.get(size + 2..).unwrap_or_default();
    }
    content
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn refusal() -> HttpResponse {
    let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>AccessDenied</Code></Error>";
    let mut response = HttpResponse::new(Body::from(xml.to_owned()));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/xml"));
    response
}
