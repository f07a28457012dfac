//! The suites: named groups of checks on one backend, and the catalogue that lists them.
//!
//! Owns what is asked of a server and how its answers are judged. Deliberately absent: how the server is run (a suite is handed a
//! running one), reports, exit codes, and the throughput comparison.
//!
//! A new suite is a file here and an entry in [`CATALOGUE`].

mod api;
mod auth;
mod bench;
mod capability;
mod catalogue;
mod check;
mod clients;
mod containment;
mod context;
mod durability;
mod etag;
mod judge;
mod large;
mod model;
mod pace;
mod runner;
mod sync;
mod throughput;
mod upgrade;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::record::{CheckSpec, SuiteId};
use crate::server::{Backend, BucketMode};

pub use catalogue::CATALOGUE;
pub use context::{ModelSettings, SuiteContext, SuiteSettings};
pub use runner::CheckRunner;
pub use throughput::Finding;
pub use upgrade::Kept;

use bench::Concurrency;
use check::Check;
use pace::Pace;

/// A named group of checks on one backend.
#[derive(Debug, Clone, Copy)]
pub struct Suite {
    /// Name on the command line, such as `bench/local`.
    pub name: &'static str,
    /// What the suite is, in a few words.
    pub title: &'static str,
    /// Where its server stores.
    pub backend: Backend,
    /// Which buckets its server must offer.
    pub bucket_mode: BucketMode,
    /// Whether its server demands signatures, with random credentials of the suite's own; the originals of most suites do not.
    pub signed: bool,
    /// Whether its requests try to reach files outside the server's data: it runs in a container alone, with room for canaries around the data.
    pub escapes: bool,
    /// How many checks that stand alone are under way at a time.
    pace: Pace,
    /// What its checks store at the most, where they stand alone.
    room: Footprint,
    body: Body,
}

/// What a suite stores at the most, at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footprint {
    /// Room on a file system.
    pub bytes: u64,
    /// The largest object.
    pub largest_object_bytes: u64,
    /// Number of objects.
    pub objects: u64,
    /// The size that the data file system is to have; roomy where none is given.
    pub data_limit_bytes: Option<u64>,
}

/// How a suite is carried out.
#[derive(Debug, Clone, Copy)]
enum Body {
    /// Checks that stand alone, each in a bucket of its own.
    Checks(&'static [Check]),
    /// The benchmark: one flow whose steps are checks.
    Bench(Concurrency),
    /// The sync workflow: one flow whose phases are checks.
    Sync,
    /// A comparison of two servers, made by the throughput comparison: the suite has the cases that it decides.
    Comparison,
    /// An upgrade from the base: one flow on two servers that have one volume after the other.
    Upgrade,
    /// Random programs held against a model: one exploration whose properties are checks.
    Model,
    /// Workflows of real clients, each in a bucket of its own.
    Clients(&'static [clients::ClientCheck]),
}

impl Suite {
    /// The suite's id in the record.
    #[must_use]
    pub fn id(&self) -> SuiteId {
        SuiteId::new(self.name)
    }

    /// The suite's checks in the order of the catalogue.
    #[must_use]
    pub fn checks(&self) -> Vec<&'static CheckSpec> {
        match self.body {
            Body::Checks(checks) => checks.iter().map(|check| &check.spec).collect(),
            Body::Bench(_) => bench::checks(self.bucket_mode),
            Body::Sync => sync::PHASES.iter().collect(),
            Body::Comparison => throughput::CHECKS.iter().collect(),
            Body::Upgrade => upgrade::CHECKS.iter().collect(),
            Body::Model => model::CHECKS.iter().collect(),
            Body::Clients(checks) => checks.iter().map(|check| &check.spec).collect(),
        }
    }

    /// Whether the suite transfers the dataset of the benchmarks.
    #[must_use]
    pub fn is_benchmark(&self) -> bool {
        matches!(self.body, Body::Bench(_))
    }

    /// Whether the suite compares the server with another one.
    #[must_use]
    pub fn is_comparison(&self) -> bool {
        matches!(self.body, Body::Comparison)
    }

    /// Whether the suite is about a server that takes over another one's data.
    #[must_use]
    pub fn is_upgrade(&self) -> bool {
        matches!(self.body, Body::Upgrade)
    }

    /// Whether the suite is about a base as well, and nothing without one.
    #[must_use]
    pub fn needs_base(&self) -> bool {
        self.is_comparison() || self.is_upgrade()
    }

    /// Whether the suite's checks are the steps of one flow, so that none of them can run alone.
    #[must_use]
    pub fn is_flow(&self) -> bool {
        matches!(self.body, Body::Bench(_) | Body::Sync | Body::Comparison | Body::Upgrade)
    }

    /// Whether the suite measures time or memory, or crashes at moments that it waits for: others beside it would change what it finds.
    #[must_use]
    pub fn measures(&self) -> bool {
        matches!(self.body, Body::Bench(_) | Body::Comparison) || self.name.starts_with("durability/")
    }

    /// Whether real clients run in the suite.
    #[must_use]
    pub fn has_clients(&self) -> bool {
        matches!(self.body, Body::Clients(_))
    }

    /// Whether the suite's requests run several at a time.
    #[must_use]
    pub fn is_parallel(&self) -> bool {
        matches!(self.body, Body::Bench(Concurrency::Parallel))
    }

    /// Whether the suite lets other programs talk to the server, and how much room they need.
    #[must_use]
    pub fn toolbox_bytes(&self, settings: &SuiteSettings) -> Option<u64> {
        matches!(self.body, Body::Clients(_)).then(|| clients::room_bytes(settings.large))
    }

    /// What the suite stores at the most.
    #[must_use]
    pub fn footprint(&self, settings: &SuiteSettings) -> Footprint {
        match self.body {
            Body::Bench(_) => Footprint {
                bytes: settings.dataset.most_bytes(),
                largest_object_bytes: settings.dataset.max_size_bytes,
                objects: settings.dataset.files as u64,
                data_limit_bytes: None,
            },
            Body::Checks(_) | Body::Upgrade => self.room,
            Body::Model => model::FOOTPRINT,
            Body::Sync => sync::footprint(settings.sync_files),
            Body::Comparison => Footprint { bytes: 0, largest_object_bytes: 0, objects: 0, data_limit_bytes: None },
            Body::Clients(_) => clients::footprint(settings.large),
        }
    }

    /// Carries the suite out on a running server. Everything found goes into the context's events.
    pub fn run<'a>(&self, context: &'a SuiteContext<'_>) -> BoxFuture<'a, ()> {
        match self.body {
            Body::Checks(checks) => pace::run_all(context, checks, self.pace).boxed(),
            Body::Bench(concurrency) => bench::run(context, self.bucket_mode, concurrency).boxed(),
            Body::Sync => sync::run(context).boxed(),
            Body::Comparison => throughput::run(context).boxed(),
            Body::Upgrade => upgrade::run(context, self.bucket_mode).boxed(),
            Body::Model => model::run(context).boxed(),
            Body::Clients(checks) => clients::run(context, checks).boxed(),
        }
    }
}
