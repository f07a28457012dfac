//! The properties of a right server, and which of them a counterexample breaks.

use super::Program;
use super::difference::{Aspect, Difference};
use super::step::{Side, Step};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Property {
    Content,
    Etags,
    Listings,
    Deletes,
    Headers,
    Modified,
    Buckets,
    Restarts,
    Histories,
}

impl Property {
    pub const ALL: [Self; 9] = [
        Self::Content,
        Self::Etags,
        Self::Listings,
        Self::Deletes,
        Self::Headers,
        Self::Modified,
        Self::Buckets,
        Self::Restarts,
        Self::Histories,
    ];

    /// The name of its check.
    pub fn name(self) -> &'static str {
        match self {
            Self::Content => "content-is-what-was-stored",
            Self::Etags => "etags-tell-versions-apart",
            Self::Listings => "listings-are-exact",
            Self::Deletes => "deletes-touch-nothing-else",
            Self::Headers => "headers-and-metadata-belong-to-the-version",
            Self::Modified => "last-modified-moves",
            Self::Buckets => "buckets-are-apart",
            Self::Restarts => "restarts-change-nothing",
            Self::Histories => "histories-are-linearizable",
        }
    }

    /// The property that a difference breaks which the last step of a program shows.
    ///
    /// What a small program cannot do without says more than what is wrong in the end: where a restart is needed, the server forgot; where
    /// the other bucket is, they are not apart.
    pub fn broken_by(program: &Program, difference: &Difference) -> Self {
        if difference.aspect == Aspect::Order {
            return Self::Histories;
        }
        if program.restarts() {
            return Self::Restarts;
        }
        if needs_both_buckets(program) || program.steps.iter().any(|step| matches!(step, Step::Remake { .. })) {
            return Self::Buckets;
        }
        if is_harm_of_a_delete(program, difference) {
            return Self::Deletes;
        }
        match difference.aspect {
            Aspect::Content | Aspect::Presence => Self::Content,
            Aspect::Etag => Self::Etags,
            Aspect::Listing => Self::Listings,
            Aspect::Headers => Self::Headers,
            Aspect::Modified => Self::Modified,
            Aspect::Order => Self::Histories,
        }
    }
}

fn needs_both_buckets(program: &Program) -> bool {
    let uses = |side: Side| {
        program
            .steps
            .iter()
            .any(|step| step.side() == Some(side) || step.places().iter().any(|place| place.side == side))
    };
    Side::BOTH.into_iter().all(uses)
}

/// Whether the last thing that was done before the difference showed was a delete, and the difference is what it left or took.
fn is_harm_of_a_delete(program: &Program, difference: &Difference) -> bool {
    if difference.kind == "delete-refused" || difference.kind == "delete-unreported" {
        return true;
    }
    let Some(last) = program.steps.iter().rev().find(|step| step.writes()) else { return false };
    let gone = difference.kind == "listing-lacks" || matches!(difference.aspect, Aspect::Content | Aspect::Presence);
    last.deletes() && gone
}
