//! `s3ci report`: the reports of an earlier run, rendered again.

use std::path::Path;

use super::fail;
use super::run::{METRICS, outputs};
use crate::cli::{Export, ReportArgs};
use crate::exit::Exit;
use crate::record::RunRecord;
use crate::report::{Console, export, json, text};

/// Renders a record again. The exit code tells whether that worked, not what the run found.
pub(super) fn report(arguments: &ReportArgs, console: &mut Console) -> Exit {
    let record = match read(&arguments.record, console) {
        Ok(record) => record,
        Err(exit) => return exit,
    };
    let outputs = match outputs(&arguments.reports, console) {
        Ok(outputs) => outputs,
        Err(exit) => return exit,
    };
    if let Some(format) = arguments.export {
        console.print(&match format {
            Export::Bencher => export::bencher(&record),
            Export::CustomSmallerIsBetter => export::smaller_is_better(&record),
            Export::CustomBiggerIsBetter => export::bigger_is_better(&record),
            Export::Openmetrics => export::openmetrics(&record),
        });
    } else if outputs.listed().is_empty() {
        console.print(&text::render(&record));
    }
    let failed = outputs.write_all(&record);
    for error in &failed {
        super::refuse_report(console, error);
    }
    if failed.is_empty() { Exit::Success } else { Exit::Report }
}

/// Reads a record that an earlier run left, or says why that cannot be done. A directory of reports stands for the metrics in it.
pub(super) fn read(named: &Path, console: &mut Console) -> Result<RunRecord, Exit> {
    let path = if named.is_dir() { named.join(METRICS) } else { named.to_owned() };
    let content = std::fs::read_to_string(&path).map_err(|error| {
        let hint = "name the metrics.json of an earlier run, or the directory of its reports";
        fail(console, &format!("read {}", path.display()), &error, Some(hint), Exit::Usage)
    })?;
    json::parse(&content).map_err(|error| {
        let what = format!("understand {}", path.display());
        fail(console, &what, &error, error.hint().as_deref(), Exit::Usage)
    })
}
