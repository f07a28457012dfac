//! Parse, run, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    // A fault of s3ci's own must not end with the panic's 101, which says nothing to a build script.
    let exit =
        std::panic::catch_unwind(|| s3ci::cli::parse().map_or_else(|usage| s3ci::app::usage(&usage), s3ci::app::main));
    ExitCode::from(exit.unwrap_or(s3ci::exit::Exit::Environment).code())
}
