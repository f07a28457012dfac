//! `s3ci merge`: the records of all shards as one run, with its reports and its exit code.

use super::execution::finish;
use super::outputs::outputs;
use super::records;
use super::refusal::Refusal;
use crate::checks::CATALOGUE;
use crate::cli::MergeArgs;
use crate::config::Settings;
use crate::exit::Exit;
use crate::record::merge as merged;
use crate::report::{Console, GitHub};

/// Merges, reports, and ends as the run would have ended on one machine.
pub(super) fn merge(arguments: &MergeArgs, github: Option<&GitHub>, console: &mut Console) -> Result<Exit, Refusal> {
    let options = Settings::of(&arguments.options.0)?.with_defaults()?;
    let records = arguments.records.iter().map(|path| records::read(path)).collect::<Result<Vec<_>, _>>()?;
    let mut record = merged(records)?;
    record.suites.sort_by_key(|suite| CATALOGUE.iter().position(|known| known.name == suite.id.as_str()));
    Exit::judge(&mut record);
    let outputs = outputs(&options)?;
    Ok(finish(&mut record, console, &outputs, github))
}
