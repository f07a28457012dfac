//! One HTTP request and its answer, on a connection of its own.
//!
//! For what s3ci itself asks of a service beside the server. Deliberately absent: S3, redirects, and any retry.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper::{Method, Request, header};
use hyper_util::rt::TokioIo;

use super::dial::Dialler;

/// More than any answer of a service beside the server needs.
const MAX_ANSWER_BYTES: usize = 8 << 20;

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Bytes,
}

/// Asks, with a key where there is one and with a JSON body where there is one.
///
/// # Errors
///
/// No whole answer came within the deadline.
pub(super) async fn ask(
    dialler: &Dialler,
    method: Method,
    path: &str,
    key: Option<&str>,
    json: Option<String>,
    deadline: Duration,
) -> io::Result<Answer> {
    let exchange = async {
        let (mut sender, connection) = http1::handshake(TokioIo::new(dialler.connect().await?)).await.map_err(other)?;
        let connection = tokio::spawn(connection);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &dialler.address.authority)
            .header(header::USER_AGENT, "s3ci")
            .header(header::ACCEPT, "application/json")
            .header(header::CONNECTION, "close");
        if let Some(key) = key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        if json.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = request.body(Full::new(Bytes::from(json.unwrap_or_default()))).map_err(other)?;
        let answer = sender.send_request(request).await.map_err(other)?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), MAX_ANSWER_BYTES).collect().await;
        let body = body.map_err(|error| io::Error::other(error.to_string()))?.to_bytes();
        connection.abort();
        Ok(Answer { status, body })
    };
    let late = |_| io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {} s", deadline.as_secs()));
    tokio::time::timeout(deadline, exchange).await.map_err(late)?
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(error)
}
