//! What measures, and is measured wrong beside anything else: run it with `--test-threads=1`.
//!
//! Needs a Docker daemon, a base image (`ci/base-image`), Python 3 with venv and a package index. There is no way to skip this silently.

#[cfg(test)]
#[expect(dead_code, reason = "tests of other binaries use the rest")]
#[path = "../support/command.rs"]
mod command;
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
#[expect(dead_code, reason = "tests of other binaries use the rest")]
#[path = "../support/runner/mod.rs"]
mod runner;
#[cfg(test)]
#[path = "../support/sources.rs"]
mod sources;

#[cfg(test)]
mod comparison;
#[cfg(test)]
mod pull_request;
