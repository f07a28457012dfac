//! What a run compares its target with, and how a drop is judged.

use super::ConfigError;
use crate::cli::Settings;
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
}

/// The comparison that was asked for, where one was.
pub(super) fn of(settings: &Settings, target: &Target) -> Result<Option<Comparison>, ConfigError> {
    let tolerance_ppm = settings.tolerance.as_deref().map_or(Ok(TOLERANCE_PPM), tolerance)?;
    let inconclusive_fails = settings.inconclusive.as_deref().map_or(Ok(false), inconclusive)?;
    let Some(against) = &settings.against else { return Ok(None) };
    let base = Target::parse(against)?;
    let wrong = |name, value: String, reason: &str| Err(ConfigError::Value { name, value, reason: reason.to_owned() });
    for (name, end) in [("against", &base), ("target", target)] {
        if matches!(end, Target::Endpoint(_)) {
            let reason = "a comparison starts servers of its own, fresh ones for each block";
            return wrong(name, end.to_string(), reason);
        }
    }
    if let Some(port) = settings.port {
        return wrong("port", port.to_string(), "two servers run at a time, and they cannot share it");
    }
    Ok(Some(Comparison { base, tolerance_ppm, inconclusive_fails }))
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
        other => Err(ConfigError::Value {
            name: "inconclusive",
            value: other.to_owned(),
            reason: "it is pass or fail".to_owned(),
        }),
    }
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
        let inconclusive = Some("maybe".to_owned());
        assert_eq!(name(Settings { inconclusive, ..against("pypi:0.2.0") }, &release), "inconclusive");
    }

    #[test]
    fn without_a_base_there_is_no_comparison() {
        assert_eq!(of(&Settings::default(), &Target::Pypi("0.2.1".to_owned())).unwrap(), None);
    }
}
