//! What a raw request says, and how it is prepared: headers, framing and signature.

use bytes::Bytes;
use time::{Duration, OffsetDateTime};

use super::Raw;
use super::framing::{self, Trailer};
use super::sign::{self, Signed, Signer};
use super::wire::Address;
use crate::s3::RequestError;

const REGION: &str = "us-east-1";

/// How content is signed and framed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// As it is, with a signed SHA-256.
    Hashed(Bytes),
    /// As it is, unsigned (`UNSIGNED-PAYLOAD`).
    Unsigned(Bytes),
    /// In signed chunks (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD`, or `…-TRAILER` with a trailer).
    SignedChunks {
        content: Bytes,
        /// Size in bytes.
        chunk: usize,
        trailer: Option<Trailer>,
    },
    /// In unsigned chunks (`STREAMING-UNSIGNED-PAYLOAD-TRAILER`).
    UnsignedChunks {
        content: Bytes,
        /// Size in bytes.
        chunk: usize,
        trailer: Trailer,
    },
}

impl Payload {
    fn declared(&self) -> String {
        match self {
            Self::Hashed(content) => sign::sha256_hex(content),
            Self::Unsigned(_) => "UNSIGNED-PAYLOAD".to_owned(),
            Self::SignedChunks { trailer: None, .. } => "STREAMING-AWS4-HMAC-SHA256-PAYLOAD".to_owned(),
            Self::SignedChunks { .. } => "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER".to_owned(),
            Self::UnsignedChunks { .. } => "STREAMING-UNSIGNED-PAYLOAD-TRAILER".to_owned(),
        }
    }

    /// Headers that announce the framing.
    fn headers(&self) -> Vec<(String, String)> {
        let (content, trailer) = match self {
            Self::Hashed(_) | Self::Unsigned(_) => return Vec::new(),
            Self::SignedChunks { content, trailer, .. } => (content, trailer.as_ref()),
            Self::UnsignedChunks { content, trailer, .. } => (content, Some(trailer)),
        };
        let mut headers = vec![
            ("content-encoding".to_owned(), "aws-chunked".to_owned()),
            ("x-amz-decoded-content-length".to_owned(), content.len().to_string()),
        ];
        headers.extend(trailer.map(|trailer| ("x-amz-trailer".to_owned(), trailer.name.to_owned())));
        headers
    }

    fn framed(&self, signer: &Signer, seed: &str) -> Bytes {
        match self {
            Self::Hashed(content) | Self::Unsigned(content) => content.clone(),
            Self::SignedChunks { content, chunk, trailer } => {
                framing::signed(signer, seed, content, *chunk, trailer.as_ref()).into()
            }
            Self::UnsignedChunks { content, chunk, trailer } => framing::unsigned(content, *chunk, trailer).into(),
        }
    }
}

/// How a request proves who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    Nothing,
    /// With the header `Authorization`.
    Header,
    /// With parameters, as a presigned URL.
    Query {
        expires_seconds: u32,
    },
}

#[derive(Debug, Clone)]
pub struct RawRequest {
    pub method: &'static str,
    /// Sent unchanged, with its percent escapes.
    pub path: String,
    /// Parameters, not encoded.
    pub query: Vec<(String, String)>,
    /// Further headers, beside those of signature and framing. Names in lower case.
    pub headers: Vec<(String, String)>,
    pub payload: Payload,
    pub proof: Proof,
    /// How far the sender's clock is ahead; negative if it is behind.
    pub clock: Duration,
}

impl RawRequest {
    /// A request without content, signed in its header. The path is sent unchanged.
    #[must_use]
    pub fn to_path(method: &'static str, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            payload: Payload::Hashed(Bytes::new()),
            proof: Proof::Header,
            clock: Duration::ZERO,
        }
    }

    #[must_use]
    pub fn to_object(method: &'static str, bucket: &str, key: &str) -> Self {
        Self::to_path(method, format!("/{bucket}/{}", sign::encoded_key(key)))
    }

    #[must_use]
    pub fn carrying(self, payload: Payload) -> Self {
        Self { payload, ..self }
    }

    #[must_use]
    pub fn querying(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    #[must_use]
    pub fn proving(self, proof: Proof) -> Self {
        Self { proof, ..self }
    }

    #[must_use]
    pub fn by_clock(self, clock: Duration) -> Self {
        Self { clock, ..self }
    }
}

/// A signed request. A change from here on tampers with what was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    pub method: &'static str,
    /// Path and query.
    pub target: String,
    /// Without `content-length`, which is added on sending.
    pub headers: Vec<(String, String)>,
    /// Content, framed.
    pub body: Bytes,
}

impl Prepared {
    /// Replaces the value of a header; does nothing if there is none.
    pub fn replace(&mut self, name: &str, value: &str) {
        for (_, old) in self.headers.iter_mut().filter(|(other, _)| other == name) {
            value.clone_into(old);
        }
    }
}

impl Raw {
    /// Signs and frames a request.
    pub fn prepare(&self, request: &RawRequest) -> Result<Prepared, RequestError> {
        let address = Address::of(&self.settings.endpoint)?;
        let at = OffsetDateTime::now_utc() + request.clock;
        let signer = Signer::new(&self.settings.access_key, &self.settings.secret_key, REGION, at);
        let path = format!("{}{}", address.base, request.path);
        let mut headers = request.headers.clone();
        if headers.iter().all(|(name, _)| name != "host") {
            headers.insert(0, ("host".to_owned(), address.authority));
        }
        let declared = request.payload.declared();
        let mut query = request.query.clone();
        let mut seed = String::new();
        headers.extend(request.payload.headers());
        match request.proof {
            Proof::Nothing => {}
            Proof::Header => {
                headers.push(("x-amz-content-sha256".to_owned(), declared.clone()));
                headers.push(("x-amz-date".to_owned(), signer.instant().to_owned()));
                let (method, query) = (request.method, &query);
                let covered = Signed { method, path: &path, query, headers: &headers, payload: &declared };
                let (signature, header) = signer.authorization(&covered);
                headers.push(("authorization".to_owned(), header));
                seed = signature;
            }
            Proof::Query { expires_seconds } => {
                let (method, payload) = (request.method, "UNSIGNED-PAYLOAD");
                let covered = Signed { method, path: &path, query: &query, headers: &headers, payload };
                query = signer.presigned(&covered, expires_seconds);
            }
        }
        let query = sign::canonical_query(&query);
        let target = if query.is_empty() { path } else { format!("{path}?{query}") };
        let body = request.payload.framed(&signer, &seed);
        Ok(Prepared { method: request.method, target, headers, body })
    }
}
