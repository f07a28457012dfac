//! Real clients at work: other people's programs copy trees of files to the server and back.
//!
//! A table: each client is a row, which says how it is run and how it does the steps of the standard workflows; what a client does
//! beside them stands in its file as well. What a client says of itself (its exit status, its counts) is evidence and never the
//! verdict: trees are compared by sums that s3ci's own agent makes of their files. A client that says all went well and has restored
//! something else is the worst that there is, and has a class of its own ([`FailureKind::SILENT_CORRUPTION`]).
//!
//! Plain HTTP goes straight to the server. HTTPS passes a proxy, for SDKs encode their uploads otherwise over TLS; the proxy also
//! counts requests, which is how a second sync that copies everything again is caught whatever the client says.
//!
//! [`FailureKind::SILENT_CORRUPTION`]: crate::record::FailureKind::SILENT_CORRUPTION

mod access;
mod aws;
mod boto3;
mod client;
mod explanation;
mod judgement;
mod rclone;
mod rclone_edits;
mod restic;
mod s3cmd;
mod s5cmd;
mod tree;
mod workbench;
mod workflow;

use std::collections::BTreeMap;

use super::SuiteContext;
use super::check::Check;
use super::execution;
use super::footprint::Footprint;
use client::Client;

/// The table: a client a row, and what it does beside the standard workflows.
static CLIENTS: [(&Client, &[&[Check]]); 8] = [
    (&rclone::RCLONE, &[&rclone::SECOND_SYNCS, rclone_edits::CHECKS, rclone::CHECKS]),
    (&rclone::DEBIAN, &[]),
    (&restic::RESTIC, &[restic::CHECKS]),
    (&s3cmd::S3CMD, &[s3cmd::CHECKS]),
    (&aws::AWS, &[aws::CHECKS]),
    (&aws::DEBIAN, &[]),
    (&boto3::BOTO3, &[boto3::CHECKS]),
    (&s5cmd::S5CMD, &[]),
];

/// The workflows on a server that demands signatures, client by client.
pub(super) fn checks() -> Vec<Check> {
    CLIENTS.iter().flat_map(|(client, special)| [client.checks(), special.concat()].concat()).collect()
}

/// Round trips on a server that requires no signatures: without a signature if the client can do that.
pub(super) fn unsigned_checks() -> Vec<Check> {
    CLIENTS.iter().flat_map(|(client, _)| client.unsigned_checks()).collect()
}

/// The programs of the clients by name, each with the command that prints its version.
#[must_use]
pub fn client_programs() -> BTreeMap<&'static str, &'static [&'static str]> {
    CLIENTS.iter().map(|(client, _)| (client.name, client.version)).collect()
}

/// What the checks store at the most.
pub(super) fn footprint(large: bool) -> Footprint {
    let largest_object_bytes = if large { tree::LARGE_BYTES } else { tree::OVER_BYTES };
    let bytes = 4 * largest_object_bytes + (64 << 20);
    Footprint { bytes, largest_object_bytes, objects: 2_000, data_limit_bytes: None }
}

/// The space that trees need where the clients work: what is uploaded, and what comes back.
pub(super) fn room_bytes(large: bool) -> u64 {
    (256 << 20) + if large { 3 * tree::LARGE_BYTES } else { 0 }
}

/// Runs the selected workflows.
pub(super) async fn run(context: &SuiteContext<'_>, checks: &[Check], at_a_time: usize) {
    let Some(toolbox) = context.toolbox else { return };
    context.fact("Clients", toolbox.origin()).await;
    for (program, version) in toolbox.programs() {
        context.fact(&format!("  {program}"), version).await;
    }
    execution::run_all(context, checks, at_a_time).await;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::suite::Body;
    use super::super::{CATALOGUE, Suite, on_backend};
    use super::Check;
    use crate::record::CheckId;

    /// The suites of clients, and their checks.
    fn suites() -> impl Iterator<Item = (&'static Suite, &'static [Check])> {
        CATALOGUE.iter().filter_map(|suite| match &suite.body {
            Body::Clients(checks) => Some((suite, checks.as_slice())),
            _ => None,
        })
    }

    /// What explains a workflow of a suite, on the suite's backend.
    fn explanations(suite: &Suite, check: &Check) -> Vec<CheckId> {
        check.scope.explained_by.iter().filter_map(|explanation| on_backend(suite.backend, explanation)).collect()
    }

    #[test]
    fn what_explains_a_workflow_is_a_check() {
        for explanation in suites().flat_map(|(_, checks)| checks).flat_map(|check| check.scope.explained_by) {
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
        for (suite, checks) in suites() {
            for check in checks {
                let id = CheckId::new(&suite.id(), check.name);
                let explanations = explanations(suite, check);
                let is_explained = explanations.iter().any(|cause| known.contains(cause.as_str()));
                assert_eq!(is_explained, known.contains(id.as_str()), "{id}: {explanations:?}");
            }
        }
    }

    #[test]
    fn a_cause_is_looked_for_on_the_same_backend_first() {
        let of = |suite: &str, check: &str| {
            let suite = CATALOGUE.iter().find(|known| known.name == suite).unwrap();
            on_backend(suite.backend, check).map(|id| id.to_string())
        };
        assert_eq!(of("clients/drime", "api::range-first").as_deref(), Some("api/drime::range-first"));
        assert_eq!(of("clients/local-unsigned", "api::range-first").as_deref(), Some("api/local::range-first"));
        assert_eq!(of("clients/drime", "auth::auth-special-keys").as_deref(), Some("auth/drime::auth-special-keys"));
        let dots = "containment::bucket-dots-hold-nothing";
        assert_eq!(of("clients/drime", dots).as_deref(), Some("containment/local::bucket-dots-hold-nothing"));
        assert_eq!(of("clients/drime", "etag::put-is-md5"), None, "ETags are no MD5 there");
    }
}
