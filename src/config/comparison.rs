//! What a run compares its target with, and how a drop is judged.

use super::ConfigError;
use std::path::{Path, PathBuf};

use crate::cli::Settings;
use crate::record::{Calibration, FailOn};
use crate::server::Target;

/// The drop that is tolerated where nobody says otherwise, in millionths.
const TOLERANCE_PPM: u64 = 50_000;
const MILLION: f64 = 1e6;

/// A comparison with a base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The base.
    pub base: Target,
    /// The drop of throughput that is tolerated, in millionths.
    pub tolerance_ppm: u64,
    /// Whether throughput that is not decided fails the run.
    pub inconclusive_fails: bool,
    /// Which failed checks count.
    pub fail_on: FailOn,
    /// What this machine cannot tell apart, where that was found out.
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
    /// A target that nobody can start twice.
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
pub(super) fn of(settings: &Settings, target: &Target) -> Result<Option<Comparison>, ConfigError> {
    let tolerance_ppm = settings.tolerance.as_deref().map_or(Ok(TOLERANCE_PPM), tolerance)?;
    let inconclusive_fails = settings.inconclusive.as_deref().map_or(Ok(false), inconclusive)?;
    let fail_on = settings.fail_on.as_deref().map_or(Ok(FailOn::Any), fail_on)?;
    let Some(against) = &settings.against else { return without_base(settings).map(|()| None) };
    let base = Target::parse(against).map_err(ConfigError::Against)?;
    both_can_start(&base, target, settings.port)?;
    let calibration = settings.calibration.as_deref().map(calibration).transpose()?;
    let baseline = settings.baseline.clone();
    Ok(Some(Comparison { base, tolerance_ppm, inconclusive_fails, fail_on, calibration, baseline, calibrates: false }))
}

/// Figures of two runs are not comparable; their ratios to the same base are.
fn without_base(settings: &Settings) -> Result<(), ConfigError> {
    settings.baseline.as_ref().map_or(Ok(()), |baseline| {
        let reason = "two runs are compared through the base that both had: give the --against of that run";
        Err(unknown("baseline", &baseline.display().to_string(), reason))
    })
}

/// Both arms are s3ci's own to start, side by side.
fn both_can_start(base: &Target, target: &Target, port: Option<u16>) -> Result<(), ConfigError> {
    for (name, end) in [("against", base), ("target", target)] {
        if matches!(end, Target::Endpoint(_)) {
            let reason = "a comparison starts servers of its own, fresh ones for each block";
            return Err(unknown(name, &end.to_string(), reason));
        }
    }
    if let Some(port) = port {
        return Err(unknown("port", &port.to_string(), "two servers run at a time, and they cannot share it"));
    }
    Ok(())
}

/// Reads the floors of a machine.
fn calibration(path: &Path) -> Result<Calibration, ConfigError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|error| {
        let reason = format!("it is no file of `s3ci calibrate`: {error}");
        unknown("calibration", &path.display().to_string(), &reason)
    })
}

/// A share such as `5%` or `0.05`, in millionths.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to lie between 0 and 1 before")]
fn tolerance(text: &str) -> Result<u64, ConfigError> {
    let wrong = || ConfigError::Value {
        name: "tolerance",
        value: text.to_owned(),
        reason: "it is a share such as 5% or 0.05, at least 0% and less than 100%".to_owned(),
    };
    let (number, scale) = text.trim().strip_suffix('%').map_or((text, MILLION), |number| (number, MILLION / 100.0));
    let share: f64 = number.trim().parse().map_err(|_| wrong())?;
    let ppm = (share * scale).round();
    if (0.0..MILLION).contains(&ppm) { Ok(ppm as u64) } else { Err(wrong()) }
}

fn inconclusive(word: &str) -> Result<bool, ConfigError> {
    match word {
        "pass" => Ok(false),
        "fail" => Ok(true),
        other => Err(unknown("inconclusive", other, "it is pass or fail")),
    }
}

fn fail_on(word: &str) -> Result<FailOn, ConfigError> {
    match word {
        "any" => Ok(FailOn::Any),
        "new" => Ok(FailOn::New),
        other => Err(unknown("fail-on", other, "it is any or new")),
    }
}

fn unknown(name: &'static str, value: &str, reason: &str) -> ConfigError {
    ConfigError::Value { name, value: value.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison(settings: Settings) -> Result<Option<Comparison>, ConfigError> {
        of(&Settings { against: Some("pypi:0.2.0".to_owned()), ..settings }, &Target::Pypi("0.2.1".to_owned()))
    }

    #[test]
    fn a_tolerance_is_a_share() {
        let ppm = |text: &str| {
            let settings = Settings { tolerance: Some(text.to_owned()), ..Settings::default() };
            comparison(settings).ok().flatten().map(|comparison| comparison.tolerance_ppm)
        };
        assert_eq!(
            [ppm("5%"), ppm("0.05"), ppm("2.5 %"), ppm("0")],
            [Some(50_000), Some(50_000), Some(25_000), Some(0)]
        );
        assert_eq!([ppm("100%"), ppm("5"), ppm("-1%"), ppm("some"), ppm("NaN")], [None; 5]);
    }

    #[test]
    fn servers_that_are_not_our_own_and_a_port_for_two_are_refused() {
        let name = |settings: Settings, target: &Target| match of(&settings, target) {
            Err(ConfigError::Value { name, .. }) => name,
            other => panic!("not refused: {other:?}"),
        };
        let release = Target::Pypi("0.2.1".to_owned());
        let against = |text: &str| Settings { against: Some(text.to_owned()), ..Settings::default() };
        let endpoint = "endpoint:http://127.0.0.1:9000";
        assert_eq!(name(against(endpoint), &release), "against");
        assert_eq!(name(against("pypi:0.2.0"), &Target::parse(endpoint).unwrap()), "target");
        assert_eq!(name(Settings { port: Some(9000), ..against("pypi:0.2.0") }, &release), "port");
        let fail_on = Some("old".to_owned());
        assert_eq!(name(Settings { fail_on, ..against("pypi:0.2.0") }, &release), "fail-on");
        let inconclusive = Some("maybe".to_owned());
        assert_eq!(name(Settings { inconclusive, ..against("pypi:0.2.0") }, &release), "inconclusive");
    }

    #[test]
    fn without_a_base_there_is_no_comparison() {
        assert_eq!(of(&Settings::default(), &Target::Pypi("0.2.1".to_owned())).unwrap(), None);
    }
}
