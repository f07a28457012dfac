//! Runs programs that prepare something to their end, and passes their output on line by line.

use std::process::{ExitStatus, Stdio};

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;
use tokio::sync::mpsc;

use crate::event::{Event, Events};
use crate::server::error::ProcessError;
use crate::server::log::ServerLog;

/// Lines that an error shows.
const SHOWN: usize = 20;

/// What a program left behind.
#[derive(Debug)]
pub(super) struct Finished {
    status: ExitStatus,
    log: ServerLog,
}

impl Finished {
    /// Whether the program said that it succeeded.
    pub(super) fn success(&self) -> bool {
        self.status.success()
    }

    /// All output that was kept, standard output and standard error as they came.
    pub(super) fn lines(&self) -> Vec<String> {
        self.log.tail(usize::MAX)
    }

    /// The last lines, for an error.
    pub(super) fn last_lines(&self) -> Vec<String> {
        self.log.tail(SHOWN)
    }
}

/// Runs a program to its end; with `events`, it emits each line of output at once.
///
/// The program is killed when this future is dropped.
pub(super) async fn run(mut command: Command, events: Option<&Events>) -> Result<Finished, ProcessError> {
    let program = std::path::PathBuf::from(command.as_std().get_program());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let spawn_error = |source| ProcessError::Spawn { program: program.clone(), source };
    let mut child = command.spawn().map_err(spawn_error)?;
    let log = ServerLog::new(Vec::new());
    let (sender, mut receiver) = mpsc::channel(64);
    if let Some(stdout) = child.stdout.take() {
        tokio::spawn(forward(stdout, sender.clone()));
    }
    if let Some(stderr) = child.stderr.take() {
        tokio::spawn(forward(stderr, sender.clone()));
    }
    drop(sender);
    while let Some(line) = receiver.recv().await {
        log.push_bytes(&line);
        if let (Some(events), Some(line)) = (events, log.tail(1).pop()) {
            events.emit(Event::Output { line }).await;
        }
    }
    let status = child.wait().await.map_err(spawn_error)?;
    Ok(Finished { status, log })
}

/// Sends each line, with its end, until the output closes or nobody listens.
async fn forward(output: impl AsyncRead + Unpin, sender: mpsc::Sender<Vec<u8>>) {
    let mut reader = BufReader::new(output);
    loop {
        let mut line = Vec::new();
        match reader.read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        if line.last() != Some(&b'\n') {
            line.push(b'\n');
        }
        if sender.send(line).await.is_err() {
            return;
        }
    }
}
