//! A connection that is kept, for requests whose time is taken.
//!
//! What is measured is to be the server: a request is prepared beforehand, an answer's body is counted and not kept, and nothing
//! stands between hyper and the socket. Deliberately absent: TLS, which no server has that is measured, and any judgement.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::wire::{Address, innermost};
use super::{Prepared, Raw};
use crate::s3::RequestError;

/// An answer whose time was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timed {
    /// HTTP status.
    pub status: u16,
    /// Bytes of the body.
    pub body_bytes: u64,
    /// From the request's first byte to the last one of the answer.
    pub duration: Duration,
}

/// A connection to one server, opened anew where the server has closed it between two requests.
#[derive(Debug)]
pub struct Line {
    raw: Raw,
    address: Address,
    sender: Option<SendRequest<Full<Bytes>>>,
}

impl Raw {
    /// A connection that is kept; opened with the first request.
    ///
    /// # Errors
    /// The endpoint's URL is none.
    pub fn line(&self) -> Result<Line, RequestError> {
        Ok(Line { raw: self.clone(), address: Address::of(&self.settings.endpoint)?, sender: None })
    }
}

impl Line {
    /// What prepares the requests of this connection.
    #[must_use]
    pub fn raw(&self) -> &Raw {
        &self.raw
    }

    /// Sends a request and takes the time until its answer has come whole; opening the connection is not part of it.
    ///
    /// # Errors
    /// Whatever keeps the answer from coming; what it says is for the caller to judge.
    pub async fn time(&mut self, prepared: &Prepared) -> Result<Timed, RequestError> {
        let (operation, after) = (prepared.method, self.raw.settings.deadline);
        let request = request(prepared)?;
        let exchange = async {
            let mut sender = self.open(operation).await?;
            let started = Instant::now();
            let answered = sender.send_request(request).await.map_err(|error| broken(operation, &error))?;
            let (status, body_bytes) = counted(answered, operation).await?;
            let timed = Timed { status, body_bytes, duration: started.elapsed() };
            self.sender = Some(sender);
            Ok(timed)
        };
        tokio::time::timeout(after, exchange).await.unwrap_or(Err(RequestError::Timeout { operation, after }))
    }

    async fn open(&mut self, operation: &'static str) -> Result<SendRequest<Full<Bytes>>, RequestError> {
        if let Some(mut sender) = self.sender.take()
            && sender.ready().await.is_ok()
        {
            return Ok(sender);
        }
        let unreachable = |error: std::io::Error| RequestError::Unreachable { operation, message: error.to_string() };
        let place = (self.address.host.as_str(), self.address.port);
        let stream = TcpStream::connect(place).await.map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(operation, &error))?;
        // Ends with the sender, or with the server.
        tokio::spawn(connection);
        Ok(sender)
    }
}

fn request(prepared: &Prepared) -> Result<Request<Full<Bytes>>, RequestError> {
    let mut request = Request::builder().method(prepared.method).uri(prepared.target.as_str());
    for (name, value) in &prepared.headers {
        request = request.header(name, value);
    }
    let local =
        |error: hyper::http::Error| RequestError::Local { operation: prepared.method, message: error.to_string() };
    request.body(Full::new(prepared.body.clone())).map_err(local)
}

async fn counted(
    response: Response<hyper::body::Incoming>,
    operation: &'static str,
) -> Result<(u16, u64), RequestError> {
    let (head, mut body) = response.into_parts();
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken(operation, &error))?;
        bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
    }
    Ok((head.status.as_u16(), bytes))
}

fn broken(operation: &'static str, error: &hyper::Error) -> RequestError {
    RequestError::Broken { operation, message: innermost(error) }
}
