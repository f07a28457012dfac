//! Parse, run, exit.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    ExitCode::from(s3ci::app::main(s3ci::cli::Cli::parse()).code())
}
