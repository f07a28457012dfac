//! A history in a branch. Each addition is a commit on top of the last one, made without a work tree.
//!
//! If the repository has a remote, the remote's branch is the history and the local branch does not move. Nothing is
//! lost when several machines add at once: a commit only replaces the commit that it was made on, and the slower
//! machine starts again from there.

use std::path::{Path, PathBuf};

use super::entry::Entry;
use super::error::HistoryError;
use super::git::{Git, said};
use super::lines::addition;

const FILE: &str = "history.jsonl";
/// Number of attempts. An attempt fails if somebody else added in the meantime, so this many must add at the same time.
const ATTEMPTS: u32 = 100;
/// How often a remote may refuse although its branch did not move, for example because another push holds its lock.
const REFUSALS: u32 = 10;
/// git's name for a branch that does not exist.
const NOTHING: &str = "0000000000000000000000000000000000000000";

/// A branch that holds a history and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    name: String,
    directory: PathBuf,
}

/// The branch as `tip` found it.
struct Tip {
    /// `None` if the branch does not exist yet.
    commit: Option<String>,
    text: String,
}

/// Result of an attempt to move the branch.
enum Moved {
    Yes,
    /// Somebody else moved it, or is about to. With what git said.
    Raced(String),
}

impl Branch {
    /// Understands `BRANCH` and `BRANCH@DIR`.
    pub(super) fn parse(text: &str) -> Result<Self, HistoryError> {
        let (name, directory) = text.split_once('@').unwrap_or((text, "."));
        let branch = Self { name: name.to_owned(), directory: PathBuf::from(directory) };
        // This works outside a repository too, so a bad name and a bad directory give different errors.
        if Git::at(Path::new(".")).succeeds(&["check-ref-format", "--branch", name])? && !name.starts_with('-') {
            Ok(branch)
        } else {
            Err(HistoryError::Name { name: name.to_owned() })
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn read(&self) -> Result<String, HistoryError> {
        let git = self.git();
        let remote = remote(&git)?;
        let tip = self.tip(&git, remote.as_deref())?;
        match tip.commit {
            Some(_) => Ok(tip.text),
            None => Err(HistoryError::NoBranch { branch: self.name.clone() }),
        }
    }

    pub(super) fn add(&self, entry: &Entry) -> Result<bool, HistoryError> {
        let git = self.git();
        let remote = remote(&git)?;
        if remote.is_none() {
            self.refuse_checked_out(&git)?;
        }
        let (mut refusals, mut last) = (0, None);
        for _ in 0..ATTEMPTS {
            let tip = self.tip(&git, remote.as_deref())?;
            let Some(text) = addition(&tip.text, &self.name, entry)? else { return Ok(false) };
            let commit = commit_on(&git, &tip, &text, entry)?;
            let moved = match &remote {
                Some(remote) => self.push(&git, remote, &commit, &tip)?,
                None => self.update(&git, &commit, &tip)?,
            };
            let Moved::Raced(said) = moved else { return Ok(true) };
            refusals = if last == Some(tip.commit.clone()) { refusals + 1 } else { 1 };
            last = Some(tip.commit);
            if refusals >= REFUSALS {
                return Err(HistoryError::Refused { remote: remote.unwrap_or_else(|| "the branch".to_owned()), said });
            }
        }
        Err(HistoryError::Contended { branch: self.name.clone(), attempts: ATTEMPTS })
    }

    fn git(&self) -> Git {
        Git::at(&self.directory)
    }

    fn reference(&self) -> String {
        format!("refs/heads/{}", self.name)
    }

    fn refuse_checked_out(&self, git: &Git) -> Result<(), HistoryError> {
        let heads = git.run(&["worktree", "list", "--porcelain"])?;
        if heads.lines().any(|line| line.strip_prefix("branch ") == Some(&self.reference())) {
            return Err(HistoryError::CheckedOut { branch: self.name.clone() });
        }
        Ok(())
    }

    /// Reads the branch as it is now, from the remote if there is one.
    fn tip(&self, git: &Git, remote: Option<&str>) -> Result<Tip, HistoryError> {
        let commit = match remote {
            Some(remote) => self.fetch(git, remote)?,
            None => git.run(&["rev-parse", "--verify", "--quiet", &self.reference()]).ok(),
        };
        let file = |commit: &String| git.run(&["ls-tree", commit, FILE]);
        let has_file = commit.as_ref().map(file).transpose()?.is_some_and(|listed| !listed.is_empty());
        let text = match &commit {
            Some(commit) if has_file => {
                let output = git.output(&["cat-file", "blob", &format!("{commit}:{FILE}")], None)?;
                if !output.status.success() {
                    return Err(HistoryError::Git { command: "cat-file".to_owned(), said: said(&output) });
                }
                String::from_utf8_lossy(&output.stdout).into_owned()
            }
            _ => String::new(),
        };
        Ok(Tip { commit, text })
    }

    /// Fetches the remote's branch under a name that only this process uses, because others may fetch at the same time.
    fn fetch(&self, git: &Git, remote: &str) -> Result<Option<String>, HistoryError> {
        let listed = git.run(&["ls-remote", remote, &self.reference()])?;
        if listed.is_empty() {
            return Ok(None);
        }
        let own = format!("refs/s3ci/history/{}", std::process::id());
        let spec = format!("+{}:{own}", self.reference());
        git.run(&["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", remote, &spec])?;
        let commit = git.run(&["rev-parse", "--verify", &own])?;
        git.run(&["update-ref", "-d", &own])?;
        Ok(Some(commit))
    }

    /// Moves the remote's branch, if it is still where `tip` found it.
    fn push(&self, git: &Git, remote: &str, commit: &str, tip: &Tip) -> Result<Moved, HistoryError> {
        let reference = self.reference();
        let expected = tip.commit.as_deref().unwrap_or_default();
        let lease = format!("--force-with-lease={reference}:{expected}");
        let spec = format!("{commit}:{reference}");
        let output = git.output(&["push", "--porcelain", "--no-verify", &lease, remote, &spec], None)?;
        if output.status.success() {
            return Ok(Moved::Yes);
        }
        // A line that begins with an exclamation mark is about the branch. Other errors are about the connection.
        match String::from_utf8_lossy(&output.stdout).lines().find(|line| line.starts_with('!')) {
            Some(line) => {
                Ok(Moved::Raced(line.trim_start_matches('!').split_whitespace().collect::<Vec<_>>().join(" ")))
            }
            None => Err(HistoryError::Git { command: "push".to_owned(), said: said(&output) }),
        }
    }

    /// Moves the local branch, if it is still where `tip` found it.
    fn update(&self, git: &Git, commit: &str, tip: &Tip) -> Result<Moved, HistoryError> {
        let expected = tip.commit.as_deref().unwrap_or(NOTHING);
        let output = git.output(&["update-ref", &self.reference(), commit, expected], None)?;
        Ok(if output.status.success() { Moved::Yes } else { Moved::Raced(said(&output)) })
    }
}

/// Makes a commit with the new line. Other files in the branch stay.
fn commit_on(git: &Git, tip: &Tip, addition: &str, entry: &Entry) -> Result<String, HistoryError> {
    let blob = git.fed(&["hash-object", "-w", "--stdin"], Some(&format!("{}{addition}", tip.text)))?;
    let others = match &tip.commit {
        Some(commit) => git.run(&["ls-tree", commit])?,
        None => String::new(),
    };
    let is_other = |line: &&str| line.split_once('\t').is_some_and(|(_, name)| name != FILE);
    let ours = format!("100644 blob {blob}\t{FILE}");
    let tree =
        others.lines().filter(is_other).chain([ours.as_str()]).fold(String::new(), |tree, line| tree + line + "\n");
    let tree = git.fed(&["mktree"], Some(&tree))?;
    let message = format!("Add run {} of {}", entry.run_id, entry.label);
    let mut arguments = Vec::new();
    // CI machines often have no git identity.
    if !git.succeeds(&["var", "GIT_COMMITTER_IDENT"])? || !git.succeeds(&["var", "GIT_AUTHOR_IDENT"])? {
        arguments.extend(["-c", "user.name=s3ci", "-c", "user.email=s3ci@localhost"]);
    }
    arguments.extend(["commit-tree", "--no-gpg-sign", &tree, "-m", &message]);
    if let Some(parent) = &tip.commit {
        arguments.extend(["-p", parent]);
    }
    git.run(&arguments)
}

/// `origin`, or else the first remote. `None` if there is no remote.
fn remote(git: &Git) -> Result<Option<String>, HistoryError> {
    let remotes = git.run(&["remote"])?;
    let names: Vec<&str> = remotes.lines().collect();
    Ok(names.iter().find(|name| **name == "origin").or(names.first()).map(|name| (*name).to_owned()))
}
