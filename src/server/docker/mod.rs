//! Docker as a host: an image for each target, a network for each run, a container for each server.
//!
//! Owns everything that is asked of a daemon; no other module knows bollard. A container is cut off from everything but this
//! machine's side of the run's bridge, and ends when this process does (`launch`, `docker/supervise.sh`). Nothing is removed in
//! `Drop`: teardown is explicit, and what a killed process leaves is found by its labels.

mod archive;
mod base;
mod build;
mod clients;
mod connect;
mod container;
mod data_directory;
mod execute;
mod host;
mod image;
mod install;
mod isolation;
mod kill_on_write;
mod labels;
mod launch;
mod leftovers;
mod location;
mod network;
mod packages;
mod prepare;
mod probe;
mod refusal;
mod second_server;
mod server;
mod stand_in;
mod survey;
mod usage;
mod volume;

pub(super) use clients::for_endpoint as clients_for_endpoint;
pub(super) use host::DockerHost;
pub use leftovers::Leftovers;
pub use prepare::build_images;
pub(super) use survey::{Survey, survey};
