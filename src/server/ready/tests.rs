//! Readiness against listeners that behave and misbehave.

use std::future::pending;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

const S3: &str = "HTTP/1.1 403 Forbidden\r\nConnection: keep-alive\r\n\r\n<Error><Code>AccessDenied</Code></Error>";
const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>";
const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(20);

/// A listener that hands each connection's number and stream to the behaviour; the URL of it.
async fn listener<B, F>(behaviour: B) -> String
where
    B: Fn(u64, TcpStream) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://me:hunter2@{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(behaviour(number, stream));
        }
    });
    url
}

/// Answers a request and waits for the other side to close; an empty text closes at once.
async fn answer(mut stream: TcpStream, text: &str) {
    let mut request = [0; 1024];
    let length = stream.read(&mut request).await.unwrap();
    assert!(request[..length].starts_with(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:"));
    stream.write_all(text.as_bytes()).await.unwrap();
    if !text.is_empty() {
        let _ = stream.read(&mut request).await;
    }
}

#[tokio::test]
async fn an_s3_answer_is_ready_even_while_the_connection_stays_open() {
    let url = listener(|_, stream| answer(stream, S3)).await;
    let start = wait_until_ready(&url, LONG, pending()).await.unwrap();
    assert_eq!(start.attempts, 1);
    assert!(start.ready_ns > 0);
}

#[tokio::test]
async fn attempts_go_on_until_the_server_answers() {
    let url = listener(|number, stream| async move {
        match number {
            0 => drop(stream),
            1 => answer(stream, PAGE).await,
            _ => answer(stream, S3).await,
        }
    })
    .await;
    assert_eq!(wait_until_ready(&url, LONG, pending()).await.unwrap().attempts, 3);
}

#[tokio::test]
async fn a_web_page_on_the_port_is_named_after_the_timeout() {
    let url = listener(|_, stream| answer(stream, PAGE)).await;
    let error = wait_until_ready(&url, SHORT, pending()).await.unwrap_err();
    assert!(
        matches!(&error, ReadyError::NotS3 { answer, .. } if answer == "HTTP 200, text/html: <html></html>"),
        "{error}"
    );
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[tokio::test]
async fn a_listener_that_says_nothing_times_out() {
    let url = listener(|_, stream| async move {
        let _held = stream;
        pending::<()>().await;
    })
    .await;
    let error = wait_until_ready(&url, SHORT, pending()).await.unwrap_err();
    assert!(matches!(error, ReadyError::TimedOut { attempts: 1, timeout: SHORT, .. }), "{error}");
}

#[tokio::test]
async fn a_listener_that_closes_is_told_from_one_that_is_absent() {
    let url = listener(|_, stream| answer(stream, "")).await;
    let last = |error: ReadyError| match error {
        ReadyError::TimedOut { last, attempts, .. } => (last, attempts),
        other => panic!("{other}"),
    };
    let (closed, attempts) = last(wait_until_ready(&url, SHORT, pending()).await.unwrap_err());
    assert!(closed.contains("closed without an answer"), "{closed}");
    assert!(attempts > 3, "{attempts}");
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let (absent, _) = last(wait_until_ready(&format!("http://127.0.0.1:{port}"), SHORT, pending()).await.unwrap_err());
    assert!(absent.contains("refused"), "{absent}");
}

#[tokio::test]
async fn a_server_that_ends_is_noticed_at_once() {
    let url = listener(|_, stream| async move { drop(stream) }).await;
    let ended = async {
        tokio::task::yield_now().await;
        "it exited with code 3".to_owned()
    };
    let began = Instant::now();
    let error = wait_until_ready(&url, LONG, ended).await.unwrap_err();
    assert!(matches!(error, ReadyError::Ended { sentence } if sentence == "it exited with code 3"));
    assert!(began.elapsed() < LONG / 4);
}

#[tokio::test]
async fn a_url_that_cannot_be_used_fails_at_once() {
    let error = wait_until_ready("ftp://me:hunter2@host", LONG, pending()).await.unwrap_err();
    assert!(matches!(&error, ReadyError::Endpoint { endpoint, .. } if endpoint == "ftp://host"), "{error:?}");
}
