//! The optional features of a server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether a server offers something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// It works.
    Supported,
    /// It is refused in S3's words, and does no harm.
    Unsupported,
    /// It is neither: accepted without effect, refused in other words, or harmful.
    Broken,
}

impl Support {
    /// The word for a reader.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Unsupported => "not supported",
            Self::Broken => "broken",
        }
    }
}

/// What became of asking for something that a server may lack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CapabilityRecord {
    /// Stable, kebab-case name, such as `multipart`.
    pub name: String,
    /// Whether it is offered.
    pub support: Support,
    /// How that showed.
    pub detail: String,
    /// Whether the ledger of known issues expects it of this version; none where it says nothing.
    pub expected: Option<Support>,
}
