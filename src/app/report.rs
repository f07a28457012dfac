//! `s3ci report`: the reports of an earlier run, rendered again.

use super::outputs::outputs;
use super::records;
use super::refusal::Refusal;
use crate::cli::{Export, ReportArgs};
use crate::config::Settings;
use crate::exit::Exit;
use crate::report::render::text;
use crate::report::view::View;
use crate::report::{Console, export};

/// Renders a record again. The exit code says whether that worked, not what the run found.
pub(super) fn report(arguments: &ReportArgs, console: &mut Console) -> Result<Exit, Refusal> {
    let record = records::read(&arguments.record)?;
    let outputs = outputs(&Settings::of(&arguments.options.0)?.with_defaults()?)?;
    if let Some(format) = arguments.export {
        console.print(&match format {
            Export::Bencher => export::bencher(&record),
            Export::CustomSmallerIsBetter => export::smaller_is_better(&record),
            Export::CustomBiggerIsBetter => export::bigger_is_better(&record),
            Export::Openmetrics => export::openmetrics(&record),
        });
    } else if outputs.is_empty() {
        console.print(&text(&View::of(&record)));
    }
    let failed = outputs.write_all(&record);
    let exit = if failed.is_empty() { Exit::Success } else { Exit::Report };
    for error in failed {
        Refusal::from(error).tell(console);
    }
    Ok(exit)
}
