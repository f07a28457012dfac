//! Stand-in, replaced at merge.
#![expect(missing_docs, reason = "stand-in")]
use crate::model::ServerStart;
use std::future::Future;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[derive(Debug, thiserror::Error)]
pub enum ReadyError {
    #[error("the server ended: {0}")]
    Ended(String),
    #[error("no S3 answer in time")]
    TimedOut,
}

impl ReadyError {
    pub fn hint(&self) -> Option<String> {
        None
    }
}

pub(super) async fn wait_until_ready(
    endpoint: &str,
    timeout: Duration,
    ended: impl Future<Output = String>,
) -> Result<ServerStart, ReadyError> {
    let address = endpoint.trim_start_matches("http://").to_owned();
    let begin = Instant::now();
    let poll = async {
        let mut attempts = 0;
        loop {
            attempts += 1;
            if let Ok(mut stream) = tokio::net::TcpStream::connect(&address).await {
                let request = format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
                let mut answer = String::new();
                if stream.write_all(request.as_bytes()).await.is_ok()
                    && stream.read_to_string(&mut answer).await.is_ok()
                    && answer.starts_with("HTTP/1.1")
                {
                    return attempts;
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        attempts = poll => Ok(ServerStart { ready_ns: u64::try_from(begin.elapsed().as_nanos()).unwrap_or(u64::MAX), attempts }),
        sentence = ended => Err(ReadyError::Ended(sentence)),
        () = tokio::time::sleep(timeout) => Err(ReadyError::TimedOut),
    }
}
