//! One function for each subcommand; the only module that sees all others.
//!
//! Owns the order of things: what is checked before any work, what is printed where, and which exit code follows. Deliberately absent:
//! everything that another module can do alone.

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
use crate::cli::{self, Cli, Command, ImageCommand, Usage};
use crate::config::options::{Said, Value, When};
use crate::config::{Config, Surroundings};
use crate::event::Event;
use crate::exit::Exit;
use crate::report::{Console, ConsoleOptions, GitHub, Stream, Verbosity, json};
use crate::server::watchdog;
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
    let mut console = Console::new(ConsoleOptions::detect(verbosity));
    let (github, stream) = github(&cli.command);
    if github.is_some() {
        console.stop_commands(token(), stream);
    }
    let console = Arc::new(Mutex::new(console));
    let exit = carried_out(cli.command, github.as_ref(), &console);
    let mut console = lock(&console);
    let exit = exit.unwrap_or_else(|refusal| refusal.tell(&mut console));
    console.resume_commands();
    exit
}

/// Tells what is wrong with a command line, or what was asked of it.
#[must_use]
pub fn usage(usage: &Usage) -> Exit {
    let mut console = Console::new(ConsoleOptions::detect(Verbosity::Normal));
    if !usage.is_wrong {
        console.print_own(&usage.plain);
        return Exit::Success;
    }
    if GitHub::is_here() {
        console.stop_commands(token(), Stream::Err);
    }
    console.usage(&usage.coloured, &usage.plain);
    console.resume_commands();
    Exit::Usage
}

/// The step of GitHub Actions that this is, where it is one or is to be taken for one, and the stream on which its runner is spoken to.
/// What other subcommands than `run` and `merge` print to stdout is for programs.
fn github(command: &Command) -> (Option<GitHub>, Stream) {
    let (when, stream) = match command {
        Command::Run(arguments) => (when(&arguments.options.0), Stream::Out),
        Command::Merge(arguments) => (when(&arguments.options.0), Stream::Out),
        // Nobody must see its output.
        Command::Reap(_) => (When::Never, Stream::Err),
        _ => (When::Auto, Stream::Err),
    };
    let is_wanted = match when {
        When::Auto => GitHub::is_here(),
        When::Always => true,
        When::Never => false,
    };
    (is_wanted.then(GitHub::of_environment), stream)
}

/// What was said of `--github`. A wrong word is refused later, and that has to be printed as well.
fn when(said: &Said) -> When {
    let word = said.0.iter().find(|word| word.row.key == "github").and_then(|word| word.text.to_str());
    word.and_then(|word| When::of_text(word).ok()).unwrap_or(When::Auto)
}

/// A word that nobody can guess.
fn token() -> String {
    format!("s3ci-{:032x}", rand::random::<u128>())
}

fn surroundings(console: &Console) -> Surroundings {
    Surroundings::detect(console.is_attended())
}

/// The configuration, and on the terminal where it comes from.
fn configured(said: &Said, console: &mut Console) -> Result<Config, Refusal> {
    let config = Config::new(said, surroundings(console))?;
    for text in config.notices.clone() {
        console.event(&Event::Notice { text });
    }
    Ok(config)
}

fn carried_out(command: Command, github: Option<&GitHub>, console: &Arc<Mutex<Console>>) -> Result<Exit, Refusal> {
    // One thread for all requests: handing each wake-up to another thread costs more than the requests themselves, and file work
    // has threads of its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Refusal::new("start", &error, Exit::Environment))?;
    let exit = runtime.block_on(subcommand(command, github, console));
    // File work of a stopped run may continue; nothing waits for it.
    runtime.shutdown_timeout(Duration::from_millis(200));
    exit
}

async fn subcommand(command: Command, github: Option<&GitHub>, console: &Arc<Mutex<Console>>) -> Result<Exit, Refusal> {
    let print = |text: &str| {
        lock(console).print_own(text);
        Ok(Exit::Success)
    };
    match command {
        Command::Run(arguments) => Box::pin(run::run(*arguments, github, console)).await,
        Command::Calibrate(arguments) => Box::pin(calibrate::calibrate(*arguments, console)).await,
        Command::List(arguments) => print(&catalogue::list(&arguments)),
        Command::Doctor(arguments) => doctor::doctor(*arguments, console).await,
        Command::Clean(arguments) => clean::clean(arguments, console).await,
        Command::Image(ImageCommand::Build { options }) => image::build(&options.0, console).await,
        Command::Plan(arguments) => plan::plan(*arguments, &mut lock(console)),
        Command::Merge(arguments) => merge::merge(&arguments, github, &mut lock(console)),
        Command::Compare(arguments) => compare::compare(&arguments, &mut lock(console)),
        Command::History(command) => history::history(&command, &mut lock(console)),
        Command::Trend(arguments) => trend::trend(&arguments, &mut lock(console)),
        Command::Report(arguments) => report::report(&arguments, &mut lock(console)),
        Command::Schema => print(&json::schema()),
        Command::Man { directory } => man::write(&directory),
        Command::Completions { shell } => print(&cli::completions(shell)),
        // Its own exit code is for the run that started it.
        Command::Reap(arguments) => {
            let reaped = watchdog::run(&arguments.run_id, &arguments.work_dir).await;
            Ok(if reaped.is_ok() { Exit::Success } else { Exit::Environment })
        }
    }
}
