//! What happens during a run, as a stream of facts.
//!
//! Suites and runtimes emit; `run` folds the stream into the record; the console follows it. The channel is
//! bounded, so a slow listener slows the run instead of filling memory. Deliberately absent: any decision.

use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::mpsc;

use crate::record::{
    Against, CapabilityRecord, CheckRecord, Exchange, Fault, HarnessTiming, Interruption, Metric, RuntimeIdentity,
    ServerStart, Storage, SuiteId, SuiteRecord, TargetIdentity, ThroughputComparison,
};

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// Preparation went on to another step; the text says which (`building image …`).
    Preparing {
        /// The step, in the present participle.
        step: String,
    },
    /// A line of output of a long preparation, such as an image build.
    Output {
        /// The line, free of control characters.
        line: String,
    },
    /// Something that a reader of the results must know.
    Notice {
        /// One sentence.
        text: String,
    },
    /// A suite begins; its server starts next.
    SuiteStarted {
        suite: SuiteId,
        /// When it began, which may be long before the event is emitted.
        at: OffsetDateTime,
        /// Where its server stores.
        storage: Storage,
        title: String,
        checks: usize,
    },
    /// A suite learnt a fact for the reader.
    Fact {
        /// What the fact is about.
        name: String,
        /// The fact.
        value: String,
    },
    /// A suite learnt whether the server offers something that it may lack.
    Capability {
        /// What, and whether.
        capability: CapabilityRecord,
        /// The requests by which it was asked.
        exchanges: Vec<Exchange>,
    },
    /// A suite advanced within a long step.
    Progress {
        /// The step, such as `upload`.
        step: &'static str,
        /// Units done.
        done: u64,
        /// Units in all.
        total: u64,
    },
    /// Where a comparison stands after another block.
    Standing {
        /// One sentence.
        text: String,
    },
    /// Which suites run side by side, and how many have ended.
    Running {
        /// One sentence.
        text: String,
    },
    /// What the blocks of a comparison found so far; replaces the last event of this kind.
    Compared {
        /// All blocks, and what follows from them.
        comparison: Box<ThroughputComparison>,
    },
    /// The base is there and its runtime prepared: what follows in the comparison section of the record.
    Against {
        /// The section, still without a comparison.
        against: Box<Against>,
    },
    /// The suite that has just ended ran on the base as well.
    OnBase {
        /// What became of its checks there.
        suite: Box<SuiteRecord>,
    },
    /// A check ended.
    CheckFinished { check: Box<CheckRecord> },
    /// A quantity was measured.
    Measured { metric: Box<Metric> },
    /// A suite ended and its server is gone.
    SuiteFinished {
        suite: SuiteId,
        /// What only its end shows.
        end: Box<SuiteEnd>,
    },
    /// The target is there and its runtime prepared.
    Prepared {
        /// What is tested and how.
        prepared: Box<Prepared>,
    },
    /// Something outside any suite kept s3ci from doing what was asked.
    Fault {
        /// What it was.
        fault: Fault,
    },
    /// A signal arrived; what is under way is stopped.
    Interrupted {
        /// Which signal.
        by: Interruption,
    },
}

/// What only the end of a suite shows.
#[derive(Debug, Clone, Default)]
pub struct SuiteEnd {
    /// How long the suite took.
    pub duration: Duration,
    /// A fault that kept the suite from running to its end.
    pub fault: Option<Fault>,
    /// How the server came up; none where it did not.
    pub server_start: Option<ServerStart>,
    /// The server's last log lines.
    pub server_log: Vec<String>,
}

/// What is tested and how.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What is tested.
    pub target: TargetIdentity,
    /// How it is run.
    pub runtime: RuntimeIdentity,
    /// What the preparation took.
    pub timings: Vec<HarnessTiming>,
}

/// The sending side of the stream.
#[derive(Debug, Clone)]
pub struct Events(mpsc::Sender<Event>);

impl Events {
    /// A stream that holds at most `capacity` events that nobody has received yet.
    #[must_use]
    pub fn channel(capacity: usize) -> (Self, mpsc::Receiver<Event>) {
        let (sender, receiver) = mpsc::channel(capacity);
        (Self(sender), receiver)
    }

    /// Emits an event; waits while the listener is behind. It is no error if the listener is gone.
    pub async fn emit(&self, event: Event) {
        let _ = self.0.send(event).await;
    }

    /// Emits progress unless the listener is behind: progress may be lost, results may not.
    pub fn progress(&self, step: &'static str, done: u64, total: u64) {
        let _ = self.0.try_send(Event::Progress { step, done, total });
    }
}
