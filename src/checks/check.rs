//! Checks that stand alone: each in a bucket of its own, with what its body is handed.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use rand::Rng;

use super::capability::{Capability, Offer};
use super::{CheckRunner, SuiteContext};
use crate::record::{CheckSpec, Failure, Fault, Metric, Stop};
use crate::s3::{Attributes, Body, Head, Lease, Leases, Raw, RawAnswer, RawRequest, S3};
use crate::server::{EtagProfile, Server, Shutdown};
use crate::workload::{Content, seeded};

/// A check that stands alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Check {
    /// What is known of it before it runs.
    pub(super) spec: CheckSpec,
    /// Its body.
    pub(super) body: for<'a> fn(&'a CheckContext<'a>) -> BoxFuture<'a, Result<(), Stop>>,
}

/// What the body of a check is handed.
#[derive(Debug)]
pub(super) struct CheckContext<'a> {
    /// Client whose exchanges are recorded.
    pub(super) s3: S3,
    /// The server, for a restart.
    pub(super) server: &'a dyn Server,
    /// What the server's ETags promise.
    pub(super) etag_profile: EtagProfile,
    /// The check's buckets.
    leases: Leases,
    /// Bucket of the check's own, already there.
    lease: Lease,
    suite: &'a SuiteContext<'a>,
    name: &'static str,
}

impl CheckContext<'_> {
    /// Bucket of the check's own.
    pub(super) fn bucket(&self) -> &str {
        self.lease.bucket()
    }

    /// Notes a key that is about to be written without the help of this context.
    pub(super) fn writes(&self, key: &str) {
        self.lease.writes(key);
    }

    /// Whether a key was ever written by this check.
    pub(super) fn wrote(&self, key: &str) -> bool {
        self.lease.holds(key)
    }

    /// Notes an upload in parts that was begun.
    pub(super) fn uploads(&self, key: &str, id: &str) {
        self.lease.uploads(key, id);
    }

    /// A sender of requests made by hand, whose exchanges are recorded.
    pub(super) fn raw(&self) -> Raw {
        self.s3.raw()
    }

    /// Sends a request made by hand; its answer, whatever that says.
    pub(super) async fn ask(&self, request: &RawRequest) -> Result<RawAnswer, Stop> {
        let raw = self.raw();
        Ok(raw.send(&raw.prepare(request)?).await?)
    }

    /// Enters another bucket than the check's own before it is asked for, so that it is given back.
    pub(super) fn lease(&self, bucket: &str) -> Lease {
        self.leases.enter(bucket, false)
    }

    /// Random bytes, other ones for each label.
    pub(super) fn bytes(&self, label: &str, size: usize) -> Bytes {
        Content::Random.bytes(size, &mut self.seeded(label)).into()
    }

    /// A generator of the check's own, another one for each label.
    pub(super) fn seeded(&self, label: &str) -> impl Rng {
        seeded(self.suite.settings.seed, &format!("{}/{label}", self.name))
    }

    /// Reports a measured quantity.
    pub(super) async fn measured(&self, metric: Metric) {
        self.suite.measured(metric).await;
    }

    /// Skips a check that ends the server where somebody else runs it.
    pub(super) fn needs_restart(&self) -> Result<(), Stop> {
        if self.server.supports_restart() {
            return Ok(());
        }
        Err(Stop::Skipped("somebody else runs this server: s3ci does not restart it".to_owned()))
    }

    /// Ends the server and starts it again.
    pub(super) async fn restart(&self, shutdown: Shutdown) -> Result<(), Stop> {
        self.server.restart(shutdown).await.map_err(|error| Fault::from(error).into())
    }

    /// What the server offers.
    pub(super) async fn offer(&self, capability: Capability) -> Result<&Offer, Stop> {
        self.suite.capabilities.offer(self.suite, &self.s3, capability).await
    }

    /// Skips a check about something that the server does not take.
    pub(super) async fn requires(&self, capability: Capability) -> Result<(), Stop> {
        if self.offer(capability).await?.applies {
            return Ok(());
        }
        Err(Stop::Skipped(format!("{} are not supported", capability.words())))
    }

    /// Stores an object; the tag of the answer.
    pub(super) async fn put(&self, key: &str, bytes: &Bytes) -> Result<Option<String>, Stop> {
        self.lease.writes(key);
        Ok(self.s3.put(self.bucket(), key, bytes.clone()).await?)
    }

    /// Stores an object with headers of its own.
    pub(super) async fn put_with(&self, key: &str, bytes: &Bytes, attributes: &Attributes) -> Result<(), Stop> {
        self.lease.writes(key);
        self.s3.put_with(self.bucket(), key, bytes.clone(), attributes).await?;
        Ok(())
    }

    /// Copies an object within the bucket; the tag of the answer.
    pub(super) async fn copy(&self, source: &str, destination: &str) -> Result<Option<String>, Stop> {
        self.lease.writes(destination);
        Ok(self.s3.copy(self.bucket(), source, destination).await?)
    }

    /// Reads an object of which `expected` bytes are to come.
    pub(super) async fn get(&self, key: &str, expected: usize) -> Result<Body, Stop> {
        Ok(self.s3.get(self.bucket(), key, expected as u64).await?)
    }

    /// What HEAD says of an object that must be there.
    pub(super) async fn head(&self, key: &str) -> Result<Head, Stop> {
        let head = self.s3.head(self.bucket(), key).await?;
        head.ok_or_else(|| {
            Failure::new("object-missing", format!("HEAD does not find {key}, which was stored"), "200", "404").into()
        })
    }
}

/// Runs one check, unless the server is silent; whether it is silent afterwards.
pub(super) async fn run_one(context: &SuiteContext<'_>, check: &'static Check, silent: bool) -> bool {
    let runner = CheckRunner::new(context);
    if silent {
        runner.skip(&check.spec, "not run: the server does not answer any more").await;
        return true;
    }
    let leases = context.leases.of_check(check.spec.name);
    let body = async {
        let lease = leases.enter(context.bucket_name(), false);
        let s3 = runner.s3().clone();
        context.create_bucket(&s3, lease.bucket()).await?;
        let handed = CheckContext {
            s3,
            server: context.server,
            etag_profile: context.etag_profile,
            leases: leases.clone(),
            lease,
            suite: context,
            name: check.spec.name,
        };
        (check.body)(&handed).await
    };
    // A server that does not answer is asked once more.
    let passed = runner.run(&check.spec, context.settings.check_deadline(), body).await.is_some();
    if !passed && !context.s3.is_reachable().await {
        return true;
    }
    if context.server.drime().is_some() {
        // What it stores goes as a whole with its folder, and object by object it takes minutes.
        return false;
    }
    // What stays is tried again at the end of the suite.
    if let Err(error) = leases.give_back(&context.s3).await {
        tracing::debug!(%error, "a bucket could not be given back");
    }
    false
}
