//! What a tag promises: sync tools decide by it whether a file must be uploaded again.
//!
//! There are two profiles. In the MD5 profile, which pys3local's local backend follows, the tag of a simple upload is the MD5 of the
//! content. In the opaque profile, which its drime backend follows, the tag is a UUID of the service's, and must not look like an MD5.
//! All other rules hold for any tag.

mod change;
mod copied;
mod form;
mod opaque;
mod stability;

use super::check::Check;

/// The checks that restart the server, or measure it.
pub(super) static ALONE: &[&str] = &[stability::RESTART.spec.name, stability::LISTING_SPEED.spec.name];

/// The checks of the MD5 profile in the order of the catalogue.
pub(super) static CHECKS: &[Check] = &[
    form::PUT_IS_MD5,
    form::FOUR_WAY,
    form::QUOTED_AND_STRONG,
    change::SAME_SIZE_EDIT,
    change::OTHER_SIZE_EDIT,
    stability::REPEATED_QUERIES,
    stability::RESTART,
    change::SYNC_SCENARIO,
    copied::METADATA_ONLY,
    copied::COPY,
    form::SDK_ACCEPTS,
    stability::LISTING_SPEED,
];

/// The checks of the opaque profile in the order of the catalogue.
pub(super) static OPAQUE_CASES: &[Check] = &[
    opaque::UUID_FORMAT,
    opaque::NEVER_LIKE_MD5,
    form::FOUR_WAY,
    form::QUOTED_AND_STRONG,
    change::SAME_SIZE_EDIT,
    change::OTHER_SIZE_EDIT,
    stability::REPEATED_QUERIES,
    stability::RESTART,
    change::SYNC_SCENARIO,
    copied::METADATA_ONLY,
    copied::COPY,
    form::SDK_ACCEPTS,
    stability::LISTING_SPEED,
];
