//! The suites that there are.

use super::bench::Concurrency;
use super::pace::Pace;
use super::{Body, Footprint, Suite, api, auth, clients, containment, durability, etag, large, sync};
use crate::server::{Backend, BucketMode, Duplicates};

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
    Suite { title: "throughput against a base", body: Body::Comparison, ..local("throughput/local") },
    Suite { title: "upgrade from the base, custom buckets", body: Body::Upgrade, ..local("upgrade/local") },
    Suite {
        title: "upgrade from the base, default bucket",
        bucket_mode: BucketMode::Default,
        body: Body::Upgrade,
        ..local("upgrade/local-default")
    },
    Suite { title: "five-phase sync workflow", body: Body::Sync, ..local("sync/local") },
    Suite {
        title: "a sync client's decisions under three policies",
        pace: Pace::SideBySideExcept(&[]),
        body: Body::Checks(sync::CHECKS),
        ..local("sync/local-policies")
    },
    Suite {
        title: "ETag rules, MD5 profile",
        pace: Pace::SideBySideExcept(etag::ALONE),
        body: Body::Checks(etag::CHECKS),
        ..local("etag/local")
    },
    Suite {
        title: "S3 operations",
        pace: Pace::SideBySideExcept(api::ALONE),
        body: Body::Checks(api::CHECKS),
        ..local("api/local")
    },
    Suite {
        title: "signatures and integrity",
        signed: true,
        pace: Pace::SideBySideExcept(&[]),
        body: Body::Checks(auth::CHECKS),
        ..local("auth/local")
    },
    Suite {
        title: "what survives a crash, a restart, a full disk",
        room: durability::FOOTPRINT,
        body: Body::Checks(durability::CHECKS),
        ..local("durability/local")
    },
    Suite { title: "random programs against a model of S3", body: Body::Model, ..local("model/local") },
    Suite {
        title: "benchmark, custom buckets, sequential",
        body: Body::Bench(Concurrency::Sequential),
        ..drime("bench/drime")
    },
    Suite {
        title: "benchmark, custom buckets, parallel",
        body: Body::Bench(Concurrency::Parallel),
        ..drime("bench/drime-parallel")
    },
    Suite {
        title: "benchmark, default bucket, sequential",
        bucket_mode: BucketMode::Default,
        body: Body::Bench(Concurrency::Sequential),
        ..drime("bench/drime-default")
    },
    Suite {
        title: "benchmark, default bucket, parallel",
        bucket_mode: BucketMode::Default,
        body: Body::Bench(Concurrency::Parallel),
        ..drime("bench/drime-default-parallel")
    },
    Suite { title: "five-phase sync workflow", body: Body::Sync, ..drime("sync/drime") },
    Suite {
        title: "a sync client's decisions under three policies, opaque tags",
        body: Body::Checks(sync::OPAQUE_CASES),
        ..drime("sync/drime-policies")
    },
    Suite {
        title: "ETag rules, opaque profile, a second upload replaces",
        body: Body::Checks(etag::OPAQUE_CASES),
        ..drime("etag/drime")
    },
    Suite {
        title: "ETag rules, opaque profile, a second upload is kept beside the first",
        backend: Backend::Drime(Duplicates::KeepBoth),
        body: Body::Checks(etag::OPAQUE_CASES),
        ..drime("etag/drime-keep-both")
    },
    Suite {
        title: "ETag rules, opaque profile, both uploads kept and listed oldest first",
        backend: Backend::Drime(Duplicates::KeepBothOldestFirst),
        body: Body::Checks(etag::OPAQUE_CASES),
        ..drime("etag/drime-oldest-first")
    },
    Suite { title: "S3 operations", body: Body::Checks(api::CHECKS), ..drime("api/drime") },
    Suite { title: "signatures and integrity", signed: true, body: Body::Checks(auth::CHECKS), ..drime("auth/drime") },
    Suite {
        title: "what survives a crash and a restart",
        room: Footprint { data_limit_bytes: None, ..durability::FOOTPRINT },
        body: Body::Checks(durability::DRIME),
        ..drime("durability/drime")
    },
    Suite { title: "random programs against a model of S3", body: Body::Model, ..drime("model/drime") },
    Suite { title: "large objects and full folders", body: Body::Checks(large::CHECKS), ..drime("large/drime") },
    Suite {
        title: "real clients, signed",
        signed: true,
        body: Body::Clients(clients::CHECKS),
        ..local("clients/local")
    },
    Suite {
        title: "real clients, without signatures",
        body: Body::Clients(clients::UNSIGNED),
        ..local("clients/local-unsigned")
    },
    Suite {
        title: "real clients, signed",
        signed: true,
        body: Body::Clients(clients::DRIME),
        ..drime("clients/drime")
    },
    Suite {
        title: "requests that try to reach other files, in Docker alone",
        escapes: true,
        body: Body::Checks(containment::CHECKS),
        ..local("containment/local")
    },
];

/// A suite without checks on the drime backend, otherwise like one on the local backend.
const fn drime(name: &'static str) -> Suite {
    Suite { backend: Backend::Drime(Duplicates::Replace), ..local(name) }
}

/// A suite without checks on the local backend, with custom buckets and without signatures: what the entries above depart from.
const fn local(name: &'static str) -> Suite {
    Suite {
        name,
        title: "",
        backend: Backend::Local,
        bucket_mode: BucketMode::Custom,
        signed: false,
        escapes: false,
        pace: Pace::InTurn,
        room: Footprint { bytes: 64 << 20, largest_object_bytes: 40 << 20, objects: 5_000, data_limit_bytes: None },
        body: Body::Checks(&[]),
    }
}
