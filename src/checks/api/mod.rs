//! The S3 operations that pys3local's benchmarks and real clients use: each check asserts the effect, not only the status.
//!
//! A file for each family of rules; a check's name begins with its family.

mod attributes;
mod bucket;
mod bucket_again;
mod concurrency;
mod condition;
mod copy;
mod copy_forms;
mod delete;
mod delete_forms;
mod error;
mod key_limits;
mod keys;
mod list_fresh;
mod list_level;
mod list_limit;
mod list_order;
mod list_pages;
mod multipart;
mod multipart_refused;
mod object;
mod range;
mod tagging;
mod time;

use super::check::Check;

/// The families in the order of the catalogue.
pub(super) static CHECKS: &[&[Check]] = &[
    bucket::CHECKS,
    bucket_again::CHECKS,
    object::CHECKS,
    attributes::CHECKS,
    error::CHECKS,
    time::CHECKS,
    range::CHECKS,
    delete::CHECKS,
    delete_forms::CHECKS,
    list_pages::CHECKS,
    list_level::CHECKS,
    list_order::CHECKS,
    list_limit::CHECKS,
    list_fresh::CHECKS,
    copy::CHECKS,
    copy_forms::CHECKS,
    multipart::CHECKS,
    multipart_refused::CHECKS,
    tagging::CHECKS,
    keys::CHECKS,
    key_limits::CHECKS,
    condition::CHECKS,
    concurrency::CHECKS,
];
