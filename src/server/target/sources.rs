//! The sources of a checkout or a commit, as a list of files with a digest.
//!
//! Deliberately absent: symbolic links. One that stays inside the sources is replaced by what it points at, any other
//! is left out, so that nothing outside the project can get into an image or an environment.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::git::{Commit, FileKind, Repository, TreeFile};
use super::{TargetError, version, walk};

/// The most that is read; pys3local's own sources have less than 1 MiB.
const LIMIT_BYTES: u64 = 256 << 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Relative path with forward slashes.
    pub path: String,
    /// Whether its owner may execute it.
    pub executable: bool,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// The sources of a target, sorted by path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// Version in the form of PEP 440; `0+unknown` if it is not known.
    pub version: String,
    /// The commit that they are of, edited since or not; none where they are in no repository of their own.
    pub commit: Option<String>,
    /// SHA-256 over the sorted paths, modes and bytes, in hex.
    pub digest: String,
    pub files: Vec<SourceFile>,
}

impl Sources {
    fn new(version: String, commit: Option<String>, mut files: Vec<SourceFile>) -> Self {
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let digest = digest(&files);
        Self { version, commit, digest, files }
    }
}

/// The sources below a directory: what git tracks or would add, otherwise all that is not a build's or a tool's.
pub(super) async fn of_directory(directory: &Path) -> Result<Sources, TargetError> {
    let repository = Repository::at(directory);
    let top = repository.is_top().await;
    let listed = match top {
        Some(_) => Some(repository.files().await?).filter(|paths| paths.iter().any(|path| path == "pyproject.toml")),
        None => None,
    };
    let commit = match (top, &listed) {
        (Some(_), Some(_)) => repository.resolve("HEAD").await.ok(),
        _ => None,
    };
    let described = match &commit {
        Some(commit) if top == Some(true) => repository.describe(commit.hash()).await?,
        _ => None,
    };
    let root = directory.to_owned();
    let reading = tokio::task::spawn_blocking(move || {
        let paths = match listed {
            Some(paths) => paths,
            None => walk::files(&root)?,
        };
        read_files(&root, paths)
    });
    let files = reading.await.map_err(|error| read_error(directory, io::Error::other(error)))??;
    let described = match (described, &commit) {
        (Some(description), Some(commit)) => version::of_description(&description, differs(&files, commit).await),
        _ => None,
    };
    let version = described.or_else(|| packaged_version(&files)).unwrap_or_else(|| version::UNKNOWN.to_owned());
    Ok(Sources::new(version, commit.map(|commit| commit.hash().to_owned()), files))
}

/// Whether files on the disk are others than those of a commit. Ends of lines do not count, for git may translate them; what cannot
/// be read counts.
async fn differs(files: &[SourceFile], commit: &Commit) -> bool {
    let Ok(committed) = commit.files(LIMIT_BYTES).await else { return true };
    let mut committed = resolved(committed);
    let plain = |bytes: &[u8]| {
        bytes
            .split(|byte| *byte == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec())
            .collect::<Vec<_>>()
    };
    let same = |one: &SourceFile, other: &SourceFile| {
        let bytes = one.bytes == other.bytes || plain(&one.bytes) == plain(&other.bytes);
        bytes && (cfg!(not(unix)) || one.executable == other.executable)
    };
    let known = files.iter().all(|file| committed.remove(&file.path).is_some_and(|other| same(file, &other)));
    !known || !committed.is_empty()
}

pub(super) async fn of_commit(commit: &Commit) -> Result<Sources, TargetError> {
    let described = commit.repository().describe(commit.hash()).await?;
    let files: Vec<SourceFile> = resolved(commit.files(LIMIT_BYTES).await?).into_values().collect();
    let version = described.and_then(|description| version::of_description(&description, false));
    let version = version.or_else(|| packaged_version(&files)).unwrap_or_else(|| version::UNKNOWN.to_owned());
    Ok(Sources::new(version, Some(commit.hash().to_owned()), files))
}

fn read_error(path: &Path, source: io::Error) -> TargetError {
    TargetError::Read { path: path.to_owned(), source }
}

fn packaged_version(files: &[SourceFile]) -> Option<String> {
    let package_info = files.iter().find(|file| file.path == "PKG-INFO")?;
    version::of_package_info(&String::from_utf8_lossy(&package_info.bytes))
}

fn read_files(root: &Path, paths: Vec<String>) -> Result<Vec<SourceFile>, TargetError> {
    let real_root = root.canonicalize().map_err(|source| read_error(root, source))?;
    let mut files = Vec::with_capacity(paths.len());
    let mut total = 0;
    for path in paths {
        let Some(real) = inside(&real_root, &path)? else { continue };
        let metadata = real.metadata().map_err(|source| read_error(&real, source))?;
        total += metadata.len();
        if total > LIMIT_BYTES {
            return Err(TargetError::TooLarge { place: root.display().to_string(), limit_bytes: LIMIT_BYTES });
        }
        let bytes = std::fs::read(&real).map_err(|source| read_error(&real, source))?;
        files.push(SourceFile { path, executable: is_executable(&metadata), bytes });
    }
    Ok(files)
}

/// The file that a path leads to; none for one that is gone, is no regular file, or lies outside the root.
fn inside(real_root: &Path, path: &str) -> Result<Option<PathBuf>, TargetError> {
    let joined = real_root.join(path);
    match joined.canonicalize() {
        Ok(real) if real.starts_with(real_root) && real.is_file() => Ok(Some(real)),
        Ok(_) => Ok(None),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(source) => Err(read_error(&joined, source)),
    }
}

#[cfg(unix)]
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_metadata: &std::fs::Metadata) -> bool {
    false
}

/// Files of a commit by their paths, a link inside it replaced by the file that it points at. Other links are left out.
fn resolved(committed: Vec<TreeFile>) -> BTreeMap<String, SourceFile> {
    let (links, plain): (Vec<_>, Vec<_>) = committed.into_iter().partition(|file| file.kind == FileKind::Link);
    let mut files: BTreeMap<String, SourceFile> = plain
        .into_iter()
        .map(|TreeFile { path, kind, bytes }| {
            (path.clone(), SourceFile { path, executable: kind == FileKind::Executable, bytes })
        })
        .collect();
    for link in links {
        let target = destination(&link.path, &String::from_utf8_lossy(&link.bytes));
        if let Some(file) = target.and_then(|target| files.get(&target)).cloned() {
            files.insert(link.path.clone(), SourceFile { path: link.path, ..file });
        }
    }
    files
}

/// Where a relative link inside a commit points; none where it leaves the commit.
fn destination(link: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = link.split('/').collect();
    parts.pop();
    if target.starts_with('/') {
        return None;
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

fn digest(files: &[SourceFile]) -> String {
    let mut hash = Sha256::new();
    for file in files {
        for part in [file.path.as_bytes(), &[u8::from(file.executable)], &file.bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hex::encode(hash.finalize())
}
