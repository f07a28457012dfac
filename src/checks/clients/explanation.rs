//! What explains a failure of a workflow: checks of other kinds, as `kind::name`.

use super::client::Explanation;

/// A client that lists a bucket as a whole does not bring back what it stored.
pub(super) const ROUND_TRIP: Explanation = &["api::object-roundtrip", "api::list-read-after-write"];
/// The same of a client that lists level by level.
pub(super) const ROUND_TRIP_BY_LEVELS: Explanation = &["api::object-roundtrip", "api::list-delimiter"];
/// An ETag stays after an edit.
pub(super) const ETAGS: Explanation = &["etag::changes-on-same-size-edit", "etag::changes-on-other-size-edit"];
/// Awkward names are refused, or come back as others.
pub(super) const AWKWARD_NAMES: Explanation = &["auth::auth-special-keys", "api::keys-percent-literal"];
/// The same on a server that requires no signatures.
pub(super) const AWKWARD_NAMES_UNSIGNED: Explanation = &["api::keys-percent-literal"];
/// A client sends a file in parts, to a server that takes them wrong or refuses them in words of its own.
pub(super) const IN_PARTS: Explanation = &["api::multipart-complete", "api::multipart-unsupported-is-501"];
/// A client fetches an object by ranges.
pub(super) const BY_RANGES: Explanation = &["api::range-middle", "api::range-first", "api::range-last"];
