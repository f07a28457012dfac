//! Who may do what, and whether content arrives as it was sent: signatures, checksums and the framing of uploads.
//!
//! Two families: `auth` is about who gets access; `integrity` is about storing exactly the bytes that the client meant, or nothing.
//! Requests are signed by hand where no SDK sends them so. A file for each group of rules.

mod chunks;
mod cuts;
mod digest;
mod framed;
mod kept_out;
mod keys;
mod old_object;
mod presigned;
mod sdk;
mod short;
mod stored;

use super::check::Check;

/// The families in the order of the catalogue.
pub(super) static CHECKS: &[&[Check]] =
    &[keys::CHECKS, kept_out::CHECKS, presigned::CHECKS, digest::CHECKS, chunks::CHECKS, sdk::CHECKS, short::CHECKS];
