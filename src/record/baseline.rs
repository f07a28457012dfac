//! How throughput changed since an earlier run, by way of the base that both runs were compared with.

use serde::Serialize;

use super::throughput::percent;
use super::{Decision, SuiteId};

/// One metric now and in an earlier run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SinceBaseline {
    /// Name of the metric: `put`.
    pub metric: String,
    /// What it came to.
    pub decision: Decision,
    /// Estimate of now over then, in millionths: both are Hodges-Lehmann estimates. None where the baseline has no blocks of the metric.
    pub ratio_ppm: Option<u64>,
    /// The interval of it, from the exact intervals of both; none where there are too few blocks for one.
    pub interval_ppm: Option<(u64, u64)>,
    /// Blocks then and now.
    pub blocks: (usize, usize),
    /// The drop that is tolerated, in millionths.
    pub tolerance_ppm: u64,
    /// The same in words, with whether the machine was calibrated to it.
    pub tolerated: String,
}

impl SinceBaseline {
    /// The ratio with its interval: `91.2% of the baseline (89% to 93.4%, 10 and 15 blocks)`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let Some(ratio_ppm) = self.ratio_ppm else { return "the baseline has no blocks of it".to_owned() };
        let interval = self.interval_ppm.map_or_else(
            || "too few for an interval".to_owned(),
            |(lower, upper)| format!("{} to {}", percent(lower), percent(upper)),
        );
        let (then, now) = self.blocks;
        format!("{} of the baseline ({interval}, {then} and {now} blocks)", percent(ratio_ppm))
    }
}

/// The throughput of a suite in both records, through the base that they have in common.
#[derive(Debug, Clone, Serialize)]
pub struct SuiteSince {
    /// The suite.
    pub suite: SuiteId,
    /// Its metrics, or why they cannot be compared.
    #[serde(serialize_with = "either")]
    pub found: Result<Vec<SinceBaseline>, &'static str>,
}

impl SuiteSince {
    /// Whether a metric has dropped by more than is tolerated.
    #[must_use]
    pub fn has_dropped(&self) -> bool {
        self.dropped().next().is_some()
    }

    /// The metrics that have.
    pub fn dropped(&self) -> impl Iterator<Item = &SinceBaseline> {
        self.found.iter().flatten().filter(|since| since.decision == Decision::Fail)
    }
}

/// The metrics as a list, or the reason as a text.
fn either<S: serde::Serializer>(
    found: &Result<Vec<SinceBaseline>, &'static str>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match found {
        Ok(metrics) => metrics.serialize(serializer),
        Err(reason) => reason.serialize(serializer),
    }
}
