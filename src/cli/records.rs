//! The arguments of the subcommands that read records of earlier runs: `compare`, `report`, `history`, `trend`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};

use super::options::Typed;
use crate::config::options::REPORT;

pub(super) const COMPARE_EXAMPLES: &str = "\
Examples:
  s3ci compare old/metrics.json new/metrics.json             which checks regressed from old to new
  s3ci compare old.json new.json --format json               the same for a program, with every metric

Exit codes: 0 no check regressed, 1 one did, 3 all that did is to be slower, 2 the records cannot be compared.
A regression that the ledger of known issues lists is named and not red.";

pub(super) const REPORT_EXAMPLES: &str = "\
Examples:
  s3ci report metrics.json                                   the text report
  s3ci report metrics.json --junit out.xml --html report.html
  s3ci report metrics.json --export openmetrics > s3ci.prom  for a program that keeps measurements";

pub(super) const HISTORY_EXAMPLES: &str = "\
Examples:
  s3ci history add target/s3ci/metrics.json --to history.jsonl
  s3ci history add metrics.json --to git:s3ci-history        a branch of this repository, pushed to its remote
  s3ci history add metrics.json --to git:s3ci-history@../pys3local --commit v0.2.1
  s3ci history show --from git:s3ci-history                  the runs, one a line
  s3ci history show --from history.jsonl --format otava      CSV for Apache Otava

What is there stays; the same run of the same commit is added once; several may add at the same time.";

pub(super) const TREND_EXAMPLES: &str = "\
Examples:
  s3ci trend --from history.jsonl                            to the terminal
  s3ci trend --from git:s3ci-history --html trend.html       one page for a browser
  s3ci trend --from history.jsonl --metric latency           the metrics whose names have this in them

Change points are advice: the exit code tells whether the trend could be shown, not what it shows.";

#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The metrics.json of the earlier run, or of the base, or a directory of reports.
    pub from: PathBuf,
    /// The metrics.json of the later run, or of the candidate, or a directory of reports.
    pub to: PathBuf,
    /// text or json.
    #[arg(long, value_enum, default_value_t)]
    pub format: AnswerFormat,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum AnswerFormat {
    /// For a terminal.
    #[default]
    Text,
    /// For a program.
    Json,
}

#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    /// Add a run.
    #[command(after_help = HISTORY_EXAMPLES)]
    Add(HistoryAddArgs),
    /// List the runs that are there.
    Show(HistoryShowArgs),
}

#[derive(Debug, Args)]
pub struct HistoryAddArgs {
    /// The metrics.json of a run, or the directory of its reports.
    pub record: PathBuf,
    /// Where the history is: FILE, git:BRANCH or git:BRANCH@DIR.
    #[arg(long, value_name = "WHERE", env = "S3CI_HISTORY")]
    pub to: String,
    /// The commit that was run: a name in the repository, or any other [default: the one in the record, or else the one checked out here].
    #[arg(long, value_name = "COMMIT", value_parser = NonEmptyStringValueParser::new())]
    pub commit: Option<String>,
}

#[derive(Debug, Args)]
pub struct HistoryShowArgs {
    /// Where the history is: FILE, git:BRANCH or git:BRANCH@DIR.
    #[arg(long, value_name = "WHERE", env = "S3CI_HISTORY")]
    pub from: String,
    /// text, json (the lines as they are stored) or otava.
    #[arg(long, value_enum, default_value_t)]
    pub format: HistoryFormat,
}

/// How a history is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum HistoryFormat {
    /// For a terminal.
    #[default]
    Text,
    /// The lines as they are stored.
    Json,
    /// CSV for Apache Otava: what can be compared with the latest run.
    Otava,
}

#[derive(Debug, Args)]
pub struct TrendArgs {
    /// Where the history is: FILE, git:BRANCH or git:BRANCH@DIR.
    #[arg(long, value_name = "WHERE", env = "S3CI_HISTORY")]
    pub from: String,
    /// Write a page for a browser, which has no script and loads nothing.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Metrics to show, by a part of SUITE/NAME; you can give several [default: ratios, throughput and latencies].
    #[arg(long, value_name = "TEXT")]
    pub metric: Vec<String>,
}

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// A metrics.json of an earlier run, or the directory of its reports.
    pub record: PathBuf,
    /// Print the measurements in the format of another program.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub export: Option<Export>,
    #[command(flatten)]
    pub options: Typed<REPORT>,
}

/// Formats of programs that keep measurements themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Export {
    /// Bencher Metric Format.
    Bencher,
    /// customSmallerIsBetter of github-action-benchmark: latencies, CPU time, memory.
    CustomSmallerIsBetter,
    /// customBiggerIsBetter of github-action-benchmark: throughput.
    CustomBiggerIsBetter,
    /// OpenMetrics text, for Prometheus and similar programs.
    Openmetrics,
}
