//! Thresholds as `s3ci.toml` has them: `"bench/local.upload.throughput" = ">= 10 MB/s"`.

use crate::record::{SuiteId, Threshold, Unit};

/// Units by their spelling, with what one of them is in the unit of the record.
const UNITS: [(&str, Unit, f64); 13] = [
    ("B/s", Unit::BytesPerSecond, 1.0),
    ("KB/s", Unit::BytesPerSecond, 1024.0),
    ("MB/s", Unit::BytesPerSecond, 1_048_576.0),
    ("GB/s", Unit::BytesPerSecond, 1_073_741_824.0),
    ("op/s", Unit::OperationsPerSecond, 1.0),
    ("us", Unit::Nanoseconds, 1e3),
    ("ms", Unit::Nanoseconds, 1e6),
    ("s", Unit::Nanoseconds, 1e9),
    ("B", Unit::Bytes, 1.0),
    ("KB", Unit::Bytes, 1024.0),
    ("MB", Unit::Bytes, 1_048_576.0),
    ("GB", Unit::Bytes, 1_073_741_824.0),
    ("", Unit::Count, 1.0),
];

/// Reads a limit of a metric; what is wrong with it otherwise.
pub(super) fn threshold(name: &str, text: &str) -> Result<Threshold, &'static str> {
    let (suite, metric) =
        name.split_once('.').ok_or("name a metric with its suite, such as bench/local.upload.throughput")?;
    let text = text.trim();
    let (is_floor, rest) = match (text.strip_prefix(">="), text.strip_prefix("<=")) {
        (Some(rest), _) => (true, rest.trim()),
        (_, Some(rest)) => (false, rest.trim()),
        _ => return Err("it must begin with >= or <="),
    };
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
    let (number, unit) = (rest.get(..end).unwrap_or_default(), rest.get(end..).unwrap_or_default().trim());
    let number: f64 = number.parse().map_err(|_| "after >= or <= there must be a number")?;
    let spelling = UNITS.iter().find(|(spelling, ..)| *spelling == unit);
    let (_, unit, scale) = spelling.ok_or(
        "its unit must be one of B/s, KB/s, MB/s, GB/s, op/s, us, ms, s, B, KB, MB, GB, or nothing for a count",
    )?;
    let limit = whole(number * scale).ok_or("the number is too large")?;
    let (suite, metric) = (SuiteId::new(suite), metric.to_owned());
    Ok(Threshold { suite, metric, is_floor, limit, unit: *unit, text: text.to_owned() })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
fn whole(number: f64) -> Option<u64> {
    (0.0..1e18).contains(&number).then(|| number.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_has_a_metric_a_side_and_a_unit() {
        let found = threshold("bench/local.upload.throughput", ">= 10 MB/s").unwrap();
        assert_eq!((found.suite.as_str(), found.metric.as_str()), ("bench/local", "upload.throughput"));
        assert_eq!((found.is_floor, found.limit, found.unit), (true, 10 << 20, Unit::BytesPerSecond));
        let most = threshold("bench/local.upload.latency", "<=1.5ms").unwrap();
        assert_eq!((most.is_floor, most.limit, most.unit), (false, 1_500_000, Unit::Nanoseconds));
    }

    #[test]
    fn a_threshold_without_a_metric_a_side_or_a_unit_is_refused() {
        for (name, text) in [
            ("upload", ">= 1"),
            ("bench/local.x", "10 MB/s"),
            ("bench/local.x", "> 10 MB/s"),
            ("bench/local.x", ">= MB/s"),
            ("bench/local.x", ">= 10 furlongs"),
            ("bench/local.x", ">= -1"),
        ] {
            assert!(threshold(name, text).is_err(), "{name} {text}");
        }
    }
}
