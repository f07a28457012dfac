//! Where reports go.

use std::io;
use std::path::Path;

use super::refusal::Refusal;
use crate::config::Options;
use crate::exit::Exit;
use crate::report::Outputs;
use crate::report::render::Format;

/// The record among the reports of a directory.
pub(super) const METRICS: &str = "metrics.json";

/// The files that were asked for, once it is clear that they can be written; a directory named by `--out` is made.
pub(super) fn outputs(options: &Options) -> Result<Outputs, Refusal> {
    if let Some(directory) = &options.out {
        make(directory).map_err(|error| {
            let what = format!("make the report directory {}", directory.display());
            Refusal::new(what, &error, Exit::Report).hint("choose a directory that you may write to")
        })?;
    }
    let path = |format: &Format| {
        let default = || options.out.as_ref().map(|directory| directory.join(format.file_name));
        options.path(format.flag).cloned().or_else(default)
    };
    let outputs = Outputs::of(path).with_junit_suffix(options.junit_suffix.clone());
    outputs.check()?;
    Ok(outputs)
}

/// Makes a directory for reports. One that was not there tells git to leave it alone: in a checkout that is tested (`path:.`) the reports of
/// one run would be among the sources of the next.
fn make(directory: &Path) -> io::Result<()> {
    let is_new = !directory.exists();
    std::fs::create_dir_all(directory)?;
    if is_new { std::fs::write(directory.join(".gitignore"), "*\n") } else { Ok(()) }
}
