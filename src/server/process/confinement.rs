//! What s3ci can keep from a server without a container: the environment and the home of the user.
//!
//! Owns the directories that a server has instead, and those that servers have one after the other.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tokio::process::Command;

use crate::server::error::ServerError;
use crate::server::host::{HeldVolume, Volume};

/// What Python and its libraries need of the environment; all else is taken away.
const KEPT: &[&str] =
    if cfg!(windows) { &["PATH", "PATHEXT", "SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "WINDIR"] } else { &["PATH"] };

/// Gives a command an environment of its own, with `home` for its settings and its temporary files.
pub(super) fn apply(command: &mut Command, home: &Path) {
    command.env_clear();
    command.envs(KEPT.iter().filter_map(|name| std::env::var_os(name).map(|value| (name, value))));
    for name in ["HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TMPDIR", "TEMP", "TMP"] {
        command.env(name, home);
    }
    command.env("LANG", "C.UTF-8").env("PYTHONIOENCODING", "utf-8");
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUNBUFFERED", "1");
    // The server's console folds lines at the terminal's width, and a folded secret could not be recognised.
    command.env("COLUMNS", "500").env("NO_COLOR", "1");
}

/// The directories of one server.
#[derive(Debug, Clone)]
pub(super) struct Directories {
    root: PathBuf,
    data: &'static str,
    /// Whether they outlive the server.
    stay: bool,
}

/// Makes the directories of servers that follow one another, below the run's.
pub(super) fn create_volume(work_dir: &Path, name: String) -> std::io::Result<Volume> {
    let directories = Directories::create(work_dir, &name)?;
    Ok(Volume { name, held: Box::new(directories) })
}

/// What cannot be removed goes with the run's directory.
#[async_trait]
impl HeldVolume for Directories {
    async fn remove(self: Box<Self>) -> Result<(), ServerError> {
        Directories::remove(&self).await;
        Ok(())
    }
}

impl Directories {
    /// Makes the directories of a server below the run's.
    pub(super) fn create(work_dir: &Path, name: &str) -> std::io::Result<Self> {
        let directories = Self { root: std::path::absolute(work_dir)?.join(name), data: "data", stay: false };
        for directory in [directories.data(), directories.home()] {
            std::fs::create_dir_all(directory)?;
        }
        Ok(directories)
    }

    /// Those of a volume, which outlive the server.
    pub(super) fn of_volume(work_dir: &Path, name: &str) -> Self {
        Self { root: work_dir.join(name), data: "data", stay: true }
    }

    /// The same home with another data directory, for a second server.
    pub(super) fn for_a_second_server(&self) -> std::io::Result<Self> {
        let directories = Self { data: "data-of-the-second", ..self.clone() };
        std::fs::create_dir_all(directories.data())?;
        Ok(directories)
    }

    /// Where the server stores.
    pub(super) fn data(&self) -> PathBuf {
        self.root.join(self.data)
    }

    /// Where it keeps its settings, its metadata and its temporary files.
    pub(super) fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    /// A directory beside them.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Removes all of it, unless it outlives the server; what cannot be removed goes with the run's directory.
    pub(super) async fn remove(&self) {
        if self.stay {
            return;
        }
        let _ = tokio::fs::remove_dir_all(&self.root).await;
    }
}
