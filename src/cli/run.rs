//! What `run` and `calibrate` take.

use std::path::PathBuf;

use clap::Args;

use super::settings::{ReportPaths, Settings};

pub(super) const RUN_EXAMPLES: &str = "\
Examples:
  s3ci run --all --junit out.xml          everything, on the pinned release of pys3local
  s3ci run bench/local --files 500        one benchmark with more files
  s3ci run sync etag                      all suites of two kinds
  s3ci run etag/local::put-is-md5         one check
  s3ci run --all --target path:.          the checkout in this directory
  s3ci run api --target endpoint:http://127.0.0.1:9000
  s3ci run bench --backend drime --drime-set latency-ms=50
                                          the drime benchmarks, as if the service were 50 ms away
  s3ci run throughput --target path:. --against pypi:0.2.1
                                          is the checkout slower than the release?
  s3ci run --all --target path:. --against pypi:0.2.1 --fail-on new
                                          red for what the release does right, and the checkout does not
  s3ci run --all --no-known-issues        red for all that fails, listed or not
  s3ci run api --update-known-issues=issues.diff
                                          what the ledger would have to say, as a diff to complete and apply

Exit codes: 0 passed but for known issues, 1 a check failed, 2 usage, 3 throughput dropped, 4 environment (Docker, image,
server, time-out), 5 a report could not be written, 6 undecided with --inconclusive fail, 130 and 143 interrupted.";

pub(super) const CALIBRATE_EXAMPLES: &str = "\
Examples:
  s3ci calibrate --out here.json                             once for each kind of machine, about five minutes
  s3ci run throughput --against pypi:0.2.0 --calibration here.json";

/// Arguments of `run`.
#[derive(Debug, Args)]
#[expect(clippy::doc_markdown, reason = "help text, where backticks would show")]
pub struct RunArgs {
    /// Suites (bench/local), kinds (bench), or single checks (etag/local::put-is-md5).
    #[arg(value_name = "SUITE")]
    pub suites: Vec<String>,
    /// All suites.
    #[arg(long)]
    pub all: bool,
    /// Reports.
    #[command(flatten)]
    pub reports: ReportPaths,
    /// Settings, shared with s3ci.toml.
    #[command(flatten)]
    pub settings: Settings,
    /// Configuration file [default: s3ci.toml, where there is one].
    #[arg(long, value_name = "FILE", env = "S3CI_CONFIG")]
    pub config: Option<PathBuf>,
    /// Run one part of the selection; the others run elsewhere, and `s3ci merge` puts the records together.
    #[arg(long, value_name = "I/N", env = "S3CI_SHARD")]
    pub shard: Option<String>,
    /// A metrics.json of an earlier run, whose durations balance the shards; the same file for all of them.
    #[arg(long, value_name = "FILE", env = "S3CI_DURATIONS")]
    pub durations: Option<PathBuf>,
    /// Annotations, step summary and outputs for GitHub Actions.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", env = "S3CI_GITHUB")]
    pub github: When,
    /// Propose how the ledger of known issues would have to change, as a unified diff to FILE or stdout. The ledger stays as it is.
    #[arg(
        long,
        num_args = 0..=1,
        default_missing_value = "-",
        value_name = "FILE",
        require_equals = true,
        env = "S3CI_UPDATE_KNOWN_ISSUES"
    )]
    pub update_known_issues: Option<PathBuf>,
}

/// Arguments of `calibrate`.
#[derive(Debug, Args)]
pub struct CalibrateArgs {
    /// The file that is written.
    #[arg(long, value_name = "FILE", default_value = "s3ci-calibration.json")]
    pub out: PathBuf,
    /// Settings, shared with s3ci.toml; --target names the server that is compared with itself.
    #[command(flatten)]
    pub settings: Settings,
    /// Configuration file [default: s3ci.toml, where there is one].
    #[arg(long, value_name = "FILE", env = "S3CI_CONFIG")]
    pub config: Option<PathBuf>,
}

/// When something is done that the surroundings may call for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum When {
    /// Where the surroundings call for it.
    #[default]
    Auto,
    /// In any case.
    Always,
    /// Not at all.
    Never,
}
