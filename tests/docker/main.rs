//! What runs in Docker: the runtime itself, real pys3local end to end, real clients, and what the documents tell people to type.
//!
//! Needs a Docker daemon, a base image (`ci/base-image`), Python 3 with venv and a package index. There is no way to skip this silently.

#[cfg(test)]
#[path = "../support/against.rs"]
mod against;
#[cfg(test)]
#[path = "../support/command.rs"]
mod command;
#[cfg(test)]
#[path = "../support/daemon.rs"]
mod daemon;
#[cfg(test)]
#[path = "../support/git.rs"]
mod git;
#[cfg(test)]
#[expect(dead_code, reason = "tests of other binaries use the rest")]
#[path = "../support/images.rs"]
mod images;
#[cfg(test)]
#[path = "../support/log.rs"]
mod log;
#[cfg(test)]
#[path = "../support/pull_request.rs"]
mod pull_request;
#[cfg(test)]
#[expect(dead_code, reason = "tests of other binaries use the rest")]
#[path = "../support/runner/mod.rs"]
mod runner;
#[cfg(test)]
#[expect(dead_code, reason = "tests of other binaries use the rest")]
#[path = "../support/server/mod.rs"]
mod server;
#[cfg(test)]
#[path = "../support/sources.rs"]
mod sources;
#[cfg(test)]
#[expect(dead_code, reason = "tests of other binaries use the rest")]
#[path = "../support/typed.rs"]
mod typed;

#[cfg(test)]
mod clients;
#[cfg(test)]
mod containment;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod durability;
#[cfg(test)]
mod end_to_end;
#[cfg(test)]
mod pull_requests;
#[cfg(test)]
mod runtime;
