//! A change does not configure its judge: which `s3ci.toml` s3ci reads if nobody names one, and which files may decide.
//!
//! A file of the tree under test decides nothing, unless a person at a terminal tests a checkout of their own. Everywhere else such a file
//! counts as the base of the comparison has it, and without a base not at all. Notices say what follows.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::options::{Said, SetBy};
use super::tree::{Tree, is_in_a_repository};
use super::{Config, ConfigError, KnownIssues, Settings, Surroundings, file, is_built_from_a_tree};
use crate::base::read_file;
use crate::server::{RuntimeChoice, Target};

/// The file that s3ci reads if none is named.
const DEFAULT_FILE: &str = "s3ci.toml";

/// What a file says, and the notices about it.
#[derive(Debug, Default)]
pub(super) struct Configured {
    pub(super) said: Said,
    pub(super) notices: Vec<String>,
}

impl Configured {
    fn read_as(name: &str, text: &str) -> Result<Self, ConfigError> {
        let said = file::words(name, text)?;
        let notices = vec![format!("{name} is read: {}", listed(&Settings::of(&said)?, &Settings::default()))];
        Ok(Self { said, notices })
    }
}

/// What a file says: the one that was named, or `s3ci.toml` where it may be read.
pub(super) fn configured(
    flags: &Settings,
    directory: &Path,
    surroundings: Surroundings,
) -> Result<Configured, ConfigError> {
    if let Some(named) = &flags.config {
        return Ok(Configured { said: file::read(named)?, notices: Vec::new() });
    }
    let path = &directory.join(DEFAULT_FILE);
    let here = match read_file(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(source) => return Err(ConfigError::Unreadable { path: path.to_owned(), source }),
    };
    let tree = flags.target.as_ref().and_then(Tree::of).filter(|tree| tree.contains(path));
    match (tree, here) {
        (_, Some(here)) if surroundings.are_a_persons() => Configured::read_as(DEFAULT_FILE, &here),
        (Some(tree), here) => of_base(flags, &tree, path, here.as_deref()),
        (None, Some(here)) => beside_the_tree(flags, directory, &here),
        (None, None) => Ok(Configured::default()),
    }
}

/// A file that is not in the tree that was named. Where none was named, it may come from there all the same: where it names what is tested
/// itself, and where an image or an endpoint is tested, which somebody may have built from the repository that the file is in.
fn beside_the_tree(flags: &Settings, directory: &Path, here: &str) -> Result<Configured, ConfigError> {
    if matches!(flags.target, Some(Target::Image(_) | Target::Endpoint(_))) && is_in_a_repository(directory) {
        return Ok(not_read("the target may come from the repository that the file is in"));
    }
    let read = Configured::read_as(DEFAULT_FILE, here)?;
    if flags.target.is_none() && Settings::of(&read.said)?.target.is_some() {
        return Ok(not_read("it names the target, so the two may come from the same place"));
    }
    Ok(read)
}

/// The file of the tree under test as the base has it. `here` is what the tree has.
fn of_base(flags: &Settings, tree: &Tree, path: &Path, here: Option<&str>) -> Result<Configured, ConfigError> {
    let base = flags.against.as_ref();
    let text = base.and_then(|base| tree.at_base(base, path));
    let Some((base, text)) = base.zip(text) else {
        let why = if base.is_some() { "the base has none" } else { "there is no base to take it from" };
        return Ok(match here {
            Some(_) => not_read(&format!("it is in the tree under test, and {why}")),
            None => Configured::default(),
        });
    };
    let mut read = Configured::read_as(&format!("{DEFAULT_FILE} of {base}"), &text)?;
    // What the tree has instead may be anything.
    let change = match here.map(|here| file::words(DEFAULT_FILE, here).and_then(|said| Settings::of(&said))) {
        None => Some("removes it".to_owned()),
        Some(Err(_)) => Some("leaves one that cannot be read".to_owned()),
        Some(Ok(of_head)) => {
            let of_base = Settings::of(&read.said)?;
            let changed = listed(&of_head, &of_base);
            let removed: Vec<_> = keys(&of_base).into_iter().filter(|key| !keys(&of_head).contains(key)).collect();
            match (changed == NOTHING, removed.is_empty()) {
                (true, true) => None,
                (false, true) => Some(format!("sets {changed}")),
                (true, false) => Some(format!("removes {}", removed.join(", "))),
                (false, false) => Some(format!("sets {changed} and removes {}", removed.join(", "))),
            }
        }
    };
    read.notices.extend(change.map(|change| {
        format!(
            "s3ci does not read the {DEFAULT_FILE} of the tree under test; it {change}, which counts once it is merged"
        )
    }));
    Ok(read)
}

fn not_read(why: &str) -> Configured {
    let notice = format!("s3ci does not read {DEFAULT_FILE}: {why}. To use it all the same: --config {DEFAULT_FILE}");
    Configured { said: Said::default(), notices: vec![notice] }
}

const NOTHING: &str = "nothing";

/// The settings that differ from others; what decides the verdict comes first.
fn listed(settings: &Settings, others: &Settings) -> String {
    let others = others.typed();
    let mut typed = settings.typed();
    typed.retain(|(row, text)| !others.iter().any(|(other, same)| other.key == row.key && same == text));
    typed.sort_by_key(|(row, _)| row.set_by == SetBy::Anyone);
    let words: Vec<String> = typed.iter().map(|(row, text)| format!("{} = {text}", row.key)).collect();
    if words.is_empty() { NOTHING.to_owned() } else { words.join(", ") }
}

fn keys(settings: &Settings) -> Vec<&'static str> {
    settings.typed().into_iter().map(|(row, _)| row.key.as_str()).collect()
}

/// Takes from a configuration what a stranger's tree must not decide.
pub(super) fn distrusted(config: Config, surroundings: Surroundings) -> Result<Config, ConfigError> {
    let Some(tree) = Tree::of(&config.target) else { return Ok(config) };
    let base = config.comparison.as_ref().map(|comparison| comparison.base.clone());
    if !surroundings.are_a_persons() {
        for (key, path) in files_that_decide(&config) {
            same_as_base(&tree, base.as_ref(), key, &path)?;
        }
    }
    let mut config = match config.known_issues.clone() {
        KnownIssues::File(path) if tree.contains(&path) => with_ledger(config, &tree, path, surroundings),
        _ => config,
    };
    if surroundings.is_ci && config.options.runtime == RuntimeChoice::Auto {
        // Without Docker a stranger's code would run on this machine.
        config.options.runtime = RuntimeChoice::Docker;
    }
    Ok(config)
}

/// A ledger of the tree under test: in force is what its base lists as well.
fn with_ledger(config: Config, tree: &Tree, path: PathBuf, surroundings: Surroundings) -> Config {
    let base = config.comparison.as_ref().map(|comparison| &comparison.base).filter(|base| is_built_from_a_tree(base));
    let name = path.display();
    let (has_base, is_accepted) = (base.is_some(), config.accept_known_issues);
    let of_base = base.and_then(|base| tree.at_base(base, &path)).unwrap_or_default();
    let notice = match (has_base, is_accepted) {
        (true, _) => None,
        (false, true) => {
            Some(format!("the ledger {name} is in the tree under test; it counts because of --accept-known-issues"))
        }
        (false, false) => Some(format!(
            "the ledger {name} is in the tree under test, and there is no base that lists the same, so none of its entries count: \
             name the base with --against, or say --accept-known-issues"
        )),
    };
    let is_the_judges = !has_base && (is_accepted || surroundings.are_a_persons());
    let notice = notice.filter(|_| is_accepted || !surroundings.are_a_persons());
    let known_issues =
        if is_the_judges { KnownIssues::File(path) } else { KnownIssues::Proposed { path, of_base, is_accepted } };
    Config { known_issues, notices: config.notices.into_iter().chain(notice).collect(), ..config }
}

/// The files beside the ledger that decide about the verdict.
fn files_that_decide(config: &Config) -> Vec<(&'static str, PathBuf)> {
    let baseline =
        config.baseline.as_ref().map(|path| if path.is_dir() { path.join("metrics.json") } else { path.clone() });
    let named =
        [("calibration", config.calibration.clone()), ("baseline", baseline), ("ca-bundle", config.ca_bundle.clone())];
    named.into_iter().filter_map(|(key, path)| Some((key, path?))).collect()
}

fn same_as_base(tree: &Tree, base: Option<&Target>, key: &str, path: &Path) -> Result<(), ConfigError> {
    if !tree.contains(path) {
        return Ok(());
    }
    let of_base = base.and_then(|base| tree.at_base(base, path));
    if of_base.is_some() && of_base == read_file(path).ok() {
        return Ok(());
    }
    let reason = "it is in the tree under test and differs from the base, and a change must not judge itself; name a file that is \
                  elsewhere";
    Err(ConfigError::value(key, &path.display(), reason))
}

#[cfg(test)]
mod tests;
