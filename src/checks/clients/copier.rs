//! Clients that copy a tree with one command each way: the workflows that they share.
//!
//! A client says how it does each step; what a workflow consists of, and what must come of it, stands here once.

use super::flows::Step;
use super::workbench::{Ran, Workbench};
use super::{flows, tree};
use crate::record::Stop;
use crate::server::Manifest;

/// How a client does the steps of a workflow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Copier {
    /// Copies the source tree to the bucket.
    pub(super) up: Step,
    /// Makes the bucket the same as the source tree, deletions too.
    pub(super) mirror: Step,
    /// Fetches all of the bucket into `restored`.
    pub(super) down: Step,
    /// What it promises of an edit that left size and modification time as they were.
    pub(super) unseen_edits: UnseenEdits,
}

/// What becomes of an edit that left size and modification time as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnseenEdits {
    /// It is copied: the client compares sums.
    Copied,
    /// It is copied or not, as the client's own count says.
    ByItsWord,
}

impl UnseenEdits {
    /// The tree that must come back after such an edit and another sync. What a client misses by design is told to the reader.
    pub(super) async fn expected<'a>(
        self,
        bench: &Workbench<'_>,
        ran: &Ran,
        before: &'a Manifest,
        after: &'a Manifest,
    ) -> Result<&'a Manifest, Stop> {
        match self {
            Self::Copied => Ok(after),
            Self::ByItsWord => flows::by_its_word(bench, ran, before, after).await,
        }
    }
}

impl Copier {
    /// A tree goes there and comes back.
    pub(super) async fn roundtrip(self, bench: &Workbench<'_>, awkward: bool) -> Result<(), Stop> {
        let files = if awkward { tree::awkward(bench.seed()) } else { tree::plain(bench.seed()) };
        let planted = bench.plant(&files).await?;
        (self.up)(bench).await?;
        self.ensure_restored(bench, &planted).await
    }

    /// A second sync has nothing to do.
    pub(super) async fn second_sync(self, bench: &Workbench<'_>) -> Result<(), Stop> {
        let planted = bench.plant_plain().await?;
        (self.mirror)(bench).await?;
        let again = (self.mirror)(bench).await?;
        flows::ensure_keys(bench, &planted).await?;
        flows::ensure_nothing_sent(&again)?;
        self.ensure_restored(bench, &planted).await
    }

    /// An edit that neither size nor modification time tell.
    pub(super) async fn same_size_edit(self, bench: &Workbench<'_>) -> Result<(), Stop> {
        let before = bench.plant_plain().await?;
        (self.mirror)(bench).await?;
        let after = flows::edit_unseen(bench).await?;
        let again = (self.mirror)(bench).await?;
        self.ensure_restored(bench, self.unseen_edits.expected(bench, &again, &before, &after).await?).await
    }

    /// An edit, a deletion and a new name.
    pub(super) async fn changes(self, bench: &Workbench<'_>) -> Result<(), Stop> {
        bench.plant_plain().await?;
        (self.mirror)(bench).await?;
        let changed = flows::change(bench).await?;
        (self.mirror)(bench).await?;
        flows::ensure_keys(bench, &changed).await?;
        self.ensure_restored(bench, &changed).await
    }

    async fn ensure_restored(self, bench: &Workbench<'_>, expected: &Manifest) -> Result<(), Stop> {
        (self.down)(bench).await?;
        bench.ensure_restored("restored", expected).await
    }
}
