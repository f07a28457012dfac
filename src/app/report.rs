//! `s3ci report`: the reports of an earlier run, rendered again.

use super::fail;
use super::run::outputs;
use crate::cli::ReportArgs;
use crate::exit::Exit;
use crate::report::{Console, json, text};

/// Renders a record again. The exit code tells whether that worked, not what the run found.
pub(super) fn report(arguments: &ReportArgs, console: &mut Console) -> Exit {
    let path = &arguments.record;
    let content = match std::fs::read_to_string(path) {
        Ok(content) => content,
        Err(error) => {
            let hint = "name the metrics.json of an earlier run";
            return fail(console, &format!("read {}", path.display()), &error, Some(hint), Exit::Usage);
        }
    };
    let record = match json::parse(&content) {
        Ok(record) => record,
        Err(error) => {
            let what = format!("understand {}", path.display());
            return fail(console, &what, &error, error.hint().as_deref(), Exit::Usage);
        }
    };
    let outputs = match outputs(&arguments.reports, console) {
        Ok(outputs) => outputs,
        Err(exit) => return exit,
    };
    if outputs.listed().is_empty() {
        console.print(&text::render(&record));
    }
    let failed = outputs.write_all(&record);
    for error in &failed {
        super::refuse_report(console, error);
    }
    if failed.is_empty() { Exit::Success } else { Exit::Report }
}
