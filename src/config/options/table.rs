//! The rows.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use super::row::{CALIBRATE, CLEAN, DOCTOR, IMAGE, MERGE, PLAN, REPORT, RUN, Row, SetBy, Subcommands};
use super::rows::options;
use super::said::{Said, texts};
use super::value::{Unfit, Value, bounded, one_of};
use super::{Destination, Inconclusive, Share, Thresholds, When};
use crate::config::ConfigError;
use crate::model::Program;
use crate::record::FailOn;
use crate::server::drime::StandInSettings;
use crate::server::{Backends, DrimeChoice, RuntimeChoice, Target};

/// The subcommands that have to do with a server take its settings.
const SERVERS: Subcommands = RUN | CALIBRATE | PLAN | DOCTOR | IMAGE;
/// The subcommands that read `s3ci.toml`.
const CONFIGURED: Subcommands = RUN | CALIBRATE | PLAN;
/// The subcommands that write reports.
const REPORTS: Subcommands = RUN | MERGE | REPORT;

options! {
    /// The server: pypi:VERSION, pypi:latest, path:DIR, git:REF[@DIR], image:TAG or endpoint:URL.
    target: Target = "pypi:0.2.1", "TARGET", SERVERS, Judge, file, repro;
    /// A base to compare with, written like --target: s3ci compares throughput with it, and runs the checks on it too.
    against: Target => "", "TARGET", SERVERS, Judge, file, repro;
    /// An earlier run with the same --against, as its metrics.json or the directory of its reports: s3ci compares
    /// throughput with that run too, whatever machine it ran on.
    baseline: PathBuf => "", "FILE|DIR", SERVERS, Judge, file, repro;
    /// The drop of throughput that s3ci tolerates.
    tolerance: Share = "5%", "SHARE", SERVERS, Judge, file, repro;
    /// What an undecided throughput comparison does to the exit code.
    inconclusive: Inconclusive = "pass", "WHAT", SERVERS, Judge, file, repro;
    /// Which failed checks count for the exit code if there is a base; new counts only those that do not fail on the
    /// base.
    fail_on: FailOn = "any", "WHICH", SERVERS, Judge, file, repro;
    /// Measurements that must hold, such as "bench/local.upload.throughput" = ">= 10 MB/s".
    thresholds: Thresholds = "", "TABLE", RUN, Judge, only_file;
    /// The noise of this machine, written by `s3ci calibrate`: s3ci tolerates a drop within that noise, whatever
    /// --tolerance says.
    calibration: PathBuf => "", "FILE", SERVERS, Judge, file, repro;
    /// How s3ci runs servers; auto uses Docker if a daemon answers, and a process otherwise.
    runtime: RuntimeChoice = "auto", "RUNTIME", SERVERS, Judge, file, repro;
    /// Run only the selected suites of this backend.
    backend: Backends => "both", "BACKEND", SERVERS, Judge, file;
    /// Where the drime suites store: emulated is a stand-in for the Drime API, cloud is the account of DRIME_API_KEY
    /// and DRIME_WORKSPACE_ID, and auto is that account if DRIME_API_KEY is set and the target is not a path: or git:
    /// target.
    drime: DrimeChoice = "auto", "WHERE", SERVERS, Judge, file, repro;
    /// A setting of the stand-in, such as latency-ms=50 or fault-status=429; you can give several.
    drime_set: StandInSettings = "", "NAME=VALUE", SERVERS, Judge, file, repro;
    /// Files of a benchmark.
    files: usize = "100", "N" ["1" to "100000"], SERVERS, Judge, file, repro;
    /// Smallest file in bytes.
    min_size: u64 => "1024", "BYTES", SERVERS, Judge, file, repro;
    /// Largest file in bytes.
    max_size: u64 = "1048576", "BYTES" ["0" to "5368709120"], SERVERS, Judge, file, repro;
    /// Subdirectories that share the files.
    subdirs: usize = "5", "N" ["0" to "10000"], SERVERS, Anyone, file, repro;
    /// Port of the server on loopback.
    port: u16 => "a free one", "PORT", SERVERS, Anyone, file, repro;
    /// Leave out the sequential benchmarks among the selected suites.
    parallel: bool = "false", "BOOL", SERVERS, Judge, file, short;
    /// Concurrent requests of the parallel benchmarks.
    workers: usize = "5", "N" ["1" to "1000"], SERVERS, Anyone, file, repro;
    /// Files of the sync workflow.
    sync_files: usize = "5", "N" ["1" to "10000"], SERVERS, Judge, file, repro;
    /// Let the clients copy a file of 250 MiB too.
    large: bool = "false", "BOOL", SERVERS, Anyone, file, repro;
    /// How many of the suites that measure nothing run at the same time, each on its own server.
    jobs: usize => "one for each processor", "N" ["1" to "64"], SERVERS, Anyone, file;
    /// Seed of all content. A throughput comparison draws its orders from the seed and the id of the run, so each run
    /// has its own orders.
    seed: u64 = "1", "N", SERVERS, Anyone, file;
    /// About how many steps the random programs of the model suites have in total.
    model_steps: u64 = "1300", "N" ["1" to "1000000000"], SERVERS, Judge, file, repro;
    /// How long the model suites run, instead of --model-steps.
    model_time: Duration => "", "DURATION" ["1s" to "7d"], SERVERS, Judge, file, repro;
    /// Run only this program in the model suites, written as in a counterexample, or the program in a file.
    program: Program => "", "PROGRAM|FILE", RUN, Judge;
    /// Run each suite N times, each time on its own server, and say how often each check failed. A check that fails sometimes is flaky.
    repeat: usize = "1", "N" ["1" to "1000"], RUN, Judge, file, repro;
    /// Run what was red in an earlier run, given as its metrics.json or the directory of its reports.
    rerun: PathBuf => "", "FILE|DIR", RUN, Judge;
    /// Deadline of each request; a check may take four times as long.
    timeout: Duration = "60s", "DURATION" ["10ms" to "24h"], SERVERS, Judge, file, repro;
    /// How long s3ci waits for the first answer of the server.
    ready_timeout: Duration = "60s", "DURATION" ["10ms" to "24h"], SERVERS, Judge, file, repro;
    /// How long s3ci waits until the dependencies, the clients or the server are installed in an image.
    build_timeout: Duration = "10m", "DURATION" ["1s" to "24h"], SERVERS, Judge, file;
    /// The image that the server's image is built on.
    base_image: String => "", "IMAGE", SERVERS, Judge, file, repro;
    /// CA certificates for package downloads and the Drime cloud.
    ca_bundle: PathBuf => "SSL_CERT_FILE, PIP_CERT (for packages only) or REQUESTS_CA_BUNDLE", "FILE", SERVERS, Judge, file;
    /// Directory for test data; a run makes its own directory in it and removes that at the end.
    work_dir: PathBuf => "the system's", "DIR", SERVERS, Judge, file;
    /// Directory for what s3ci keeps between runs.
    cache_dir: PathBuf => "the user's cache", "DIR", SERVERS | CLEAN, Judge, file;
    /// Ledger of known issues: every report names a listed failure, and it is not red.
    known_issues: PathBuf => "the one for releases of pys3local", "FILE", SERVERS, Judge, file, repro;
    /// Use no ledger: every failure is red.
    no_known_issues: bool = "false", "BOOL", SERVERS, Judge, file, repro;
    /// Count the entries that the tree under test adds to its own ledger of known issues. Otherwise only those entries
    /// count that the base has too, and the reports list what the tree wants to accept.
    accept_known_issues: bool = "false", "BOOL", SERVERS, Judge, repro;
    /// Configuration file.
    config: PathBuf => "s3ci.toml, if there is one", "FILE", CONFIGURED, Judge;
    /// Directory for all reports: out.xml, metrics.json, report.txt, report.html. s3ci makes it if it is missing.
    out: PathBuf => "", "DIR", REPORTS, Judge;
    /// JUnit XML.
    junit: PathBuf => "", "FILE", REPORTS, Judge;
    /// Suffix for the names of the JUnit suites, such as py312, so that the jobs of a matrix write different names.
    junit_suffix: String => "", "TEXT", REPORTS, Judge;
    /// JSON metrics: the whole record of the run.
    json: PathBuf => "", "FILE", REPORTS, Judge;
    /// Text report.
    text: PathBuf => "", "FILE", REPORTS, Judge;
    /// HTML report: one page for a browser, which has no script and loads nothing.
    html: PathBuf => "", "FILE", REPORTS, Judge;
    /// Run one part of the selection; the others run elsewhere, and `s3ci merge` puts the records together.
    shard: String => "", "I/N", RUN, Judge;
    /// The metrics.json of an earlier run. Its durations balance the shards, so give all shards the same file.
    durations: PathBuf => "", "FILE", RUN | PLAN, Judge;
    /// Annotations, step summary and outputs for GitHub Actions.
    github: When = "auto", "WHEN", RUN | MERGE, Judge;
    /// Propose changes to the ledger of known issues, as a unified diff to FILE or stdout. s3ci does not change the
    /// ledger itself.
    update_known_issues: Destination => "", "FILE", RUN, Judge;
}

/// Gives what was said of an option its meaning.
fn meaning<T: Value>(
    said: &Said,
    row: &'static Row,
    check: impl FnOnce(T) -> Result<T, Unfit>,
) -> Result<Option<T>, ConfigError> {
    let words = said.of(row);
    let Some(first) = words.first() else { return Ok(None) };
    T::of_words(&texts(&words)).and_then(check).map(Some).map_err(|unfit| {
        let word = match &unfit {
            Unfit::Because { word, .. } => words.get(*word).unwrap_or(first),
            Unfit::Target(_) => first,
        };
        ConfigError::unfit(word.option(), word.shown(T::SECRET), unfit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PINNED_RELEASE;

    #[test]
    fn every_default_is_a_value_and_the_target_is_the_pinned_release() {
        let options = Settings::default().with_defaults().unwrap();
        assert_eq!(options.target, Target::Pypi(PINNED_RELEASE.to_owned()));
    }

    #[test]
    fn keys_and_variables_are_used_once_and_each_option_says_what_it_is() {
        let keys: std::collections::BTreeSet<_> = TABLE.iter().map(|row| &row.key).collect();
        assert_eq!(keys.len(), TABLE.len());
        assert!(TABLE.iter().all(|row| row.help.ends_with('.') && row.variable.starts_with("S3CI_")));
    }
}
