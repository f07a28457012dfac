//! The command line as it is typed: clap types, no logic.
//!
//! The table in `config::options` has the options that `s3ci.toml` may have too; [`Typed`] tells clap about them. `config` gives what was
//! typed its meaning.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

mod generated;
mod machine;
mod options;
mod plan;
mod records;
mod run;

use plan::PLAN_EXAMPLES;
use records::{COMPARE_EXAMPLES, HISTORY_EXAMPLES, REPORT_EXAMPLES, TREND_EXAMPLES};
use run::{CALIBRATE_EXAMPLES, RUN_EXAMPLES};

pub use generated::{completions, manual_pages};
pub use machine::{CleanArgs, DoctorArgs, ImageCommand, ListArgs, ListFormat, ReapArgs};
pub use options::Typed;
pub use plan::{MergeArgs, PlanArgs, PlanFormat};
pub use records::{
    AnswerFormat, CompareArgs, Export, HistoryAddArgs, HistoryCommand, HistoryFormat, HistoryShowArgs, ReportArgs,
    TrendArgs,
};
pub use run::{CalibrateArgs, RunArgs};

/// Continuous integration for an S3 server: starts pys3local in an isolated container, checks and benchmarks it, and reports.
#[derive(Debug, Parser)]
#[command(name = "s3ci", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// More about what happens, on stderr (-v: steps, -vv: requests).
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Only errors and the summary.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// A command line that is wrong, or that asks for help or the version: what has to be printed.
#[derive(Debug)]
pub struct Usage {
    pub plain: String,
    pub coloured: String,
    pub is_wrong: bool,
}

/// Reads the command line of this process.
///
/// # Errors
/// What has to be printed instead of anything else.
pub fn parse() -> Result<Cli, Usage> {
    Cli::try_parse().map_err(|error| {
        let text = error.render();
        Usage { plain: text.to_string(), coloured: text.ansi().to_string(), is_wrong: error.use_stderr() }
    })
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run suites and write reports.
    #[command(after_help = RUN_EXAMPLES)]
    Run(Box<RunArgs>),
    /// Measure the noise of this machine by comparing a server with itself.
    #[command(after_help = CALIBRATE_EXAMPLES)]
    Calibrate(Box<CalibrateArgs>),
    /// List suites and checks.
    List(ListArgs),
    /// Check what a run needs, and say how to fix what is missing.
    Doctor(Box<DoctorArgs>),
    /// Remove what an earlier run left: containers and networks.
    Clean(CleanArgs),
    /// Images of the server and of the clients.
    #[command(subcommand)]
    Image(ImageCommand),
    /// Show what a run would do, and split it into shards if you ask for that.
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(Box<PlanArgs>),
    /// Put the records of all shards of a run together and write its reports.
    Merge(MergeArgs),
    /// Compare the records of two runs: what regressed, what is fixed, what is new.
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(CompareArgs),
    /// Keep what runs measured, commit by commit.
    #[command(subcommand, after_help = HISTORY_EXAMPLES)]
    History(HistoryCommand),
    /// Show how metrics moved from commit to commit, and where they changed.
    #[command(after_help = TREND_EXAMPLES)]
    Trend(TrendArgs),
    /// Render the reports of a metrics.json again.
    #[command(after_help = REPORT_EXAMPLES)]
    Report(ReportArgs),
    /// Print the JSON Schema of metrics.json.
    Schema,
    /// Print completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Write manual pages, one for each subcommand.
    Man {
        /// Directory; s3ci makes it if it is missing.
        directory: PathBuf,
    },
    /// Watch over a run and remove what it leaves when it dies (started by `run` itself).
    #[command(hide = true)]
    Reap(ReapArgs),
}
