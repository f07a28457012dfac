//! Histories of several clients: what each asked of one key, when, and what came back. A history is right where it has an order: one
//! operation after the other, each at a moment between its request and its answer, that explains every answer (Herlihy and Wing,
//! "Linearizability", 1990).
//!
//! Owns the search for such an order ([`has_order`]) and for the smallest part of a history that has none ([`smallest_without_order`]). Written here and not
//! taken from `stateright`: its `LinearizabilityTester` copies what is left of the history for each operation, goes one call deeper for
//! each, and remembers nothing that it has tried, which is right for the dozen operations of a model checker and not for 10,000 of a server. Here what
//! has been tried is remembered (Lowe, "Testing for linearizability", 2017), and what was read is taken as soon as it may be.
//! Deliberately absent: requests. Values are numbers; which content and ETag each stands for is known to whoever made the history.

mod order;
#[cfg(test)]
mod tests;
mod window;

pub use order::{Verdict, has_order};
pub use window::smallest_without_order;

/// What a client asked of a key, and what that showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// The value was stored.
    Put(u32),
    /// The value was stored, on condition that there was nothing.
    PutIfAbsent(u32),
    /// It was deleted.
    Delete,
    /// This was there, or nothing.
    Read(Option<u32>),
    /// Something was there: what refuses a PUT that wants nothing to be there.
    Present,
}

/// An operation of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operation {
    /// Each client does one thing after the other.
    pub client: u8,
    pub action: Action,
    /// When it was asked, in any unit.
    pub called: u64,
    /// When the answer was there; none came where nobody knows whether it was done. Of such only PUT and DELETE count.
    pub returned: Option<u64>,
}

impl Action {
    /// What it leaves where it found `state`; none where it cannot have found that.
    fn leaves(self, state: Option<u32>) -> Option<Option<u32>> {
        match self {
            Self::Put(value) => Some(Some(value)),
            Self::PutIfAbsent(value) => state.is_none().then_some(Some(value)),
            Self::Delete => Some(None),
            Self::Read(seen) => (seen == state).then_some(state),
            Self::Present => state.is_some().then_some(state),
        }
    }

    fn is_read(self) -> bool {
        matches!(self, Self::Read(_) | Self::Present)
    }
}
