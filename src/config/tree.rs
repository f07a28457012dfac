//! The tree under test, and its files as the base has them. The author of a change can have written every file of the tree, so none of
//! them decides anything about the verdict.

use std::path::{Component, Path, PathBuf};

use crate::base::{MOST_BYTES_OF_A_FILE, git, read_file};
use crate::server::Target;

/// The directory that a server under test is built from, and the repository around it.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    directory: PathBuf,
    /// The repository that the directory is in, a change of which proposes files of all of it. Around a submodule it is the one that names it:
    /// there `.git` is a file. A checkout inside another one has a directory, and nothing to do with it.
    root: PathBuf,
}

impl Tree {
    /// The tree of a target; none where it is built from none.
    pub(super) fn of(target: &Target) -> Option<Self> {
        let directory = absolute(directory_of(target)?);
        let whole = repositories_around(&directory).find(|repository| repository.join(".git").is_dir());
        let root = whole.or_else(|| repositories_around(&directory).last()).unwrap_or(&directory).to_owned();
        Some(Self { directory, root })
    }

    /// Whether a file is in it, by its name or by where a link leads.
    pub(super) fn contains(&self, file: &Path) -> bool {
        let led_to = std::fs::canonicalize(file).unwrap_or_else(|_| absolute(file));
        absolute(file).starts_with(&self.root) || led_to.starts_with(&self.root)
    }

    /// A file of the tree as a base has it; none where the base is built from no tree, or has no such file.
    pub(super) fn at_base(&self, base: &Target, file: &Path) -> Option<String> {
        let file = absolute(file);
        let top = repositories_around(file.parent()?).next().unwrap_or(&self.directory).to_owned();
        let relative = file.strip_prefix(&top).ok()?;
        let of_base = absolute(directory_of(base)?);
        let of_base = repositories_around(&of_base).next().unwrap_or(&of_base).to_owned();
        match base {
            Target::Git { reference, .. } => {
                let parts = relative.components().map(|part| match part {
                    Component::Normal(name) => name.to_str(),
                    _ => None,
                });
                let path = parts.collect::<Option<Vec<_>>>()?.join("/");
                let bytes = git::file_at(&of_base, reference, &path, MOST_BYTES_OF_A_FILE).ok()??;
                String::from_utf8(bytes).ok()
            }
            _ => read_file(&of_base.join(relative)).ok(),
        }
    }
}

/// Whether a directory is in a repository.
pub(super) fn is_in_a_repository(directory: &Path) -> bool {
    repositories_around(&absolute(directory)).next().is_some()
}

/// Whether a target is built from a directory or a commit.
#[must_use]
pub fn is_built_from_a_tree(target: &Target) -> bool {
    directory_of(target).is_some()
}

fn directory_of(target: &Target) -> Option<&Path> {
    match target {
        Target::Path(directory) | Target::Git { repository: directory, .. } => Some(directory),
        Target::Pypi(_) | Target::PypiLatest | Target::Image(_) | Target::Endpoint(_) => None,
    }
}

/// The directories from this one upwards that are the top of a repository.
fn repositories_around(directory: &Path) -> impl Iterator<Item = &Path> {
    directory.ancestors().filter(|directory| directory.join(".git").exists())
}

/// A path from the root, links of its directory followed; the file itself need not be there.
fn absolute(path: &Path) -> PathBuf {
    if path.is_dir() {
        return std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (std::fs::canonicalize(directory), path.file_name()) {
        (Ok(directory), Some(name)) => directory.join(name),
        _ => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree with a repository around it, and a directory beside it.
    fn places() -> (tempfile::TempDir, Tree) {
        let place = tempfile::tempdir().unwrap();
        for directory in ["checkout/.git", "checkout/server/deep", "beside"] {
            std::fs::create_dir_all(place.path().join(directory)).unwrap();
        }
        let tree = Tree::of(&Target::Path(place.path().join("checkout/server"))).unwrap();
        (place, tree)
    }

    #[test]
    fn a_file_of_the_repository_around_the_target_is_of_the_tree() {
        let (place, tree) = places();
        let at = |name: &str| place.path().join(name);
        for name in ["checkout/server/a", "checkout/a", "checkout/server/deep/../a", "beside/../checkout/a"] {
            assert!(tree.contains(&at(name)), "{name}");
        }
        for name in ["beside/a", "a", "checkout-of-the-judge/a"] {
            assert!(!tree.contains(&at(name)), "{name}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_link_hides_neither_end() {
        let (place, tree) = places();
        let at = |name: &str| place.path().join(name);
        std::fs::write(at("checkout/mine"), "").unwrap();
        std::fs::write(at("beside/judges"), "").unwrap();
        std::os::unix::fs::symlink(at("checkout/mine"), at("beside/into")).unwrap();
        std::os::unix::fs::symlink(at("beside/judges"), at("checkout/out")).unwrap();
        std::os::unix::fs::symlink(at("checkout"), at("door")).unwrap();
        assert!(
            tree.contains(&at("beside/into")) && tree.contains(&at("checkout/out")) && tree.contains(&at("door/new"))
        );
    }

    #[test]
    fn a_submodule_is_of_the_tree_that_names_it() {
        let (place, _) = places();
        std::fs::write(place.path().join("checkout/server/.git"), "gitdir: elsewhere\n").unwrap();
        let tree = Tree::of(&Target::Path(place.path().join("checkout/server"))).unwrap();
        assert!(tree.contains(&place.path().join("checkout/a")));
    }

    #[test]
    fn a_checkout_inside_another_one_is_a_tree_of_its_own() {
        let (place, _) = places();
        std::fs::create_dir(place.path().join("checkout/server/.git")).unwrap();
        let tree = Tree::of(&Target::Path(place.path().join("checkout/server/deep"))).unwrap();
        assert!(tree.contains(&place.path().join("checkout/server/a")));
        assert!(!tree.contains(&place.path().join("checkout/a")));
    }

    #[test]
    fn the_base_that_is_a_directory_has_files_at_the_same_places() {
        let (place, tree) = places();
        std::fs::create_dir_all(place.path().join("beside/.git")).unwrap();
        std::fs::write(place.path().join("beside/s3ci.toml"), "files = 7\n").unwrap();
        let base = Target::Path(place.path().join("beside"));
        let at_base = |name: &str| tree.at_base(&base, &place.path().join("checkout").join(name));
        assert_eq!((at_base("s3ci.toml").as_deref(), at_base("mine.toml")), (Some("files = 7\n"), None));
        assert_eq!(tree.at_base(&Target::PypiLatest, &place.path().join("checkout/s3ci.toml")), None);
    }
}
