//! What sync clients rely on: they decide by what the server says of an object whether a file must be transferred again.
//!
//! Two suites: a workflow of five phases on files on disk ([`workflow`]), and s3ci's own model of a sync client under three policies.
//! The model is what rclone does, and with other words s3cmd, s5cmd and aws-cli: list the bucket, ask HEAD for the modification time
//! where the policy needs it, decide ([`planner`], pure), transfer ([`client`]). Nothing is remembered from one sync to the next, tags
//! included: a tag of 32 hexadecimal digits is taken for the MD5 of the content, any other tells nothing.
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

pub(super) use workflow::{CHECKS as PHASES, footprint, run};

/// The checks where tags are the MD5 of the content, policy by policy, in the order of the catalogue.
pub(super) static CHECKS: &[Check] = &[
    twice::INITIAL[0],
    twice::NOOP[0],
    twice::TOUCHED,
    change::NEWER_EDIT,
    change::SIZE_MTIME_UNNOTICED,
    change::DELETE_EXTRA[0],
    change::RENAME[0],
    names::AWKWARD[0],
    names::MANY[0],
    verify::CHECK[0],
    verify::RESTORE[0],
    verify::RESTORED_TIMES,
    twice::INITIAL[1],
    twice::NOOP[1],
    change::CHECKSUM_EDIT,
    change::DELETE_EXTRA[1],
    change::RENAME[1],
    names::AWKWARD[1],
    names::MANY[1],
    verify::CHECK[1],
    verify::RESTORE[1],
    twice::INITIAL[2],
    twice::NOOP[2],
    change::SIZE_ONLY_UNNOTICED,
    change::DELETE_EXTRA[2],
    change::RENAME[2],
    names::AWKWARD[2],
    names::MANY[2],
    verify::CHECK[2],
    verify::RESTORE[2],
];

/// The checks where tags tell nothing of the content, in the same order.
pub(super) static OPAQUE_CASES: &[Check] = &[
    twice::INITIAL[0],
    twice::NOOP[0],
    change::NEWER_EDIT,
    change::SIZE_MTIME_UNNOTICED,
    change::DELETE_EXTRA[0],
    change::RENAME[0],
    names::AWKWARD[0],
    verify::CHECK[0],
    verify::RESTORE[0],
    verify::RESTORED_TIMES,
    twice::INITIAL[1],
    twice::NOOP[1],
    change::CHECKSUM_UNNOTICED,
    change::DELETE_EXTRA[1],
    change::RENAME[1],
    names::AWKWARD[1],
    verify::CHECK[1],
    verify::RESTORE[1],
    twice::INITIAL[2],
    twice::NOOP[2],
    change::SIZE_ONLY_UNNOTICED,
    change::DELETE_EXTRA[2],
    change::RENAME[2],
    names::AWKWARD[2],
    names::MANY[2],
    verify::CHECK[2],
    verify::RESTORE[2],
];
