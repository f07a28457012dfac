//! The command line as it is typed: clap types, no logic.
//!
//! [`Settings`] is also what `s3ci.toml` may hold, so that a flag and a key of the file are one thing with one name.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use serde::Deserialize;

const RUN_EXAMPLES: &str = "\
Examples:
  s3ci run --all --junit out.xml          everything, on the pinned release of pys3local
  s3ci run bench/local --files 500        one benchmark with more files
  s3ci run sync etag                      all suites of two kinds
  s3ci run etag/local::put-is-md5         one case
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

const CALIBRATE_EXAMPLES: &str = "\
Examples:
  s3ci calibrate --out here.json                             once for each kind of machine, about five minutes
  s3ci run throughput --against pypi:0.2.0 --calibration here.json";

const PLAN_EXAMPLES: &str = "\
Examples:
  s3ci plan --all                                            what a run would do
  s3ci plan --all --shards 4 --format github-matrix          a matrix for four machines
  s3ci run --all --shard 2/4 --out part                      what the second of them runs
  s3ci merge part-*/metrics.json --out target/s3ci           one set of reports of all";

const COMPARE_EXAMPLES: &str = "\
Examples:
  s3ci compare old/metrics.json new/metrics.json             which checks regressed from old to new
  s3ci compare old.json new.json --format json               the same for a program, with every metric

Exit codes: 0 no check regressed, 1 one did, 3 all that did is to be slower, 2 the records cannot be compared.
A regression that the ledger of known issues lists is named and not red.";

const REPORT_EXAMPLES: &str = "\
Examples:
  s3ci report metrics.json                                   the text report
  s3ci report metrics.json --junit out.xml --html report.html
  s3ci report metrics.json --export openmetrics > s3ci.prom  for a program that keeps measurements";

const HISTORY_EXAMPLES: &str = "\
Examples:
  s3ci history add target/s3ci/metrics.json --to history.jsonl
  s3ci history add metrics.json --to git:s3ci-history        a branch of this repository, pushed to its remote
  s3ci history add metrics.json --to git:s3ci-history@../pys3local --commit v0.2.1
  s3ci history show --from git:s3ci-history                  the runs, one a line
  s3ci history show --from history.jsonl --format otava      CSV for Apache Otava

What is there stays; the same run of the same commit is added once; several may add at the same time.";

const TREND_EXAMPLES: &str = "\
Examples:
  s3ci trend --from history.jsonl                            to the terminal
  s3ci trend --from git:s3ci-history --html trend.html       one page for a browser
  s3ci trend --from history.jsonl --metric latency           the metrics whose names have this in them

Change points are advice: the exit code tells whether the trend could be shown, not what it shows.";

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

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run suites and write reports.
    #[command(after_help = RUN_EXAMPLES)]
    Run(Box<RunArgs>),
    /// Find out what this machine cannot tell apart, by comparing a server with itself.
    #[command(after_help = CALIBRATE_EXAMPLES)]
    Calibrate(Box<CalibrateArgs>),
    /// List suites and cases.
    List(ListArgs),
    /// Say what is here, what is missing, and the command that mends it.
    Doctor(Box<DoctorArgs>),
    /// Remove what an earlier run left: containers and networks.
    Clean(CleanArgs),
    /// Images of the server and of the clients.
    #[command(subcommand)]
    Image(ImageCommand),
    /// Show what a run would do, split over machines where that is asked for.
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(Box<PlanArgs>),
    /// Put the records of all shards of a run together and write its reports.
    Merge(MergeArgs),
    /// Compare the records of two runs: what regressed, what is mended, what is new.
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
        /// Directory, which is made where it is missing.
        directory: PathBuf,
    },
    /// Watch over a run and remove what it leaves when it dies (started by `run` itself).
    #[command(hide = true)]
    Reap(ReapArgs),
}

/// Arguments of `run`.
#[derive(Debug, Args)]
#[expect(clippy::doc_markdown, reason = "help text, where backticks would show")]
pub struct RunArgs {
    /// Suites (bench/local), kinds (bench), or single cases (etag/local::put-is-md5).
    #[arg(value_name = "SUITE", conflicts_with = "all")]
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

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Suites, kinds, or single cases, as for `run`.
    #[arg(value_name = "SUITE", conflicts_with = "all")]
    pub suites: Vec<String>,
    /// All suites.
    #[arg(long)]
    pub all: bool,
    /// Split into so many shards.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub shards: u64,
    /// A metrics.json of an earlier run, whose durations balance the shards.
    #[arg(long, value_name = "FILE", env = "S3CI_DURATIONS")]
    pub durations: Option<PathBuf>,
    /// text, json or github-matrix.
    #[arg(long, value_enum, default_value_t)]
    pub format: PlanFormat,
    /// Settings, of which those count that choose suites.
    #[command(flatten)]
    pub settings: Settings,
    /// Configuration file [default: s3ci.toml, where there is one].
    #[arg(long, value_name = "FILE", env = "S3CI_CONFIG")]
    pub config: Option<PathBuf>,
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

/// Arguments of `merge`.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The metrics.json of each shard.
    #[arg(required = true)]
    pub records: Vec<PathBuf>,
    /// Where the reports go.
    #[command(flatten)]
    pub reports: ReportPaths,
    /// Annotations, step summary and outputs for GitHub Actions.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", env = "S3CI_GITHUB")]
    pub github: When,
}

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The metrics.json of the earlier run, or of the base.
    pub from: PathBuf,
    /// The metrics.json of the later run, or of the candidate.
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

/// Subcommands of `history`.
#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    /// Add a run.
    #[command(after_help = HISTORY_EXAMPLES)]
    Add(HistoryAddArgs),
    /// List the runs that are there.
    Show(HistoryShowArgs),
}

/// Arguments of `history add`.
#[derive(Debug, Args)]
pub struct HistoryAddArgs {
    /// The metrics.json of a run.
    pub record: PathBuf,
    /// Where the history is: FILE, git:BRANCH or git:BRANCH@DIR.
    #[arg(long, value_name = "WHERE", env = "S3CI_HISTORY")]
    pub to: String,
    /// The commit that was run: a name in the repository, or any other [default: the one that is checked out here].
    #[arg(long, value_name = "COMMIT")]
    pub commit: Option<String>,
}

/// Arguments of `history show`.
#[derive(Debug, Args)]
pub struct HistoryShowArgs {
    /// Where the history is: FILE, git:BRANCH or git:BRANCH@DIR.
    #[arg(long, value_name = "WHERE", env = "S3CI_HISTORY")]
    pub from: String,
    /// text, json (the lines as they are kept) or otava.
    #[arg(long, value_enum, default_value_t)]
    pub format: HistoryFormat,
}

/// How a history is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum HistoryFormat {
    /// For a terminal.
    #[default]
    Text,
    /// The lines as they are kept.
    Json,
    /// CSV for Apache Otava: what can be compared with the latest run.
    Otava,
}

/// Arguments of `trend`.
#[derive(Debug, Args)]
pub struct TrendArgs {
    /// Where the history is: FILE, git:BRANCH or git:BRANCH@DIR.
    #[arg(long, value_name = "WHERE", env = "S3CI_HISTORY")]
    pub from: String,
    /// Write a page for a browser, without script, that loads nothing.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Metrics to show, by a part of SUITE/NAME; may come several times [default: ratios, throughput and latencies].
    #[arg(long, value_name = "TEXT")]
    pub metric: Vec<String>,
}

/// Where reports go.
#[derive(Debug, Clone, Default, Args)]
pub struct ReportPaths {
    /// Directory for all reports: out.xml, metrics.json, report.txt, report.html. It is made where it is missing.
    #[arg(long, value_name = "DIR", env = "S3CI_OUT")]
    pub out: Option<PathBuf>,
    /// JUnit XML.
    #[arg(long, value_name = "FILE", env = "S3CI_JUNIT")]
    pub junit: Option<PathBuf>,
    /// JSON metrics: the whole record of the run.
    #[arg(long, value_name = "FILE", env = "S3CI_JSON")]
    pub json: Option<PathBuf>,
    /// Text report.
    #[arg(long, value_name = "FILE", env = "S3CI_TEXT")]
    pub text: Option<PathBuf>,
    /// HTML report: one page for a browser, without script, that loads nothing.
    #[arg(long, value_name = "FILE", env = "S3CI_HTML")]
    pub html: Option<PathBuf>,
}

/// Everything that may stand on the command line, in an `S3CI_*` variable, or in `s3ci.toml`; absent where nobody said anything.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[expect(clippy::doc_markdown, reason = "help text, where backticks would show")]
pub struct Settings {
    /// The server: pypi:VERSION, pypi:latest, path:DIR, git:REF[@DIR], image:TAG or endpoint:URL [default: the pinned release].
    #[arg(long, env = "S3CI_TARGET")]
    pub target: Option<String>,
    /// A base to compare with, written like --target: throughput in turn with it, and which checks pass on it.
    #[arg(long, value_name = "TARGET", env = "S3CI_AGAINST")]
    pub against: Option<String>,
    /// The drop of throughput that is tolerated [default: 5%].
    #[arg(long, value_name = "SHARE", env = "S3CI_TOLERANCE")]
    pub tolerance: Option<String>,
    /// What becomes of the exit code where the blocks do not tell whether throughput dropped: pass or fail [default: pass].
    #[arg(long, value_name = "WHAT", env = "S3CI_INCONCLUSIVE")]
    pub inconclusive: Option<String>,
    /// Which failed checks count for the exit code where there is a base: any, or new ones that do not fail on it [default: any].
    #[arg(long, value_name = "WHICH", env = "S3CI_FAIL_ON")]
    pub fail_on: Option<String>,
    /// In s3ci.toml alone: measurements that must hold, such as "bench/local.upload.throughput" = ">= 10 MB/s".
    #[arg(skip)]
    pub thresholds: Option<BTreeMap<String, String>>,
    /// Floors of this machine, written by `s3ci calibrate`: a smaller drop is tolerated whatever --tolerance says.
    #[arg(long, value_name = "FILE", env = "S3CI_CALIBRATION")]
    pub calibration: Option<PathBuf>,
    /// auto (Docker where a daemon answers), docker, or process [default: auto].
    #[arg(long, value_name = "RUNTIME", env = "S3CI_RUNTIME")]
    pub runtime: Option<String>,
    /// Of the suites that are selected, those on local, on drime, or on both [default: both].
    #[arg(long, value_name = "BACKEND", env = "S3CI_BACKEND")]
    pub backend: Option<String>,
    /// What the drime suites store in: emulated (a stand-in of the Drime API), cloud (the account of DRIME_API_KEY and
    /// DRIME_WORKSPACE_ID), or auto (cloud where DRIME_API_KEY is set) [default: auto].
    #[arg(long, value_name = "WHERE", env = "S3CI_DRIME")]
    pub drime: Option<String>,
    /// A setting of the stand-in, such as latency-ms=50 or fault-status=429; may come several times.
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',', env = "S3CI_DRIME_SET")]
    pub drime_set: Option<Vec<String>>,
    /// Files of a benchmark [default: 100].
    #[arg(long, value_name = "N", env = "S3CI_FILES")]
    pub files: Option<u64>,
    /// Smallest file in bytes [default: 1024].
    #[arg(long, value_name = "BYTES", env = "S3CI_MIN_SIZE")]
    pub min_size: Option<u64>,
    /// Largest file in bytes [default: 1048576].
    #[arg(long, value_name = "BYTES", env = "S3CI_MAX_SIZE")]
    pub max_size: Option<u64>,
    /// Subdirectories that share the files [default: 5].
    #[arg(long, value_name = "N", env = "S3CI_SUBDIRS")]
    pub subdirs: Option<u64>,
    /// Port of the server on loopback [default: a free one].
    #[arg(long, value_name = "PORT", env = "S3CI_PORT")]
    pub port: Option<u16>,
    /// Of the benchmarks that are selected, run the parallel ones only.
    #[arg(short, long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", require_equals = true, env = "S3CI_PARALLEL")]
    pub parallel: Option<bool>,
    /// Concurrent requests of the parallel benchmarks [default: 5].
    #[arg(long, value_name = "N", env = "S3CI_WORKERS")]
    pub workers: Option<u64>,
    /// Files of the sync workflow [default: 5].
    #[arg(long, value_name = "N", env = "S3CI_SYNC_FILES")]
    pub sync_files: Option<u64>,
    /// Let the clients copy a file of 250 MiB as well.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", require_equals = true, env = "S3CI_LARGE")]
    pub large: Option<bool>,
    /// Seed of all content [default: 1].
    #[arg(long, value_name = "N", env = "S3CI_SEED")]
    pub seed: Option<u64>,
    /// Deadline of each request; a case may take four times as long [default: 60s].
    #[arg(long, value_name = "DURATION", env = "S3CI_TIMEOUT")]
    pub timeout: Option<String>,
    /// How long the server may take to its first answer [default: 60s].
    #[arg(long, value_name = "DURATION", env = "S3CI_READY_TIMEOUT")]
    pub ready_timeout: Option<String>,
    /// Base image of the server's image.
    #[arg(long, value_name = "IMAGE", env = "S3CI_BASE_IMAGE")]
    pub base_image: Option<String>,
    /// CA certificates for package downloads and the Drime cloud [default: SSL_CERT_FILE, PIP_CERT (packages alone) or
    /// REQUESTS_CA_BUNDLE].
    #[arg(long, value_name = "FILE", env = "S3CI_CA_BUNDLE")]
    pub ca_bundle: Option<PathBuf>,
    /// Directory for test data; a directory of the run's own inside it is removed at the end [default: the system's].
    #[arg(long, value_name = "DIR", env = "S3CI_WORK_DIR")]
    pub work_dir: Option<PathBuf>,
    /// Directory for what is kept between runs [default: the user's cache].
    #[arg(long, value_name = "DIR", env = "S3CI_CACHE_DIR")]
    pub cache_dir: Option<PathBuf>,
    /// Ledger of known issues: listed failures are named and not red [default: the one for releases of pys3local].
    #[arg(long, value_name = "FILE", env = "S3CI_KNOWN_ISSUES")]
    pub known_issues: Option<PathBuf>,
    /// Use no ledger: the naked truth.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", require_equals = true, env = "S3CI_NO_KNOWN_ISSUES")]
    pub no_known_issues: Option<bool>,
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// text, json or md.
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// How a listing is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ListFormat {
    /// For a terminal.
    #[default]
    Text,
    /// For a program.
    Json,
    /// For a document.
    Md,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// text or json.
    #[arg(long, value_enum, default_value_t)]
    pub format: DoctorFormat,
    /// Settings that decide what is looked for.
    #[command(flatten)]
    pub settings: Settings,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum DoctorFormat {
    /// For a person.
    #[default]
    Text,
    /// For a program.
    Json,
}

/// Arguments of `clean`.
#[derive(Debug, Args)]
pub struct CleanArgs {
    /// Remove the server images that s3ci built as well.
    #[arg(long)]
    pub images: bool,
    /// Remove the folders that killed runs left in the Drime account that the environment names as well.
    #[arg(long)]
    pub drime: bool,
    /// Remove what is kept between runs as well: virtual environments.
    #[arg(long)]
    pub cache: bool,
    /// Directory for what is kept between runs [default: the user's cache].
    #[arg(long, value_name = "DIR", env = "S3CI_CACHE_DIR")]
    pub cache_dir: Option<PathBuf>,
}

/// Subcommands of `image`.
#[derive(Debug, Subcommand)]
pub enum ImageCommand {
    /// Build the server's image and that of the clients, so that a later run needs no network.
    Build {
        /// Settings that shape the image.
        #[command(flatten)]
        settings: Box<Settings>,
    },
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// A metrics.json of an earlier run.
    pub record: PathBuf,
    /// Print the measurements in the format of another program.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub export: Option<Export>,
    /// Where the reports go; the text goes to stdout where nothing is named.
    #[command(flatten)]
    pub reports: ReportPaths,
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
    /// OpenMetrics text, for Prometheus and its kin.
    Openmetrics,
}

/// Arguments of the hidden `reap`.
#[derive(Debug, Args)]
pub struct ReapArgs {
    /// Name of the run.
    #[arg(long)]
    pub run_id: String,
    /// Directory of the run.
    #[arg(long)]
    pub work_dir: PathBuf,
}
