//! The symptoms of the mutations. A probe starts a server of the behaviour given and tells whether the symptom shows;
//! it looks at the whole of it: what is broken, and what must be right beside it.

#[path = "probes/buckets.rs"]
pub(crate) mod buckets;
#[path = "probes/content.rs"]
pub(crate) mod content;
#[path = "probes/copies.rs"]
pub(crate) mod copies;
#[path = "probes/deletes.rs"]
pub(crate) mod deletes;
#[path = "probes/listings.rs"]
pub(crate) mod listings;
#[path = "probes/tags.rs"]
pub(crate) mod tags;
