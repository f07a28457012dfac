//! Every fault does on the wire what it says, and happens when it should.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use aws_sdk_s3::error::SdkError;

use crate::server::Behaviour;
use crate::server::TestServer;
use crate::server::fault::{Fault, FaultKind, Trigger};
use crate::server::hostile::{HOSTILE_CONTENT, HOSTILE_KEYS, HUGE_LISTING_LIMIT_BYTES};
use crate::server::operation::Operation;
use crate::test_server::client::{BUCKET, Fixture, client, keys, refusal};

/// The request of an unsigned listing, after which the connection is to be closed.
const LISTING: &str = "GET /bucket?list-type=2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Sends a request as it stands.
fn send(server: &TestServer, request: &str) -> TcpStream {
    let mut socket = TcpStream::connect(server.endpoint().trim_start_matches("http://")).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    socket
}

/// All that comes back until the connection closes.
fn exchange(server: &TestServer, request: &str) -> String {
    let mut answer = Vec::new();
    send(server, request).read_to_end(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

/// Asserts that a fault does what it says to a listing.
fn assert_shows(kind: FaultKind) {
    let server = TestServer::start(Fault::always(kind));
    match kind {
        FaultKind::Hang => assert_hangs(server),
        FaultKind::HugeListing => assert_is_endless(&server),
        FaultKind::CloseWithoutAnswer => assert_eq!(exchange(&server, LISTING), ""),
        FaultKind::CloseMidBody => {
            let answer = exchange(&server, LISTING);
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            let promised =
                head.to_lowercase().split_once("content-length: ").unwrap().1.lines().next().unwrap().parse();
            let promised: usize = promised.unwrap();
            assert!(body.len() < promised && !body.is_empty(), "{answer}");
        }
        FaultKind::Status500 => assert_answers(&server, "500 Internal Server Error", "<Code>InternalError</Code>"),
        FaultKind::SlowDown503 => assert_answers(&server, "503 Service Unavailable", "<Code>SlowDown</Code>"),
        FaultKind::OkWithErrorBody => assert_answers(&server, "200 OK", "<Error><Code>InternalError</Code>"),
        FaultKind::NotXml => assert_answers(&server, "200 OK", "<!DOCTYPE html>"),
        FaultKind::HostileKeys => assert_answers(&server, "200 OK", "<Key>../../escape</Key>"),
        FaultKind::EmptyOk => {
            let answer = exchange(&server, LISTING);
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            let fields: Vec<&str> = head.lines().skip(1).filter_map(|line| line.split(':').next()).collect();
            assert!(head.starts_with("HTTP/1.1 200 OK") && body.is_empty(), "{answer}");
            assert!(fields.iter().all(|field| ["connection", "content-length", "date"].contains(field)), "{answer}");
        }
    }
}

fn assert_answers(server: &TestServer, status: &str, text: &str) {
    let answer = exchange(server, LISTING);
    assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")) && answer.contains(text), "{answer}");
}

/// No byte comes while the server runs; the connection closes when it stops.
fn assert_hangs(mut server: TestServer) {
    let mut socket = send(&server, LISTING);
    socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let error = socket.read(&mut [0]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
    assert_eq!(server.requests().len(), 1);
    server.stop();
    let ended = socket.read(&mut [0]);
    assert!(ended.is_ok_and(|count| count == 0));
}

/// The listing goes on to the limit, and has no end even there.
fn assert_is_endless(server: &TestServer) {
    let mut answer = Vec::new();
    send(server, LISTING).read_to_end(&mut answer).unwrap();
    assert!(answer.len() > HUGE_LISTING_LIMIT_BYTES - (1 << 20), "{}", answer.len());
    assert!(answer.len() < HUGE_LISTING_LIMIT_BYTES + (1 << 20), "{}", answer.len());
    assert!(answer.windows(9).any(|window| window == b"Contents>"));
    assert!(!answer.ends_with(b"0\r\n\r\n") && !answer.ends_with(b"</ListBucketResult>"));
}

#[test]
fn every_fault_shows_on_the_wire() {
    FaultKind::ALL.into_iter().for_each(assert_shows);
}

#[test]
fn an_unbroken_server_refuses_the_same_request_properly() {
    let server = TestServer::start(Behaviour::default());
    assert_answers(&server, "403 Forbidden", "<Code>AccessDenied</Code>");
}

#[tokio::test]
async fn a_client_sees_a_body_that_breaks_off() {
    let fixture = Fixture::start(Fault::at(FaultKind::CloseMidBody, Operation::GetObject)).await;
    fixture.put("key", vec![7; 100_000]).await;
    let answer = fixture.s3.get_object().bucket(BUCKET).key("key").send().await.unwrap();
    assert_eq!(answer.content_length(), Some(100_000));
    answer.body.collect().await.unwrap_err();
}

#[tokio::test]
async fn a_client_sees_a_connection_that_closes_and_may_go_on_with_another() {
    let fixture = Fixture::start(Fault::at(FaultKind::CloseWithoutAnswer, Operation::PutObject)).await;
    let upload = fixture.s3.put_object().bucket(BUCKET).key("key").body(vec![7; 100_000].into());
    let error = upload.send().await.unwrap_err();
    assert!(matches!(error, SdkError::DispatchFailure(_)), "{error:?}");
    assert!(fixture.keys().await.is_empty());
}

#[tokio::test]
async fn a_fault_may_begin_at_a_request() {
    let fixture = Fixture::start(Fault::from_request(FaultKind::Status500, 3, &[])).await;
    fixture.put("key", "content").await;
    for _ in 0..2 {
        let error = fixture.s3.get_object().bucket(BUCKET).key("key").send().await.unwrap_err();
        assert_eq!(refusal(&error), (Some(500), Some("InternalError")));
    }
}

#[tokio::test]
async fn a_fault_may_begin_at_a_request_of_one_operation() {
    let trigger = Trigger { operation: Some(Operation::PutObject), from: 2, spares: &[] };
    let fixture = Fixture::start(Fault { kind: FaultKind::SlowDown503, trigger }).await;
    fixture.put("key", "content").await;
    let error = fixture.s3.put_object().bucket(BUCKET).key("key").body(vec![7].into()).send().await.unwrap_err();
    assert_eq!(refusal(&error), (Some(503), Some("SlowDown")));
    assert_eq!(fixture.get("key").await.0, b"content");
}

#[tokio::test]
async fn hostile_keys_reach_the_client_and_can_be_downloaded() {
    let fixture = Fixture::start(Fault::always(FaultKind::HostileKeys)).await;
    fixture.put("key", "content").await;
    assert_eq!(fixture.keys().await, HOSTILE_KEYS);
    for key in HOSTILE_KEYS {
        assert_eq!(fixture.get(key).await.0, HOSTILE_CONTENT, "{key:?}");
    }
    assert_eq!(fixture.get("key").await.0, b"content");
}

#[tokio::test]
async fn hostile_keys_are_percent_encoded_where_the_client_asks_for_that() {
    let server = TestServer::start(Fault::always(FaultKind::HostileKeys));
    let request = client(&server).list_objects().bucket(BUCKET).encoding_type("url".into());
    let listed = keys(request.send().await.unwrap().contents());
    assert!(listed.contains(&"bell%07-and-escape%1B%5B31m".to_owned()), "{listed:?}");
}
