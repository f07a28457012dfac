//! The arguments of `plan` and `merge`, which split a run over machines and put it together again.

use std::path::PathBuf;

use clap::Args;

use super::options::Typed;
use crate::config::options::{MERGE, PLAN};

pub(super) const PLAN_EXAMPLES: &str = "\
Examples:
  s3ci plan --all                                            what a run would do
  s3ci plan --all --shards 4 --format github-matrix          a matrix for four machines
  s3ci run --all --shard 2/4 --out part                      what the second of them runs
  s3ci merge part-*/metrics.json --out target/s3ci           one set of reports of all";

#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Suites, kinds, or single checks, as for `run`.
    #[arg(value_name = "SUITE")]
    pub suites: Vec<String>,
    /// All suites.
    #[arg(long)]
    pub all: bool,
    /// Number of shards to split into.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole)]
    pub shards: u64,
    /// text, json or github-matrix.
    #[arg(long, value_enum, default_value_t)]
    pub format: PlanFormat,
    #[command(flatten)]
    pub options: Typed<PLAN>,
}

/// How a plan is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum PlanFormat {
    /// For a terminal.
    #[default]
    Text,
    /// For a program.
    Json,
    /// For `strategy.matrix` of a workflow.
    GithubMatrix,
}

#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The metrics.json of each shard, or the directory with its reports.
    #[arg(required = true)]
    pub records: Vec<PathBuf>,
    #[command(flatten)]
    pub options: Typed<MERGE>,
}

/// Reads a whole number.
fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "it must be a whole number, such as 100".to_owned())
}
