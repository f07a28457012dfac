//! What runs in Docker: the runtime itself, real pys3local end to end, real clients, and what the documents tell people to type.
//!
//! Needs a Docker daemon, a base image (`ci/base-image`), Python 3 with venv and a package index. There is no way to skip this silently.

#[cfg(test)]
#[path = "../support/against.rs"]
mod against;
#[cfg(test)]
#[expect(dead_code, reason = "tests of other binaries use the rest")]
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
mod runtime;
