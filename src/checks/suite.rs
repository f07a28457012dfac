//! A suite: a kind of checks on one server.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::bench::Concurrency;
use super::check::Check;
use super::footprint::Footprint;
use super::{SuiteContext, SuiteSettings, bench, clients, execution, model, sync, throughput, upgrade};
use crate::record::{CheckSpec, SuiteId};
use crate::server::{Backend, BucketMode};

#[derive(Debug)]
pub struct Suite {
    /// Name on the command line, such as `bench/local-parallel`: kind, backend and what tells it from others of the two.
    pub name: &'static str,
    /// The part of the name before the slash.
    pub kind: &'static str,
    /// What the suite is, in a few words.
    pub title: String,
    pub backend: Backend,
    /// Which buckets its server must offer.
    pub bucket_mode: BucketMode,
    /// Whether its server demands signatures, with random credentials of the suite's own; the originals of most suites do not.
    pub signed: bool,
    /// Whether its requests try to reach files outside the server's data: it runs only in a container, with canaries around the data.
    pub escapes: bool,
    /// What its checks store at the most, where they stand alone.
    pub(super) room: Footprint,
    pub(super) body: Body,
}

/// How a suite is carried out.
#[derive(Debug)]
pub(super) enum Body {
    /// Checks that stand alone.
    Checks(Vec<Check>),
    /// The same, by real clients.
    Clients(Vec<Check>),
    /// The benchmark: one flow whose steps are checks.
    Bench(Concurrency),
    /// The sync workflow: one flow whose phases are checks.
    Sync,
    /// A comparison of two servers, made by the throughput comparison: the suite has the checks that it decides.
    Comparison,
    /// Random programs compared with a model: one exploration whose properties are checks.
    Model,
    /// An upgrade from the base: one flow on two servers that have one volume after the other.
    Upgrade,
}

/// Checks under way at a time: enough to use the waiting of one for another, too few for a deadline to be missed for the company.
const SIDE_BY_SIDE: usize = 6;
/// The same of clients, which mostly wait, for their own start or for the server.
const CLIENTS_SIDE_BY_SIDE: usize = 3;

impl Suite {
    /// The suite's id in the record.
    #[must_use]
    pub fn id(&self) -> SuiteId {
        SuiteId::new(self.name)
    }

    /// The suite's checks in the order of the catalogue.
    #[must_use]
    pub fn checks(&self) -> Vec<CheckSpec> {
        match &self.body {
            Body::Checks(checks) | Body::Clients(checks) => checks.iter().map(Check::spec).collect(),
            Body::Bench(_) => bench::steps(self.bucket_mode).to_vec(),
            Body::Sync => sync::PHASES.to_vec(),
            Body::Comparison => throughput::CHECKS.to_vec(),
            Body::Model => model::CHECKS.to_vec(),
            Body::Upgrade => upgrade::CHECKS.to_vec(),
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
        !matches!(self.body, Body::Checks(_) | Body::Clients(_))
    }

    /// Whether the suite measures time or memory, or crashes at moments that it waits for: others beside it would change what it finds.
    #[must_use]
    pub fn measures(&self) -> bool {
        matches!(self.body, Body::Bench(_) | Body::Comparison) || self.kind == "durability"
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

    /// How much space the clients of the suite need; none if it has no clients.
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
            Body::Sync => sync::footprint(settings.sync_files),
            Body::Model => model::FOOTPRINT,
            Body::Comparison => Footprint { bytes: 0, largest_object_bytes: 0, objects: 0, data_limit_bytes: None },
            Body::Clients(_) => clients::footprint(settings.large),
        }
    }

    /// Carries the suite out on a running server. Everything found goes into the context's events.
    pub fn run<'a>(&'a self, context: &'a SuiteContext<'a>) -> BoxFuture<'a, ()> {
        match &self.body {
            Body::Checks(checks) => {
                // The service behind the drime backend is slow, and what it is asked by one check must not wait for others.
                let at_a_time = if self.backend.is_drime() { 1 } else { SIDE_BY_SIDE };
                execution::run_all(context, checks, at_a_time).boxed()
            }
            Body::Clients(checks) => clients::run(context, checks, CLIENTS_SIDE_BY_SIDE).boxed(),
            Body::Bench(concurrency) => bench::run(context, self.bucket_mode, *concurrency).boxed(),
            Body::Sync => sync::run(context).boxed(),
            Body::Model => model::run(context).boxed(),
            Body::Comparison => throughput::run(context).boxed(),
            Body::Upgrade => upgrade::run(context, self.bucket_mode).boxed(),
        }
    }
}
