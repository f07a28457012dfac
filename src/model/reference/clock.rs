//! What the server's clock shows when the client's shows something else.
//!
//! Nobody sets two clocks alike. But one distance between them has to explain each Last-Modified: the server's clock cut to the second, at a moment
//! between the request that stored a version and its answer.

use crate::model::answer::Window;

/// How far file systems and two processors may be apart within one machine.
const SLACK_MS: i64 = 50;

/// The distances, server less client, that explain all that was seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    least_ms: i64,
    most_ms: i64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { least_ms: i64::MIN / 4, most_ms: i64::MAX / 4 }
    }
}

impl Clock {
    /// Whether a distance explains this too; if so it is one of those from now on.
    pub(super) fn admits(&mut self, modified_s: i64, written: Window) -> bool {
        let from_ms = modified_s.saturating_mul(1000);
        let least_ms = self.least_ms.max(from_ms - written.to_ms - SLACK_MS);
        let most_ms = self.most_ms.min(from_ms + 1000 - written.from_ms + SLACK_MS);
        let admits = least_ms <= most_ms;
        if admits {
            *self = Self { least_ms, most_ms };
        }
        admits
    }

    /// The seconds that the server may name for something written then, as a reader is told; none while nothing is known.
    pub(super) fn seconds(self, written: Window) -> Option<(i64, i64)> {
        let known = self.least_ms > i64::MIN / 8 && self.most_ms < i64::MAX / 8;
        known.then(|| ((written.from_ms + self.least_ms) / 1000, (written.to_ms + self.most_ms) / 1000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from_ms: i64, to_ms: i64) -> Window {
        Window { from_ms, to_ms }
    }

    #[test]
    fn one_distance_explains_all_times_or_one_of_them_is_wrong() {
        for ahead in [-7_200_000, -900, 0, 300, 3_600_000] {
            let mut clock = Clock::default();
            for at in [10_000, 10_400, 10_990, 11_010, 15_000] {
                assert!(clock.admits((at + ahead + 5_i64).div_euclid(1000), window(at, at + 10)), "{ahead} {at}");
            }
            // The version of 15.0 s shown with the time of the one of 11.01 s.
            assert!(!clock.admits((11_010 + ahead).div_euclid(1000), window(15_000, 15_010)), "{ahead}");
        }
    }

    #[test]
    fn two_versions_of_one_second_may_have_one_time() {
        let mut clock = Clock::default();
        assert!(clock.admits(10, window(10_000, 10_010)) && clock.admits(10, window(10_900, 10_910)));
        assert!(!clock.admits(10, window(12_100, 12_110)));
    }
}
