//! `s3ci merge`: the records of all shards as one run, with its reports and its exit code.

use super::run::{finish, github, outputs};
use super::{fail, report};
use crate::checks::CATALOGUE;
use crate::cli::MergeArgs;
use crate::exit::Exit;
use crate::record::merge as merged;
use crate::report::Console;

/// Merges, reports, and ends as the run would have ended on one machine.
pub(super) fn merge(arguments: &MergeArgs, console: &mut Console) -> Exit {
    match run(arguments, console) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn run(arguments: &MergeArgs, console: &mut Console) -> Result<Exit, Exit> {
    let records = arguments.records.iter().map(|path| report::read(path, console)).collect::<Result<Vec<_>, _>>()?;
    let mut record =
        merged(records).map_err(|error| fail(console, &error.to_string(), &error, Some(error.hint()), Exit::Usage))?;
    record.suites.sort_by_key(|suite| CATALOGUE.iter().position(|known| known.name == suite.id.as_str()));
    Exit::judge(&mut record);
    let outputs = outputs(&arguments.reports, console)?;
    let github = github(arguments.github, &record.run_id);
    if let Some(github) = &github {
        console.print(&github.opening());
    }
    Ok(finish(&mut record, console, &outputs, github.as_ref()))
}
