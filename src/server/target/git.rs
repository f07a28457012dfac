//! The few questions that s3ci asks git about a target, and what the answers mean.
//!
//! Files of a commit are read object by object, never by `git archive` or `git status`: those run the filters and the signature
//! programs that the repository names. Deliberately absent: how git is run (`base::git`), and anything that writes to a repository.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::TargetError;
use crate::base::git;

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

/// A file of a commit, or a link, whose content is what it points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TreeFile {
    /// Path from the repository's directory.
    pub(super) path: String,
    pub(super) kind: FileKind,
    pub(super) bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    Plain,
    Executable,
    Link,
}

/// Checks that a reference can be passed to git; otherwise says what is wrong with it.
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
        let spec = format!("{reference}^{{commit}}");
        let output = self.run(&["rev-parse", "--verify", "--end-of-options", &spec]).await?;
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

    /// `git describe` of a revision by its `v*` tags, such as `v0.2.1-3-gabc1234`; none where no tag is reached.
    pub(super) async fn describe(&self, revision: &str) -> Result<Option<String>, TargetError> {
        let output = self.run(&["describe", "--tags", "--long", "--match", "v*", "--end-of-options", revision]).await?;
        Ok(output.status.success().then(|| text(&output)))
    }

    /// The contents of objects, in their order.
    async fn contents(&self, objects: impl Iterator<Item = &str>) -> Result<Vec<Vec<u8>>, TargetError> {
        let names: Vec<&str> = objects.collect();
        let mut command = Command::from(git::offline(&self.directory));
        command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().map_err(TargetError::GitMissing)?;
        let question = names.iter().fold(String::new(), |text, name| text + name + "\n");
        let asking = child.stdin.take().map(|mut input| {
            // Beside the reading: neither side waits for the other. A git that ended early says why itself.
            tokio::spawn(async move { drop(input.write_all(question.as_bytes()).await) })
        });
        let output = child.wait_with_output().await.map_err(TargetError::GitMissing)?;
        drop(asking);
        let mut rest = output.stdout.as_slice();
        let contents: Option<Vec<_>> = names.iter().map(|_| next_content(&mut rest)).collect();
        contents.ok_or_else(|| TargetError::Git {
            command: "cat-file".to_owned(),
            detail: "an object is not in the repository".to_owned(),
        })
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
        Command::from(git::offline(&self.directory))
            .args(arguments)
            .kill_on_drop(true)
            .output()
            .await
            .map_err(TargetError::GitMissing)
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

    /// The files below the repository's directory; none of a submodule. Fails where they are larger than `limit_bytes` together.
    pub(super) async fn files(&self, limit_bytes: u64) -> Result<Vec<TreeFile>, TargetError> {
        let listed = self.repository.succeed(&["ls-tree", "-r", "-l", "-z", &self.hash]).await?;
        let entries: Vec<Entry> = listed.stdout.split(|byte| *byte == 0).filter_map(Entry::parse).collect();
        if entries.iter().map(|entry| entry.size_bytes).sum::<u64>() > limit_bytes {
            return Err(TargetError::TooLarge { place: self.place(), limit_bytes });
        }
        let contents = self.repository.contents(entries.iter().map(|entry| entry.object.as_str())).await?;
        let files = entries.into_iter().zip(contents);
        Ok(files.map(|(Entry { path, kind, .. }, bytes)| TreeFile { path, kind, bytes }).collect())
    }
}

/// A line of `git ls-tree -r -l -z`: `MODE TYPE OBJECT SIZE<tab>PATH`.
struct Entry {
    path: String,
    kind: FileKind,
    object: String,
    size_bytes: u64,
}

impl Entry {
    fn parse(line: &[u8]) -> Option<Self> {
        let (head, path) = std::str::from_utf8(line).ok()?.split_once('\t')?;
        let [mode, _, object, size] = head.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
        let kind = match mode {
            "100755" => FileKind::Executable,
            "120000" => FileKind::Link,
            mode if mode.starts_with("100") => FileKind::Plain,
            _ => return None,
        };
        Some(Self { path: path.to_owned(), kind, object: object.to_owned(), size_bytes: size.parse().ok()? })
    }
}

/// Takes the next answer of `git cat-file --batch` from the text: `OBJECT TYPE SIZE`, the content, and a line feed.
fn next_content(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (head, body) = rest.split_at_checked(end)?;
    let size: usize = std::str::from_utf8(head).ok()?.rsplit_once(' ')?.1.parse().ok()?;
    let (content, after) = body.get(1..)?.split_at_checked(size)?;
    *rest = after.get(1..)?;
    Some(content.to_vec())
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

fn last_line(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no message").trim().to_owned()
}
