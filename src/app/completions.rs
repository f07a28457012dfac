//! `s3ci completions`.

use clap::CommandFactory;

use crate::cli::Cli;
use crate::exit::Exit;
use crate::report::Console;

/// Prints the completions for a shell.
pub(super) fn print(shell: clap_complete::Shell, console: &mut Console) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "s3ci", &mut script);
    console.print(&String::from_utf8_lossy(&script));
    Exit::Success
}
