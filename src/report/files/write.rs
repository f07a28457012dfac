//! Writing a report file so that a reader sees the old one or the new one, never half of one.
//!
//! A temporary file in the same directory is filled, flushed to the disk and renamed. What is no ordinary file, such as
//! `/dev/stdout`, is written into as it is. Deliberately absent: what the report says.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::base::{causes_of, shell_word};
use crate::record::{Fault, FaultKind};
use crate::report::render::RenderError;

/// A report could not be written, or could not be if it were tried.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The path is `-`, which other programs take for standard output.
    #[error("write -: a report goes to a file")]
    Dash,
    /// The path names a directory, or nothing.
    #[error("write {}: that is a directory", path.display())]
    Directory {
        /// The report's path.
        path: PathBuf,
    },
    /// The directory that should hold the report does not exist.
    #[error("write {}: there is no directory {}", path.display(), folder.display())]
    MissingFolder {
        /// The report's path.
        path: PathBuf,
        /// The directory.
        folder: PathBuf,
    },
    /// The parent of the report is not a directory.
    #[error("write {}: {} is not a directory", path.display(), folder.display())]
    NotAFolder {
        /// The report's path.
        path: PathBuf,
        /// What is no directory.
        folder: PathBuf,
    },
    /// Two reports were asked for under one path.
    #[error("write two reports to {}", path.display())]
    Twice { path: PathBuf },
    /// The report's file, or a temporary one beside it, could not be created.
    #[error("create {}", path.display())]
    Create {
        /// The report's path.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The content could not be written to the disk.
    #[error("write {}", path.display())]
    Content {
        /// The report's path.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The finished file could not take the report's name.
    #[error("move the finished report to {}", path.display())]
    Rename {
        /// The report's path.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The record could not be rendered.
    #[error("render {}", path.display())]
    Render {
        /// The report's path.
        path: PathBuf,
        source: RenderError,
    },
}

impl WriteError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Dash => Some("name a file, or /dev/stdout; ./- is a file of that name".to_owned()),
            Self::Directory { path } => Some(format!("name a file, such as {}", path.join("out.xml").display())),
            Self::MissingFolder { folder, .. } => Some(format!("mkdir -p {}", quoted(folder))),
            Self::NotAFolder { .. } => Some("choose another path, or move the file that is in the way".to_owned()),
            Self::Twice { .. } => Some("give each report a path of its own".to_owned()),
            Self::Create { source, .. } | Self::Content { source, .. } | Self::Rename { source, .. } => {
                hint_for(source.kind())
            }
            Self::Render { source, .. } => source.hint(),
        }
    }

    /// The error as a fault of the run, of the kind that the exit code for lost reports looks for.
    #[must_use]
    pub fn fault(&self) -> Fault {
        let mut message = vec![format!("failed to {self}")];
        message.extend(causes_of(self));
        Fault { kind: FaultKind::Report, message: message.join(": "), hint: self.hint() }
    }
}

/// A path as a shell takes it.
pub(in crate::report) fn quoted(path: &Path) -> String {
    shell_word(&path.display().to_string())
}

fn hint_for(kind: ErrorKind) -> Option<String> {
    let hint = match kind {
        ErrorKind::PermissionDenied => "choose a directory that you may write to, or change its permissions",
        ErrorKind::ReadOnlyFilesystem => "choose a directory on a file system that is not mounted read-only",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room on that file system, or choose another one",
        ErrorKind::InvalidFilename => "choose a shorter name",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Finds out whether a report could be written to `path`, without touching what is there and without leaving anything.
///
/// # Errors
///
/// The one that writing would meet: a directory in place of a file, a missing directory, no permission, a read-only disk.
pub fn check_writable(path: &Path) -> Result<(), WriteError> {
    match Destination::of(path)? {
        Destination::File { path, folder } => temporary(&folder, &path).map(drop),
        Destination::Device { path } => device(&path).map(drop),
    }
}

/// Writes `content` to `path`, wholly or not at all.
///
/// # Errors
///
/// As [`check_writable`], and when the disk fills up in between.
pub fn write_atomically(path: &Path, content: &[u8]) -> Result<(), WriteError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        |source| WriteError::Content { path, source }
    };
    match Destination::of(path)? {
        Destination::Device { path } => device(&path)?.write_all(content).map_err(failed(&path)),
        Destination::File { path, folder } => {
            let mut file = temporary(&folder, &path)?;
            file.write_all(content).and_then(|()| file.as_file().sync_all()).map_err(failed(&path))?;
            file.persist(&path).map_err(|error| WriteError::Rename { path, source: error.error })?;
            // The name is on the disk once the directory is; where a directory cannot be synced, the system sees to it.
            let _ = File::open(&folder).and_then(|folder| folder.sync_all());
            Ok(())
        }
    }
}

/// Where a report really goes.
enum Destination {
    /// An ordinary file, there already or not, in an existing directory.
    File { path: PathBuf, folder: PathBuf },
    /// A pipe, a terminal, `/dev/null`: something that must not be replaced by a file.
    Device { path: PathBuf },
}

impl Destination {
    fn of(path: &Path) -> Result<Self, WriteError> {
        if path == Path::new("-") {
            return Err(WriteError::Dash);
        }
        // A link stays a link: the report goes where it points.
        let resolved = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        match fs::metadata(&resolved) {
            Ok(found) if found.is_dir() => return Err(WriteError::Directory { path: path.to_owned() }),
            Ok(found) if !found.is_file() => return Ok(Self::Device { path: path.to_owned() }),
            _ => {}
        }
        if resolved.file_name().is_none() || path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return Err(WriteError::Directory { path: path.to_owned() });
        }
        let folder = match resolved.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        match fs::metadata(&folder) {
            Ok(found) if found.is_dir() => Ok(Self::File { path: resolved, folder }),
            Ok(_) => Err(WriteError::NotAFolder { path: path.to_owned(), folder }),
            // Windows has one answer for both.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                match folder.ancestors().find(|ancestor| ancestor.is_file()).map(Path::to_owned) {
                    Some(in_the_way) => Err(WriteError::NotAFolder { path: path.to_owned(), folder: in_the_way }),
                    None => Err(WriteError::MissingFolder { path: path.to_owned(), folder }),
                }
            }
            Err(source) => Err(WriteError::Create { path: path.to_owned(), source }),
        }
    }
}

fn temporary(folder: &Path, path: &Path) -> Result<tempfile::NamedTempFile, WriteError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".s3ci-").suffix(".tmp");
    // Readable as any other file is, within the umask: often another user collects the reports.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).map_err(|source| {
        // tempfile puts its own path into the message; the cause alone is what a reader needs.
        let source = source.raw_os_error().map_or_else(|| io::Error::from(source.kind()), io::Error::from_raw_os_error);
        WriteError::Create { path: path.to_owned(), source }
    })
}

fn device(path: &Path) -> Result<File, WriteError> {
    OpenOptions::new().write(true).open(path).map_err(|source| WriteError::Create { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;
