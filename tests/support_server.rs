//! The in-process server of the tests is tested itself: right where nothing is broken, and broken exactly as each
//! mutation and each fault says. Other tests rest on that.

#[cfg(test)]
mod support;

#[cfg(test)]
#[path = "support_server/client.rs"]
mod client;
#[cfg(test)]
#[path = "support_server/faults.rs"]
mod faults;
#[cfg(test)]
#[path = "support_server/mutations.rs"]
mod mutations;
#[cfg(test)]
#[path = "support_server/probes.rs"]
mod probes;
