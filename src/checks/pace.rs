//! Which checks of a suite run side by side, and which alone.
//!
//! Each check has a bucket, a client and evidence of its own, so most do not notice each other. The record puts them in the order of
//! the catalogue, in whatever order they end.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{StreamExt, stream};

use super::SuiteContext;
use super::check::{Check, run_one};

/// Checks under way at a time: enough to use the waiting of one for another, too few for a deadline to be missed for the company.
const SIDE_BY_SIDE: usize = 6;

/// How many checks of a suite are under way at a time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// One after the other.
    InTurn,
    /// Several at a time; those named, which restart the server or measure it, come last and each alone.
    SideBySideExcept(&'static [&'static str]),
}

impl Pace {
    fn allows_company(self, check: &str) -> bool {
        match self {
            Self::InTurn => false,
            Self::SideBySideExcept(alone) => !alone.contains(&check),
        }
    }
}

/// Runs the selected checks.
pub(super) async fn run_all(context: &SuiteContext<'_>, checks: &'static [Check], pace: Pace) {
    // A server that hangs would take a deadline for each check.
    let silent = AtomicBool::new(false);
    let one = async |check: &'static Check| {
        let was_silent = silent.load(Ordering::Relaxed);
        let is_silent = run_one(context, check, was_silent).await;
        context.note_silence(&silent, is_silent).await;
    };
    let selected = checks.iter().filter(|check| context.selects(check.spec.name));
    let (together, alone): (Vec<_>, Vec<_>) = selected.partition(|check| pace.allows_company(check.spec.name));
    stream::iter(together).for_each_concurrent(SIDE_BY_SIDE, &one).await;
    stream::iter(alone).for_each(&one).await;
}

#[cfg(test)]
mod tests {
    use super::super::CATALOGUE;
    use super::Pace;

    #[test]
    fn whoever_must_run_alone_is_a_check_of_the_suite() {
        for suite in CATALOGUE {
            let Pace::SideBySideExcept(alone) = suite.pace else { continue };
            for name in alone {
                assert!(suite.checks().iter().any(|check| check.name == *name), "{}::{name}", suite.name);
            }
        }
    }
}
