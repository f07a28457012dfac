//! Ranges of versions, as PEP 440 has them.
//!
//! A pre-release or a development version counts as the version that it leads to: `0.3.dev1` is not below `0.3`. A post-release, as
//! which a commit after a tag is counted, comes after its version. What follows a `+` does not count.

use std::fmt;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifier, VersionSpecifiers};

/// A range of versions that is not empty.
#[derive(Debug, Clone)]
pub struct Versions(VersionSpecifiers);

impl Versions {
    /// Reads a range such as `>=0.2.0, <0.3`.
    ///
    /// # Errors
    /// The text is not a range, or an empty one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let specifiers = VersionSpecifiers::from_str(text).map_err(|_| "it is not a range of PEP 440".to_owned())?;
        if specifiers.is_empty() {
            return Err("it names no version".to_owned());
        }
        let range = Self(specifiers);
        if range.overlap(&range) { Ok(range) } else { Err("no version is in it".to_owned()) }
    }

    /// Whether a version is in the range. A text that is not a version is in no range.
    #[must_use]
    pub fn contain(&self, version: &str) -> bool {
        Version::from_str(version).is_ok_and(|version| self.0.contains(&version.without_local()))
    }

    /// Whether some version is in both ranges.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> bool {
        let bounds = self.0.iter().chain(other.0.iter()).map(VersionSpecifier::version);
        let mut beginnings = std::iter::once(Version::new([0])).chain(bounds.flat_map(beginnings));
        beginnings.any(|version| self.0.contains(&version) && other.0.contains(&version))
    }
}

/// Where a range with this bound may begin: at the bound, right after it and its post-releases, or at the next number. What two
/// ranges share begins at the bound of one of them.
fn beginnings(bound: &Version) -> [Version; 3] {
    let release = |numbers: Vec<u64>| Version::new(numbers).with_epoch(bound.epoch());
    let after = [bound.release(), &[0, 0, 0, 1]].concat();
    let mut next = bound.release().to_vec();
    if let Some(last) = next.last_mut() {
        *last += 1;
    }
    [bound.clone(), release(after), release(next)]
}

impl fmt::Display for Versions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(text: &str) -> Versions {
        Versions::parse(text).unwrap()
    }

    #[test]
    fn releases_of_the_range_are_in_it_and_others_are_not() {
        let range = versions(">=0.2.0, <0.3");
        let inside: Vec<_> = ["0.1.9", "0.2", "0.2.0", "0.2.1", "0.2.10", "0.3", "0.3.0", "1.0"]
            .into_iter()
            .filter(|version| range.contain(version))
            .collect();
        assert_eq!(inside, ["0.2", "0.2.0", "0.2.1", "0.2.10"]);
        assert!(versions("==0.2.1").contain("0.2.1") && !versions("==0.2.1").contain("0.2.0"));
        assert!(versions("==0.2.*").contain("0.2.7") && !versions("!=0.2.1").contain("0.2.1"));
    }

    #[test]
    fn a_development_version_counts_as_the_one_it_leads_to_and_a_commit_after_a_tag_comes_after_it() {
        let range = versions(">=0.2.0, <0.3");
        assert!(range.contain("0.2.2.dev3") && range.contain("0.2.1.post3+gabc1234.dirty"));
        assert!(!range.contain("0.3.dev1") && !range.contain("0.3rc1"));
        let ended = versions("<=0.2.1");
        assert!(ended.contain("0.2.1+gabc1234") && !ended.contain("0.2.1.post3+gabc1234"));
        assert!(!range.contain("0+unknown") && !range.contain("unknown"));
    }

    #[test]
    fn ranges_overlap_where_a_version_is_in_both() {
        let overlap = |one: &str, other: &str| {
            assert_eq!(versions(one).overlap(&versions(other)), versions(other).overlap(&versions(one)));
            versions(one).overlap(&versions(other))
        };
        assert!(overlap(">=0.2.0, <0.3", "==0.2.1") && overlap("<0.3", ">0.1") && overlap("!=0.2", "!=0.3"));
        assert!(overlap(">0.2", "<0.2.1") && overlap("!=0.2.*, >=0.2", "<0.4") && overlap("<0.2.1", "<0.3"));
        assert!(!overlap("<0.2.1", ">=0.2.1") && !overlap("==0.2.0", "==0.2.1") && !overlap("==0.2.*", ">=0.3"));
    }

    #[test]
    fn what_is_no_range_is_refused_in_one_line() {
        for text in ["", "0.2.1", ">=0.2 <0.3", "newest", ">0.3, <0.2", "~=1"] {
            let problem = Versions::parse(text).unwrap_err();
            assert!(!problem.is_empty() && !problem.contains('\n'), "{text}: {problem}");
        }
    }
}
