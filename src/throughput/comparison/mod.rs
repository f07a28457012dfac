//! The comparison: two servers side by side, block after block, until every metric is decided.
//!
//! Owns the procedure: its default numbers, what a block does (`schedule`, pure), how a block runs (`block`), the
//! numbers that it gives (`ratios`, pure), and what they decide (`judge`, pure). Deliberately absent: how servers are
//! prepared, the checks of the suite, and exit codes.

mod block;
mod judge;
mod objects;
mod ratios;
mod schedule;
#[cfg(test)]
pub(crate) mod simulated;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub use block::BrokenOff;
use block::{Both, ComparisonSetup};
pub use judge::Floors;
use judge::Judge;
use objects::Objects;
use schedule::{BlockSchedule, Operation};

use super::millionths::millionths;
use super::{ALPHA, Sequence, SequenceError};
use crate::event::{Event, Events};
use crate::record::{SuiteId, ThroughputComparison, ThroughputProcedure};
use crate::server::{Backend, BucketMode, Runtime, ServerSpec};
use crate::workload::DatasetSettings;

/// Numbers of blocks after which the comparison looks at the intervals.
pub const LOOKS: [u64; 4] = [10, 15, 20, 30];
/// Most objects in a block. More make it longer and hardly less noisy, because the noise that is left comes from the
/// two servers.
const MOST_OBJECTS: usize = 60;
/// Largest object. Above this size the disk takes most of the time, not the server.
const MOST_BYTES: u64 = 4 << 20;
/// Raise this when something changes that the rest of the procedure does not show: the content of objects, the
/// estimator, what an order is drawn for. s3ci does not compare records of two versions.
const VERSION: u32 = 1;
/// Listings in a pass. A listing is quick, and the noisiest operation within a block, so many are cheap and useful.
const LISTINGS: u64 = 60;

/// The names of the operations in checks and metrics.
#[must_use]
pub fn operations() -> [&'static str; 5] {
    Operation::ALL.map(Operation::name)
}

/// Fixes the procedure of a comparison. Its orders are drawn for this run.
///
/// # Errors
/// A look at which nothing could ever fail.
pub fn procedure(
    dataset: DatasetSettings,
    seed: u64,
    run_id: &str,
    tolerance_ppm: u64,
) -> Result<ThroughputProcedure, SequenceError> {
    let sequence = Sequence::new(&LOOKS, Operation::ALL.len())?;
    Ok(ThroughputProcedure {
        version: VERSION,
        seed,
        drawn_for: run_id.to_owned(),
        objects: dataset.files.min(MOST_OBJECTS) as u64,
        min_size_bytes: dataset.min_size_bytes.min(MOST_BYTES),
        max_size_bytes: dataset.max_size_bytes.min(MOST_BYTES),
        listings: LISTINGS,
        passes: schedule::passes().into_iter().map(|operation| operation.name().to_owned()).collect(),
        looks: LOOKS.to_vec(),
        alpha_ppm: millionths(ALPHA),
        alpha_per_look_ppm: millionths(sequence.alpha_per_look()),
        tolerance_ppm,
    })
}

#[derive(Debug)]
pub struct Measurement<'a> {
    /// The suite whose checks it decides.
    pub suite: SuiteId,
    pub base: &'a Runtime,
    pub candidate: &'a Runtime,
    pub procedure: ThroughputProcedure,
    pub floors: Floors,
    /// Runs all blocks and decides nothing.
    pub calibrates: bool,
    /// Deadline of a request.
    pub deadline: Duration,
    pub events: &'a Events,
    /// Cancelled when the run must stop.
    pub stop: CancellationToken,
}

impl Measurement<'_> {
    /// Runs blocks until all metrics are decided or the run must stop, and emits an event for each. Returns what the
    /// blocks found, and why it broke off: a server did not start, died, or answered wrongly. If it broke off, no
    /// metric has failed.
    pub async fn run(&self) -> (ThroughputComparison, Option<BrokenOff>) {
        let mut comparison = ThroughputComparison {
            suite: self.suite.clone(),
            procedure: self.procedure.clone(),
            blocks: Vec::new(),
            results: Vec::new(),
        };
        let broken = self.blocks(&mut comparison).await.err();
        if broken.is_some() && !comparison.blocks.is_empty() {
            comparison.break_off();
            self.events.emit(Event::Compared { comparison: Box::new(comparison.clone()) }).await;
        }
        (comparison, broken)
    }

    async fn blocks(&self, comparison: &mut ThroughputComparison) -> Result<(), BrokenOff> {
        let mut judge = Judge::new(&self.procedure, Operation::ALL.len(), self.floors.clone())?;
        let setup = ComparisonSetup {
            runtimes: Both { base: self.base, candidate: self.candidate },
            specs: Both { base: self.spec("base"), candidate: self.spec("candidate") },
            objects: Objects::draw(&self.procedure),
            deadline: self.deadline,
            stop: self.stop.clone(),
        };
        let last = self.procedure.looks.last().copied().unwrap_or_default();
        for number in 1..=last {
            let schedule = BlockSchedule::draw(&self.procedure, number);
            let Some(measured) = Box::pin(setup.block(number, &schedule)).await? else { break };
            let ratios = ratios::of(&measured, |object| Some(setup.objects.get(object)?.class()));
            if self.calibrates {
                judge.note(ratios);
            } else {
                judge.take(ratios);
            }
            comparison.blocks.push(measured.record);
            comparison.results = judge.results(judge.is_decided() || number == last);
            self.tell(comparison, number, last, &judge.standing()).await;
            if judge.is_decided() {
                break;
            }
        }
        Ok(())
    }

    async fn tell(&self, comparison: &ThroughputComparison, number: u64, last: u64, standing: &str) {
        self.events.progress("blocks", number, last);
        self.events.emit(Event::Compared { comparison: Box::new(comparison.clone()) }).await;
        self.events.emit(Event::Standing { text: format!("block {number} of at most {last}: {standing}") }).await;
    }

    fn spec(&self, arm: &str) -> ServerSpec {
        let procedure = &self.procedure;
        ServerSpec {
            label: format!("{}-{arm}", self.suite.as_str().replace('/', "-")),
            backend: Backend::Local,
            bucket_mode: BucketMode::Custom,
            credentials: None,
            data_bytes: procedure.objects * (procedure.max_size_bytes + 8192),
            largest_object_bytes: procedure.max_size_bytes,
            objects: procedure.objects,
            canaries: false,
            data_limit_bytes: None,
        }
    }
}
