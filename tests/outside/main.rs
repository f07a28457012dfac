//! Everything that needs no Docker: the binary from outside against a server in this process, what it does with records, the action, the
//! documents, the process runtime, who imports whom, and every check seen failing.

#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[cfg(test)]
#[expect(dead_code, reason = "tests of other binaries use the rest")]
#[path = "../support/against.rs"]
mod against;
#[cfg(test)]
#[path = "../support/command.rs"]
mod command;
#[cfg(test)]
#[path = "../support/git.rs"]
mod git;
#[cfg(test)]
#[path = "../support/log.rs"]
mod log;
#[cfg(all(test, target_os = "linux"))]
#[path = "../support/runner/mod.rs"]
mod runner;
#[cfg(test)]
#[path = "../support/sample/mod.rs"]
mod sample;
#[cfg(test)]
#[path = "../support/server/mod.rs"]
mod server;
#[cfg(test)]
#[path = "../support/sources.rs"]
mod sources;
#[cfg(test)]
#[path = "../support/typed.rs"]
mod typed;

#[cfg(all(test, target_os = "linux"))]
mod action;
#[cfg(test)]
mod catalogue;
#[cfg(all(test, unix))]
mod cli;
#[cfg(all(test, target_os = "linux"))]
mod documents;
#[cfg(test)]
mod each;
#[cfg(test)]
mod github;
#[cfg(test)]
mod house;
#[cfg(test)]
mod model;
#[cfg(test)]
mod mutants;
#[cfg(test)]
mod process;
#[cfg(all(test, unix))]
mod records;
#[cfg(test)]
mod shards;
#[cfg(test)]
mod test_server;
#[cfg(all(test, unix))]
mod trust;
