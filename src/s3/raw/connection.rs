//! A persistent connection for timed requests.
//!
//! It measures the server and as little else as possible: requests are prepared beforehand, the bytes of an answer are
//! counted and not kept, and nothing is between hyper and the socket. Deliberately absent: TLS, because no measured
//! server uses it, and any judgement.

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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timed {
    pub status: u16,
    pub body_bytes: u64,
    /// From the first byte of the request to the last byte of the answer.
    pub duration: Duration,
}

/// A connection to one server. It is opened again if the server closed it between two requests.
#[derive(Debug)]
pub struct TimedConnection {
    raw: Raw,
    address: Address,
    sender: Option<SendRequest<Full<Bytes>>>,
}

impl Raw {
    /// The connection is opened with the first request.
    pub fn timed_connection(&self) -> Result<TimedConnection, RequestError> {
        Ok(TimedConnection { raw: self.clone(), address: Address::of(&self.settings.endpoint)?, sender: None })
    }
}

impl TimedConnection {
    #[must_use]
    pub fn raw(&self) -> &Raw {
        &self.raw
    }

    /// Sends a request and measures the time until the whole answer is there, without the time for opening the
    /// connection.
    ///
    /// # Errors
    /// No answer. A wrong answer is not an error here; the caller judges it.
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
        // The task ends with the sender or with the server.
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
