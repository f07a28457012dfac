//! The in-process server of the tests is tested itself: right where nothing is broken, and broken exactly as each
//! mutation and each fault says. Other tests rest on that.

mod client;
mod faults;
mod mutations;
mod probes;
mod unbroken_listings;
mod unbroken_objects;
mod unbroken_protocol;
