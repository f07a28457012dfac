//! What lies in a server's data directory: where files can be planted around its data root, and what is found there afterwards.
//!
//! Deliberately absent: looking, which is the host's part, and any opinion about what should lie there.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Where a server in a container stores.
pub(super) const DATA: &str = "/data";

/// Name of the data root in a data directory that can have other files too.
pub(super) const ROOT: &str = "root";

/// The absolute path, in the container, of a path below the data directory.
pub fn path_in_data(path: &str) -> String {
    format!("{DATA}/{path}")
}

/// For each path below a data directory, what it is. A file is identified by its digest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Inventory(BTreeMap<String, String>);

impl Inventory {
    /// What differs in a later inventory outside the data root, a sentence for each path.
    pub fn changes_outside(&self, later: &Self) -> Vec<String> {
        let paths = self.0.keys().chain(later.0.keys().filter(|path| !self.0.contains_key(*path)));
        let outside = paths.filter(|path| *path != ROOT && !is_inside(path));
        let change = |path: &String| match (self.0.get(path), later.0.get(path)) {
            (Some(_), None) => Some(format!("{path} is gone")),
            (None, Some(_)) => Some(format!("{path} has appeared")),
            (before, after) if before != after => Some(format!("{path} has changed")),
            _ => None,
        };
        outside.filter_map(change).collect()
    }

    /// Which paths, the data root and those below it included, are no longer there in a later inventory.
    pub fn gone(&self, later: &Self) -> Vec<&str> {
        self.0.keys().filter(|path| !later.0.contains_key(*path)).map(String::as_str).collect()
    }

    /// Path of the file inside the data root that has this SHA-256 in lower-case hexadecimal, where there is one.
    pub fn file_inside(&self, sha256: &str) -> Option<&str> {
        let mut files = self.0.iter().filter(|(path, what)| is_inside(path) && what.ends_with(sha256));
        files.next().map(|(path, _)| path.as_str())
    }
}

/// Whether a path below the data directory is in the data root.
fn is_inside(path: &str) -> bool {
    path.strip_prefix(ROOT).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inventory(entries: &[(&str, &str)]) -> Inventory {
        Inventory(entries.iter().map(|(path, what)| ((*path).to_owned(), (*what).to_owned())).collect())
    }

    #[test]
    fn what_happens_outside_the_root_is_told() {
        let before = inventory(&[("root", "a directory"), ("kept", "1"), ("changed", "1"), ("rooted", "1")]);
        let after = inventory(&[("root/new", "1"), ("kept", "1"), ("changed", "2"), ("new", "1")]);
        assert_eq!(before.changes_outside(&after), ["changed has changed", "rooted is gone", "new has appeared"]);
        assert_eq!(before.changes_outside(&before), Vec::<String>::new());
        assert_eq!(before.gone(&after), ["root", "rooted"]);
    }

    #[test]
    fn a_file_is_found_by_its_digest_inside_the_root_alone() {
        let found = inventory(&[("canary", "a file with the SHA-256 ab"), ("root/b/c", "a file with the SHA-256 ab")]);
        assert_eq!((found.file_inside("ab"), found.file_inside("cd")), (Some("root/b/c"), None));
    }
}
