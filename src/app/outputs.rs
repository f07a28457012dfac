//! Where reports go.

use std::io;
use std::path::Path;

use super::refusal::Refusal;
use crate::config::Options;
use crate::exit::Exit;
use crate::report::Outputs;

/// Names of the reports in `--out`.
const JUNIT: &str = "out.xml";
pub(super) const METRICS: &str = "metrics.json";
const TEXT: &str = "report.txt";
const HTML: &str = "report.html";

/// The files that were asked for, once it is clear that they can be written; a directory named by `--out` is made.
pub(super) fn outputs(options: &Options) -> Result<Outputs, Refusal> {
    if let Some(directory) = &options.out {
        make(directory).map_err(|error| {
            let what = format!("make the report directory {}", directory.display());
            Refusal::new(what, &error, Exit::Report).hint("choose a directory that you may write to")
        })?;
    }
    let default = |name: &str| options.out.as_ref().map(|directory| directory.join(name));
    let outputs = Outputs {
        junit: options.junit.clone().or_else(|| default(JUNIT)),
        json: options.json.clone().or_else(|| default(METRICS)),
        text: options.text.clone().or_else(|| default(TEXT)),
        html: options.html.clone().or_else(|| default(HTML)),
    };
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
