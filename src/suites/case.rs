//! Cases that stand alone: each in a bucket of its own, under a deadline, a panic being a result like any other.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rand::Rng;

use super::SuiteContext;
use super::capability::{Capability, Offer};
use crate::event::{Event, Events};
use crate::model::{CaseId, CaseRecord, CaseSpec, Exchange, Fault, Metric, Outcome, Stop, SuiteId};
use crate::s3::{Attributes, Body, Head, Lease, Recorder, S3};
use crate::server::{Server, TagProfile};
use crate::workload::{Content, seeded};

/// How long a server that broke off an answer is given to be noticed as dead.
const DEATH_GRACE: Duration = Duration::from_millis(500);

/// A case that stands alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    /// What is known of it before it runs.
    pub(super) spec: CaseSpec,
    /// Its body.
    pub(super) body: for<'a> fn(&'a CaseContext<'a>) -> BoxFuture<'a, Result<(), Stop>>,
}

/// What the body of a case is handed.
#[derive(Debug)]
pub(super) struct CaseContext<'a> {
    /// Client whose exchanges are recorded.
    pub(super) s3: S3,
    /// The server, for a restart.
    pub(super) server: &'a Server,
    /// What the server's ETags promise.
    pub(super) tag_profile: TagProfile,
    /// Bucket of the case's own, already there.
    lease: Lease,
    suite: &'a SuiteContext<'a>,
    name: &'static str,
}

impl CaseContext<'_> {
    /// Bucket of the case's own.
    pub(super) fn bucket(&self) -> &str {
        self.lease.bucket()
    }

    /// Random bytes, other ones for each label.
    pub(super) fn bytes(&self, label: &str, size: usize) -> Bytes {
        Content::Random.bytes(size, &mut self.seeded(label)).into()
    }

    /// A generator of the case's own, another one for each label.
    pub(super) fn seeded(&self, label: &str) -> impl Rng {
        seeded(self.suite.settings.seed, &format!("{}/{label}", self.name))
    }

    /// Reports a measured quantity.
    pub(super) async fn measured(&self, metric: Metric) {
        self.suite.measured(metric).await;
    }

    /// What the server offers.
    pub(super) async fn offer(&self, capability: Capability) -> Result<&Offer, Stop> {
        self.suite.capabilities.offer(self.suite, capability).await
    }

    /// Skips a case about something that the server does not take.
    pub(super) async fn requires(&self, capability: Capability) -> Result<(), Stop> {
        if self.offer(capability).await?.applies {
            return Ok(());
        }
        Err(Stop::Skipped(format!("{} are not supported", capability.words())))
    }

    /// Notes keys before they are written by other means than the methods here.
    pub(super) fn lease(&self) -> &Lease {
        &self.lease
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
            crate::model::Failure::new(
                "object-missing",
                format!("HEAD does not find {key}, which was stored"),
                "200",
                "404",
            )
            .into()
        })
    }
}

/// Runs one case, unless the server is silent; whether it is silent afterwards.
pub(super) async fn run_one(context: &SuiteContext<'_>, case: &'static Case, silent: bool) -> bool {
    let runner = CaseRunner::new(context);
    if silent {
        runner.skip(&case.spec, "not run: the server does not answer any more").await;
        return true;
    }
    let leases = context.leases.of_case(case.spec.name);
    let body = async {
        let lease = leases.enter(context.bucket_name(), false);
        let s3 = runner.s3().clone();
        s3.create_bucket(lease.bucket()).await?;
        let handed = CaseContext {
            s3,
            server: context.server,
            tag_profile: context.tag_profile,
            lease,
            suite: context,
            name: case.spec.name,
        };
        (case.body)(&handed).await
    };
    // A server that does not answer is asked once more.
    let passed = runner.run(&case.spec, context.settings.case_deadline(), body).await.is_some();
    if !passed && !context.s3.is_reachable().await {
        return true;
    }
    // What stays is tried again at the end of the suite.
    if let Err(error) = leases.give_back(&context.s3).await {
        tracing::debug!(%error, "a bucket could not be given back");
    }
    false
}

/// Runs the body of one case and reports what became of it.
#[derive(Debug)]
pub struct CaseRunner<'a> {
    context: &'a SuiteContext<'a>,
    s3: S3,
    recorder: Recorder,
}

impl<'a> CaseRunner<'a> {
    /// A runner with a recorded client.
    #[must_use]
    pub fn new(context: &'a SuiteContext<'a>) -> Self {
        let (s3, recorder) = context.s3.recorded();
        Self { context, s3, recorder }
    }

    /// The client whose exchanges become the evidence.
    #[must_use]
    pub fn s3(&self) -> &S3 {
        &self.s3
    }

    /// Runs the body under a deadline and reports; the value, or none where the case did not pass.
    pub async fn run<T>(
        &self,
        spec: &CaseSpec,
        deadline: Duration,
        body: impl Future<Output = Result<T, Stop>>,
    ) -> Option<T> {
        let started = Instant::now();
        let guarded = tokio::time::timeout(deadline, AssertUnwindSafe(body).catch_unwind());
        let ended = match guarded.await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(Fault::new("panic", format!("the case panicked: {}", panic_text(&*panic))).into()),
            Err(_) => Err(Fault::new("timeout", format!("the case took longer than {} s", deadline.as_secs()))
                .with_hint("the server may hang, or the machine is slow: see the server's log, or raise --timeout")
                .into()),
        };
        let (value, outcome) = match ended {
            Ok(value) => (Some(value), Outcome::Passed),
            Err(stop) => (None, self.unless_dead(stop).await.into()),
        };
        self.report(spec, outcome, started.elapsed()).await;
        value
    }

    /// A failure of a server that has died meanwhile tells nothing about the rule.
    async fn unless_dead(&self, stop: Stop) -> Stop {
        let broken_off = match &stop {
            Stop::Failed(failure) => failure.kind == "broken-answer",
            Stop::Fault(_) => true,
            Stop::Skipped(_) => return stop,
        };
        let grace = if broken_off { DEATH_GRACE } else { Duration::ZERO };
        let how = match tokio::time::timeout(grace, self.context.server.ended()).await {
            Ok(how) => how,
            // Of an endpoint that somebody else runs nobody tells the end: ask once more.
            Err(_) if broken_off && !self.context.s3.is_reachable().await => "nobody answers there any more".to_owned(),
            Err(_) => return stop,
        };
        Fault::new("server-died", format!("the server died during the case: {how}"))
            .with_hint("the last lines of the server's log are in the report")
            .into()
    }

    /// Reports a case that was not run.
    pub async fn skip(&self, spec: &CaseSpec, reason: &str) {
        let SuiteContext { events, suite, settings, .. } = self.context;
        Self::skipped(events, suite, spec, reason, &settings.repro).await;
    }

    /// Reports a case of a suite that could not even begin.
    pub async fn skipped(events: &Events, suite: &SuiteId, spec: &CaseSpec, reason: &str, repro: &str) {
        let outcome = Outcome::Skipped { reason: reason.to_owned() };
        let case = Box::new(record(suite, spec, outcome, Duration::ZERO, Vec::new(), repro));
        events.emit(Event::CaseFinished { case }).await;
    }

    async fn report(&self, spec: &CaseSpec, outcome: Outcome, duration: Duration) {
        let exchanges = match outcome {
            Outcome::Failed(_) | Outcome::Known(_) | Outcome::Error(_) => self.recorder.exchanges(),
            Outcome::Passed | Outcome::Skipped { .. } => Vec::new(),
        };
        let SuiteContext { events, suite, settings, .. } = self.context;
        let case = Box::new(record(suite, spec, outcome, duration, exchanges, &settings.repro));
        events.emit(Event::CaseFinished { case }).await;
    }
}

fn record(
    suite: &SuiteId,
    spec: &CaseSpec,
    outcome: Outcome,
    duration: Duration,
    exchanges: Vec<Exchange>,
    repro: &str,
) -> CaseRecord {
    let id = CaseId::new(suite, spec.name);
    let repro = format!("{repro} {id}");
    CaseRecord {
        id,
        severity: spec.severity,
        rule: spec.rule.to_owned(),
        consequence: spec.consequence.to_owned(),
        source: spec.source.to_owned(),
        outcome,
        duration_ns: u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX),
        exchanges,
        repro,
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no text")
}
