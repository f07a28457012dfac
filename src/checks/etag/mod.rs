//! What an ETag promises: sync tools decide by it whether a file must be uploaded again.
//!
//! There are two profiles. In the MD5 profile, which pys3local's local backend follows, the ETag of a simple upload is the MD5 of the
//! content. In the opaque profile, which its drime backend follows, the ETag is a UUID of the service's, and must not look like an MD5.
//! All other rules hold for any ETag.

mod change;
mod copied;
mod form;
mod listing;
mod opaque;
mod stability;

use super::check::Check;

/// The families in the order of the catalogue.
pub(super) static CHECKS: &[&[Check]] =
    &[opaque::CHECKS, form::CHECKS, change::CHECKS, stability::CHECKS, copied::CHECKS, listing::CHECKS];
