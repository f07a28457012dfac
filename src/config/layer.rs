//! One layer over another, and the defaults under both.

use std::path::PathBuf;
use std::time::Duration;

use super::{Config, ConfigError, KnownIssues, PINNED_RELEASE, comparison, thresholds};
use crate::base::shell_word;
use crate::cli::Settings;
use crate::server::drime::StandInSettings;
use crate::server::{Backends, DockerSettings, DrimeChoice, RuntimeChoice, Target};
use crate::workload::DatasetSettings;

/// Variables that other programs use for a CA bundle, in order.
const CA_VARIABLES: [&str; 3] = ["SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE"];
/// Those of them that are not about packages alone.
const CLOUD_CA_VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"];

/// What stands in `upper` hides what stands in `lower`.
pub(super) fn over(upper: Settings, lower: Settings) -> Settings {
    Settings {
        target: upper.target.or(lower.target),
        against: upper.against.or(lower.against),
        baseline: upper.baseline.or(lower.baseline),
        tolerance: upper.tolerance.or(lower.tolerance),
        inconclusive: upper.inconclusive.or(lower.inconclusive),
        fail_on: upper.fail_on.or(lower.fail_on),
        thresholds: upper.thresholds.or(lower.thresholds),
        calibration: upper.calibration.or(lower.calibration),
        runtime: upper.runtime.or(lower.runtime),
        backend: upper.backend.or(lower.backend),
        drime: upper.drime.or(lower.drime),
        drime_set: upper.drime_set.or(lower.drime_set),
        files: upper.files.or(lower.files),
        min_size: upper.min_size.or(lower.min_size),
        max_size: upper.max_size.or(lower.max_size),
        subdirs: upper.subdirs.or(lower.subdirs),
        port: upper.port.or(lower.port),
        parallel: upper.parallel.or(lower.parallel),
        workers: upper.workers.or(lower.workers),
        sync_files: upper.sync_files.or(lower.sync_files),
        large: upper.large.or(lower.large),
        seed: upper.seed.or(lower.seed),
        timeout: upper.timeout.or(lower.timeout),
        ready_timeout: upper.ready_timeout.or(lower.ready_timeout),
        base_image: upper.base_image.or(lower.base_image),
        ca_bundle: upper.ca_bundle.or(lower.ca_bundle),
        work_dir: upper.work_dir.or(lower.work_dir),
        cache_dir: upper.cache_dir.or(lower.cache_dir),
        // Two halves of one choice: who makes it anew has made it whole.
        known_issues: upper.known_issues.clone().or(lower.known_issues.filter(|_| upper.no_known_issues.is_none())),
        no_known_issues: upper.no_known_issues.or(lower.no_known_issues.filter(|_| upper.known_issues.is_none())),
    }
}

/// Fills in the defaults and checks every value.
pub(super) fn resolve(settings: Settings) -> Result<Config, ConfigError> {
    let dataset = dataset(&settings)?;
    let target = settings.target.clone().unwrap_or_else(|| format!("pypi:{PINNED_RELEASE}"));
    let target = Target::parse(&target)?;
    let repro = repro(&settings, &target);
    let comparison = comparison::of(&settings, &target)?;
    Ok(Config {
        target,
        target_is_named: settings.target.is_some(),
        comparison,
        thresholds: settings.thresholds.as_ref().map_or(Ok(Vec::new()), thresholds::of)?,
        runtime: runtime(settings.runtime.as_deref())?,
        backends: settings.backend.as_deref().map(backends).transpose()?,
        drime: drime(settings.drime.as_deref())?,
        drime_set: drime_set(settings.drime_set.as_deref().unwrap_or_default())?,
        dataset,
        port: settings.port.map(|port| bounded("port", u64::from(port), 1, 65_535).map(|_| port)).transpose()?,
        parallel_only: settings.parallel.unwrap_or(false),
        workers: count("workers", settings.workers.unwrap_or(5), 1, 1_000)?,
        sync_files: count("sync-files", settings.sync_files.unwrap_or(5), 1, 10_000)?,
        large: settings.large.unwrap_or(false),
        jobs: std::thread::available_parallelism().map_or(1, usize::from),
        seed: settings.seed.unwrap_or(1),
        timeout: duration("timeout", settings.timeout.as_deref())?,
        ready_timeout: duration("ready-timeout", settings.ready_timeout.as_deref())?,
        cloud_ca_bundle: ca_bundle(settings.ca_bundle.clone(), &CLOUD_CA_VARIABLES)?,
        docker: DockerSettings {
            base_image: settings.base_image,
            ca_bundle: ca_bundle(settings.ca_bundle, &CA_VARIABLES)?,
        },
        work_dir: work_dir(settings.work_dir)?,
        cache_dir: settings.cache_dir.unwrap_or_else(default_cache_dir),
        known_issues: known_issues(settings.known_issues, settings.no_known_issues.unwrap_or(false))?,
        repro,
    })
}

fn dataset(settings: &Settings) -> Result<DatasetSettings, ConfigError> {
    let max_size_bytes = bounded("max-size", settings.max_size.unwrap_or(1 << 20), 0, 5 << 30)?;
    let min_size_bytes = settings.min_size.unwrap_or(1024.min(max_size_bytes));
    if min_size_bytes > max_size_bytes {
        let reason = format!("the smallest file would be larger than the largest (--max-size {max_size_bytes})");
        return Err(ConfigError::Value { name: "min-size", value: min_size_bytes.to_string(), reason });
    }
    Ok(DatasetSettings {
        files: count("files", settings.files.unwrap_or(100), 1, 100_000)?,
        min_size_bytes,
        max_size_bytes,
        subdirs: count("subdirs", settings.subdirs.unwrap_or(5), 0, 10_000)?,
    })
}

fn runtime(name: Option<&str>) -> Result<RuntimeChoice, ConfigError> {
    match name.unwrap_or("auto") {
        "auto" => Ok(RuntimeChoice::Auto),
        "docker" => Ok(RuntimeChoice::Docker),
        "process" => Ok(RuntimeChoice::Process),
        other => Err(ConfigError::Value {
            name: "runtime",
            value: other.to_owned(),
            reason: "it is auto, docker or process".to_owned(),
        }),
    }
}

fn backends(name: &str) -> Result<Backends, ConfigError> {
    match name {
        "local" => Ok(Backends::Local),
        "drime" => Ok(Backends::Drime),
        "both" => Ok(Backends::Both),
        other => Err(ConfigError::Value {
            name: "backend",
            value: other.to_owned(),
            reason: "it is local, drime or both".to_owned(),
        }),
    }
}

fn drime(name: Option<&str>) -> Result<DrimeChoice, ConfigError> {
    match name.unwrap_or("auto") {
        "auto" => Ok(DrimeChoice::Auto),
        "emulated" => Ok(DrimeChoice::Emulated),
        "cloud" => Ok(DrimeChoice::Cloud),
        other => Err(ConfigError::Value {
            name: "drime",
            value: other.to_owned(),
            reason: "it is emulated, cloud or auto".to_owned(),
        }),
    }
}

fn drime_set(given: &[String]) -> Result<StandInSettings, ConfigError> {
    let wrong = |(value, reason)| ConfigError::Value { name: "drime-set", value, reason };
    StandInSettings::parse(given).map_err(wrong)
}

fn bounded(name: &'static str, value: u64, least: u64, most: u64) -> Result<u64, ConfigError> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    let reason = format!("it is at least {least} and at most {most}");
    Err(ConfigError::Value { name, value: value.to_string(), reason })
}

fn count(name: &'static str, value: u64, least: u64, most: u64) -> Result<usize, ConfigError> {
    let value = bounded(name, value, least, most)?;
    usize::try_from(value).map_err(|error| ConfigError::Value {
        name,
        value: value.to_string(),
        reason: error.to_string(),
    })
}

fn duration(name: &'static str, text: Option<&str>) -> Result<Duration, ConfigError> {
    let text = text.unwrap_or("60s");
    let wrong = |reason: String| ConfigError::Value { name, value: text.to_owned(), reason };
    let plain = text.parse::<u64>().map(Duration::from_secs);
    let parsed = plain.or_else(|_| humantime::parse_duration(text)).map_err(|error| wrong(error.to_string()))?;
    if parsed < Duration::from_millis(10) || parsed > Duration::from_hours(24) {
        return Err(wrong("it is at least 10ms and at most 24h".to_owned()));
    }
    Ok(parsed)
}

fn ca_bundle(named: Option<PathBuf>, variables: &[&str]) -> Result<Option<PathBuf>, ConfigError> {
    if let Some(path) = named {
        if path.is_file() {
            return Ok(Some(path));
        }
        let value = path.display().to_string();
        return Err(ConfigError::Value { name: "ca-bundle", value, reason: "there is no such file".to_owned() });
    }
    let found = variables.iter().filter_map(std::env::var_os).map(PathBuf::from).find(|path| path.is_file());
    Ok(found)
}

fn work_dir(named: Option<PathBuf>) -> Result<PathBuf, ConfigError> {
    let path = named.unwrap_or_else(std::env::temp_dir);
    if path.is_dir() {
        return Ok(path);
    }
    let value = path.display().to_string();
    Err(ConfigError::Value { name: "work-dir", value, reason: "there is no such directory".to_owned() })
}

fn known_issues(named: Option<PathBuf>, none: bool) -> Result<KnownIssues, ConfigError> {
    match (named, none) {
        (Some(path), true) => {
            let reason = "there is no ledger with --no-known-issues: leave one of the two out".to_owned();
            Err(ConfigError::Value { name: "known-issues", value: path.display().to_string(), reason })
        }
        (Some(path), false) => Ok(KnownIssues::File(path)),
        (None, true) => Ok(KnownIssues::None),
        (None, false) => Ok(KnownIssues::BuiltIn),
    }
}

/// Where things are kept between runs: the user's cache directory by the XDG base directory specification, or the system's temporary one.
#[must_use]
pub fn default_cache_dir() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_CACHE_HOME").or_else(|| set("LOCALAPPDATA")).or_else(|| Some(set("HOME")?.join(".cache")));
    base.unwrap_or_else(std::env::temp_dir).join("s3ci")
}

/// The command that repeats the run, without the selection: what was set and shapes the results, and the seed.
fn repro(settings: &Settings, target: &Target) -> String {
    let number = |name: &str, value: Option<u64>| value.map(|value| format!(" --{name} {value}"));
    let word =
        |name: &str, value: &Option<String>| value.as_ref().map(|value| format!(" --{name} {}", shell_word(value)));
    let set = [
        // As the target shows itself: without the password of a URL.
        settings.target.as_ref().map(|_| format!(" --target {}", shell_word(&target.to_string()))),
        word("against", &settings.against),
        settings.baseline.as_ref().map(|path| format!(" --baseline {}", shell_word(&path.to_string_lossy()))),
        word("tolerance", &settings.tolerance),
        word("inconclusive", &settings.inconclusive),
        word("fail-on", &settings.fail_on),
        settings.calibration.as_ref().map(|path| format!(" --calibration {}", shell_word(&path.to_string_lossy()))),
        word("runtime", &settings.runtime),
        word("base-image", &settings.base_image),
        word("timeout", &settings.timeout),
        word("ready-timeout", &settings.ready_timeout),
        number("port", settings.port.map(u64::from)),
        number("files", settings.files),
        number("min-size", settings.min_size),
        number("max-size", settings.max_size),
        number("subdirs", settings.subdirs),
        number("workers", settings.workers),
        number("sync-files", settings.sync_files),
        word("drime", &settings.drime),
        settings.drime_set.as_ref().map(|set| format!(" --drime-set {}", shell_word(&set.join(",")))),
        settings.large.filter(|large| *large).map(|_| " --large".to_owned()),
        settings.known_issues.as_ref().map(|path| format!(" --known-issues {}", shell_word(&path.to_string_lossy()))),
        settings.no_known_issues.filter(|none| *none).map(|_| " --no-known-issues".to_owned()),
    ];
    let seed = format!(" --seed {}", settings.seed.unwrap_or(1));
    std::iter::once("s3ci run".to_owned()).chain(set.into_iter().flatten()).chain([seed]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_hides_the_file_and_the_file_hides_the_default() {
        let flags = Settings { files: Some(7), ..Settings::default() };
        let file = Settings { files: Some(8), workers: Some(9), ..Settings::default() };
        let merged = over(flags, file);
        assert_eq!((merged.files, merged.workers, merged.seed), (Some(7), Some(9), None));
    }

    #[test]
    fn values_out_of_range_name_their_option() {
        let refused = |settings: Settings| match resolve(settings) {
            Err(ConfigError::Value { name, .. }) => name,
            other => panic!("not refused: {other:?}"),
        };
        assert_eq!(refused(Settings { workers: Some(0), ..Settings::default() }), "workers");
        assert_eq!(refused(Settings { files: Some(0), ..Settings::default() }), "files");
        let sizes = Settings { min_size: Some(10), max_size: Some(9), ..Settings::default() };
        assert_eq!(refused(sizes), "min-size");
        assert_eq!(refused(Settings { backend: Some("s3".into()), ..Settings::default() }), "backend");
        assert_eq!(refused(Settings { drime: Some("sky".into()), ..Settings::default() }), "drime");
        let set = Settings { drime_set: Some(vec!["api-key=x".into()]), ..Settings::default() };
        assert_eq!(refused(set), "drime-set");
        assert_eq!(refused(Settings { runtime: Some("vm".into()), ..Settings::default() }), "runtime");
        assert_eq!(refused(Settings { timeout: Some("soon".into()), ..Settings::default() }), "timeout");
        assert_eq!(refused(Settings { timeout: Some("0".into()), ..Settings::default() }), "timeout");
        assert_eq!(refused(Settings { ca_bundle: Some("/nowhere".into()), ..Settings::default() }), "ca-bundle");
        assert_eq!(refused(Settings { work_dir: Some("/nowhere".into()), ..Settings::default() }), "work-dir");
    }

    #[test]
    fn whoever_chooses_a_ledger_anew_has_chosen() {
        let file = || Settings { known_issues: Some("ours.toml".into()), ..Settings::default() };
        let none = || Settings { no_known_issues: Some(true), ..Settings::default() };
        let chosen = |upper, lower| resolve(over(upper, lower)).unwrap().known_issues;
        assert_eq!(chosen(none(), file()), KnownIssues::None);
        assert_eq!(chosen(file(), none()), KnownIssues::File("ours.toml".into()));
        assert_eq!(chosen(Settings::default(), none()), KnownIssues::None);
        assert_eq!(chosen(Settings::default(), Settings::default()), KnownIssues::BuiltIn);
        let back = Settings { no_known_issues: Some(false), ..Settings::default() };
        assert_eq!(chosen(back, none()), KnownIssues::BuiltIn);
        let both = Settings { known_issues: Some("ours.toml".into()), ..none() };
        assert!(matches!(resolve(both), Err(ConfigError::Value { name: "known-issues", .. })));
    }

    #[test]
    fn the_repro_line_has_what_was_set_and_no_password() {
        let settings = Settings {
            target: Some("endpoint:http://user:pass@127.0.0.1:9000".into()),
            files: Some(3),
            timeout: Some("5 s".into()),
            known_issues: Some("our issues.toml".into()),
            ..Settings::default()
        };
        let expected = "s3ci run --target endpoint:http://127.0.0.1:9000 --timeout '5 s' --files 3 \
                        --known-issues 'our issues.toml' --seed 1";
        assert_eq!(resolve(settings).unwrap().repro, expected);
    }

    #[test]
    fn the_repro_line_of_a_comparison_has_all_that_decides_it() {
        let settings = Settings {
            against: Some("pypi:0.2.0".into()),
            baseline: Some("last release/metrics.json".into()),
            tolerance: Some("8%".into()),
            inconclusive: Some("fail".into()),
            fail_on: Some("new".into()),
            ..Settings::default()
        };
        let expected = "s3ci run --against pypi:0.2.0 --baseline 'last release/metrics.json' --tolerance 8% \
                        --inconclusive fail --fail-on new --seed 1";
        assert_eq!(resolve(settings).unwrap().repro, expected);
    }
}
