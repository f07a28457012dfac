//! Which file of the house needs which, found by following every path to the file that defines what it names.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::{Paths, Use};

/// Names that lead to one another: more than there are floors.
const FURTHEST: usize = 30;

/// The files of the house, by the path of their module: `server::docker`; the crate's own is empty.
pub(super) struct House {
    files: BTreeMap<String, Paths>,
}

/// That one file needs another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Need {
    pub(super) from: String,
    pub(super) to: String,
}

impl House {
    /// A house of files below `src`: each path there, such as `server/docker/mod.rs`, and the tokens of its text.
    pub(super) fn of(files: &[(String, Vec<String>)]) -> Self {
        let mut files: BTreeMap<String, Paths> =
            files.iter().map(|(path, tokens)| (module(path), Paths::of(tokens))).collect();
        let tests: Vec<String> = files
            .iter()
            .flat_map(|(module, paths)| paths.test_modules.iter().map(|name| below(module, name)))
            .collect();
        files.retain(|module, _| !tests.iter().any(|test| is_in(module, test)));
        Self { files }
    }

    /// The modules right below one.
    pub(super) fn rooms(&self, module: &str) -> BTreeSet<&str> {
        self.files.keys().filter_map(|file| room(module, file)).collect()
    }

    /// Who needs whom, each pair once. That a module hands on what is below it is no need.
    pub(super) fn needs(&self) -> BTreeSet<Need> {
        let mut needs = BTreeSet::new();
        for (from, paths) in &self.files {
            let taken = paths.uses.iter().map(|it| (&it.path, it.is_public));
            for (path, is_public) in taken.chain(paths.mentions.iter().map(|path| (path, false))) {
                let Some(to) = self.follow(from, path, FURTHEST) else { continue };
                if to != *from && !(is_public && is_in(&to, from)) {
                    needs.insert(Need { from: from.clone(), to });
                }
            }
        }
        needs
    }

    /// The module of the file that defines what a path names, where that is one of the house.
    fn follow(&self, from: &str, path: &[String], further: usize) -> Option<String> {
        let (first, rest) = path.split_first()?;
        let further = further.checked_sub(1)?;
        match first.as_str() {
            "crate" => self.walk(String::new(), rest, further),
            "self" => self.walk(from.to_owned(), rest, further),
            "super" => {
                let ups = 1 + rest.iter().take_while(|word| *word == "super").count();
                let mut module = from;
                for _ in 0..ups {
                    module = module.rsplit_once("::").map_or("", |(above, _)| above);
                }
                self.walk(module.to_owned(), &rest[ups - 1..], further)
            }
            name => {
                let here = self.files.get(from)?;
                let is_here = self.files.contains_key(&below(from, name));
                (is_here || here.uses.iter().any(|it| it.name == name && it.path[0] != name))
                    .then(|| self.walk(from.to_owned(), path, further))?
            }
        }
    }

    /// Goes from a module along the names of a path.
    fn walk(&self, mut module: String, names: &[String], further: usize) -> Option<String> {
        for (number, name) in names.iter().enumerate() {
            let child = below(&module, name);
            if self.files.contains_key(&child) {
                module = child;
                continue;
            }
            let file = self.files.get(&module)?;
            if file.definitions.contains(name) {
                break;
            }
            if let Some(handed_on) = file.uses.iter().find(|it| it.name == *name) {
                return self.follow(&module, &[&handed_on.path, &names[number + 1..]].concat(), further);
            }
            let everything = |it: &&Use| it.name == "*";
            for Use { path, .. } in file.uses.iter().filter(everything) {
                let Some(other) = self.follow(&module, &path[..path.len() - 1], further) else { continue };
                let found = (other != module).then(|| self.walk(other, &names[number..], further)).flatten();
                if let Some(found) = found.filter(|found| self.files[found].definitions.contains(name)) {
                    return Some(found);
                }
            }
            break;
        }
        Some(module)
    }
}

/// The part of a module that a file is in, if it is in that module.
pub(super) fn room<'a>(module: &str, file: &'a str) -> Option<&'a str> {
    let inside = if module.is_empty() { file } else { file.strip_prefix(module)?.strip_prefix("::")? };
    inside.split("::").next().filter(|room| !room.is_empty())
}

fn below(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") }
}

fn is_in(file: &str, module: &str) -> bool {
    file.strip_prefix(module).is_some_and(|rest| module.is_empty() || rest.is_empty() || rest.starts_with("::"))
}

/// The module of a file below `src`.
fn module(path: &str) -> String {
    let path = path.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" { String::new() } else { path.replace('/', "::") }
}
