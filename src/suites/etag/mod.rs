//! What a tag promises: sync tools decide by it whether a file must be uploaded again.
//!
//! These are the rules of the MD5 profile, which pys3local's local backend follows: the tag of a simple upload is the MD5 of the
//! content. Rules that hold for any tag come first.

mod change;
mod form;
mod stability;

use super::case::Case;

/// The cases that restart the server, or measure it.
pub(super) static ALONE: &[&str] = &[stability::RESTART.spec.name, stability::LISTING_SPEED.spec.name];

/// The cases in the order of the catalogue.
pub(super) static CASES: &[Case] = &[
    form::PUT_IS_MD5,
    form::FOUR_WAY,
    form::QUOTED_AND_STRONG,
    change::SAME_SIZE_EDIT,
    change::OTHER_SIZE_EDIT,
    stability::REPEATED_QUERIES,
    stability::RESTART,
    change::SYNC_SCENARIO,
    form::SDK_ACCEPTS,
    stability::LISTING_SPEED,
];
