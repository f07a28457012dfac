//! The symptoms of the mutations. A probe starts a server of the behaviour given and tells whether the symptom shows;
//! it looks at the whole of it: what is broken, and what must be right beside it.

#[path = "probes/attributes.rs"]
pub(crate) mod attributes;
#[path = "probes/buckets.rs"]
pub(crate) mod buckets;
#[path = "probes/conditions.rs"]
pub(crate) mod conditions;
#[path = "probes/content.rs"]
pub(crate) mod content;
#[path = "probes/copies.rs"]
pub(crate) mod copies;
#[path = "probes/deletes.rs"]
pub(crate) mod deletes;
#[path = "probes/keys.rs"]
pub(crate) mod keys;
#[path = "probes/listing_forms.rs"]
pub(crate) mod listing_forms;
#[path = "probes/listings.rs"]
pub(crate) mod listings;
#[path = "probes/multipart.rs"]
pub(crate) mod multipart;
#[path = "probes/ranges.rs"]
pub(crate) mod ranges;
#[path = "probes/tagging.rs"]
pub(crate) mod tagging;
#[path = "probes/tags.rs"]
pub(crate) mod tags;
