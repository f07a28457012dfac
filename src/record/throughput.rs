//! What a comparison with a base found: throughput block by block, and verdict by verdict.
//!
//! Ratios, shares and logarithms are whole millionths, so that they survive JSON unchanged: 1,000,000 stands for equal.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Change, CheckId, Direction, Outcome, RuntimeIdentity, SuiteId, TargetIdentity};

/// A comparison of the target (the candidate) with another one (the base).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Against {
    /// What the target is compared with.
    pub base: TargetIdentity,
    /// How the base was run.
    pub base_runtime: RuntimeIdentity,
    /// The comparisons of throughput, one for each suite that makes one.
    pub throughput: Vec<ThroughputComparison>,
    /// The checks that ran on both, in the order of the run.
    pub verdicts: Vec<ComparedCheck>,
    /// Which failed checks count for the exit code.
    pub fail_on: FailOn,
    /// Whether what could not be decided counts for the exit code.
    pub inconclusive_fails: bool,
}

impl Against {
    /// Whether a failed check was failed by the base as well.
    #[must_use]
    pub fn is_pre_existing(&self, check: &CheckId) -> bool {
        self.verdicts.iter().any(|compared| compared.id == *check && compared.change == Change::PreExisting)
    }
}

/// Which failed checks count for the exit code where there is a base.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailOn {
    /// All that no ledger names.
    #[default]
    Any,
    /// Those alone that did not fail on the base.
    New,
}

/// One check on both arms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedCheck {
    /// The check.
    pub id: CheckId,
    /// What became of it on the base.
    pub base: Outcome,
    /// What changed compared with its outcome on the target.
    pub change: Change,
}

/// Two arms, block by block, and what follows from it for each metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThroughputComparison {
    /// The suite whose checks are the verdicts.
    pub suite: SuiteId,
    /// The procedure.
    pub procedure: ThroughputProcedure,
    /// The blocks in the order in which they ran.
    pub blocks: Vec<ThroughputBlock>,
    /// The metrics: first those that decide, then those that inform.
    pub results: Vec<ThroughputResult>,
}

impl ThroughputComparison {
    /// Takes back what failed, because an arm died or could not go on: what was slow may have been dying, so it is no regression. A pass
    /// stays: nobody is accused by it.
    pub fn break_off(&mut self) {
        for result in self.results.iter_mut().filter(|result| result.decision == Some(Decision::Fail)) {
            result.decision = None;
        }
    }
}

/// The procedure of a comparison, fixed before its first block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThroughputProcedure {
    /// Raised when a block's ratio comes about in another way than the rest of this tells.
    pub version: u32,
    /// Seed of the content, and with `drawn_for` of every order.
    pub seed: u64,
    /// The run whose orders were drawn: another run has others, so that no imbalance repeats. Empty where the seed alone drew them.
    pub drawn_for: String,
    /// Objects of a block; each is operated on once in a pass, on both arms.
    pub objects: u64,
    /// Smallest object.
    pub min_size_bytes: u64,
    /// Largest object.
    pub max_size_bytes: u64,
    /// Listings of a pass.
    pub listings: u64,
    /// The operations of a block's passes, in their order.
    pub passes: Vec<String>,
    /// Numbers of blocks after which s3ci looks at the interval.
    pub looks: Vec<u64>,
    /// Chance of a false alarm that all looks at all metrics share, in millionths.
    pub alpha_ppm: u64,
    /// What each look at each metric has of it.
    pub alpha_per_look_ppm: u64,
    /// The drop that is tolerated, in millionths; a metric whose floor is higher has that.
    pub tolerance_ppm: u64,
}

/// One of the two servers of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// The one that is compared with.
    Base,
    /// The one that is tested.
    Candidate,
}

/// Fresh servers of both arms, and the passes that the procedure lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThroughputBlock {
    /// Position, counted from 1.
    pub number: u64,
    /// Which arm's server was started first.
    pub started_first: Arm,
    /// Wall time, start and stop of both servers included.
    pub duration_ns: u64,
    /// The passes in their order.
    pub passes: Vec<ThroughputPass>,
    /// Peak memory of the base's server.
    pub base_memory_bytes: Option<u64>,
    /// Peak memory of the candidate's server.
    pub candidate_memory_bytes: Option<u64>,
}

/// One operation, carried out on both arms for each object, back to back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThroughputPass {
    /// The operation, such as `put`.
    pub operation: String,
    /// Which arm came first for each object in turn: `b` the base, `c` the candidate.
    pub order: String,
    /// What all operations of the base took.
    pub base_ns: u64,
    /// What all operations of the candidate took.
    pub candidate_ns: u64,
    /// CPU time of the base's server.
    pub base_cpu_ns: Option<u64>,
    /// CPU time of the candidate's server.
    pub candidate_cpu_ns: Option<u64>,
}

/// How a block comes to one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Estimator {
    /// The middle of the objects' own ratios.
    MedianOfRatios,
    /// The ratio of what all objects took together.
    RatioOfSums,
}

/// What the look at a metric came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// A drop as large as is tolerated is ruled out.
    Pass,
    /// The drop is larger than is tolerated.
    Fail,
    /// Neither, after the last look.
    Inconclusive,
}

/// One metric of a comparison.
///
/// A ratio is the candidate's quantity over the base's, in millionths: of throughput, where less is worse, or of CPU time and memory,
/// where more is worse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThroughputResult {
    /// Dotted, stable name: `put`, `get.large`, `put.total`, `put.cpu`, `memory`.
    pub metric: String,
    /// Which way is better.
    pub direction: Direction,
    /// How a block came to its number.
    pub estimator: Estimator,
    /// What it came to; none where the metric only informs, or nothing could be decided because the comparison broke off.
    pub decision: Option<Decision>,
    /// Blocks that were looked at.
    pub blocks: u64,
    /// The Hodges-Lehmann estimate of the ratio.
    pub ratio_ppm: u64,
    /// Lower end of the exact signed-rank interval; none where there are too few blocks for one.
    pub lower_ppm: Option<u64>,
    /// Upper end of it.
    pub upper_ppm: Option<u64>,
    /// One-sided error of either end.
    pub alpha_ppm: u64,
    /// The drop that is tolerated, the machine's floor considered.
    pub tolerance_ppm: u64,
    /// The machine's floor for this metric, where it was calibrated.
    pub floor_ppm: Option<u64>,
    /// The smallest drop that would have failed with a power of 80% after as many blocks, simulated from what the blocks left unexplained.
    pub detectable_drop_ppm: Option<u64>,
    /// The natural logarithm of each block's ratio, in millionths. Those after the first `blocks` ran for other metrics' sake.
    pub log_ratios_ppm: Vec<i64>,
}

impl ThroughputResult {
    /// The drop that is tolerated, and that it is the machine's floor where that is higher than what was asked for: `12% (calibrated)`.
    #[must_use]
    pub fn tolerated(&self) -> String {
        let calibrated = if self.floor_ppm == Some(self.tolerance_ppm) { " (calibrated)" } else { "" };
        format!("{}{calibrated}", percent(self.tolerance_ppm))
    }

    /// The ratio with its interval: `0.912 of the base (0.890 to 0.934, 10 blocks)`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let interval = match (self.lower_ppm, self.upper_ppm) {
            (Some(lower), Some(upper)) => format!("{} to {}", thousandths(lower), thousandths(upper)),
            _ => "too few for an interval".to_owned(),
        };
        format!("{} of the base ({interval}, {} blocks)", thousandths(self.ratio_ppm), self.blocks)
    }
}

/// A ratio in millionths with three decimals: `0.912`.
fn thousandths(ppm: u64) -> String {
    let thousandths = (ppm + 500) / 1000;
    format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
}

/// A share in millionths as a reader wants it: `8.8%`.
#[must_use]
pub fn percent(ppm: u64) -> String {
    let tenths = (ppm + 500) / 1000;
    if tenths.is_multiple_of(10) { format!("{}%", tenths / 10) } else { format!("{}.{}%", tenths / 10, tenths % 10) }
}
