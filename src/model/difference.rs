//! A difference between the server and the model.

use super::step::{Place, Side, Step};

/// What an answer got wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Aspect {
    Content,
    Etag,
    /// What a listing shows or lacks.
    Listing,
    /// Something is there that was deleted.
    Presence,
    /// Headers, metadata, tags.
    Headers,
    Modified,
    /// The order of what several clients did.
    Order,
}

/// A difference, and how to see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub aspect: Aspect,
    /// Stable, kebab-case class of the symptom.
    pub kind: &'static str,
    pub side: Side,
    /// The key that it is about, where it is about one.
    pub key: Option<String>,
    /// What was found, as a sentence without its end.
    pub what: String,
    pub expected: String,
    pub actual: String,
    /// Whether the server said so loudly: an error, and no wrong answer.
    pub loud: bool,
    /// The step that asks just this.
    pub shown_by: Option<Step>,
    /// Lines that a reader needs to see it.
    pub details: Vec<String>,
}

impl Difference {
    pub fn new(aspect: Aspect, kind: &'static str, at: &Place, what: impl Into<String>) -> Self {
        Self { key: Some(at.key.clone()), ..Self::of_bucket(aspect, kind, at.side, what) }
    }

    pub fn of_bucket(aspect: Aspect, kind: &'static str, side: Side, what: impl Into<String>) -> Self {
        Self {
            aspect,
            kind,
            side,
            key: None,
            what: what.into(),
            expected: String::new(),
            actual: String::new(),
            loud: false,
            shown_by: None,
            details: Vec::new(),
        }
    }

    #[must_use]
    pub fn between(self, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self { expected: expected.into(), actual: actual.into(), ..self }
    }

    #[must_use]
    pub fn said_loudly(self) -> Self {
        Self { loud: true, ..self }
    }

    #[must_use]
    pub fn shown(self, step: Step) -> Self {
        Self { shown_by: Some(step), ..self }
    }

    pub fn place(&self) -> Option<Place> {
        Some(Place::new(self.side, self.key.clone()?))
    }
}
