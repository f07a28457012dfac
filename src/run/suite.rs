//! One suite on its own server: start the server, run the checks, remove the buckets, stop.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::Run;
use crate::checks::{
    BucketNumbers, CheckRunner, KeptData, ModelSettings, SuiteContext, SuiteSettings, client_programs, on_backend,
    report_not_started,
};
use crate::event::{Event, Events, SuiteEnd};
use crate::plan::PlannedSuite;
use crate::record::{AssumedDuplicates, CheckId, CheckSpec, DrimeService, Fault, FaultKind, RuntimeKind, Storage};
use crate::s3::{ClientSettings, Leases, S3};
use crate::server::{
    Backend, BucketMode, Credentials, Duplicates, Runtime, Server, ServerError, ServerSpec, Toolbox, ToolboxSpec,
    Volume,
};

/// Lines of the server's log that a report keeps.
const LOG_LINES: usize = 120;
/// The same of a stand-in behind it.
const SERVICE_LOG_LINES: usize = 40;
/// How long giving buckets back may take where the run was stopped and has to end in time.
const GIVE_BACK_STOPPED: Duration = Duration::from_secs(3);

/// A suite about to be run.
#[derive(Clone)]
pub(super) struct SuiteRun<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) planned: &'a PlannedSuite,
    pub(super) runtime: &'a Runtime,
    /// What the target is compared with, where it is.
    pub(super) base: Option<&'a Runtime>,
    /// Whether this is the base's turn.
    pub(super) is_on_the_base: bool,
    /// The volume that base and target have one after the other, and what is kept on it, where the suite is about that.
    pub(super) upgrades: Option<(&'a Volume, &'a KeptData)>,
    pub(super) directory: &'a Path,
    pub(super) events: &'a Events,
    /// What the client signs with, and what the server demands where the suite is signed.
    pub(super) credentials: Credentials,
}

impl SuiteRun<'_> {
    /// Runs the suite; all that is found goes into the events.
    pub(super) async fn execute(&self) {
        let suite = self.planned.suite;
        let checks = self.selected().len();
        let (id, title, storage) = (suite.id(), suite.title.clone(), self.storage());
        let (at, began) = (OffsetDateTime::now_utc(), Instant::now());
        self.events.emit(Event::SuiteStarted { suite: id.clone(), at, storage, title, checks }).await;
        let mut end = SuiteEnd::default();
        match (self.must_not_run(), self.base) {
            (Some(reason), _) => self.skip_all(reason).await,
            (None, Some(base)) if suite.is_comparison() => Box::pin(self.compare(base, &mut end)).await,
            (None, Some(base)) if suite.is_upgrade() => Box::pin(self.upgrade(base, &mut end)).await,
            (None, _) => Box::pin(self.on_a_server(&mut end)).await,
        }
        end.duration = began.elapsed();
        self.events.emit(Event::SuiteFinished { suite: id, end: Box::new(end) }).await;
    }

    /// Why the suite must not even begin on the servers of this run, where it must not.
    fn must_not_run(&self) -> Option<&'static str> {
        let suite = self.planned.suite;
        match self.runtime.identity().kind {
            RuntimeKind::Endpoint | RuntimeKind::Process if suite.escapes => Some(
                "not tried: it may delete files outside the server's data, so it needs a container (`--runtime docker`)",
            ),
            RuntimeKind::Endpoint if suite.bucket_mode == BucketMode::Default => {
                Some("the default bucket of an endpoint may hold other people's data")
            }
            _ => None,
        }
    }

    fn storage(&self) -> Storage {
        let external = self.runtime.identity().kind == RuntimeKind::Endpoint;
        match self.planned.suite.backend {
            Backend::Drime(_) if external => Storage::drime(DrimeService::Endpoint),
            Backend::Drime(duplicates) => {
                let assumed = match duplicates {
                    Duplicates::Replace => None,
                    Duplicates::KeepBoth => Some(AssumedDuplicates::KeepBoth),
                    Duplicates::KeepBothOldestFirst => Some(AssumedDuplicates::OldestFirst),
                };
                Storage::drime(self.run.drime.service()).assuming(assumed)
            }
            Backend::Local => Storage::LOCAL,
        }
    }

    fn selected(&self) -> Vec<CheckSpec> {
        let wanted = |spec: &CheckSpec| {
            let only = self.planned.only.as_ref().filter(|_| !self.planned.suite.is_flow());
            only.is_none_or(|only| only.iter().any(|name| name == spec.name))
        };
        self.planned.suite.checks().into_iter().filter(wanted).collect()
    }

    /// Runs the suite on a server of its own.
    pub(super) async fn on_a_server(&self, end: &mut SuiteEnd) {
        let spec = self.spec();
        let started = tokio::select! {
            started = self.runtime.start_on(&spec, self.upgrades.map(|(volume, _)| volume)) => started,
            _ = self.run.stopper.stopped() => return,
        };
        let server = match started {
            Ok(server) => server,
            Err(error) => {
                if let Some(reason) = error.unsupported() {
                    return self.skip_all(&reason).await;
                }
                end.server_log = error.log().to_vec();
                if self.takes_over() && error.ended_by_itself() {
                    let (suite, repro) = (self.planned.suite.id(), &self.settings().repro);
                    return report_not_started(&suite, self.events, &error, repro).await;
                }
                end.fault = Some(error.into());
                return;
            }
        };
        end.server_start = Some(server.started().clone());
        let work_dir = self.directory.join(self.label());
        if let Err(error) = tokio::fs::create_dir_all(&work_dir).await {
            end.fault = Some(Fault::new(FaultKind::WorkDir, error.to_string()));
        } else if let Err(error) = self.ask(server.as_ref(), &work_dir).await {
            end.fault = Some(error.into());
        }
        if let Err(error) = tokio::fs::remove_dir_all(&work_dir).await {
            tracing::debug!(%error, "the suite's directory could not be removed");
        }
        end.server_log = server.log_tail(LOG_LINES);
        if let Some(service) = server.drime() {
            end.server_log.extend(service.log_tail(SERVICE_LOG_LINES));
            end.fault = end.fault.take().or(service.fault().await);
        }
        if let (Some(how), None) = (server.exited(), &end.fault) {
            let hint = "the last lines of its log are in the report";
            end.fault = Some(Fault::new(FaultKind::ServerDied, format!("the server died: {how}")).with_hint(hint));
        }
        if let Err(error) = server.stop().await {
            end.fault.get_or_insert(error.into());
        }
    }

    /// Runs the suite against a server until it ends or the run is stopped.
    async fn ask(&self, server: &dyn Server, work_dir: &Path) -> Result<(), ServerError> {
        let toolbox = self.toolbox(server).await?;
        self.ask_with(server, toolbox.as_ref(), work_dir).await;
        if let Some(toolbox) = toolbox {
            toolbox.close().await;
        }
        Ok(())
    }

    /// Starts the clients of a suite that has some.
    async fn toolbox(&self, server: &dyn Server) -> Result<Option<Toolbox>, ServerError> {
        let Some(room_bytes) = self.planned.suite.toolbox_bytes(&self.settings()) else { return Ok(None) };
        let secrets = vec![self.credentials.secret_key.clone()];
        let spec = ToolboxSpec { label: self.label(), room_bytes, secrets, programs: client_programs() };
        tokio::select! {
            toolbox = self.runtime.toolbox(server, &spec, self.events) => Ok(Some(toolbox?)),
            _ = self.run.stopper.stopped() => Ok(None),
        }
    }

    async fn ask_with(&self, server: &dyn Server, toolbox: Option<&Toolbox>, work_dir: &Path) {
        let config = self.run.config;
        let credentials = self.credentials.clone();
        let s3 = S3::new(&ClientSettings {
            endpoint: server.endpoint().to_owned(),
            access_key: credentials.access_key,
            secret_key: credentials.secret_key,
            deadline: config.timeout,
        });
        let leases = Leases::default();
        let external = self.runtime.identity().kind == RuntimeKind::Endpoint;
        let context = SuiteContext {
            suite: self.planned.suite.id(),
            backend: self.planned.suite.backend,
            explains: on_backend,
            s3: s3.clone(),
            server,
            toolbox,
            kept: self.upgrades.map(|(_, kept)| kept),
            // Of an endpoint that somebody else runs nobody knows whether it lets in anybody.
            credentials: (external || self.planned.suite.signed).then(|| self.credentials.clone()),
            leases: leases.clone(),
            events: self.events.clone(),
            settings: self.settings(),
            run_id: self.run.run_id.clone(),
            work_dir: work_dir.to_owned(),
            only: self.planned.only.clone(),
            known_to_fail: self.known_to_fail(),
            bucket_numbers: BucketNumbers::default(),
        };
        if let Some(only) = &self.planned.only
            && self.planned.suite.is_flow()
            && !self.is_on_the_base
        {
            let text = format!(
                "the steps of {} depend on each other: all of them run, because you named {}",
                self.planned.suite.name,
                only.join(", ")
            );
            self.events.emit(Event::Notice { text }).await;
        }
        tokio::select! {
            () = self.planned.suite.run(&context) => {}
            _ = self.run.stopper.stopped() => {}
        }
        if external {
            self.give_back(&leases, &s3).await;
        }
    }

    /// The checks that the ledger lists for the server of this suite.
    fn known_to_fail(&self) -> BTreeSet<CheckId> {
        let Some(ledger) = self.run.ledger else { return BTreeSet::new() };
        let listed = ledger.of(self.runtime.target().version.as_deref());
        listed.checks().map(|(check, _)| check.clone()).collect()
    }

    /// Returns what is still leased on a server that outlives the run; all others take their buckets with them.
    async fn give_back(&self, leases: &Leases, s3: &S3) {
        let patience = if self.run.stopper.is_stopped() { GIVE_BACK_STOPPED } else { self.run.config.timeout };
        let _ = tokio::time::timeout(patience, leases.give_back(s3)).await;
        let held: Vec<_> = leases.held().iter().map(|lease| lease.bucket().to_owned()).collect();
        if !held.is_empty() {
            let text = format!("could not be removed, and is still on the endpoint: {}", held.join(", "));
            self.events.emit(Event::Notice { text }).await;
        }
    }

    pub(super) async fn skip_all(&self, reason: &str) {
        let suite = self.planned.suite.id();
        for spec in self.selected() {
            CheckRunner::skipped(self.events, &suite, &spec, reason, &self.run.config.repro).await;
        }
    }

    fn label(&self) -> String {
        let arm = if self.is_on_the_base { "-base" } else { "" };
        format!("{}{arm}", self.planned.suite.name.replace('/', "-"))
    }

    fn settings(&self) -> SuiteSettings {
        let config = self.run.config;
        SuiteSettings {
            dataset: config.dataset,
            workers: config.workers,
            sync_files: config.sync_files,
            large: config.large,
            seed: config.seed,
            model: ModelSettings {
                steps: config.model_steps,
                time: config.model_time,
                program: config.program.clone(),
            },
            timeout: config.timeout,
            repro: config.repro.clone(),
        }
    }

    pub(super) fn spec(&self) -> ServerSpec {
        let footprint = self.planned.suite.footprint(&self.settings());
        ServerSpec {
            label: self.label(),
            backend: self.planned.suite.backend,
            bucket_mode: self.planned.suite.bucket_mode,
            credentials: self.planned.suite.signed.then(|| self.credentials.clone()),
            data_bytes: footprint.bytes,
            largest_object_bytes: footprint.largest_object_bytes,
            objects: footprint.objects,
            canaries: self.planned.suite.escapes,
            data_limit_bytes: footprint.data_limit_bytes,
        }
    }
}
