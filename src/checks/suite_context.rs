//! What a suite gets: a client, a running server, settings, and a place for what it finds.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use super::KeptData;
use crate::event::{Event, Events};
use crate::model::Program;
use crate::record::{CheckId, Fault, FaultKind, Metric, Stop, SuiteId};
use crate::s3::{Leases, S3};
use crate::server::{Backend, Credentials, Server, Toolbox};
use crate::workload::DatasetSettings;

/// What the model suites explore.
#[derive(Debug, Clone)]
pub struct ModelSettings {
    /// Steps of all programs together.
    pub steps: u64,
    /// How long to go on, instead of a number of steps.
    pub time: Option<Duration>,
    /// The only program to run.
    pub program: Option<Program>,
}

/// The settings that shape a suite.
#[derive(Debug, Clone)]
pub struct SuiteSettings {
    /// Files of the benchmarks.
    pub dataset: DatasetSettings,
    /// Concurrent requests of the parallel benchmarks.
    pub workers: usize,
    /// Files of the sync workflow.
    pub sync_files: usize,
    /// Whether the clients copy a file of 250 MiB as well.
    pub large: bool,
    /// Seed of all content and order.
    pub seed: u64,
    /// Deadline of a request; a check may take [`SuiteSettings::check_deadline`].
    pub timeout: Duration,
    pub model: ModelSettings,
    /// Words of the command line that repeats the run, without the selection.
    pub repro: String,
}

impl SuiteSettings {
    /// Deadline of one check, which makes several requests with a deadline each.
    #[must_use]
    pub fn check_deadline(&self) -> Duration {
        self.timeout * 4
    }
}

#[derive(Debug)]
pub struct SuiteContext<'a> {
    pub suite: SuiteId,
    pub backend: Backend,
    /// The check that `kind::name` is on a backend, where there is one: whose failure would explain that of another.
    pub explains: fn(Backend, &str) -> Option<CheckId>,
    pub s3: S3,
    /// For restarts and accounting; which runtime it is stays hidden.
    pub server: &'a dyn Server,
    /// Where clients work; none where the suite has none.
    pub toolbox: Option<&'a Toolbox>,
    /// What the base stored on the server's volume; none where the suite is not about that.
    pub kept: Option<&'a KeptData>,
    /// The credentials that the server requires; none if it requires no signatures.
    pub credentials: Option<Credentials>,
    /// Buckets of the run.
    pub leases: Leases,
    /// Where findings go.
    pub events: Events,
    pub settings: SuiteSettings,
    /// Name of the run, part of each bucket's name.
    pub run_id: String,
    /// A directory of the suite's own; the run removes it.
    pub work_dir: PathBuf,
    /// Names of the only checks to run; all where none.
    pub only: Option<Vec<String>>,
    /// Checks of any suite that this version of the server is known to fail.
    pub known_to_fail: BTreeSet<CheckId>,
    pub bucket_numbers: BucketNumbers,
}

/// How many buckets a suite has named.
#[derive(Debug, Default)]
pub struct BucketNumbers(AtomicU32);

impl SuiteContext<'_> {
    /// A bucket name that no other check, suite or run uses, valid by the naming rules of S3.
    #[must_use]
    pub fn bucket_name(&self) -> String {
        let number = self.bucket_numbers.0.fetch_add(1, Ordering::Relaxed) + 1;
        format!("s3ci-{}-{}-{number}", self.run_id, self.suite.as_str().replace('/', "-"))
    }

    /// Makes a bucket for checks to work in. Where somebody else runs the server, a refusal of these credentials tells nothing of it.
    ///
    /// # Errors
    /// The server has not made it.
    pub(super) async fn create_bucket(&self, s3: &S3, bucket: &str) -> Result<(), Stop> {
        let Err(error) = s3.create_bucket(bucket).await else { return Ok(()) };
        if !error.status().is_some_and(|status| [401, 403].contains(&status)) {
            return Err(error.into());
        }
        self.leases.forget(bucket);
        if self.server.supports_restart() {
            return Err(error.into());
        }
        Err(Fault::new(FaultKind::NotAdmitted, format!("the endpoint does not let s3ci make buckets with these credentials: {error}"))
            .with_hint("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key of the endpoint's that may make and delete buckets")
            .into())
    }

    /// Whether a check is selected.
    #[must_use]
    pub fn selects(&self, check: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|name| name == check))
    }

    /// Reports a fact for the reader.
    pub async fn fact(&self, name: &str, value: impl Into<String>) {
        self.events.emit(Event::Fact { name: name.to_owned(), value: value.into() }).await;
    }

    /// Notes whether the server is silent after a check. The first time it is a fault: what is not run for it must not look as if
    /// it had passed. A server that has ended is told of by whoever started it.
    pub(super) async fn note_silence(&self, silent: &AtomicBool, is_silent: bool) {
        let was_silent = silent.fetch_or(is_silent, Ordering::Relaxed);
        if was_silent || !is_silent || tokio::time::timeout(Duration::ZERO, self.server.ended()).await.is_ok() {
            return;
        }
        let message =
            format!("the server of {} does not answer any more: s3ci does not run the remaining checks", self.suite);
        let fault = Fault::new(FaultKind::ServerSilent, message)
            .with_hint("it hangs, or the machine is overloaded: see which check came before, and run the suite again");
        self.events.emit(Event::Fault { fault }).await;
    }

    /// Reports a measured quantity.
    pub async fn measured(&self, metric: Metric) {
        self.events.emit(Event::Measured { metric: Box::new(metric) }).await;
    }
}
