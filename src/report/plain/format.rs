//! Numbers as people read them: sizes, rates, durations.
//!
//! Sizes are 1024-based and carry two decimals, as in pys3local's own benchmark report, so that old and new figures can be
//! laid side by side. Whole-number arithmetic throughout: a figure never depends on how a float was rounded.

use crate::record::Unit;

const SIZE_UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
const NANOSECONDS_PER_MICROSECOND: u64 = 1_000;
const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;
const NANOSECONDS_PER_SECOND: u64 = 1_000_000_000;

/// A size: `512 B`, `1.50 KB`, `41.20 MB`.
pub(in crate::report) fn bytes(size_bytes: u64) -> String {
    if size_bytes < 1024 {
        return format!("{size_bytes} B");
    }
    let mut scale = 1024;
    let mut units = SIZE_UNITS.iter().peekable();
    while let Some(unit) = units.next() {
        if units.peek().is_none() || size_bytes / scale < 1024 {
            return format!("{} {unit}", hundredths(size_bytes, scale));
        }
        scale *= 1024;
    }
    format!("{size_bytes} B")
}

/// A rate: `41.20 MB/s`.
pub(in crate::report) fn bytes_per_second(rate: u64) -> String {
    format!("{}/s", bytes(rate))
}

/// A time span: `412.35 µs`, `8.30 ms`, `4.20 s`, `2m 5s`.
pub(in crate::report) fn duration(nanoseconds: u64) -> String {
    if nanoseconds < NANOSECONDS_PER_MILLISECOND {
        format!("{} µs", hundredths(nanoseconds, NANOSECONDS_PER_MICROSECOND))
    } else if nanoseconds < NANOSECONDS_PER_SECOND {
        format!("{} ms", milliseconds(nanoseconds))
    } else if nanoseconds < 60 * NANOSECONDS_PER_SECOND {
        format!("{} s", hundredths(nanoseconds, NANOSECONDS_PER_SECOND))
    } else {
        let seconds = nanoseconds / NANOSECONDS_PER_SECOND;
        format!("{}m {}s", seconds / 60, seconds % 60)
    }
}

/// A time span in milliseconds without its unit, for tables that name it in their head: `8.30`.
pub(in crate::report) fn milliseconds(nanoseconds: u64) -> String {
    hundredths(nanoseconds, NANOSECONDS_PER_MILLISECOND)
}

/// A number with its unit.
pub(in crate::report) fn quantity(value: u64, unit: Unit) -> String {
    match unit {
        Unit::Nanoseconds => duration(value),
        Unit::Bytes => bytes(value),
        Unit::BytesPerSecond => bytes_per_second(value),
        Unit::OperationsPerSecond => format!("{value} op/s"),
        Unit::Count => value.to_string(),
    }
}

/// A ratio in millionths as what it changes: `-5.0%`, `+12.3%`.
pub(in crate::report) fn change(ratio_ppm: u64) -> String {
    let per_mille = (i128::from(ratio_ppm) - 1_000_000 + 500).div_euclid(1_000);
    let sign = if per_mille < 0 { '-' } else { '+' };
    format!("{sign}{}.{}%", per_mille.abs() / 10, per_mille.abs() % 10)
}

/// A ratio: `0.945`.
pub(in crate::report) fn ratio(ratio_ppm: u64) -> String {
    let thousandths = (u128::from(ratio_ppm) + 500) / 1000;
    format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
}

/// A count with its noun, in the singular where it is one: `1 check`, `3 checks`.
pub(in crate::report) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `value / scale` with two decimals, rounded half up.
fn hundredths(value: u64, scale: u64) -> String {
    let scale = u128::from(scale);
    let hundredths = (u128::from(value) * 100 + scale / 2) / scale;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_grow_through_the_units_at_each_power_of_1024() {
        let shown: Vec<String> =
            [0, 1023, 1024, 1536, 1 << 20, 43_201_331, 1 << 30, 1 << 40, u64::MAX].map(bytes).into();
        assert_eq!(
            shown,
            ["0 B", "1023 B", "1.00 KB", "1.50 KB", "1.00 MB", "41.20 MB", "1.00 GB", "1.00 TB", "16777216.00 TB"]
        );
    }

    #[test]
    fn durations_take_the_unit_that_keeps_them_readable() {
        let shown: Vec<String> =
            [0, 412_350, 1_000_000, 8_300_000, 4_200_000_000, 59_990_000_000, 60_000_000_000, 125_900_000_000]
                .map(duration)
                .into();
        assert_eq!(shown, ["0.00 µs", "412.35 µs", "1.00 ms", "8.30 ms", "4.20 s", "59.99 s", "1m 0s", "2m 5s"]);
    }

    #[test]
    fn quantities_carry_their_unit() {
        assert_eq!(quantity(1 << 20, Unit::BytesPerSecond), "1.00 MB/s");
        assert_eq!(quantity(83, Unit::OperationsPerSecond), "83 op/s");
        assert_eq!(quantity(7, Unit::Count), "7");
        assert_eq!([950_000, 1_000_000, 1_123_456, 999_600].map(change), ["-5.0%", "+0.0%", "+12.3%", "+0.0%"]);
        assert_eq!(counted(1, "check"), "1 check");
        assert_eq!(counted(0, "check"), "0 checks");
    }
}
