//! Records that earlier runs left.

use std::path::Path;

use super::outputs::METRICS;
use super::refusal::Refusal;
use crate::base::{MOST_BYTES_OF_A_RECORD, read_bounded};
use crate::exit::Exit;
use crate::record::RunRecord;
use crate::report::json;

/// Reads a record, or says why that cannot be done. A directory of reports stands for the metrics in it.
pub(super) fn read(named: &Path) -> Result<RunRecord, Refusal> {
    let path = if named.is_dir() { named.join(METRICS) } else { named.to_owned() };
    let content = read_bounded(&path, MOST_BYTES_OF_A_RECORD).map_err(|error| {
        let hint = "name the metrics.json of an earlier run, or the directory with its reports";
        Refusal::new(format!("read {}", path.display()), &error, Exit::Usage).hint(hint)
    })?;
    json::parse(&content)
        .map_err(|error| Refusal::new(format!("understand {}", path.display()), &error, Exit::Usage).hint(error.hint()))
}
