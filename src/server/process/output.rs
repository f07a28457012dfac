//! Runs programs that prepare something to their end, and passes their output on line by line.

use std::process::{ExitStatus, Stdio};

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::sync::mpsc;

use crate::event::{Event, Events};
use crate::server::error::ProcessError;
use crate::server::log::{LogStream, ServerLog};
use crate::server::package_index::PackageIndex;

/// The most that a program may print; pip prints a few kilobytes.
const MOST_PRINTED_BYTES: usize = 8 << 20;

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
    let log = ServerLog::new(PackageIndex::of_environment().secrets());
    let (sender, mut receiver) = mpsc::channel(64);
    if let Some(stdout) = child.stdout.take() {
        tokio::spawn(forward(stdout, log.stream(), sender.clone()));
    }
    if let Some(stderr) = child.stderr.take() {
        tokio::spawn(forward(stderr, log.stream(), sender.clone()));
    }
    drop(sender);
    while let Some(line) = receiver.recv().await {
        if let Some(events) = events {
            events.emit(Event::Output { line }).await;
        }
    }
    let status = child.wait().await.map_err(spawn_error)?;
    Ok(Finished { status, log })
}

/// Sends each line until the output closes, nobody listens, or there is too much of it. A program that prints on then finds nobody at the
/// other end.
async fn forward(mut output: impl AsyncRead + Unpin, mut log: LogStream, sender: mpsc::Sender<String>) {
    let (mut buffer, mut left) = (vec![0; 8 << 10], MOST_PRINTED_BYTES);
    while let Ok(read @ 1..) = output.read(&mut buffer).await {
        for line in log.lines_of(&buffer[..read]) {
            if sender.send(line).await.is_err() {
                return;
            }
        }
        left = left.saturating_sub(read);
        if left == 0 {
            break;
        }
    }
    log.finish();
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    async fn of(script: &str) -> Finished {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run(command, None).await.unwrap()
    }

    #[tokio::test]
    async fn lines_of_both_streams_are_kept() {
        let finished = of("echo out; echo err >&2; printf unfinished").await;
        let mut lines = finished.lines();
        lines.sort();
        assert!(finished.success());
        assert_eq!(lines, ["err", "out", "unfinished"]);
    }

    #[tokio::test]
    async fn a_program_that_prints_without_end_finds_nobody_who_listens() {
        let finished = of("cat /dev/zero").await;
        assert!(!finished.success());
        assert!(finished.lines().iter().map(String::len).sum::<usize>() < 10_000);
    }
}
