//! One process, from its start to its end.
//!
//! A task of its own holds the child, so that signals never go to a process that has been waited for, and its id given
//! to another. When nobody holds the [`ChildProcess`] any more, the task kills the child.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::server::log::{LogStream, ServerLog};

/// How long to wait for output after the process has ended; another process may hold the pipe open.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A running process, or what became of it.
#[derive(Debug, Clone)]
pub(super) struct ChildProcess {
    pid: u32,
    orders: mpsc::Sender<Order>,
    end: watch::Receiver<Option<String>>,
}

#[derive(Debug)]
enum Order {
    Terminate,
    Kill,
}

impl ChildProcess {
    /// Starts the command in a process group of its own, its output going to the log.
    pub(super) fn begin(mut command: Command, log: &ServerLog) -> io::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn()?;
        let pid = child.id().ok_or_else(|| io::Error::other("the process ended as soon as it started"))?;
        let readers = [
            child.stdout.take().map(|output| tokio::spawn(read(output, log.stream()))),
            child.stderr.take().map(|output| tokio::spawn(read(output, log.stream()))),
        ];
        let (orders, received) = mpsc::channel(4);
        let (ending, end) = watch::channel(None);
        tokio::spawn(keep(child, pid, received, readers, ending));
        Ok(Self { pid, orders, end })
    }

    /// The process, which leads a group of the same number on Unix.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// How it ended, as a sentence; none while it runs.
    pub(super) fn end(&self) -> Option<String> {
        self.end.borrow().clone()
    }

    /// Watches for the end; the watcher does not keep the process alive.
    pub(super) fn watched(&self) -> watch::Receiver<Option<String>> {
        self.end.clone()
    }

    /// Waits for the end. The future does not keep the process alive.
    pub(super) fn ended(&self) -> impl Future<Output = String> + Send + 'static {
        let mut end = self.end.clone();
        async move {
            match end.wait_for(Option::is_some).await {
                Ok(sentence) => sentence.clone().unwrap_or_default(),
                Err(_) => "the server was stopped".to_owned(),
            }
        }
    }

    /// Kills the process and waits for the end.
    pub(super) async fn kill(&self) {
        let _ = self.orders.send(Order::Kill).await;
        self.ended().await;
    }

    /// Asks the process to end, kills it when it has not after `grace`, and waits for the end.
    pub(super) async fn finish(&self, grace: Duration) {
        let _ = self.orders.send(Order::Terminate).await;
        if tokio::time::timeout(grace, self.ended()).await.is_err() {
            self.kill().await;
        }
    }
}

/// Carries out orders until the child has ended.
async fn keep(
    mut child: Child,
    pid: u32,
    mut orders: mpsc::Receiver<Order>,
    readers: [Option<JoinHandle<()>>; 2],
    ending: watch::Sender<Option<String>>,
) {
    let status = loop {
        tokio::select! {
            status = child.wait() => break status,
            order = orders.recv() => match order {
                Some(Order::Terminate) => terminate(&mut child, pid),
                Some(Order::Kill) => kill(&mut child, pid),
                None => {
                    kill(&mut child, pid);
                    break child.wait().await;
                }
            },
        }
    };
    let last_words = async {
        for reader in readers.into_iter().flatten() {
            let _ = reader.await;
        }
    };
    let _ = tokio::time::timeout(LAST_WORDS, last_words).await;
    ending.send_replace(Some(sentence(status)));
}

async fn read(mut output: impl AsyncRead + Unpin, mut stream: LogStream) {
    let mut buffer = vec![0; 8 << 10];
    while let Ok(length @ 1..) = output.read(&mut buffer).await {
        stream.push_bytes(&buffer[..length]);
    }
    stream.finish();
}

#[cfg(unix)]
fn signal_group(pid: u32, signal: rustix::process::Signal) {
    if let Some(group) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, signal);
    }
}

#[cfg(unix)]
fn terminate(_child: &mut Child, pid: u32) {
    signal_group(pid, rustix::process::Signal::TERM);
}

#[cfg(not(unix))]
fn terminate(child: &mut Child, _pid: u32) {
    let _ = child.start_kill();
}

fn kill(child: &mut Child, pid: u32) {
    #[cfg(unix)]
    signal_group(pid, rustix::process::Signal::KILL);
    #[cfg(not(unix))]
    let _ = pid;
    let _ = child.start_kill();
}

fn sentence(status: io::Result<ExitStatus>) -> String {
    match status {
        Ok(status) => match (status.code(), signal(status)) {
            (Some(code), _) => format!("the server exited with code {code}"),
            (None, Some(number)) => format!("the server was killed by signal {number}{}", signal_name(number)),
            (None, None) => "the server ended".to_owned(),
        },
        Err(error) => format!("s3ci could not watch the server: {error}"),
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_status: ExitStatus) -> Option<i32> {
    None
}

fn signal_name(number: i32) -> &'static str {
    match number {
        2 => " (SIGINT)",
        6 => " (SIGABRT)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        15 => " (SIGTERM)",
        _ => "",
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> (ChildProcess, ServerLog) {
        let log = ServerLog::new(Vec::new());
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        (ChildProcess::begin(command, &log).unwrap(), log)
    }

    async fn end(process: &ChildProcess) -> String {
        tokio::time::timeout(SOON, process.ended()).await.unwrap()
    }

    #[tokio::test]
    async fn an_exit_is_told_with_its_code_and_the_last_words() {
        let (process, log) = shell("echo out; echo err >&2; printf unfinished; exit 3");
        assert_eq!(end(&process).await, "the server exited with code 3");
        assert_eq!(process.end().as_deref(), Some("the server exited with code 3"));
        let mut lines = log.tail(9);
        lines.sort();
        assert_eq!(lines, ["err", "out", "unfinished"]);
    }

    #[tokio::test]
    async fn a_server_that_ignores_the_request_to_end_is_killed() {
        let (process, log) = shell("trap '' TERM; echo ready; while :; do sleep 0.05; done");
        log.wait_for("ready", 1).await;
        assert_eq!(process.end(), None);
        tokio::time::timeout(SOON, process.finish(Duration::from_millis(50))).await.unwrap();
        assert_eq!(process.end().as_deref(), Some("the server was killed by signal 9 (SIGKILL)"));
    }

    #[tokio::test]
    async fn a_server_that_nobody_holds_is_killed() {
        let (process, log) = shell("echo ready; exec sleep 600");
        log.wait_for("ready", 1).await;
        let ended = process.ended();
        drop(process);
        let sentence = tokio::time::timeout(SOON, ended).await.unwrap();
        assert_eq!(sentence, "the server was killed by signal 9 (SIGKILL)");
    }

    #[tokio::test]
    async fn a_request_to_end_reaches_the_whole_group() {
        let (process, log) = shell(
            "trap 'wait; exit 7' TERM; sh -c 'trap \"echo child; exit\" TERM; echo ready; while :; do sleep 0.05; done' & wait",
        );
        log.wait_for("ready", 1).await;
        tokio::time::timeout(SOON, process.finish(SOON)).await.unwrap();
        assert!(log.tail(9).contains(&"child".to_owned()), "{:?}", log.tail(9));
    }
}
