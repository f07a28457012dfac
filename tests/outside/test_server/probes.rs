//! The symptoms of the mutations. A probe starts a server of the behaviour given and tells whether the symptom shows;
//! it looks at the whole of it: what is broken, and what must be right beside it.

pub(crate) mod attributes;
pub(crate) mod buckets;
pub(crate) mod conditions;
pub(crate) mod content;
pub(crate) mod copies;
pub(crate) mod deletes;
pub(crate) mod keys;
pub(crate) mod listing_forms;
pub(crate) mod listings;
pub(crate) mod multipart;
pub(crate) mod ranges;
pub(crate) mod tagging;
pub(crate) mod tags;
