//! Which rule a server breaks, and which rules a run came to: the only way for the server to learn what it is to do wrong.
//!
//! Call `breaks` last: only where a server that breaks the rule would do something else than one that keeps it. Then a run that never
//! came to a rule would have gone in the same way on a server that breaks it, and need not be repeated there.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::mutation::Mutation;

/// Clones share what was asked.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    broken: Option<Mutation>,
    asked: Arc<Mutex<BTreeSet<Mutation>>>,
}

impl Rules {
    pub(super) fn but(broken: Option<Mutation>) -> Self {
        Self { broken, asked: Arc::default() }
    }

    /// Whether the server breaks this rule, in a place where it matters.
    pub(super) fn breaks(&self, rule: Mutation) -> bool {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(rule);
        self.broken == Some(rule)
    }

    /// The rules that were asked for so far.
    pub(super) fn asked(&self) -> BTreeSet<Mutation> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
