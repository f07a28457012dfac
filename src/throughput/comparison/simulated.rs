//! Runs the judge of real blocks on simulated blocks. Tests only.

use super::judge::{Floors, Judge};
use super::ratios::Ratio;
use super::schedule::Operation;
use crate::record::Decision;
use crate::throughput::comparison::procedure;
use crate::workload::DatasetSettings;

/// Number of deciding metrics.
pub(crate) const METRICS: usize = Operation::ALL.len();

#[derive(Debug)]
pub(crate) struct Comparison(Judge);

impl Comparison {
    pub(crate) fn new(tolerance: f64) -> Self {
        let dataset = DatasetSettings { files: 1, min_size_bytes: 1, max_size_bytes: 1, subdirs: 0 };
        let procedure = procedure(dataset, 1, "", crate::throughput::millionths::millionths(tolerance)).unwrap();
        Self(Judge::new(&procedure, METRICS, Floors::new()).unwrap())
    }

    pub(crate) fn take(&mut self, logs: [f64; METRICS]) {
        let ratios = Operation::ALL.into_iter().zip(logs);
        self.0.take(ratios.map(|(operation, log)| Ratio::deciding(operation, log)).collect());
    }

    pub(crate) fn is_decided(&self) -> bool {
        self.0.is_decided()
    }

    pub(crate) fn decisions(&self) -> Vec<Decision> {
        self.0.decisions()
    }
}
