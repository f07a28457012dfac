//! What raw requests send, seen by a listener that records every byte.

use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;
use crate::s3::RequestError;

const ANSWER: &str =
    "HTTP/1.1 403 Forbidden\r\nETag: \"x\"\r\nContent-Length: 41\r\n\r\n<Error><Code>AccessDenied</Code></Error>\n";

/// Accepts one connection, reads up to `bytes` bytes or to the end, keeps the pieces as they arrive, and answers.
async fn listener(bytes: usize, answer: &'static str) -> (S3, JoinHandle<Vec<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/base/", listener.local_addr().unwrap());
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut pieces: Vec<Vec<u8>> = Vec::new();
        while pieces.iter().map(Vec::len).sum::<usize>() < bytes {
            let mut piece = vec![0; 1 << 16];
            let length = stream.read(&mut piece).await.unwrap();
            if length == 0 {
                break;
            }
            piece.truncate(length);
            pieces.push(piece);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        pieces
    });
    let (access_key, secret_key) = ("key".to_owned(), "hunter2".to_owned());
    let settings = ClientSettings { endpoint, access_key, secret_key, deadline: Duration::from_secs(10) };
    (S3::new(&settings), heard)
}

fn text(pieces: &[Vec<u8>]) -> String {
    String::from_utf8(pieces.concat()).unwrap()
}

#[tokio::test]
async fn a_path_goes_out_as_it_is_and_the_answer_comes_back_with_evidence() {
    let (s3, heard) = listener(1, ANSWER).await;
    let (s3, recorder) = s3.recorded();
    let raw = s3.raw();
    let request =
        RawRequest::to_path("DELETE", "/b//../%2e%2e/%2Fetc/a+b").proving(Proof::Query { expires_seconds: 60 });
    let answer = raw.send(&raw.prepare(&request).unwrap()).await.unwrap();
    assert_eq!(
        (answer.status, answer.header("etag"), answer.code().as_deref()),
        (403, Some("\"x\""), Some("AccessDenied"))
    );
    assert_eq!(answer.to_string(), "HTTP 403 AccessDenied");
    let heard = text(&heard.await.unwrap());
    assert!(heard.starts_with("DELETE /base/b//../%2e%2e/%2Fetc/a+b?X-Amz-Algorithm="), "{heard}");
    assert!(heard.contains("\r\nhost: 127.0.0.1:"), "{heard}");
    let exchange = recorder.exchanges().remove(0);
    assert_eq!((exchange.status, exchange.body_start.is_some()), (Some(403), true));
    assert!(!format!("{exchange:?}").contains("X-Amz-Signature=0") && exchange.path.contains("Signature=[redacted]"));
}

#[tokio::test]
async fn a_body_goes_out_in_the_pieces_that_are_asked_for() {
    let (s3, heard) = listener(usize::MAX, "").await;
    let raw = s3.raw();
    let content = Payload::Hashed(Bytes::from_static(b"0123456789"));
    let prepared = raw.prepare(&RawRequest::to_object("PUT", "b", "a b").carrying(content)).unwrap();
    let delivery = Delivery { splits: vec![0, 3, 4], stops_at: Some(8), without_length: false };
    assert_eq!(raw.deliver(&prepared, &delivery).await, Ok(None), "stopped early, and no answer");
    let heard = heard.await.unwrap();
    let bodies: Vec<_> = heard[1..].iter().map(|piece| text(std::slice::from_ref(piece))).collect();
    assert_eq!(bodies, ["012", "3", "4567"]);
    let opening = text(&heard[..1]);
    assert!(
        opening.starts_with("PUT /base/b/a%20b HTTP/1.1\r\n") && opening.contains("content-length: 10\r\n"),
        "{opening}"
    );
    assert!(opening.contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date,"), "{opening}");
}

#[tokio::test]
async fn a_body_without_a_length_goes_out_in_chunks_of_http() {
    let (s3, heard) = listener(1, ANSWER).await;
    let raw = s3.raw();
    let content = Payload::Unsigned(Bytes::from_static(b"0123456789"));
    let prepared = raw.prepare(&RawRequest::to_object("PUT", "b", "k").carrying(content)).unwrap();
    let delivery = Delivery { without_length: true, ..Delivery::default() };
    assert!(raw.deliver(&prepared, &delivery).await.unwrap().is_some());
    let opening = text(&heard.await.unwrap());
    assert!(opening.contains("transfer-encoding: chunked\r\n") && !opening.contains("content-length"), "{opening}");
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_is_a_broken_answer() {
    let (s3, _heard) = listener(1, "").await;
    let raw = s3.raw();
    let prepared = raw.prepare(&RawRequest::to_object("GET", "b", "k")).unwrap();
    assert!(matches!(raw.send(&prepared).await, Err(RequestError::Broken { .. })));
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let settings = ClientSettings { endpoint: format!("http://{nobody}"), ..(*s3.settings).clone() };
    let raw = S3::new(&settings).raw();
    assert!(matches!(raw.send(&prepared).await, Err(RequestError::Unreachable { .. })));
}
