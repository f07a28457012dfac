//! From options to a configuration: rules about two options, and what has to be looked up on this machine.

use std::path::{Path, PathBuf};

use super::options::{Options, Settings};
use super::{Config, ConfigError, KnownIssues, comparison};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::base::{Misread, read_file, shell_word};
use crate::server::DockerSettings;
use crate::workload::DatasetSettings;

/// Variables that other programs use for a CA bundle, in order.
const CA_VARIABLES: [&str; 3] = ["SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE"];
/// Those of them that are not about packages alone.
const CLOUD_CA_VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"];

/// One layer over another.
pub(super) fn over(upper: Settings, mut lower: Settings) -> Settings {
    // Two halves of one choice: who makes it anew has made it whole.
    if upper.known_issues.is_some() || upper.no_known_issues.is_some() {
        (lower.known_issues, lower.no_known_issues) = (None, None);
    }
    upper.over(lower)
}

/// Fills in the defaults and checks what the table cannot.
pub(super) fn resolve(settings: &Settings) -> Result<Config, ConfigError> {
    let options = settings.with_defaults()?;
    Ok(Config {
        dataset: dataset(&options)?,
        target_is_named: settings.target.is_some(),
        comparison: comparison::of(&options)?,
        cloud_ca_bundle: ca_bundle(options.ca_bundle.as_deref(), &CLOUD_CA_VARIABLES)?,
        docker: DockerSettings {
            base_image: options.base_image.clone(),
            ca_bundle: ca_bundle(options.ca_bundle.as_deref(), &CA_VARIABLES)?,
            must_isolate: false,
            build_timeout: options.build_timeout,
        },
        work_dir: work_dir(options.work_dir.clone())?,
        cache_dir: options.cache_dir.clone().unwrap_or_else(default_cache_dir),
        jobs: options.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
        known_issues: known_issues(&options)?,
        repro: repro(settings, options.seed),
        notices: Vec::new(),
        options,
    })
}

fn dataset(options: &Options) -> Result<DatasetSettings, ConfigError> {
    let max_size_bytes = options.max_size;
    let min_size_bytes = options.min_size.unwrap_or(1024.min(max_size_bytes));
    if min_size_bytes > max_size_bytes {
        let reason = format!("the smallest file would be larger than the largest (--max-size {max_size_bytes})");
        return Err(ConfigError::value("min-size", &min_size_bytes, reason));
    }
    Ok(DatasetSettings { files: options.files, min_size_bytes, max_size_bytes, subdirs: options.subdirs })
}

fn ca_bundle(named: Option<&Path>, variables: &[&str]) -> Result<Option<PathBuf>, ConfigError> {
    match named {
        Some(path) if path.is_file() => has_certificates(path).map(|()| Some(path.to_owned())),
        Some(path) => Err(ConfigError::value("ca-bundle", &path.display(), "there is no such file")),
        None => Ok(variables.iter().filter_map(std::env::var_os).map(PathBuf::from).find(|path| path.is_file())),
    }
}

/// What is named as certificates becomes part of an image, so it had better be some.
fn has_certificates(path: &Path) -> Result<(), ConfigError> {
    let text = read_file(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    let mut certificates = CertificateDer::pem_slice_iter(text.as_bytes()).peekable();
    if certificates.peek().is_some() && certificates.all(|certificate| certificate.is_ok()) {
        return Ok(());
    }
    let line = text.lines().position(|line| line.starts_with("-----BEGIN")).map_or(1, |line| line + 1);
    let source = Misread { line, column: 1, problem: "there is no certificate in PEM from here on".to_owned() };
    let hint = "name a file of certificates, each between -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----";
    Err(ConfigError::Malformed { path: path.to_owned(), source, hint: hint.to_owned() })
}

fn work_dir(named: Option<PathBuf>) -> Result<PathBuf, ConfigError> {
    let path = named.unwrap_or_else(std::env::temp_dir);
    if path.is_dir() {
        return Ok(path);
    }
    Err(ConfigError::value("work-dir", &path.display(), "there is no such directory"))
}

fn known_issues(options: &Options) -> Result<KnownIssues, ConfigError> {
    match (&options.known_issues, options.no_known_issues) {
        (Some(path), true) => {
            let reason = "there is no ledger with --no-known-issues: leave one of the two out";
            Err(ConfigError::value("known-issues", &path.display(), reason))
        }
        (Some(path), false) => Ok(KnownIssues::File(path.clone())),
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
fn repro(settings: &Settings, seed: u64) -> String {
    let words =
        settings.typed().into_iter().filter(|(row, _)| row.in_repro).filter_map(|(row, text)| match text.as_str() {
            "true" if row.missing == Some("true") => Some(format!(" --{}", row.key)),
            "false" if row.missing == Some("true") => None,
            _ => Some(format!(" --{} {}", row.key, shell_word(&text))),
        });
    format!("s3ci run{} --seed {seed}", words.collect::<String>())
}

#[cfg(test)]
mod tests;
