//! Readiness: an S3 answer on the socket.
//!
//! Owns the polling of an endpoint until it answers as an S3 server does, and the reading of an endpoint's URL.
//! Deliberately absent: starting or stopping anything; whoever did that says through a future when it ended.

mod answer;
mod attempt;

use std::future::Future;
use std::time::{Duration, Instant};

use attempt::{Attempt, Inquirer};

use crate::base::nanoseconds;
use crate::record::ServerStart;
use crate::server::address::{Address, without_userinfo};

/// First and longest pause between two tries. Another process's socket offers nothing to wait on.
const PAUSES: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(15));

/// Longest that one try may take; a server that accepts and is then stuck must not take up all of the time.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);

/// A server did not become ready.
#[derive(Debug, thiserror::Error)]
pub enum ReadyError {
    /// The endpoint's URL cannot be read.
    #[error("read the endpoint {endpoint}: {problem}")]
    Endpoint {
        /// The URL, credentials left out.
        endpoint: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The server ended before it answered.
    #[error("get a first answer: {sentence}")]
    Ended {
        /// How it ended.
        sentence: String,
    },
    /// Something else than an S3 server answers on the port.
    #[error("find an S3 server at {endpoint}: something else answers ({answer})")]
    NotS3 {
        /// The URL, credentials left out.
        endpoint: String,
        answer: String,
    },
    /// Nothing answered in time.
    #[error("get an answer from {endpoint} within {timeout:?} ({attempts} tries, the last: {last})")]
    TimedOut {
        /// The URL, credentials left out.
        endpoint: String,
        /// How long was waited.
        timeout: Duration,
        /// How often was tried.
        attempts: u64,
        /// What became of the last try.
        last: String,
    },
    /// TLS cannot be spoken, or the peer is not trusted.
    #[error("connect to the endpoint over TLS: {problem}")]
    Tls {
        /// What is wrong.
        problem: String,
    },
}

impl ReadyError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Endpoint { .. } => "an endpoint looks like http://127.0.0.1:9000",
            Self::Ended { .. } => "the server's last log lines say why",
            Self::NotS3 { .. } => "stop what listens there, or leave `--port` out to get a free port",
            Self::TimedOut { .. } => {
                "the server's last log lines may say why; a slow machine may need a longer timeout"
            }
            Self::Tls { .. } => "name the file with the issuer's certificate in SSL_CERT_FILE",
        };
        Some(hint.to_owned())
    }
}

/// Polls `GET /` until an S3 server answers, each time on a connection of its own.
///
/// `ended` resolves with a sentence when the server is gone. In the result, `ready_ns` counts from this call.
///
/// # Errors
///
/// [`ReadyError::Ended`] as soon as `ended` resolves, [`ReadyError::Endpoint`] and [`ReadyError::Tls`] at once,
/// [`ReadyError::NotS3`] and [`ReadyError::TimedOut`] after the timeout.
pub async fn wait_until_ready(
    endpoint: &str,
    timeout: Duration,
    ended: impl Future<Output = String>,
) -> Result<ServerStart, ReadyError> {
    let endpoint_shown = without_userinfo(endpoint);
    let address = Address::parse(endpoint)
        .map_err(|problem| ReadyError::Endpoint { endpoint: endpoint_shown.clone(), problem })?;
    let inquirer = Inquirer::new(address)?;
    let began = Instant::now();
    let mut attempts = 0;
    let mut last = Attempt::Silent("no answer came".to_owned());
    let polling = tokio::time::timeout(timeout, poll(&inquirer, &mut attempts, &mut last));
    let outcome = tokio::select! {
        biased;
        sentence = ended => return Err(ReadyError::Ended { sentence }),
        outcome = polling => outcome,
    };
    match (outcome, last) {
        (Ok(Ok(())), _) => {
            let ready_ns = nanoseconds(began.elapsed());
            Ok(ServerStart { ready_ns, attempts })
        }
        (Ok(Err(problem)), _) => Err(ReadyError::Tls { problem }),
        (Err(_), Attempt::Foreign(answer)) => Err(ReadyError::NotS3 { endpoint: endpoint_shown, answer }),
        (Err(_), Attempt::Silent(last) | Attempt::Untrusted(last)) => {
            Err(ReadyError::TimedOut { endpoint: endpoint_shown, timeout, attempts, last })
        }
        (Err(_), Attempt::Ready) => {
            Err(ReadyError::TimedOut { endpoint: endpoint_shown, timeout, attempts, last: "too late".to_owned() })
        }
    }
}

/// Tries until ready; fails where trying again would not help. The last outcome stays behind when this is cancelled.
async fn poll(inquirer: &Inquirer, attempts: &mut u64, last: &mut Attempt) -> Result<(), String> {
    let (mut pause, longest) = PAUSES;
    loop {
        *attempts += 1;
        let attempt = tokio::time::timeout(ATTEMPT_TIMEOUT, inquirer.attempt()).await;
        *last = match attempt {
            Ok(Attempt::Ready) => return Ok(()),
            Ok(Attempt::Untrusted(problem)) => return Err(problem),
            Ok(other) => other,
            Err(_) => Attempt::Silent("the connection was accepted and nothing came".to_owned()),
        };
        tokio::time::sleep(pause).await;
        pause = longest.min(pause * 3 / 2);
    }
}

#[cfg(test)]
mod tests;
