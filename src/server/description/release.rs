//! What pip says about releases, and the pinned versions of everything besides pys3local.

use super::PYS3LOCAL;

/// The versions of everything that pys3local needs, so that two servers under test differ in pys3local alone.
pub(in crate::server) const CONSTRAINTS: &str = include_str!("../../../docker/constraints.txt");

/// The releases that pip found where it did not find the one that was wanted, oldest first; none where it failed in another way.
pub(in crate::server) fn releases_instead<'a>(
    lines: impl IntoIterator<Item = &'a String> + Clone,
) -> Option<Vec<String>> {
    let not_found = format!("No matching distribution found for {}", PYS3LOCAL.name);
    lines.clone().into_iter().find(|line| line.contains(&not_found))?;
    let wanted = format!("requirement {}", PYS3LOCAL.name);
    let listing = lines.into_iter().filter(|line| line.contains(&wanted));
    let lists = listing.filter_map(|line| Some(line.split_once("(from versions: ")?.1.split_once(')')?.0));
    let versions: Vec<String> = lists.flat_map(|list| list.split(", ")).map(str::to_owned).collect();
    // An index that names no release at all was not reached, which says nothing about the release.
    let is_none = versions.is_empty() || versions == ["none"];
    (!is_none).then_some(versions)
}

/// The version in the file name of one of pys3local's distributions.
pub(in crate::server) fn version_of_distribution(name: &str) -> Option<String> {
    let rest = name.strip_prefix(PYS3LOCAL.name)?.strip_prefix('-')?;
    let version = rest.strip_suffix(".tar.gz").or_else(|| rest.strip_suffix(".whl")?.split('-').next())?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn an_unknown_release_is_told_from_an_unreachable_index() {
        let unknown = "ERROR: Could not find a version that satisfies the requirement pys3local[drime]==9.9.9 \
             (from versions: 0.1.0, 0.2.1)\nERROR: No matching distribution found for pys3local[drime]==9.9.9";
        assert_eq!(releases_instead(&lines(unknown)), Some(lines("0.1.0\n0.2.1")));
        let unreachable = "ERROR: Could not find a version that satisfies the requirement pys3local==0.2.1 \
             (from versions: none)\nERROR: No matching distribution found for pys3local==0.2.1";
        assert_eq!(releases_instead(&lines(unreachable)), None);
        let dependency = "ERROR: Could not find a version that satisfies the requirement rich==1 (from versions: 2)\n\
             ERROR: No matching distribution found for rich==1";
        assert_eq!(releases_instead(&lines(dependency)), None);
    }

    #[test]
    fn a_distribution_tells_its_version() {
        assert_eq!(version_of_distribution("pys3local-0.2.1-py3-none-any.whl").as_deref(), Some("0.2.1"));
        assert_eq!(version_of_distribution("pys3local-0.1.0.tar.gz").as_deref(), Some("0.1.0"));
        assert_eq!(version_of_distribution("rich-15.0.0-py3-none-any.whl"), None);
    }
}
