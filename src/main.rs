//! Parse, run, exit.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = s3ci::cli::Cli::parse();
    // A fault of s3ci's own must not end with the panic's 101, which says nothing to a build script.
    let exit = std::panic::catch_unwind(|| s3ci::app::main(cli)).unwrap_or(s3ci::exit::Exit::Environment);
    ExitCode::from(exit.code())
}
