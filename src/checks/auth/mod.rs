//! Who may do what, and whether content arrives as it was sent: signatures, checksums and the framing of uploads.
//!
//! Two families: `auth` asks that the right are let in and all others kept out; `integrity` that what is stored is what was meant, byte
//! by byte, or nothing. Requests are signed by hand where no SDK sends them so. A file for each group of rules.

mod chunks;
mod digest;
mod framed;
mod kept;
mod keys;
mod mismatch;
mod presigned;
mod refusal;
mod sdk;
mod short;
mod stored;

use super::check::Check;

/// The checks in the order of the catalogue.
pub(super) static CHECKS: &[Check] = &[
    keys::SPECIAL_KEYS,
    keys::SPECIAL_PARAMETERS,
    refusal::BAD_SECRET,
    refusal::UNKNOWN_ACCESS_KEY,
    refusal::ANONYMOUS,
    refusal::TAMPERED,
    refusal::CLOCK_SKEW,
    presigned::GET,
    presigned::PUT,
    presigned::EXPIRED,
    digest::PAYLOAD_HASH,
    digest::CONTENT_MD5,
    digest::CRC32,
    digest::CRC64NVME,
    chunks::SIGNED,
    mismatch::SIGNED_CHUNKS,
    chunks::SIGNED_TRAILER,
    mismatch::SIGNED_TRAILER,
    chunks::UNSIGNED_TRAILER,
    mismatch::UNSIGNED_TRAILER,
    sdk::UNSIGNED_PAYLOAD,
    sdk::DEFAULT,
    short::BODY,
    short::CHUNKS,
];
