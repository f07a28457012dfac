//! What the body of a check gets: a bucket of its own whose writes are noted, the server, and seeded content.
//!
//! Deliberately absent: judgement, which is `judge`'s, but for "the bucket holds these bytes", which most checks end with.

use std::fmt::Display;

use bytes::Bytes;
use rand::Rng;

use super::SuiteContext;
use super::capability::{Capabilities, Capability, Offer};
use super::judge::same;
use super::runner::Commands;
use super::scope::{Needs, Scope};
use crate::record::{Failure, Fault, Metric, Stop};
use crate::s3::{Attributes, Body, Head, Lease, Leases, Listed, Raw, RawAnswer, RawRequest, S3};
use crate::server::{EtagProfile, Server, Shutdown};
use crate::workload::{Content, seeded};

#[derive(Debug)]
pub(super) struct CheckContext<'a> {
    /// Client whose exchanges are recorded.
    pub(super) s3: S3,
    pub(super) suite: &'a SuiteContext<'a>,
    pub(super) name: &'static str,
    pub(super) scope: Scope,
    /// What is known of what the server may lack.
    pub(super) capabilities: &'a Capabilities,
    /// Where the commands of clients are noted.
    pub(super) commands: Commands,
    /// The check's buckets.
    pub(super) leases: Leases,
    /// Bucket of the check's own, already there.
    pub(super) lease: Lease,
}

impl<'a> CheckContext<'a> {
    pub(super) fn bucket(&self) -> &str {
        self.lease.bucket()
    }

    pub(super) fn server(&self) -> &'a dyn Server {
        self.suite.server
    }

    pub(super) fn etag_profile(&self) -> EtagProfile {
        self.suite.backend.etag_profile()
    }

    /// Random bytes, other ones for each label.
    pub(super) fn bytes(&self, label: &str, size: usize) -> Bytes {
        Content::Random.bytes(size, &mut self.seeded(label)).into()
    }

    /// A generator of the check's own, another one for each label.
    pub(super) fn seeded(&self, label: &str) -> impl Rng {
        seeded(self.suite.settings.seed, &format!("{}/{label}", self.name))
    }

    pub(super) async fn measured(&self, metric: Metric) {
        self.suite.measured(metric).await;
    }
}

/// Objects of the check's own bucket.
impl CheckContext<'_> {
    /// Stores an object; the ETag of the answer.
    pub(super) async fn put(&self, key: &str, bytes: &Bytes) -> Result<Option<String>, Stop> {
        self.writes(key);
        Ok(self.s3.put(self.bucket(), key, bytes.clone()).await?)
    }

    /// Stores an object with headers of its own.
    pub(super) async fn put_with(&self, key: &str, bytes: &Bytes, attributes: &Attributes) -> Result<(), Stop> {
        self.writes(key);
        self.s3.put_with(self.bucket(), key, bytes.clone(), attributes).await?;
        Ok(())
    }

    /// Stores the same few bytes under each key.
    pub(super) async fn put_all<K: AsRef<str>>(&self, keys: &[K]) -> Result<(), Stop> {
        let bytes = self.bytes("object", 10);
        for key in keys {
            self.put(key.as_ref(), &bytes).await?;
        }
        Ok(())
    }

    /// Copies an object within the bucket; the ETag of the answer.
    pub(super) async fn copy(&self, source: &str, destination: &str) -> Result<Option<String>, Stop> {
        self.writes(destination);
        Ok(self.s3.copy(self.bucket(), source, destination).await?)
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), Stop> {
        Ok(self.s3.delete(self.bucket(), key).await?)
    }

    /// Reads an object of at most `limit_bytes`.
    pub(super) async fn get(&self, key: &str, limit_bytes: usize) -> Result<Body, Stop> {
        Ok(self.s3.get(self.bucket(), key, limit_bytes as u64).await?)
    }

    /// What HEAD says of an object that must be there.
    pub(super) async fn head(&self, key: &str) -> Result<Head, Stop> {
        let head = self.s3.head(self.bucket(), key).await?;
        head.ok_or_else(|| {
            Failure::new("object-missing", format!("HEAD does not find {key}, which was stored"), "200", "404").into()
        })
    }

    /// Whether HEAD finds an object.
    pub(super) async fn finds(&self, key: &str) -> Result<bool, Stop> {
        Ok(self.s3.head(self.bucket(), key).await?.is_some())
    }

    /// The listing, followed to its end. More than `at_most` entries fail the check.
    pub(super) async fn list(&self, at_most: usize) -> Result<Vec<Listed>, Stop> {
        self.list_under("", at_most).await
    }

    /// The listing under a prefix, as [`CheckContext::list`].
    pub(super) async fn list_under(&self, prefix: &str, at_most: usize) -> Result<Vec<Listed>, Stop> {
        Ok(self.s3.list_all(self.bucket(), prefix, None, at_most).await?)
    }

    /// The keys of the listing, as [`CheckContext::list`].
    pub(super) async fn keys(&self, at_most: usize) -> Result<Vec<String>, Stop> {
        self.keys_under("", at_most).await
    }

    /// The keys of the listing under a prefix, as [`CheckContext::list`].
    pub(super) async fn keys_under(&self, prefix: &str, at_most: usize) -> Result<Vec<String>, Stop> {
        Ok(self.list_under(prefix, at_most).await?.into_iter().map(|entry| entry.key).collect())
    }

    /// Fails the check unless GET brings these bytes.
    pub(super) async fn holds(&self, key: &str, bytes: &[u8]) -> Result<(), Stop> {
        self.holds_as(key, key, bytes).await
    }

    /// The same of an object that the failure is to call `what`.
    pub(super) async fn holds_as(&self, what: impl Display, key: &str, bytes: &[u8]) -> Result<(), Stop> {
        same(what, bytes, &self.get(key, bytes.len()).await?.bytes)
    }

    /// Sends a request made by hand and returns the answer, also if that is an error.
    pub(super) async fn ask(&self, request: &RawRequest) -> Result<RawAnswer, Stop> {
        let raw = self.raw();
        Ok(raw.send(&raw.prepare(request)?).await?)
    }

    /// A sender of requests made by hand, whose exchanges are recorded.
    pub(super) fn raw(&self) -> Raw {
        self.s3.raw()
    }
}

/// What is noted so that the run can give back everything that it stored.
impl CheckContext<'_> {
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

    /// Enters another bucket than the check's own before it is asked for.
    pub(super) fn lease(&self, bucket: &str) -> Lease {
        self.leases.enter(bucket, false)
    }
}

/// What the server can do, and what is done to it.
impl CheckContext<'_> {
    /// Skips the check where the server lacks what its entry needs.
    pub(super) async fn meet_needs(&self) -> Result<(), Stop> {
        let reason = match self.scope.needs {
            Needs::Restart if !self.server().supports_restart() => {
                "s3ci does not run this server, so it cannot restart it".to_owned()
            }
            Needs::Offered(capability) if !self.offer(capability).await?.applies => {
                format!("{} are not supported", capability.words())
            }
            Needs::NotOffered(capability) if self.offer(capability).await?.applies => {
                format!("{} are supported", capability.words())
            }
            Needs::LargeFiles if !self.suite.settings.large => {
                "only with --large do clients copy the file of 250 MiB".to_owned()
            }
            _ => return Ok(()),
        };
        Err(Stop::Skipped(reason))
    }

    async fn offer(&self, capability: Capability) -> Result<&Offer, Stop> {
        self.capabilities.offer(self.suite, &self.s3, capability).await
    }

    /// Ends the server and starts it again.
    pub(super) async fn restart(&self, shutdown: Shutdown) -> Result<(), Stop> {
        self.server().restart(shutdown).await.map_err(|error| Fault::from(error).into())
    }
}
