//! Running a client: its environment, its deadline, and what is noted of it as evidence.

use std::time::Duration;

use super::{Transport, Workbench};
use crate::base::{nanoseconds, shell_word};
use crate::checks::clients::client::{Client, Counts, Environment, Words};
use crate::record::{Command, CommandEnd, Failure, Fault, FaultKind, Stop};
use crate::server::{Ended, Finished, Order};

/// The last lines of a client's output that a report keeps.
const LOG_LINES: usize = 20;
/// How often a client may say that it tries again.
const TRIES: u32 = 3;

/// What a client printed.
#[derive(Debug)]
pub(in crate::checks::clients) struct Ran {
    pub(in crate::checks::clients) status: i64,
    pub(in crate::checks::clients) stdout: String,
    pub(in crate::checks::clients) counts: Counts,
    /// Requests that the proxy saw, where there is one.
    pub(in crate::checks::clients) requests: Option<Vec<(String, u64)>>,
    /// The command, for a message.
    pub(in crate::checks::clients) line: String,
}

impl Workbench<'_> {
    /// Runs a step of a standard workflow, as [`Workbench::run`].
    pub(in crate::checks::clients) async fn step(&self, words: Words) -> Result<Ran, Stop> {
        let words = words(&self.access);
        self.run(&words.iter().map(String::as_str).collect::<Vec<_>>()).await
    }

    /// Runs the client, which must say that all went well.
    pub(in crate::checks::clients) async fn run(&self, arguments: &[&str]) -> Result<Ran, Stop> {
        self.run_with(arguments, None, &[]).await
    }

    /// The same, with something to read and variables beside the client's own.
    pub(in crate::checks::clients) async fn run_with(
        &self,
        arguments: &[&str],
        stdin: Option<&str>,
        variables: &[(&str, &str)],
    ) -> Result<Ran, Stop> {
        let ran = self.run_to_any_end(arguments, stdin, variables).await?;
        if ran.status == 0 {
            return Ok(ran);
        }
        let message = format!("{} failed: {}", self.client.name, last_word(&ran.stdout));
        Err(Failure::new(
            "client-failed",
            message,
            "exit status 0",
            format!("exit status {}: {}", ran.status, ran.line),
        )
        .into())
    }

    /// Runs the client and takes any exit status.
    pub(in crate::checks::clients) async fn run_to_any_end(
        &self,
        arguments: &[&str],
        stdin: Option<&str>,
        variables: &[(&str, &str)],
    ) -> Result<Ran, Stop> {
        let client = self.client;
        if let Some((file, text)) = client.settings {
            self.write(file, &text(&self.access)).await?;
        }
        let mut environment: Environment = (client.environment)(&self.access);
        environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let own = arguments.iter().map(|argument| (*argument).to_owned());
        let arguments: Vec<String> = (client.options)(&self.access).into_iter().chain(own).collect();
        let before = self.requests().await?;
        let order = Order {
            program: client.program,
            arguments: &arguments,
            environment: &environment,
            stdin,
            directory: self.directory(),
            deadline: self.deadline(),
            give_up: client.tries_again.map(|text| (text, TRIES)),
        };
        let finished = self.toolbox.run(&order).await?;
        let requests = match (before, self.requests().await?) {
            (Some(before), Some(after)) => Some(between(&before, after)),
            _ => None,
        };
        let counts = (client.counts)(&finished.stdout, &finished.stderr);
        let line = shown(client.program, &arguments);
        self.note(&line, &finished, counts, requests.clone());
        let output = format!("{}\n{}", finished.stdout, finished.stderr);
        match finished.ended {
            Ended::Exited(status) => {
                self.unless_local(client, status, &output)?;
                let stdout = if status == 0 { finished.stdout } else { output };
                Ok(Ran { status, stdout, counts, requests, line })
            }
            Ended::AtDeadline => {
                let message =
                    format!("{} took longer than {} s and was stopped: {line}", client.name, self.deadline().as_secs());
                let hint =
                    "the server or the client may hang, or the machine is slow: see their logs, or raise --timeout";
                Err(Fault::new(FaultKind::ClientTimeout, message).with_hint(hint).into())
            }
            Ended::GaveUp => {
                let message = format!("{} was refused {TRIES} times and stopped: {}", client.name, last_word(&output));
                Err(Failure::new("client-refused", message, "requests that succeed at the first try", line).into())
            }
        }
    }

    /// A client that failed for a reason of this machine says nothing about the server.
    fn unless_local(&self, client: &Client, status: i64, output: &str) -> Result<(), Stop> {
        if status < 0 {
            let message = format!("{} was killed by signal {}", client.name, -status);
            return Err(Fault::new(FaultKind::ClientKilled, message)
                .with_hint("the machine may have run out of memory")
                .into());
        }
        if status != 0 && output.to_ascii_lowercase().contains("no space left on device") {
            let message = format!("{} found no space left in {}", client.name, self.directory());
            return Err(Fault::new(FaultKind::Local, message).into());
        }
        Ok(())
    }

    fn note(&self, line: &str, finished: &Finished, counts: Counts, requests: Option<Vec<(String, u64)>>) {
        let nanoseconds = |duration: Duration| nanoseconds(duration);
        self.c.commands.note(Command {
            line: line.to_owned(),
            ended: match finished.ended {
                Ended::Exited(status) => CommandEnd::Exited { status },
                Ended::AtDeadline => CommandEnd::Deadline,
                Ended::GaveUp => CommandEnd::GaveUp,
            },
            wall_ns: nanoseconds(finished.wall),
            cpu_ns: nanoseconds(finished.cpu),
            transferred: counts.transferred,
            skipped: counts.skipped,
            requests,
            log: last_lines(&format!("{}\n{}", finished.stdout, finished.stderr)),
        });
    }

    /// Requests about the bucket that the proxy saw so far; none if there is no proxy.
    async fn requests(&self) -> Result<Option<Vec<(String, u64)>>, Stop> {
        if self.transport == Transport::Http {
            return Ok(None);
        }
        Ok(Some(self.toolbox.requests(self.bucket()).await?.into_iter().collect()))
    }
}

/// What was counted between two moments.
fn between(before: &[(String, u64)], after: Vec<(String, u64)>) -> Vec<(String, u64)> {
    let earlier = |name: &str| before.iter().find(|(known, _)| known == name).map_or(0, |(_, count)| *count);
    let counts = after.into_iter().map(|(name, count)| {
        let new = count.saturating_sub(earlier(&name));
        (name, new)
    });
    counts.filter(|(_, count)| *count > 0).collect()
}

/// A command as a shell takes it; a script among its arguments is left out.
fn shown(program: &str, arguments: &[String]) -> String {
    let words = std::iter::once(program).chain(arguments.iter().map(String::as_str));
    let words = words.map(|word| if word.contains('\n') { "SCRIPT".to_owned() } else { shell_word(word) });
    words.collect::<Vec<_>>().join(" ")
}

fn last_lines(output: &str) -> Vec<String> {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    let from = lines.len().saturating_sub(LOG_LINES);
    lines[from..].iter().map(|line| line.chars().take(500).collect()).collect()
}

/// The last line that says something of an error, or the last one at all; of a line that is JSON its message.
fn last_word(output: &str) -> String {
    let telling = |line: &&str| {
        let line = line.to_ascii_lowercase();
        ["error", "fail", "denied", "fatal"].iter().any(|word| line.contains(word))
    };
    let lines = || output.lines().filter(|line| !line.trim().is_empty());
    let last = lines().rfind(telling).or_else(|| lines().next_back());
    let last = last.unwrap_or("it printed nothing").trim();
    let message = serde_json::from_str::<serde_json::Value>(last)
        .ok()
        .and_then(|line| Some(line.get("msg")?.as_str()?.to_owned()));
    message.as_deref().unwrap_or(last).chars().take(300).collect()
}
