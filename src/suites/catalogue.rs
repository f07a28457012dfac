//! The suites that there are.

use super::bench::Concurrency;
use super::pace::Pace;
use super::{Body, Footprint, Suite, api, durability, etag};
use crate::server::{Backend, BucketMode};

/// Every suite, in the order in which `--all` runs them.
pub static CATALOGUE: &[Suite] = &[
    Suite {
        title: "benchmark, custom buckets, sequential",
        body: Body::Bench(Concurrency::Sequential),
        ..local("bench/local")
    },
    Suite {
        title: "benchmark, custom buckets, parallel",
        body: Body::Bench(Concurrency::Parallel),
        ..local("bench/local-parallel")
    },
    Suite {
        title: "benchmark, default bucket, sequential",
        bucket_mode: BucketMode::Default,
        body: Body::Bench(Concurrency::Sequential),
        ..local("bench/local-default")
    },
    Suite {
        title: "benchmark, default bucket, parallel",
        bucket_mode: BucketMode::Default,
        body: Body::Bench(Concurrency::Parallel),
        ..local("bench/local-default-parallel")
    },
    Suite { title: "five-phase sync workflow", body: Body::Sync, ..local("sync/local") },
    Suite {
        title: "ETag rules, MD5 profile",
        pace: Pace::SideBySideExcept(etag::ALONE),
        body: Body::Cases(etag::CASES),
        ..local("etag/local")
    },
    Suite {
        title: "S3 operations",
        pace: Pace::SideBySideExcept(&[]),
        body: Body::Cases(api::CASES),
        ..local("api/local")
    },
    Suite {
        title: "what survives a crash, a restart, a full disk",
        room: durability::FOOTPRINT,
        body: Body::Cases(durability::CASES),
        ..local("durability/local")
    },
];

/// A suite without cases on the local backend, with custom buckets and without signatures: what the entries above depart from.
const fn local(name: &'static str) -> Suite {
    Suite {
        name,
        title: "",
        backend: Backend::Local,
        bucket_mode: BucketMode::Custom,
        signed: false,
        pace: Pace::InTurn,
        room: Footprint { bytes: 64 << 20, largest_object_bytes: 20 << 20, objects: 5_000, data_limit_bytes: None },
        body: Body::Cases(&[]),
    }
}
