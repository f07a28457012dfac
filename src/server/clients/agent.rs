//! Requests to an agent, with numbers, and its answers in any order.

use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use serde::Serialize;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::ClientsError;
use super::protocol::{Answer, Request};
use crate::base::lock;

/// More than the longest answer, which is a manifest of a tree or the output of a program.
const LONGEST_LINE: usize = 16 << 20;

/// Lines of the agent's standard error that an error quotes.
const QUOTED_LINES: usize = 10;

/// What an agent writes.
pub(in crate::server) enum AgentOutput {
    /// On its standard output: answers.
    Answer(Vec<u8>),
    /// On its standard error: what went wrong with itself.
    Complaint(Vec<u8>),
}

/// Both ends of an agent. It ends when `input` is dropped.
pub(in crate::server) struct AgentPipes {
    /// Its standard input.
    pub(in crate::server) input: Pin<Box<dyn AsyncWrite + Send>>,
    /// What it writes, until it ends.
    pub(in crate::server) output: Pin<Box<dyn Stream<Item = AgentOutput> + Send>>,
}

/// An agent that listens.
pub(in crate::server) struct Agent {
    input: tokio::sync::Mutex<Pin<Box<dyn AsyncWrite + Send>>>,
    numbers: AtomicU64,
    requests: Arc<Mutex<Requests>>,
    reader: JoinHandle<()>,
}

#[derive(Default)]
struct Requests {
    waiting: HashMap<u64, oneshot::Sender<Answer>>,
    last: VecDeque<String>,
    ended: bool,
}

#[derive(Serialize)]
struct Numbered<'a> {
    id: u64,
    #[serde(flatten)]
    request: Request<'a>,
}

impl Agent {
    /// Begins to listen to an agent.
    pub(super) fn listen(pipes: AgentPipes) -> Self {
        let requests = Arc::new(Mutex::new(Requests::default()));
        let reader = tokio::spawn(read(pipes.output, Arc::clone(&requests)));
        Self { input: tokio::sync::Mutex::new(pipes.input), numbers: AtomicU64::new(1), requests, reader }
    }

    /// Asks and waits for the answer.
    pub(super) async fn ask(&self, request: Request<'_>, patience: Duration) -> Result<Answer, ClientsError> {
        let id = self.numbers.fetch_add(1, Ordering::Relaxed);
        let mut line = serde_json::to_vec(&Numbered { id, request })
            .map_err(|error| ClientsError::Refused { reason: error.to_string() })?;
        line.push(b'\n');
        let (sender, answer) = oneshot::channel();
        {
            let mut requests = lock(&self.requests);
            if requests.ended {
                return Err(gone(&requests));
            }
            requests.waiting.insert(id, sender);
        }
        let written = async {
            let mut input = self.input.lock().await;
            input.write_all(&line).await?;
            input.flush().await
        };
        if written.await.is_err() {
            return Err(gone(&lock(&self.requests)));
        }
        match tokio::time::timeout(patience, answer).await {
            Ok(Ok(Answer { refused: Some(reason), .. })) => Err(ClientsError::Refused { reason }),
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(gone(&lock(&self.requests))),
            Err(_) => Err(ClientsError::Silent { after: patience }),
        }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn read(mut output: Pin<Box<dyn Stream<Item = AgentOutput> + Send>>, requests: Arc<Mutex<Requests>>) {
    let mut line = Vec::new();
    while let Some(piece) = output.next().await {
        match piece {
            AgentOutput::Answer(bytes) => {
                for text in bytes.split_inclusive(|byte| *byte == b'\n') {
                    line.extend_from_slice(text);
                    if text.ends_with(b"\n") {
                        deliver(&requests, &line);
                        line.clear();
                    }
                }
                if line.len() > LONGEST_LINE {
                    break;
                }
            }
            AgentOutput::Complaint(bytes) => complain(&mut lock(&requests).last, &bytes),
        }
    }
    let mut requests = lock(&requests);
    requests.ended = true;
    requests.waiting.clear();
}

fn deliver(requests: &Arc<Mutex<Requests>>, line: &[u8]) {
    match serde_json::from_slice::<Answer>(line) {
        Ok(answer) => {
            if let Some(waiting) = lock(requests).waiting.remove(&answer.id) {
                // The caller no longer waits.
                let _ = waiting.send(answer);
            }
        }
        Err(_) => complain(&mut lock(requests).last, line),
    }
}

fn complain(last: &mut VecDeque<String>, bytes: &[u8]) {
    for line in String::from_utf8_lossy(bytes).lines().filter(|line| !line.trim().is_empty()) {
        if last.len() == QUOTED_LINES {
            last.pop_front();
        }
        last.push_back(line.chars().filter(|character| !character.is_control()).take(500).collect());
    }
}

fn gone(requests: &Requests) -> ClientsError {
    ClientsError::Gone { last: requests.last.iter().cloned().collect() }
}
