//! What clap makes of the command line: completions and manual pages.

use std::io;
use std::path::Path;

use clap::CommandFactory;

use super::Cli;

/// The completions for a shell.
#[must_use]
pub fn completions(shell: clap_complete::Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "s3ci", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Writes a manual page for s3ci and for each of its subcommands into a directory that is there.
///
/// # Errors
/// A page cannot be written.
pub fn manual_pages(directory: &Path) -> io::Result<()> {
    clap_mangen::generate_to(Cli::command(), directory)
}
