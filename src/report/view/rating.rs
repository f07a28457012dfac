//! The bands in which pys3local's benchmark guide rates throughput. A rating is a remark for a reader, never a verdict.

const MEGABYTE: u64 = 1024 * 1024;

/// What a rate means to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Rating {
    /// Over 50 MB/s.
    Excellent,
    /// 20 to 50 MB/s.
    Good,
    /// 10 to 20 MB/s.
    Acceptable,
    /// Under 10 MB/s.
    Bottleneck,
}

impl Rating {
    /// The band of a rate in bytes per second.
    pub(in crate::report) fn of(bytes_per_second: u64) -> Self {
        if bytes_per_second > 50 * MEGABYTE {
            Self::Excellent
        } else if bytes_per_second >= 20 * MEGABYTE {
            Self::Good
        } else if bytes_per_second >= 10 * MEGABYTE {
            Self::Acceptable
        } else {
            Self::Bottleneck
        }
    }

    /// The band in a word or two.
    pub(in crate::report) fn words(self) -> &'static str {
        match self {
            Self::Excellent => "excellent",
            Self::Good => "good",
            Self::Acceptable => "acceptable",
            Self::Bottleneck => "a bottleneck",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_belongs_to_the_band_above_it_except_the_highest() {
        let rated = [(50, 1), (50, 0), (20, 0), (20, -1), (10, 0), (10, -1), (0, 0)]
            .map(|(megabytes, more): (u64, i64)| Rating::of((megabytes * MEGABYTE).saturating_add_signed(more)));
        assert_eq!(
            rated,
            [
                Rating::Excellent,
                Rating::Good,
                Rating::Good,
                Rating::Acceptable,
                Rating::Acceptable,
                Rating::Bottleneck,
                Rating::Bottleneck
            ]
        );
    }
}
