//! The few questions that are put to git.
//!
//! Owns the command line, its environment and what git's answers mean. Deliberately absent: anything that writes to a
//! repository; even the index is left as it was.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::process::Command;

use super::TargetError;

/// Variables that would point git at another repository than the one asked about, as inside a git hook.
const MISLEADING: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
];

/// A directory in which git is asked.
#[derive(Debug, Clone)]
pub(super) struct Repository {
    directory: PathBuf,
}

/// A commit of a repository.
#[derive(Debug, Clone)]
pub(super) struct Commit {
    repository: Repository,
    hash: String,
    reference: String,
}

/// Whether a reference can be handed to git; otherwise what is wrong with it.
pub(super) fn check_reference(reference: &str) -> Result<(), &'static str> {
    if reference.is_empty() {
        Err("`git:` is followed by a branch, a tag or a hash")
    } else if reference.starts_with('-') {
        Err("a git reference does not begin with `-`")
    } else if reference.contains(|character: char| character.is_control() || character == ' ') {
        Err("a git reference has no spaces or control characters")
    } else {
        Ok(())
    }
}

impl Repository {
    /// The repository that the directory belongs to, if any.
    pub(super) fn at(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// The commit that a reference names.
    pub(super) async fn resolve(&self, reference: &str) -> Result<Commit, TargetError> {
        let unknown = |detail: String| TargetError::UnknownReference {
            reference: reference.to_owned(),
            repository: self.directory.clone(),
            detail,
        };
        check_reference(reference).map_err(|problem| unknown(problem.to_owned()))?;
        if !self.directory.is_dir() {
            return Err(TargetError::NotADirectory { path: self.directory.clone() });
        }
        let output = self.run(&["rev-parse", "--verify", &format!("{reference}^{{commit}}")]).await?;
        if !output.status.success() {
            return Err(unknown(last_line(&output)));
        }
        let hash = text(&output);
        Ok(Commit { repository: self.clone(), hash, reference: reference.to_owned() })
    }

    /// Whether the directory is the top of a work tree; none where it is in no work tree or git is not there.
    pub(super) async fn is_top(&self) -> Option<bool> {
        let output = self.run(&["rev-parse", "--is-inside-work-tree", "--show-prefix"]).await.ok()?;
        let answer = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut lines = answer.lines();
        (output.status.success() && lines.next() == Some("true")).then(|| lines.next().unwrap_or_default().is_empty())
    }

    /// Paths of all files below the directory that git tracks or would add, relative to it.
    pub(super) async fn files(&self) -> Result<Vec<String>, TargetError> {
        let output = self.succeed(&["ls-files", "-co", "--exclude-standard", "-z"]).await?;
        output
            .stdout
            .split(|byte| *byte == 0)
            .filter(|path| !path.is_empty())
            .map(|path| {
                String::from_utf8(path.to_vec()).map_err(|error| TargetError::Read {
                    path: self.directory.join(String::from_utf8_lossy(error.as_bytes()).as_ref()),
                    source: std::io::Error::new(std::io::ErrorKind::InvalidData, "the name is not UTF-8"),
                })
            })
            .collect()
    }

    /// Whether the work tree differs from its commit, files that git would add included.
    pub(super) async fn is_dirty(&self) -> Result<bool, TargetError> {
        Ok(!self.succeed(&["status", "--porcelain"]).await?.stdout.is_empty())
    }

    /// `git describe` of a revision by its `v*` tags, such as `v0.2.1-3-gabc1234`; none where no tag is reached.
    pub(super) async fn describe(&self, revision: &str) -> Result<Option<String>, TargetError> {
        let output = self.run(&["describe", "--tags", "--long", "--match", "v*", revision]).await?;
        Ok(output.status.success().then(|| text(&output)))
    }

    async fn succeed(&self, arguments: &[&str]) -> Result<Output, TargetError> {
        let output = self.run(arguments).await?;
        if output.status.success() {
            Ok(output)
        } else {
            let command = arguments.first().copied().unwrap_or_default().to_owned();
            Err(TargetError::Git { command, detail: last_line(&output) })
        }
    }

    async fn run(&self, arguments: &[&str]) -> Result<Output, TargetError> {
        let mut command = Command::new("git");
        for variable in MISLEADING {
            command.env_remove(variable);
        }
        command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").arg("-C").arg(&self.directory).args(arguments);
        command.stdin(Stdio::null()).kill_on_drop(true);
        command.output().await.map_err(TargetError::GitMissing)
    }
}

impl Commit {
    /// The full hash.
    pub(super) fn hash(&self) -> &str {
        &self.hash
    }

    /// The repository that the commit was found in.
    pub(super) fn repository(&self) -> &Repository {
        &self.repository
    }

    /// The reference and the repository, for messages.
    pub(super) fn place(&self) -> String {
        format!("`{}` of {}", self.reference, self.repository.directory.display())
    }

    /// The text of a file in the repository's directory; none where the commit has no such file.
    pub(super) async fn read(&self, name: &str) -> Result<Option<String>, TargetError> {
        let prefix = text(&self.repository.succeed(&["rev-parse", "--show-prefix"]).await?);
        let output = self.repository.run(&["cat-file", "blob", &format!("{}:{prefix}{name}", self.hash)]).await?;
        Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
    }

    /// The tree as a tar archive.
    pub(super) async fn archive(&self) -> Result<Vec<u8>, TargetError> {
        Ok(self.repository.succeed(&["archive", "--format=tar", &self.hash]).await?.stdout)
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

fn last_line(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no message").trim().to_owned()
}
