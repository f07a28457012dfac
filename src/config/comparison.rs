//! What a run compares its target with, and how a drop is judged.

use std::path::{Path, PathBuf};

use super::ConfigError;
use super::options::{Inconclusive, Options};
use crate::base::{Misread, read_file};
use crate::record::{Calibration, FailOn};
use crate::server::Target;

/// A comparison with a base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    pub base: Target,
    /// The drop of throughput that is tolerated, in millionths.
    pub tolerance_ppm: u64,
    /// Whether throughput that is not decided fails the run.
    pub inconclusive_fails: bool,
    /// Which failed checks count.
    pub fail_on: FailOn,
    /// The noise of this machine, if it was measured.
    pub calibration: Option<Calibration>,
    /// Metrics of an earlier run that had the same base, or the directory of its reports.
    pub baseline: Option<PathBuf>,
    /// Whether all blocks are run and nothing is decided, to find that out.
    pub calibrates: bool,
}

impl Comparison {
    /// The comparison of a target with itself.
    ///
    /// # Errors
    /// A target that s3ci cannot start twice.
    pub(super) fn with_itself(target: &Target, port: Option<u16>) -> Result<Self, ConfigError> {
        both_can_start(target, target, port)?;
        Ok(Self {
            base: target.clone(),
            tolerance_ppm: 0,
            inconclusive_fails: false,
            fail_on: FailOn::Any,
            calibration: None,
            baseline: None,
            calibrates: true,
        })
    }
}

/// The comparison that was asked for, where one was.
pub(super) fn of(options: &Options) -> Result<Option<Comparison>, ConfigError> {
    let Some(base) = options.against.clone() else { return without_base(options).map(|()| None) };
    both_can_start(&base, &options.target, options.port)?;
    Ok(Some(Comparison {
        base,
        tolerance_ppm: options.tolerance.ppm,
        inconclusive_fails: options.inconclusive == Inconclusive::Fail,
        fail_on: options.fail_on,
        calibration: options.calibration.as_deref().map(calibration).transpose()?,
        baseline: options.baseline.clone(),
        calibrates: false,
    }))
}

/// Figures of two runs are not comparable; their ratios to the same base are.
fn without_base(options: &Options) -> Result<(), ConfigError> {
    options.baseline.as_ref().map_or(Ok(()), |baseline| {
        let reason = "s3ci compares two runs through the base that both had: give the --against of that run";
        Err(ConfigError::value("baseline", &baseline.display(), reason))
    })
}

/// Both arms are s3ci's own to start, side by side.
fn both_can_start(base: &Target, target: &Target, port: Option<u16>) -> Result<(), ConfigError> {
    for (name, end) in [("against", base), ("target", target)] {
        if matches!(end, Target::Endpoint(_)) {
            let reason = "the throughput comparison starts its own servers, fresh ones for each block";
            return Err(ConfigError::value(name, end, reason));
        }
    }
    if let Some(port) = port {
        return Err(ConfigError::value("port", &port, "two servers run at the same time and cannot share a port"));
    }
    Ok(())
}

/// Reads the floors of a machine.
fn calibration(path: &Path) -> Result<Calibration, ConfigError> {
    let text = read_file(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|error| ConfigError::Malformed {
        path: path.to_owned(),
        source: Misread::of_json(&error),
        hint: "name a file that `s3ci calibrate` wrote".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::options::Settings;

    fn refused(settings: &Settings) -> String {
        match of(&settings.with_defaults().unwrap()) {
            Err(ConfigError::Value { option, .. }) => option,
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn servers_that_are_not_our_own_and_a_port_for_two_are_refused() {
        let release = Some(Target::Pypi("0.2.0".to_owned()));
        let endpoint = Some(Target::Endpoint("http://127.0.0.1:9000".to_owned()));
        assert_eq!(refused(&Settings { against: endpoint.clone(), ..Settings::default() }), "--against");
        assert_eq!(
            refused(&Settings { against: release.clone(), target: endpoint, ..Settings::default() }),
            "--target"
        );
        assert_eq!(refused(&Settings { against: release, port: Some(9000), ..Settings::default() }), "--port");
    }

    #[test]
    fn without_a_base_there_is_no_comparison_and_no_baseline() {
        assert_eq!(of(&Settings::default().with_defaults().unwrap()).unwrap(), None);
        assert_eq!(refused(&Settings { baseline: Some("old".into()), ..Settings::default() }), "--baseline");
    }

    #[test]
    fn a_calibration_that_is_none_is_refused_by_its_place_and_without_its_text() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("floors.json");
        for (text, problem) in [
            ("HOME=/root", "it is not valid JSON"),
            ("{\n  \"hunter2\": 1}", "it is JSON, but not of the expected form"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = calibration(&path).unwrap_err();
            let cause = std::error::Error::source(&error).unwrap().to_string();
            assert!(cause.starts_with("line ") && cause.ends_with(problem), "{cause}");
        }
    }
}
