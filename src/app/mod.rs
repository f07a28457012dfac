//! One function for each subcommand; the only module that sees all others.
//!
//! Owns the order of things: what is checked before any work, what is told to whom, and which exit code comes of it. Deliberately
//! absent: everything that could be said without it.

mod calibrate;
mod catalogue;
mod clean;
mod compare;
mod completions;
mod doctor;
mod drime;
mod history;
mod image;
mod man;
mod merge;
mod plan;
mod proposal;
mod report;
mod run;
mod secret;
mod signals;
mod trace;
mod trend;

use std::error::Error;
use std::time::Duration;

use crate::base::causes_of;
use crate::cli::{Cli, Command, ImageCommand};
use crate::config::ConfigError;
use crate::exit::Exit;
use crate::ledger::LedgerError;
use crate::plan::PlanError;
use crate::report::{Console, ConsoleOptions, Verbosity, WriteError, json};
use crate::server::{Target, watchdog};

/// Carries out a command line.
#[must_use]
pub fn main(cli: Cli) -> Exit {
    trace::start(cli.verbose);
    let verbosity = match (cli.quiet, cli.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, 0) => Verbosity::Normal,
        _ => Verbosity::Verbose,
    };
    let mut console = Console::new(ConsoleOptions::detect(verbosity));
    // One thread for all requests: handing each wake-up to another thread costs more than the requests themselves, and file work
    // has threads of its own.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&mut console, "start", &error, None, Exit::Environment),
    };
    let exit = runtime.block_on(async {
        match cli.command {
            Command::Run(arguments) => Box::pin(run::run(*arguments, console)).await,
            Command::Calibrate(arguments) => Box::pin(calibrate::calibrate(*arguments, console)).await,
            Command::List(arguments) => catalogue::list(arguments.format, &mut console),
            Command::Doctor(arguments) => doctor::doctor(*arguments, &mut console).await,
            Command::Clean(arguments) => clean::clean(arguments, &mut console).await,
            Command::Image(ImageCommand::Build { settings }) => image::build(*settings, console).await,
            Command::Plan(arguments) => plan::plan(*arguments, &mut console),
            Command::Merge(arguments) => merge::merge(&arguments, &mut console),
            Command::Compare(arguments) => compare::compare(&arguments, &mut console),
            Command::History(command) => history::history(&command, &mut console),
            Command::Trend(arguments) => trend::trend(&arguments, &mut console),
            Command::Report(arguments) => report::report(&arguments, &mut console),
            Command::Schema => {
                console.print(&json::schema());
                Exit::Success
            }
            Command::Man { directory } => man::write(&directory, &mut console),
            Command::Completions { shell } => completions::print(shell, &mut console),
            Command::Reap(arguments) => match watchdog::run(&arguments.run_id, &arguments.work_dir).await {
                Ok(()) => Exit::Success,
                Err(_) => Exit::Environment,
            },
        }
    });
    // File work of a run that was stopped may go on; nobody waits for it.
    runtime.shutdown_timeout(Duration::from_millis(200));
    exit
}

/// Tells what failed and what to try.
fn fail(console: &mut Console, what: &str, error: &dyn Error, hint: Option<&str>, exit: Exit) -> Exit {
    let mut causes = causes_of(error);
    if what != error.to_string() {
        causes.insert(0, error.to_string());
    }
    console.error(what, &causes, hint);
    exit
}

fn refuse_config(console: &mut Console, error: &ConfigError) -> Exit {
    fail(console, &error.to_string(), error, error.hint().as_deref(), Exit::Usage)
}

fn refuse_ledger(console: &mut Console, error: &LedgerError) -> Exit {
    fail(console, &error.to_string(), error, Some(&error.hint()), Exit::Usage)
}

fn refuse_plan(console: &mut Console, error: &PlanError) -> Exit {
    fail(console, &error.to_string(), error, error.hint().as_deref(), Exit::Usage)
}

fn refuse_report(console: &mut Console, error: &WriteError) -> Exit {
    fail(console, &error.to_string(), error, error.hint().as_deref(), Exit::Report)
}

/// Looks at a target as far as that needs neither network nor Docker.
async fn validate(target: &Target, console: &mut Console) -> Result<(), Exit> {
    match target.validate().await {
        Ok(()) => Ok(()),
        Err(error) => Err(fail(console, &error.to_string(), &error, error.hint().as_deref(), Exit::Usage)),
    }
}
