//! Real clients at work: other people's programs copy trees of files to the server and back.
//!
//! A file for each client, whose checks are its workflows. What a client says of itself (its exit status, its counts) is evidence and
//! never the verdict: trees are compared by sums that s3ci's own agent makes of their files. A client that says all went well and has
//! restored something else is the worst that there is, and has a class of its own ([`FailureKind::SILENT_CORRUPTION`]).
//!
//! Plain HTTP goes straight to the server. HTTPS passes a proxy, for SDKs encode their uploads otherwise over TLS; the proxy also
//! counts requests, which is how a second sync that copies everything again is caught whatever the client says.
//!
//! [`FailureKind::SILENT_CORRUPTION`]: crate::record::FailureKind::SILENT_CORRUPTION

mod aws;
mod boto3;
mod client;
mod copier;
mod flows;
mod rclone;
mod rclone_edits;
mod restic;
mod s3cmd;
mod s5cmd;
mod tree;
mod workbench;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};

use super::runner::CheckRunner;
use super::{Footprint, SuiteContext, SuiteSettings};
use crate::record::{CheckSpec, Stop};
use crate::server::Toolbox;
use client::Client;
use workbench::Workbench;

/// Workflows under way at a time: clients mostly wait, for their own start or for the server.
const SIDE_BY_SIDE: usize = 3;

/// How many times as long as others the workflows with the large file may take.
const LARGE_TAKES: u32 = 3;

/// A workflow of a client.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClientCheck {
    /// What is known of it before it runs.
    pub(super) spec: CheckSpec,
    /// Whose workflow it is.
    client: &'static Client,
    /// How the client reaches the server.
    transport: Transport,
    /// Checks of other suites whose failure would explain a failure, as `kind::name`. A check that clients do without is none: where
    /// it fails and the workflow passes, it explains nothing.
    explained_by: &'static [&'static str],
    /// Whether it is about the large file.
    large: bool,
    body: for<'a> fn(&'a Workbench<'a>) -> BoxFuture<'a, Result<(), Stop>>,
}

impl ClientCheck {
    /// A workflow over HTTP, of files of usual size, that no other check explains.
    const fn plain(
        client: &'static Client,
        spec: CheckSpec,
        body: for<'a> fn(&'a Workbench<'a>) -> BoxFuture<'a, Result<(), Stop>>,
    ) -> Self {
        Self { spec, client, transport: Transport::Http, explained_by: &[], large: false, body }
    }

    /// Deadline of each of its commands.
    fn command_deadline(&self, settings: &SuiteSettings) -> Duration {
        if self.large { settings.timeout * LARGE_TAKES } else { settings.timeout }
    }

    /// Deadline of all of it.
    fn deadline(&self, settings: &SuiteSettings) -> Duration {
        if self.large { settings.check_deadline() * LARGE_TAKES } else { settings.check_deadline() }
    }

    /// A workflow with awkward names on a server that lets in anybody.
    const fn with_unsigned_names(self) -> Self {
        Self { explained_by: flows::AWKWARD_UNSIGNED, ..self }
    }
}

/// How a client reaches the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    /// Straight.
    Http,
    /// Through the proxy.
    Https,
}

/// The workflows on a server that demands signatures, client by client.
pub(super) static CHECKS: &[ClientCheck] = &[
    rclone::COPY,
    rclone::COPY_TLS,
    rclone::SECOND_SYNC,
    rclone_edits::EDIT,
    rclone_edits::SAME_SIZE_CHECKSUM,
    rclone_edits::SAME_SIZE_DEFAULT,
    rclone_edits::SAME_SIZE_SIZE_ONLY,
    rclone_edits::DELETE,
    rclone_edits::RENAME,
    rclone::CHECK,
    rclone::RCAT,
    rclone::AWKWARD,
    rclone::LARGE,
    rclone::LARGE_WHOLE,
    rclone::DEBIAN_COPY,
    rclone::DEBIAN_SECOND_SYNC,
    restic::BACKUP,
    restic::BACKUP_TLS,
    restic::SECOND_BACKUP,
    restic::SAME_SIZE,
    restic::CHECK,
    s3cmd::SYNC,
    s3cmd::SECOND_SYNC,
    s3cmd::MD5,
    s3cmd::SAME_SIZE,
    s3cmd::CHANGES,
    s3cmd::AWKWARD,
    aws::SYNC,
    aws::SECOND_SYNC,
    aws::CP_UNDER,
    aws::CP_OVER,
    aws::GET_OVER,
    aws::SAME_SIZE,
    aws::CHANGES,
    aws::TAGS,
    aws::AWKWARD,
    aws::DEBIAN_SYNC,
    boto3::DEFAULTS,
    boto3::DEFAULTS_TLS,
    boto3::WHEN_REQUIRED,
    boto3::UPLOAD_OVER,
    boto3::DOWNLOAD_OVER,
    boto3::PAGINATOR,
    boto3::TAGS,
    boto3::AWKWARD,
    s5cmd::CP,
    s5cmd::CP_TLS,
    s5cmd::SECOND_SYNC,
    s5cmd::SAME_SIZE,
    s5cmd::CHANGES,
    s5cmd::TAGS,
    s5cmd::AWKWARD,
];

/// Round trips on a server that lets in anybody: without a signature where the client can do without one. Not restic, which looks for
/// credentials elsewhere for half a minute first.
pub(super) static UNSIGNED: &[ClientCheck] = &[
    rclone::COPY,
    rclone::AWKWARD.with_unsigned_names(),
    s3cmd::SYNC,
    s3cmd::AWKWARD.with_unsigned_names(),
    aws::SYNC,
    aws::AWKWARD.with_unsigned_names(),
    boto3::DEFAULTS,
    boto3::AWKWARD.with_unsigned_names(),
    s5cmd::CP,
    s5cmd::AWKWARD.with_unsigned_names(),
];

/// The workflows on the drime backend: without the large file and what is about MD5s alone, and where the rule is another one for tags that
/// are no MD5, with that.
pub(super) static DRIME: &[ClientCheck] = &[
    rclone::COPY,
    rclone::COPY_TLS,
    rclone::SECOND_SYNC,
    rclone_edits::EDIT,
    rclone_edits::SAME_SIZE_CHECKSUM_OPAQUE,
    rclone_edits::SAME_SIZE_DEFAULT,
    rclone_edits::SAME_SIZE_SIZE_ONLY,
    rclone_edits::DELETE,
    rclone_edits::RENAME,
    rclone::CHECK_OPAQUE,
    rclone::RCAT,
    rclone::AWKWARD,
    rclone::DEBIAN_COPY,
    restic::BACKUP,
    restic::BACKUP_TLS,
    restic::CHECK,
    s3cmd::SYNC,
    s3cmd::SECOND_SYNC,
    s3cmd::SAME_SIZE_OPAQUE,
    s3cmd::CHANGES,
    s3cmd::AWKWARD,
    aws::SYNC,
    aws::SECOND_SYNC,
    aws::CP_OVER,
    aws::GET_OVER,
    aws::SAME_SIZE,
    aws::CHANGES,
    aws::TAGS,
    aws::AWKWARD,
    boto3::DEFAULTS,
    boto3::DEFAULTS_TLS,
    boto3::WHEN_REQUIRED,
    boto3::UPLOAD_OVER,
    boto3::DOWNLOAD_OVER,
    boto3::PAGINATOR,
    boto3::TAGS,
    boto3::AWKWARD,
    s5cmd::CP,
    s5cmd::CP_TLS,
    s5cmd::SECOND_SYNC,
    s5cmd::SAME_SIZE,
    s5cmd::CHANGES,
    s5cmd::TAGS,
    s5cmd::AWKWARD,
];

/// What the checks store at the most.
pub(super) fn footprint(large: bool) -> Footprint {
    let largest_object_bytes = if large { tree::LARGE_BYTES } else { tree::OVER_BYTES };
    let bytes = 4 * largest_object_bytes + (64 << 20);
    Footprint { bytes, largest_object_bytes, objects: 2_000, data_limit_bytes: None }
}

/// The room that trees take where the clients work: what is uploaded, and what comes back.
pub(super) fn room_bytes(large: bool) -> u64 {
    (256 << 20) + if large { 3 * tree::LARGE_BYTES } else { 0 }
}

/// Runs the selected workflows.
pub(super) async fn run(context: &SuiteContext<'_>, checks: &'static [ClientCheck]) {
    let Some(toolbox) = context.toolbox else { return };
    context.fact("Clients", toolbox.origin()).await;
    for (program, version) in toolbox.programs() {
        context.fact(&format!("  {program}"), version).await;
    }
    let silent = AtomicBool::new(false);
    let one = async |check: &'static ClientCheck| {
        let is_silent = run_one(context, toolbox, check, silent.load(Ordering::Relaxed)).await;
        context.note_silence(&silent, is_silent).await;
    };
    let selected = checks.iter().filter(|check| context.selects(check.spec.name));
    stream::iter(selected).for_each_concurrent(SIDE_BY_SIDE, &one).await;
}

/// Runs one workflow, unless the server is silent; whether it is silent afterwards.
async fn run_one(context: &SuiteContext<'_>, toolbox: &Toolbox, check: &'static ClientCheck, silent: bool) -> bool {
    let runner = CheckRunner::new(context).explained_by(check.explained_by);
    if silent {
        runner.skip(&check.spec, "not run: the server does not answer any more").await;
        return true;
    }
    let leases = context.leases.of_check(check.spec.name);
    let body = async {
        let bench = Workbench::open(context, &leases, toolbox, check, &runner).await?;
        (check.body)(&bench).await
    };
    let passed = runner.run(&check.spec, check.deadline(&context.settings), body).await.is_some();
    if !passed && !context.s3.is_reachable().await {
        return true;
    }
    workbench::clear(context, toolbox, check, &leases).await;
    // What stays is tried again at the end of the suite.
    if let Err(error) = leases.give_back(&context.s3).await {
        tracing::debug!(%error, "a bucket could not be given back");
    }
    false
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::CATALOGUE;
    use super::super::runner::on_backend_of;
    use super::{CHECKS, ClientCheck, DRIME, UNSIGNED};
    use crate::record::{CheckId, SuiteId};

    /// What explains a workflow of a suite, on the suite's backend.
    fn explanations(suite: &SuiteId, check: &ClientCheck) -> Vec<CheckId> {
        check.explained_by.iter().filter_map(|explanation| on_backend_of(suite, explanation)).collect()
    }

    #[test]
    fn what_explains_a_workflow_is_a_check() {
        for explanation in CHECKS.iter().chain(UNSIGNED).chain(DRIME).flat_map(|check| check.explained_by) {
            let (kind, name) = explanation.split_once("::").unwrap();
            let suite = CATALOGUE.iter().find(|suite| suite.name == format!("{kind}/local")).unwrap();
            assert!(suite.checks().iter().any(|check| check.name == name), "{explanation}");
        }
    }

    /// The ledger, which is exact, tells which explanations are true: a workflow that is known to fail has one that is known to fail
    /// as well, and one that passes has none of these.
    #[test]
    fn on_the_pinned_release_causes_and_effects_fail_together() {
        let ledger: toml::Table = toml::from_str(include_str!("../../../docker/known-issues.toml")).unwrap();
        let checks = ledger["issue"].as_array().unwrap().iter().flat_map(|issue| issue["checks"].as_array().unwrap());
        let known: BTreeSet<&str> = checks.map(|check| check.as_str().unwrap()).collect();
        for (suite, checks) in
            [("clients/local", CHECKS), ("clients/local-unsigned", UNSIGNED), ("clients/drime", DRIME)]
        {
            let suite = SuiteId::new(suite);
            for check in checks {
                let id = CheckId::new(&suite, check.spec.name);
                let explanations = explanations(&suite, check);
                let is_explained = explanations.iter().any(|cause| known.contains(cause.as_str()));
                assert_eq!(is_explained, known.contains(id.as_str()), "{id}: {explanations:?}");
            }
        }
    }

    #[test]
    fn a_cause_is_looked_for_on_the_same_backend_first() {
        let of = |suite: &str, check: &str| on_backend_of(&SuiteId::new(suite), check).map(|id| id.to_string());
        assert_eq!(of("clients/drime", "api::range-first").as_deref(), Some("api/drime::range-first"));
        assert_eq!(of("clients/local-unsigned", "api::range-first").as_deref(), Some("api/local::range-first"));
        assert_eq!(of("clients/drime", "auth::auth-special-keys").as_deref(), Some("auth/drime::auth-special-keys"));
        let dots = "containment::bucket-dots-hold-nothing";
        assert_eq!(of("clients/drime", dots).as_deref(), Some("containment/local::bucket-dots-hold-nothing"));
        assert_eq!(of("clients/drime", "etag::put-is-md5"), None, "tags are no MD5 there");
    }
}
