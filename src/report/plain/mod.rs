//! The building blocks of plain text: numbers with their units, lines that wrap, a page of 80 columns, harmless characters.
//!
//! Knows nothing of records.

pub(super) mod format;
pub(super) mod page;
pub(super) mod sanitize;
pub(super) mod wrap;
