//! One function for each subcommand; the only module that sees all others.
//!
//! Owns the order of things: what is checked before any work, what is told to whom, and which exit code comes of it. Deliberately
//! absent: everything that could be said without it.

mod calibrate;
mod catalogue;
mod clean;
mod compare;
mod doctor;
mod drime;
mod execution;
mod history;
mod image;
mod man;
mod merge;
mod outputs;
mod plan;
mod proposal;
mod records;
mod refusal;
mod report;
mod run;
mod secret;
mod selection;
mod signals;
mod trace;
mod trend;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::base::lock;
use crate::cli::{self, Cli, Command, ImageCommand};
use crate::exit::Exit;
use crate::report::{Console, ConsoleOptions, Verbosity, json};
use crate::server::reaper;
use refusal::Refusal;

/// Carries out a command line.
#[must_use]
pub fn main(cli: Cli) -> Exit {
    trace::start(cli.verbose);
    let verbosity = match (cli.quiet, cli.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, 0) => Verbosity::Normal,
        _ => Verbosity::Verbose,
    };
    let console = Arc::new(Mutex::new(Console::new(ConsoleOptions::detect(verbosity))));
    carried_out(cli.command, &console).unwrap_or_else(|refusal| refusal.tell(&mut lock(&console)))
}

fn carried_out(command: Command, console: &Arc<Mutex<Console>>) -> Result<Exit, Refusal> {
    // One thread for all requests: handing each wake-up to another thread costs more than the requests themselves, and file work
    // has threads of its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Refusal::new("start", &error, Exit::Environment))?;
    let exit = runtime.block_on(subcommand(command, console));
    // File work of a run that was stopped may go on; nobody waits for it.
    runtime.shutdown_timeout(Duration::from_millis(200));
    exit
}

async fn subcommand(command: Command, console: &Arc<Mutex<Console>>) -> Result<Exit, Refusal> {
    let print = |text: &str| {
        lock(console).print(text);
        Ok(Exit::Success)
    };
    match command {
        Command::Run(arguments) => Box::pin(run::run(*arguments, console)).await,
        Command::Calibrate(arguments) => Box::pin(calibrate::calibrate(*arguments, console)).await,
        Command::List(arguments) => print(&catalogue::list(&arguments)),
        Command::Doctor(arguments) => doctor::doctor(*arguments, console).await,
        Command::Clean(arguments) => clean::clean(arguments, console).await,
        Command::Image(ImageCommand::Build { options }) => image::build(&options.0, console).await,
        Command::Plan(arguments) => plan::plan(*arguments, &mut lock(console)),
        Command::Merge(arguments) => merge::merge(&arguments, &mut lock(console)),
        Command::Compare(arguments) => compare::compare(&arguments, &mut lock(console)),
        Command::History(command) => history::history(&command, &mut lock(console)),
        Command::Trend(arguments) => trend::trend(&arguments, &mut lock(console)),
        Command::Report(arguments) => report::report(&arguments, &mut lock(console)),
        Command::Schema => print(&json::schema()),
        Command::Man { directory } => man::write(&directory),
        Command::Completions { shell } => print(&cli::completions(shell)),
        // Its own exit code is for the run that started it.
        Command::Reap(arguments) => {
            let reaped = reaper::run(&arguments.run_id, &arguments.work_dir).await;
            Ok(if reaped.is_ok() { Exit::Success } else { Exit::Environment })
        }
    }
}
