//! How the checks of a suite are carried out: several at a time, or one alone, each in a bucket of its own.
//!
//! Most checks do not notice each other, because each has its own bucket, client and evidence. The record has them in the order of the
//! catalogue, whatever order they end in.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{StreamExt, stream};

use super::capability::Capabilities;
use super::check::Check;
use super::check_context::CheckContext;
use super::{CheckRunner, SuiteContext};
use crate::s3::Leases;
use crate::server::Toolbox;

/// More objects than any client stores for a check.
const MOST_OBJECTS: usize = 5_000;

/// Runs the selected checks, several at a time; those that must be alone come last.
pub(super) async fn run_all(context: &SuiteContext<'_>, checks: &[Check], at_a_time: usize) {
    // A server that hangs would take a deadline for each check.
    let (silent, capabilities) = (AtomicBool::new(false), Capabilities::default());
    let one = async |check: &Check| {
        let was_silent = silent.load(Ordering::Relaxed);
        let is_silent = run_one(context, check, &capabilities, was_silent).await;
        context.note_silence(&silent, is_silent).await;
    };
    let selected = checks.iter().filter(|check| context.selects(check.name));
    let (alone, together): (Vec<_>, Vec<_>) = selected.partition(|check| check.scope.alone);
    stream::iter(together).for_each_concurrent(at_a_time, &one).await;
    stream::iter(alone).for_each(&one).await;
}

/// Runs one check, unless the server is silent; whether it is silent afterwards.
async fn run_one(context: &SuiteContext<'_>, check: &Check, capabilities: &Capabilities, silent: bool) -> bool {
    let runner = CheckRunner::new(context).explained_by(check.scope.explained_by);
    if silent {
        runner.skip(&check.spec(), "not run: the server does not answer any more").await;
        return true;
    }
    let leases = context.leases.of_check(check.name);
    let body = async {
        let lease = leases.enter(context.bucket_name(), false);
        let s3 = runner.s3().clone();
        context.create_bucket(&s3, lease.bucket()).await?;
        let (commands, leases) = (runner.commands().clone(), leases.clone());
        let Check { name, scope, .. } = *check;
        let c = CheckContext { s3, suite: context, name, scope, capabilities, commands, leases, lease };
        c.meet_needs().await?;
        check.body.run(&c).await
    };
    let passed = runner
        .run(&check.spec(), context.settings.check_deadline() * check.scope.needs.patience(), body)
        .await
        .is_some();
    // A server that does not answer is asked once more.
    if !passed && !context.s3.is_reachable().await {
        return true;
    }
    if let Some(toolbox) = context.toolbox {
        clear(context, toolbox, check.name, &leases).await;
    } else if context.server.drime().is_some() {
        // What it stores goes as a whole with its folder, and object by object it takes minutes.
        return false;
    }
    // What stays is tried again at the end of the suite.
    if let Err(error) = leases.give_back(&context.s3).await {
        tracing::debug!(%error, "s3ci could not remove a bucket");
    }
    false
}

/// Gives room back where clients worked, and notes what they wrote, so that their buckets can be given back.
async fn clear(context: &SuiteContext<'_>, toolbox: &Toolbox, check: &str, leases: &Leases) {
    for lease in leases.held() {
        if let Ok(entries) = context.s3.list_all(lease.bucket(), "", None, MOST_OBJECTS).await {
            for entry in &entries {
                lease.writes(&entry.key);
            }
        }
    }
    if let Err(error) = toolbox.remove(check).await {
        tracing::debug!(%error, "the directory of a check could not be removed");
    }
}
