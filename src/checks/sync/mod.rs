//! What sync clients rely on: they decide by what the server says of an object whether a file must be transferred again.
//!
//! Two suites: a workflow of five phases on files on disk ([`workflow`]), and s3ci's own model of a sync client under three policies.
//! The model is what rclone does, and with other words s3cmd, s5cmd and aws-cli: list the bucket, ask HEAD for the modification time
//! where the policy needs it, decide ([`planner`], pure), transfer ([`client`]). Nothing is remembered from one sync to the next, ETags
//! included: an ETag of 32 hexadecimal digits is taken for the MD5 of the content, any other tells nothing.
//!
//! Where a policy cannot notice an edit by what it compares, its check says so in its name and asserts just that. Deliberately absent:
//! how real clients do on the wire, which is for the suites of `clients`.

mod change;
mod client;
mod names;
mod planner;
mod scenario;
mod trees;
mod twice;
mod verify;
mod workflow;

use super::check::Check;
use planner::Policy;

pub(super) use workflow::{PHASES, footprint, run};

/// The checks policy by policy, in the order of the catalogue.
pub(super) fn checks() -> Vec<Check> {
    let scenarios = [twice::SCENARIOS, change::SCENARIOS, names::SCENARIOS, verify::SCENARIOS].concat();
    let under = |policy| scenarios.iter().filter(move |scenario| scenario.under.contains(&policy));
    Policy::ALL.into_iter().flat_map(|policy| under(policy).map(move |scenario| scenario.check(policy))).collect()
}
