//! What a flag, an `S3CI_*` variable and a key of `s3ci.toml` may say, and where reports go.

use std::collections::BTreeMap;
use std::num::{IntErrorKind, ParseIntError};
use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;

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
    /// An earlier run that had the same --against, its metrics.json or the directory of its reports: throughput is compared with it as
    /// well, on any machine.
    #[arg(long, value_name = "FILE|DIR", env = "S3CI_BASELINE")]
    pub baseline: Option<PathBuf>,
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
    #[arg(long, value_name = "N", env = "S3CI_FILES", value_parser = whole)]
    pub files: Option<u64>,
    /// Smallest file in bytes [default: 1024].
    #[arg(long, value_name = "BYTES", env = "S3CI_MIN_SIZE", value_parser = whole)]
    pub min_size: Option<u64>,
    /// Largest file in bytes [default: 1048576].
    #[arg(long, value_name = "BYTES", env = "S3CI_MAX_SIZE", value_parser = whole)]
    pub max_size: Option<u64>,
    /// Subdirectories that share the files [default: 5].
    #[arg(long, value_name = "N", env = "S3CI_SUBDIRS", value_parser = whole)]
    pub subdirs: Option<u64>,
    /// Port of the server on loopback [default: a free one].
    #[arg(long, value_name = "PORT", env = "S3CI_PORT", value_parser = port)]
    pub port: Option<u16>,
    /// Of the benchmarks that are selected, run the parallel ones only.
    #[arg(short, long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", require_equals = true, env = "S3CI_PARALLEL")]
    pub parallel: Option<bool>,
    /// Concurrent requests of the parallel benchmarks [default: 5].
    #[arg(long, value_name = "N", env = "S3CI_WORKERS", value_parser = whole)]
    pub workers: Option<u64>,
    /// Files of the sync workflow [default: 5].
    #[arg(long, value_name = "N", env = "S3CI_SYNC_FILES", value_parser = whole)]
    pub sync_files: Option<u64>,
    /// Let the clients copy a file of 250 MiB as well.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", require_equals = true, env = "S3CI_LARGE")]
    pub large: Option<bool>,
    /// Seed of all content [default: 1]. The orders of a comparison are drawn anew in each run, from this and the id of the run.
    #[arg(long, value_name = "N", env = "S3CI_SEED", value_parser = whole)]
    pub seed: Option<u64>,
    /// Deadline of each request; a check may take four times as long [default: 60s].
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
    /// Use no ledger: every failure is red.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", require_equals = true, env = "S3CI_NO_KNOWN_ISSUES")]
    pub no_known_issues: Option<bool>,
}

/// Reads a whole number.
pub(super) fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|error: ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow => format!("at most {} will do", u64::MAX),
        _ => "a whole number is wanted, such as 100".to_owned(),
    })
}

/// Reads a port.
fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("a port is wanted, from 1 to {}", u16::MAX))
}
