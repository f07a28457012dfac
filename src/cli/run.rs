//! The arguments of `run` and `calibrate`.

use std::path::PathBuf;

use clap::Args;

use super::options::Typed;
use crate::config::options::{CALIBRATE, RUN};

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

#[derive(Debug, Args)]
#[expect(clippy::doc_markdown, reason = "help text, where backticks would show")]
pub struct RunArgs {
    /// Suites (bench/local), kinds (bench), or single checks (etag/local::put-is-md5).
    #[arg(value_name = "SUITE")]
    pub suites: Vec<String>,
    /// All suites.
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub options: Typed<RUN>,
}

/// --target names the server that is compared with itself.
#[derive(Debug, Args)]
pub struct CalibrateArgs {
    /// The file that is written.
    #[arg(long, value_name = "FILE", default_value = "s3ci-calibration.json")]
    pub out: PathBuf,
    #[command(flatten)]
    pub options: Typed<CALIBRATE>,
}
