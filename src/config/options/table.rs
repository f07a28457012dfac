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

/// What has to do with a server takes its settings.
const SERVERS: Subcommands = RUN | CALIBRATE | PLAN | DOCTOR | IMAGE;
/// What reads `s3ci.toml` where it is named.
const CONFIGURED: Subcommands = RUN | CALIBRATE | PLAN;
/// What writes reports.
const REPORTS: Subcommands = RUN | MERGE | REPORT;

options! {
    /// The server: pypi:VERSION, pypi:latest, path:DIR, git:REF[@DIR], image:TAG or endpoint:URL.
    target: Target = "pypi:0.2.1", "TARGET", SERVERS, Judge, file, repro;
    /// A base to compare with, written like --target: throughput in turn with it, and which checks pass on it.
    against: Target => "", "TARGET", SERVERS, Judge, file, repro;
    /// An earlier run that had the same --against, its metrics.json or the directory of its reports: throughput is compared with it as
    /// well, on any machine.
    baseline: PathBuf => "", "FILE|DIR", SERVERS, Judge, file, repro;
    /// The drop of throughput that is tolerated.
    tolerance: Share = "5%", "SHARE", SERVERS, Judge, file, repro;
    /// What becomes of the exit code where the blocks do not tell whether throughput dropped.
    inconclusive: Inconclusive = "pass", "WHAT", SERVERS, Judge, file, repro;
    /// Which failed checks count for the exit code where there is a base; new ones are those that do not fail on it.
    fail_on: FailOn = "any", "WHICH", SERVERS, Judge, file, repro;
    /// Measurements that must hold, such as "bench/local.upload.throughput" = ">= 10 MB/s".
    thresholds: Thresholds = "", "TABLE", RUN, Judge, only_file;
    /// Floors of this machine, written by `s3ci calibrate`: a smaller drop is tolerated whatever --tolerance says.
    calibration: PathBuf => "", "FILE", SERVERS, Judge, file, repro;
    /// How servers are run; auto takes Docker where a daemon answers, and a process otherwise.
    runtime: RuntimeChoice = "auto", "RUNTIME", SERVERS, Judge, file, repro;
    /// The backends whose suites are left of those that are selected.
    backend: Backends => "both", "BACKEND", SERVERS, Judge, file;
    /// What the drime suites store in: emulated is a stand-in of the Drime API, cloud the account of DRIME_API_KEY and
    /// DRIME_WORKSPACE_ID, and auto the account where DRIME_API_KEY is set.
    drime: DrimeChoice = "auto", "WHERE", SERVERS, Judge, file, repro;
    /// A setting of the stand-in, such as latency-ms=50 or fault-status=429; may come several times.
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
    /// Of the benchmarks that are selected, run the parallel ones only.
    parallel: bool = "false", "BOOL", SERVERS, Judge, file, short;
    /// Concurrent requests of the parallel benchmarks.
    workers: usize = "5", "N" ["1" to "1000"], SERVERS, Anyone, file, repro;
    /// Files of the sync workflow.
    sync_files: usize = "5", "N" ["1" to "10000"], SERVERS, Judge, file, repro;
    /// Let the clients copy a file of 250 MiB as well.
    large: bool = "false", "BOOL", SERVERS, Anyone, file, repro;
    /// How many suites that measure nothing run at a time, each on a server of its own.
    jobs: usize => "one for each processor", "N" ["1" to "64"], SERVERS, Anyone, file;
    /// Seed of all content. The orders of a comparison are drawn anew in each run, from this and the id of the run.
    seed: u64 = "1", "N", SERVERS, Anyone, file;
    /// How many steps the random programs of the model suites have together, about.
    model_steps: u64 = "1300", "N" ["1" to "1000000000"], SERVERS, Judge, file, repro;
    /// How long the model suites go on, instead of --model-steps.
    model_time: Duration => "", "DURATION" ["1s" to "7d"], SERVERS, Judge, file, repro;
    /// The one program that the model suites run, as a counterexample has it, or a file with one.
    program: Program => "", "PROGRAM|FILE", RUN, Judge;
    /// Run each suite so many times, on a server of its own each time, and tell how often each check failed. One that fails sometimes is flaky.
    repeat: usize = "1", "N" ["1" to "1000"], RUN, Judge, file, repro;
    /// Run what was red in an earlier run: its metrics.json, or the directory of its reports.
    rerun: PathBuf => "", "FILE|DIR", RUN, Judge;
    /// Deadline of each request; a check may take four times as long.
    timeout: Duration = "60s", "DURATION" ["10ms" to "24h"], SERVERS, Judge, file, repro;
    /// How long the server may take to its first answer.
    ready_timeout: Duration = "60s", "DURATION" ["10ms" to "24h"], SERVERS, Judge, file, repro;
    /// Base image of the server's image.
    base_image: String => "", "IMAGE", SERVERS, Judge, file, repro;
    /// CA certificates for package downloads and the Drime cloud.
    ca_bundle: PathBuf => "SSL_CERT_FILE, PIP_CERT (packages alone) or REQUESTS_CA_BUNDLE", "FILE", SERVERS, Judge, file;
    /// Directory for test data; a directory of the run's own inside it is removed at the end.
    work_dir: PathBuf => "the system's", "DIR", SERVERS, Judge, file;
    /// Directory for what is kept between runs.
    cache_dir: PathBuf => "the user's cache", "DIR", SERVERS | CLEAN, Judge, file;
    /// Ledger of known issues: listed failures are named and not red.
    known_issues: PathBuf => "the one for releases of pys3local", "FILE", SERVERS, Judge, file, repro;
    /// Use no ledger: every failure is red.
    no_known_issues: bool = "false", "BOOL", SERVERS, Judge, file, repro;
    /// Count what the tree under test adds to its own ledger of known issues. Without it what the base lists as well is in force, and the
    /// reports say what the tree wants to accept.
    accept_known_issues: bool = "false", "BOOL", SERVERS, Judge, repro;
    /// Configuration file.
    config: PathBuf => "s3ci.toml, where there is one", "FILE", CONFIGURED, Judge;
    /// Directory for all reports: out.xml, metrics.json, report.txt, report.html. It is made where it is missing.
    out: PathBuf => "", "DIR", REPORTS, Judge;
    /// JUnit XML.
    junit: PathBuf => "", "FILE", REPORTS, Judge;
    /// A suffix of the names of JUnit's suites, such as py312: readers of a matrix keep one of equals.
    junit_suffix: String => "", "TEXT", REPORTS, Judge;
    /// JSON metrics: the whole record of the run.
    json: PathBuf => "", "FILE", REPORTS, Judge;
    /// Text report.
    text: PathBuf => "", "FILE", REPORTS, Judge;
    /// HTML report: one page for a browser, without script, that loads nothing.
    html: PathBuf => "", "FILE", REPORTS, Judge;
    /// Run one part of the selection; the others run elsewhere, and `s3ci merge` puts the records together.
    shard: String => "", "I/N", RUN, Judge;
    /// A metrics.json of an earlier run, whose durations balance the shards; the same file for all of them.
    durations: PathBuf => "", "FILE", RUN | PLAN, Judge;
    /// Annotations, step summary and outputs for GitHub Actions.
    github: When = "auto", "WHEN", RUN | MERGE, Judge;
    /// Propose how the ledger of known issues would have to change, as a unified diff to FILE or stdout. The ledger stays as it is.
    update_known_issues: Destination => "", "FILE", RUN, Judge;
}

/// What was said of an option, with its meaning.
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
