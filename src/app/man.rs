//! `s3ci man`.

use std::path::Path;

use clap::CommandFactory;

use super::fail;
use crate::cli::Cli;
use crate::exit::Exit;
use crate::report::Console;

/// Writes a manual page for s3ci and for each of its subcommands into a directory, which is made where it is missing.
pub(super) fn write(directory: &Path, console: &mut Console) -> Exit {
    let written = std::fs::create_dir_all(directory).and_then(|()| clap_mangen::generate_to(Cli::command(), directory));
    match written {
        Ok(()) => Exit::Success,
        Err(error) => {
            let what = format!("write manual pages to {}", directory.display());
            fail(console, &what, &error, Some("name a directory that you may write to"), Exit::Report)
        }
    }
}
