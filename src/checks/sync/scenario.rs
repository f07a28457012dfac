//! Scenarios of a sync. Each is a check under every policy that it applies to.

use futures_util::future::BoxFuture;

use super::client::SyncClient;
use super::planner::Policy;
use crate::checks::check::{Body, Check};
use crate::checks::check_context::CheckContext;
use crate::checks::scope::{ANYWHERE, Backends};
use crate::record::{Severity, Stop};

/// Texts are those of the check, but for what the policy adds: its name begins with the policy's, and its rule says how that compares.
#[derive(Clone, Copy)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) severity: Severity,
    pub(super) rule: &'static str,
    pub(super) consequence: &'static str,
    pub(super) source: &'static str,
    pub(super) under: &'static [Policy],
    pub(super) backends: Backends,
    pub(super) body: for<'a> fn(SyncClient<'a>) -> BoxFuture<'a, Result<(), Stop>>,
}

impl Scenario {
    /// The check of this scenario under a policy. Its texts are made once, for the catalogue.
    pub(super) fn check(&self, policy: Policy) -> Check {
        let (name, compares, clients) = match policy {
            Policy::SizeAndTime => ("size-mtime", "by size and modification time", "rclone sync"),
            Policy::Checksum => ("checksum", "by size and MD5", "rclone sync --checksum, s3cmd sync"),
            Policy::SizeOnly => ("size-only", "by size alone", "rclone sync --size-only, aws s3 sync --size-only"),
        };
        Check {
            name: format!("{name}-{}", self.name).leak(),
            severity: self.severity,
            rule: format!("{compares}: {}", self.rule).leak(),
            consequence: self.consequence,
            source: format!("{clients}; {}", self.source).leak(),
            scope: ANYWHERE.on(self.backends),
            body: Box::leak(Box::new(Under { policy, scenario: self.body })),
        }
    }
}

struct Under {
    policy: Policy,
    scenario: for<'a> fn(SyncClient<'a>) -> BoxFuture<'a, Result<(), Stop>>,
}

impl Body for Under {
    fn run<'a>(&'a self, c: &'a CheckContext<'a>) -> BoxFuture<'a, Result<(), Stop>> {
        (self.scenario)(SyncClient { c, policy: self.policy })
    }
}
