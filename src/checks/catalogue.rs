//! The suites that there are: kinds × backends. Which checks of a kind a backend has is for their entries to say.

use std::sync::LazyLock;

use super::bench::Concurrency::{Parallel, Sequential};
use super::check::Check;
use super::footprint::Footprint;
use super::suite::{Body, Suite};
use super::{api, auth, clients, containment, durability, etag, large, sync};
use crate::record::CheckId;
use crate::server::{Backend, BucketMode, Duplicates};

/// Every suite, in the order in which `--all` runs them.
pub static CATALOGUE: LazyLock<Vec<Suite>> = LazyLock::new(|| {
    let groups = [KINDS, CLIENTS, ESCAPES].into_iter();
    groups.flat_map(|kinds| [false, true].into_iter().flat_map(|is_drime| suites(kinds, is_drime))).collect()
});

/// The check `kind::name` on a backend, where there is one. What is no matter of the backend has a suite on the local one alone, which
/// speaks for both.
#[must_use]
pub fn on_backend(backend: Backend, check: &str) -> Option<CheckId> {
    let (kind, name) = check.split_once("::")?;
    let of =
        |backend: Backend| CATALOGUE.iter().find(|suite| suite.kind == kind && suite.backend.name() == backend.name());
    let suite = of(backend).or_else(|| of(Backend::Local))?;
    suite.checks().iter().any(|spec| spec.name == name).then(|| CheckId::new(&suite.id(), name))
}

/// One kind of suite, and the backends on which it is offered.
struct Kind {
    /// The part of a suite's name before the slash.
    kind: &'static str,
    /// What follows the backend in the name, where a kind comes in several forms.
    form: &'static str,
    title: &'static str,
    on: &'static [On],
    bucket_mode: BucketMode,
    signed: bool,
    escapes: bool,
    room: Footprint,
    body: fn(Backend) -> Body,
}

/// A backend: its name in names of suites, and what it adds to the title.
struct On(&'static str, Backend, &'static str);

const LOCAL: &[On] = &[On("local", Backend::Local, "")];
const DRIME: &[On] = &[On("drime", Backend::Drime(Duplicates::Replace), "")];
const BOTH: &[On] = &[On("local", Backend::Local, ""), On("drime", Backend::Drime(Duplicates::Replace), "")];

/// A kind with custom buckets and without signatures on both backends: what the rows below depart from.
const USUAL: Kind = Kind {
    kind: "",
    form: "",
    title: "",
    on: BOTH,
    bucket_mode: BucketMode::Custom,
    signed: false,
    escapes: false,
    room: Footprint { bytes: 64 << 20, largest_object_bytes: 40 << 20, objects: 5_000, data_limit_bytes: None },
    body: |_| Body::Checks(Vec::new()),
};

static KINDS: &[Kind] = &[
    Kind { kind: "bench", title: "benchmark, custom buckets, sequential", body: |_| Body::Bench(Sequential), ..USUAL },
    Kind {
        kind: "bench",
        form: "-parallel",
        title: "benchmark, custom buckets, parallel",
        body: |_| Body::Bench(Parallel),
        ..USUAL
    },
    Kind {
        kind: "bench",
        form: "-default",
        title: "benchmark, default bucket, sequential",
        bucket_mode: BucketMode::Default,
        body: |_| Body::Bench(Sequential),
        ..USUAL
    },
    Kind {
        kind: "bench",
        form: "-default-parallel",
        title: "benchmark, default bucket, parallel",
        bucket_mode: BucketMode::Default,
        body: |_| Body::Bench(Parallel),
        ..USUAL
    },
    Kind { kind: "throughput", title: "throughput against a base", on: LOCAL, body: |_| Body::Comparison, ..USUAL },
    Kind {
        kind: "upgrade",
        title: "upgrade from the base, custom buckets",
        on: LOCAL,
        body: |_| Body::Upgrade,
        ..USUAL
    },
    Kind {
        kind: "upgrade",
        form: "-default",
        title: "upgrade from the base, default bucket",
        on: LOCAL,
        bucket_mode: BucketMode::Default,
        body: |_| Body::Upgrade,
        ..USUAL
    },
    Kind { kind: "sync", title: "five-phase sync workflow", body: |_| Body::Sync, ..USUAL },
    Kind {
        kind: "sync",
        form: "-policies",
        title: "a sync client's decisions under three policies",
        on: &[On("local", Backend::Local, ""), On("drime", Backend::Drime(Duplicates::Replace), ", opaque ETags")],
        body: |backend| checks(&[&sync::checks()], backend),
        ..USUAL
    },
    Kind {
        kind: "etag",
        title: "ETag rules",
        on: &[
            On("local", Backend::Local, ", MD5 profile"),
            On("drime", Backend::Drime(Duplicates::Replace), ", opaque profile, a second upload replaces"),
            On(
                "drime-keep-both",
                Backend::Drime(Duplicates::KeepBoth),
                ", opaque profile, a second upload is kept beside the first",
            ),
            On(
                "drime-oldest-first",
                Backend::Drime(Duplicates::KeepBothOldestFirst),
                ", opaque profile, both uploads kept and listed oldest first",
            ),
        ],
        body: |backend| checks(etag::CHECKS, backend),
        ..USUAL
    },
    Kind { kind: "api", title: "S3 operations", body: |backend| checks(api::CHECKS, backend), ..USUAL },
    Kind {
        kind: "auth",
        title: "signatures and integrity",
        signed: true,
        body: |backend| checks(auth::CHECKS, backend),
        ..USUAL
    },
    Kind {
        kind: "durability",
        title: "what survives a crash and a restart",
        on: &[On("local", Backend::Local, ", and a full disk"), On("drime", Backend::Drime(Duplicates::Replace), "")],
        room: durability::FOOTPRINT,
        body: |backend| checks(durability::CHECKS, backend),
        ..USUAL
    },
    Kind { kind: "model", title: "random programs against a model of S3", on: BOTH, body: |_| Body::Model, ..USUAL },
    Kind {
        kind: "large",
        title: "large objects and full folders",
        on: DRIME,
        body: |backend| checks(&[large::CHECKS], backend),
        ..USUAL
    },
];

/// Kinds that take long and seldom find what the kinds above have not found already.
static CLIENTS: &[Kind] = &[
    Kind {
        kind: "clients",
        title: "real clients, signed",
        signed: true,
        body: |backend| Body::Clients(of(&[&clients::checks()], backend)),
        ..USUAL
    },
    Kind {
        kind: "clients",
        form: "-unsigned",
        title: "real clients, without signatures",
        on: LOCAL,
        body: |backend| Body::Clients(of(&[&clients::unsigned_checks()], backend)),
        ..USUAL
    },
];

/// What may leave the server's files in disorder.
static ESCAPES: &[Kind] = &[Kind {
    kind: "containment",
    title: "requests that try to reach other files, in Docker only",
    on: LOCAL,
    escapes: true,
    body: |backend| checks(containment::CHECKS, backend),
    ..USUAL
}];

/// The suites of some kinds on one of the backends.
fn suites(kinds: &'static [Kind], is_drime: bool) -> impl Iterator<Item = Suite> {
    kinds.iter().flat_map(move |kind| {
        let on = kind.on.iter().filter(move |On(_, backend, _)| backend.is_drime() == is_drime);
        on.map(|on| suite(kind, on))
    })
}

fn suite(kind: &Kind, On(place, backend, addition): &On) -> Suite {
    // A server that stores elsewhere has no disk to fill.
    let limit = kind.room.data_limit_bytes.filter(|_| !backend.is_drime());
    Suite {
        // Made once, and there as long as the catalogue.
        name: format!("{}/{place}{}", kind.kind, kind.form).leak(),
        kind: kind.kind,
        title: format!("{}{addition}", kind.title),
        backend: *backend,
        bucket_mode: kind.bucket_mode,
        signed: kind.signed,
        escapes: kind.escapes,
        room: Footprint { data_limit_bytes: limit, ..kind.room },
        body: (kind.body)(*backend),
    }
}

fn checks(families: &[&[Check]], backend: Backend) -> Body {
    Body::Checks(of(families, backend))
}

/// The checks of some families that apply on a backend.
fn of(families: &[&[Check]], backend: Backend) -> Vec<Check> {
    families.iter().copied().flatten().filter(|check| check.scope.backends.have(backend)).copied().collect()
}
