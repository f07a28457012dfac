//! Versions as PEP 440 has them.

/// The version of sources that do not say one.
pub(super) const UNKNOWN: &str = "0+unknown";

/// Whether a text can be an exact version: digits first, and nothing of a range or an option.
pub(super) fn is_exact(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
        && text.chars().all(|each| each.is_ascii_alphanumeric() || matches!(each, '.' | '+' | '!' | '-' | '_'))
}

/// The version that an answer of `git describe --tags --long` stands for.
///
/// A clean commit with a tag has the tag's version; any other counts its commits since the tag as a post-release and
/// carries the commit in the local part. Absent where the tag is no plain version.
pub(super) fn of_description(description: &str, dirty: bool) -> Option<String> {
    let (rest, commit) = description.rsplit_once('-')?;
    let (tag, distance) = rest.rsplit_once('-')?;
    let release = tag.strip_prefix('v')?;
    let distance: u64 = distance.parse().ok()?;
    if !is_release(release) {
        return None;
    }
    Some(match (distance, dirty) {
        (0, false) => release.to_owned(),
        (_, false) => format!("{release}.post{distance}+{commit}"),
        (_, true) => format!("{release}.post{distance}+{commit}.dirty"),
    })
}

/// The version in a source distribution's PKG-INFO.
pub(super) fn of_package_info(text: &str) -> Option<String> {
    let headers = text.lines().take_while(|line| !line.is_empty());
    headers
        .filter_map(|line| line.strip_prefix("Version:"))
        .map(str::trim)
        .find(|version| is_exact(version))
        .map(str::to_owned)
}

/// Numbers with dots, and at most one pre-release suffix (`a1`, `b2`, `rc3`).
fn is_release(text: &str) -> bool {
    let end = text.find(|each: char| !each.is_ascii_digit() && each != '.').unwrap_or(text.len());
    let (numbers, suffix) = text.split_at(end);
    let is_number = |part: &str| !part.is_empty() && part.chars().all(|each| each.is_ascii_digit());
    let pre_release = ["rc", "a", "b"].iter().find_map(|kind| suffix.strip_prefix(kind));
    numbers.split('.').all(is_number) && (suffix.is_empty() || pre_release.is_some_and(is_number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_becomes_a_version() {
        let version = |text, dirty| of_description(text, dirty);
        assert_eq!(version("v0.2.1-0-gcb1825f", false).as_deref(), Some("0.2.1"));
        assert_eq!(version("v0.2.1-3-gabc1234", false).as_deref(), Some("0.2.1.post3+gabc1234"));
        assert_eq!(version("v0.2.1-3-gabc1234", true).as_deref(), Some("0.2.1.post3+gabc1234.dirty"));
        assert_eq!(version("v0.2.1-0-gcb1825f", true).as_deref(), Some("0.2.1.post0+gcb1825f.dirty"));
        assert_eq!(version("v1.0rc1-0-gcb1825f", false).as_deref(), Some("1.0rc1"));
    }

    #[test]
    fn a_tag_that_is_no_version_gives_none() {
        for text in ["version-one-0-gcb1825f", "v1.0-beta-0-gcb1825f", "v1..0-0-gcb1825f", "v-0-gcb1825f", "v1.0", ""] {
            assert_eq!(of_description(text, false), None, "{text}");
        }
    }

    #[test]
    fn package_information_has_its_version_among_the_headers() {
        let text = "Metadata-Version: 2.4\nName: pys3local\nVersion: 0.2.1\n\nVersion: 9.9.9\n";
        assert_eq!(of_package_info(text).as_deref(), Some("0.2.1"));
        assert_eq!(of_package_info("Name: pys3local\n\nVersion: 9.9.9\n"), None);
    }
}
