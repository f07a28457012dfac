//! The pipe to the watchdog, and the lines that go through it.
//!
//! Deliberately absent: what the watchdog does when the pipe closes (`watchdog`).

use std::io::BufRead;
use std::sync::Arc;

use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdin;
use tokio::sync::Mutex;

const DONE: &str = "done";
const PROCESS: &str = "process ";
const GONE: &str = "gone ";
const ACCOUNT: &str = "account ";

/// Tells the watchdog what else to clear up. Clones share the pipe.
#[derive(Debug, Clone)]
pub struct WatchdogPipe(Arc<Mutex<ChildStdin>>);

impl WatchdogPipe {
    pub(super) fn new(input: ChildStdin) -> Self {
        Self(Arc::new(Mutex::new(input)))
    }

    /// Has a process group killed should this process be.
    pub async fn process(&self, process_group: u32) {
        self.say(&format!("{PROCESS}{process_group}")).await;
    }

    /// Takes that back: the group has ended, and its number may become a stranger's.
    pub async fn gone(&self, process_group: u32) {
        self.say(&format!("{GONE}{process_group}")).await;
    }

    /// Has what a run left in an account removed should this process be killed. The text, one line, is `drime::Remains`'s own.
    /// The pipe is the only place that sees the key.
    pub(super) async fn account(&self, remains: &str) {
        self.say(&format!("{ACCOUNT}{remains}")).await;
    }

    /// Says that nothing is left to clear up.
    pub(super) async fn done(&self) {
        self.say(DONE).await;
    }

    async fn say(&self, line: &str) {
        let mut input = self.0.lock().await;
        let written = input.write_all(format!("{line}\n").as_bytes()).await;
        if let Err(error) = written.and(input.flush().await) {
            tracing::debug!(%error, "the watchdog does not listen");
        }
    }
}

/// How the process at the other end of the pipe ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// It said so.
    Farewell,
    /// The pipe closed without a word. `account` is what it said last of one.
    Death { process_groups: Vec<i32>, account: Option<String> },
}

/// Reads the other end of the pipe until it closes.
pub(super) fn follow(lines: impl BufRead) -> Ending {
    let mut process_groups = Vec::new();
    let mut account = None;
    for line in lines.lines().map_while(Result::ok) {
        if line == DONE {
            return Ending::Farewell;
        }
        let group = |word: &str| line.strip_prefix(word).and_then(|id| id.parse::<i32>().ok());
        process_groups.extend(group(PROCESS));
        account = line.strip_prefix(ACCOUNT).map(str::to_owned).or(account);
        if let Some(gone) = group(GONE) {
            process_groups.retain(|group| *group != gone);
        }
    }
    Ending::Death { process_groups, account }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_farewell_leaves_everything_alone() {
        assert_eq!(follow("process 12\ndone\n".as_bytes()), Ending::Farewell);
    }

    #[test]
    fn silence_is_death() {
        assert_eq!(follow("".as_bytes()), Ending::Death { process_groups: vec![], account: None });
        let ending = follow("process 12\nprocess x\nprocess 13\ngone 13\naccount [1]\n".as_bytes());
        assert_eq!(ending, Ending::Death { process_groups: vec![12], account: Some("[1]".to_owned()) });
    }
}
