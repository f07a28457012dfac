//! Keys and names of buckets that point outside the server's data, and what they did to the files on the server.
//!
//! The effect is looked for in the file system, in the directory around the server's data, where canaries are planted before the requests
//! are sent; an answer alone proves nothing. Some of these requests delete whatever the server's user may delete, so the suite runs in
//! a container of its own and nowhere else, and last. No signatures: one that the server calls wrong would hide what is behind it.

mod aim;
mod buckets;
mod keys;
mod neighbours;
mod reading;

use super::check::Check;

/// The families in the order of the catalogue. What a server takes away comes late, and what it leaves behind last: files in the root
/// that belong to no bucket would keep it from deleting the root.
pub(super) static CHECKS: &[&[Check]] = &[reading::CHECKS, keys::CHECKS, neighbours::CHECKS, buckets::CHECKS];
