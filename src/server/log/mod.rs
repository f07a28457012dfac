//! The server's log: its last lines, fit to be shown.
//!
//! Owns a bounded ring of lines that is cheap to clone and free of control characters, escape sequences and the
//! secrets it was given. Deliberately absent: any meaning of the lines, but for the markers that a supervisor prints.

mod line;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::watch;

use crate::base::lock;

pub(super) use line::redacted;
use line::{Assembler, Cleaner};

/// Lines that are kept.
const LINES: usize = 400;

/// What a supervisor's own lines begin with; they are counted even after the ring has forgotten them.
const MARKER_PREFIX: &str = "s3ci: ";

/// Different markers that are counted; a server that imitates the supervisor gets no more memory than this.
const MARKERS: usize = 16;

/// The last lines of a server's output. Clones share them.
#[derive(Debug, Clone)]
pub struct ServerLog {
    shared: Arc<Shared>,
}

/// One stream of a [`ServerLog`] with a partial line of its own, so that two streams do not mix within a line.
#[derive(Debug)]
pub struct LogStream {
    log: ServerLog,
    assembler: Assembler,
}

#[derive(Debug)]
struct Shared {
    cleaner: Cleaner,
    state: Mutex<State>,
    revision: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    lines: VecDeque<String>,
    assembler: Assembler,
    markers: BTreeMap<String, usize>,
}

impl ServerLog {
    /// An empty log that will never show any of the secrets.
    #[must_use]
    pub fn new(secrets: Vec<String>) -> Self {
        let shared =
            Shared { cleaner: Cleaner::new(secrets), state: Mutex::default(), revision: watch::Sender::new(0) };
        Self { shared: Arc::new(shared) }
    }

    /// A stream into this log, for a server whose outputs arrive apart.
    #[must_use]
    pub fn stream(&self) -> LogStream {
        LogStream { log: self.clone(), assembler: Assembler::default() }
    }

    /// Adds output. What follows the last line end waits for the rest of its line.
    pub fn push_bytes(&self, bytes: &[u8]) {
        drop(self.lines_of(bytes));
    }

    /// The same, and gives the lines that the output completes.
    pub fn lines_of(&self, bytes: &[u8]) -> Vec<String> {
        let mut state = self.state();
        let mut assembler = std::mem::take(&mut state.assembler);
        let lines = assembler.push(bytes, &self.shared.cleaner);
        state.assembler = assembler;
        drop(state);
        self.append(lines.clone());
        lines
    }

    /// The last lines, oldest first; an unfinished one is not among them.
    #[must_use]
    pub fn tail(&self, lines: usize) -> Vec<String> {
        let state = self.state();
        state.lines.iter().skip(state.lines.len().saturating_sub(lines)).cloned().collect()
    }

    /// Waits until a line that ends with the marker was seen `occurrence` times since the log began.
    ///
    /// Markers that begin with `s3ci: ` are counted for good, others as long as their lines are kept.
    pub async fn wait_for(&self, marker: &str, occurrence: usize) {
        let mut revision = self.shared.revision.subscribe();
        while self.state().count(marker) < occurrence {
            if revision.changed().await.is_err() {
                return;
            }
        }
    }

    /// Waits for a line that contains the text; the first of those that are kept.
    pub async fn line_with(&self, text: &str) -> String {
        let mut revision = self.shared.revision.subscribe();
        loop {
            let found = self.state().lines.iter().find(|line| line.contains(text)).cloned();
            if let Some(line) = found {
                return line;
            }
            if revision.changed().await.is_err() {
                return String::new();
            }
        }
    }

    fn append(&self, lines: Vec<String>) {
        if lines.is_empty() {
            return;
        }
        let mut state = self.state();
        for line in lines {
            state.append(line);
        }
        drop(state);
        self.shared.revision.send_modify(|revision| *revision += 1);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.shared.state)
    }
}

impl LogStream {
    /// Adds output. What follows the last line end waits for the rest of its line.
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        drop(self.lines_of(bytes));
    }

    /// The same, and gives the lines that the output completes.
    pub fn lines_of(&mut self, bytes: &[u8]) -> Vec<String> {
        let lines = self.assembler.push(bytes, &self.log.shared.cleaner);
        self.log.append(lines.clone());
        lines
    }

    /// Ends the stream: an unfinished line counts as finished.
    pub fn finish(mut self) {
        if self.assembler.is_partial() {
            self.push_bytes(b"\n");
        }
    }
}

impl State {
    fn append(&mut self, line: String) {
        if let Some(at) = line.find(MARKER_PREFIX) {
            let marker = &line[at..];
            if self.markers.len() < MARKERS || self.markers.contains_key(marker) {
                *self.markers.entry(marker.to_owned()).or_default() += 1;
            }
        }
        if self.lines.len() == LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    fn count(&self, marker: &str) -> usize {
        if marker.starts_with(MARKER_PREFIX) {
            self.markers.get(marker).copied().unwrap_or_default()
        } else {
            self.lines.iter().filter(|line| line.ends_with(marker)).count()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn log() -> ServerLog {
        ServerLog::new(vec!["s3cr3t-key".to_owned()])
    }

    #[test]
    fn a_secret_split_over_two_pushes_is_redacted() {
        let log = log();
        log.push_bytes(b"key s3cr3");
        assert!(log.tail(9).is_empty(), "the line is unfinished");
        log.push_bytes(b"t-key!\nnext");
        assert_eq!(log.tail(9), ["key [redacted]!"]);
    }

    #[test]
    fn two_streams_do_not_mix_within_a_line() {
        let log = log();
        let (mut out, mut err) = (log.stream(), log.stream());
        out.push_bytes(b"one s3cr3");
        err.push_bytes(b"two\n");
        out.push_bytes(b"t-key\nlast");
        out.finish();
        err.finish();
        assert_eq!(log.tail(9), ["two", "one [redacted]", "last"]);
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let log = log();
        for number in 0..LINES + 5 {
            log.push_bytes(format!("line {number}\n").as_bytes());
        }
        assert_eq!(log.tail(usize::MAX).len(), LINES);
        assert_eq!(log.tail(2), [format!("line {}", LINES + 3), format!("line {}", LINES + 4)]);
        assert_eq!(log.tail(LINES)[0], "line 5");
    }

    #[tokio::test]
    async fn a_marker_is_counted_even_when_its_line_is_gone() {
        let log = log();
        log.push_bytes(b"unfinished outputs3ci: server started\n");
        for _ in 0..LINES {
            log.push_bytes(b"noise\n");
        }
        let waiting = tokio::spawn({
            let log = log.clone();
            async move { log.wait_for("s3ci: server started", 2).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "one occurrence is not two");
        log.push_bytes(b"s3ci: server started\n");
        tokio::time::timeout(Duration::from_secs(5), waiting).await.unwrap().unwrap();
        assert!(
            tokio::time::timeout(Duration::from_millis(20), log.wait_for("s3ci: server started", 3)).await.is_err()
        );
    }
}
