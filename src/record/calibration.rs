//! The noise of a machine, measured by comparing a server with itself.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Against, Direction, HostFingerprint, RunRecord, RuntimeKind, TargetIdentity, ThroughputProcedure, Tool};

/// The floors of a machine. A file of its own, read by runs that compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// The program that wrote this.
    pub tool: Tool,
    /// The machine.
    pub host: HostFingerprint,
    /// How the servers were run.
    pub runtime: RuntimeKind,
    /// What was compared with itself.
    pub target: TargetIdentity,
    /// How it was compared.
    pub procedure: ThroughputProcedure,
    /// Blocks that were run.
    pub blocks: u64,
    /// By metric: the largest drop, in millionths, that equal servers can seem to have here. A smaller drop counts as noise.
    pub floors_ppm: BTreeMap<String, u64>,
}

impl Calibration {
    /// The floors as they hold for a comparison: those of another kind of machine, runtime or procedure say nothing about it.
    ///
    /// # Errors
    /// What is different, in words.
    pub fn floors_for(
        &self,
        host: &HostFingerprint,
        runtime: RuntimeKind,
        procedure: &ThroughputProcedure,
    ) -> Result<&BTreeMap<String, u64>, &'static str> {
        if !self.host.is_kind_of(host) {
            return Err("another kind of machine");
        }
        if self.runtime != runtime {
            return Err("another runtime");
        }
        if self.procedure.in_words() != procedure.in_words() {
            return Err("other objects or another procedure");
        }
        Ok(&self.floors_ppm)
    }

    /// The floors that a comparison of a server with itself shows: how far the interval of each ratio reaches below equality. None
    /// where it did not come to an interval.
    #[must_use]
    pub fn of(record: &RunRecord) -> Option<Self> {
        let Against { throughput, .. } = record.against.as_ref()?;
        let comparison = throughput.first()?;
        let floor = |lower_ppm: u64| 1_000_000_u64.saturating_sub(lower_ppm);
        let deciding = comparison
            .results
            .iter()
            .filter(|result| result.direction == Direction::Higher && !result.metric.contains('.'));
        let floors_ppm: BTreeMap<String, u64> =
            deciding.map(|result| Some((result.metric.clone(), floor(result.lower_ppm?)))).collect::<Option<_>>()?;
        (!floors_ppm.is_empty()).then(|| Self {
            tool: record.tool.clone(),
            host: record.host.clone(),
            runtime: record.runtime.kind,
            target: record.target.clone(),
            procedure: comparison.procedure.clone(),
            blocks: comparison.blocks.len() as u64,
            floors_ppm,
        })
    }
}
