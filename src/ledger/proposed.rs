//! A ledger of the tree under test, beside that of its base: it can only become stricter.
//!
//! In force is what both list. What the tree removes must pass from now on. What it adds does not count until it is merged, unless the user
//! accepts it with a flag. A failure that only the tree accepts has a mark, and every report lists it.

use super::{Ledger, LedgerError};

/// The other half of a ledger that a tree under test brings.
#[derive(Debug, Clone)]
pub(super) struct Base {
    /// What the base lists.
    pub(super) ledger: Box<Ledger>,
    /// Whether what the tree adds counts nevertheless.
    pub(super) is_accepted: bool,
}

impl Ledger {
    /// This ledger of a tree whose base has that one. Without a text the base has no ledger.
    pub(super) fn beside(self, of_base: &str, is_accepted: bool) -> Result<Self, LedgerError> {
        let ledger = Box::new(Self::parse(&format!("{} of the base", self.source), of_base)?);
        Ok(Self { base: Some(Base { ledger, is_accepted }), ..self })
    }
}

#[cfg(test)]
mod tests;
