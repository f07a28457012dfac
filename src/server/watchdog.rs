//! Removes what a killed s3ci leaves and no container takes along: the run's network, its work directory, processes of this machine.
//!
//! s3ci starts itself a second time, in a process group of its own, and holds a pipe to it. When the pipe closes without a word of
//! farewell, s3ci was killed, and the second process removes what belongs to the run. Containers end by themselves; they are
//! removed here as well, for one may have been created and never started.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::Instant;

use super::docker::Leftovers;
use super::drime::Remains;
use super::error::ServerError;
use super::watchdog_pipe::{Ending, WatchdogPipe, follow};

/// How long the removal is tried.
const PATIENCE: Duration = Duration::from_secs(4);

/// Between two tries: the daemon needs a moment until a container that ends lets go of its network.
const PAUSE: Duration = Duration::from_millis(100);

/// The process that clears up if this one is killed.
#[derive(Debug)]
pub struct Watchdog {
    child: Child,
    pipe: WatchdogPipe,
}

impl Watchdog {
    /// Starts it: this program's hidden subcommand `reap`.
    ///
    /// # Errors
    /// This program cannot be started a second time.
    pub fn spawn(run_id: &str, work_dir: &Path) -> Result<Self, ServerError> {
        let program = std::env::current_exe().map_err(ServerError::Watchdog)?;
        let mut command = Command::new(program);
        command.arg("reap").arg("--run-id").arg(run_id).arg("--work-dir").arg(work_dir);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Ctrl-C reaches every process of the terminal's group, and this one has to outlive it.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn().map_err(ServerError::Watchdog)?;
        let no_pipe = || ServerError::Watchdog(io::Error::from(io::ErrorKind::BrokenPipe));
        let pipe = WatchdogPipe::new(child.stdin.take().ok_or_else(no_pipe)?);
        Ok(Self { child, pipe })
    }

    /// The pipe through which hosts send it lines.
    pub fn pipe(&self) -> WatchdogPipe {
        self.pipe.clone()
    }

    /// Leaves everything to it, as if this process had been killed, and waits until it is done.
    pub async fn abandon(mut self) {
        // The pipe closes with its last holder.
        drop(self.pipe);
        if let Err(error) = self.child.wait().await {
            tracing::debug!(%error, "the watchdog was gone already");
        }
    }

    /// Ends it: all that it would remove has been removed.
    pub async fn dismiss(mut self) {
        self.pipe.done().await;
        if let Err(error) = self.child.wait().await {
            tracing::debug!(%error, "the watchdog was gone already");
        }
    }
}

/// What the second process does: waits for the first one's end, and clears up after it if that was a violent one.
///
/// # Errors
///
/// Something of the run is still there after four seconds.
pub async fn run(run_id: &str, work_dir: &Path) -> Result<(), ServerError> {
    let _deaf = deaf_to_signals().map_err(ServerError::Watchdog)?;
    let ending = tokio::task::spawn_blocking(|| follow(io::stdin().lock())).await;
    match ending.map_err(|error| ServerError::Watchdog(error.into()))? {
        Ending::Farewell => Ok(()),
        Ending::Death { process_groups, account } => {
            let remains = account.as_deref().and_then(Remains::from_line);
            clear_up(run_id, work_dir, &process_groups, remains.as_ref()).await
        }
    }
}

/// Removes what belongs to a run: process groups first, for they write into the work directory.
async fn clear_up(
    run_id: &str,
    work_dir: &Path,
    process_groups: &[i32],
    account: Option<&Remains>,
) -> Result<(), ServerError> {
    process_groups.iter().copied().for_each(kill);
    let deadline = Instant::now() + PATIENCE;
    let directory = remove_directory(work_dir.to_owned(), deadline);
    let (containers, directory) = tokio::join!(remove_from_daemon(run_id, deadline), directory);
    // After the servers: one that still ran would make its folder anew.
    if let Some(remains) = account {
        remains.remove().await?;
    }
    containers?;
    directory.map_err(ServerError::Watchdog)
}

/// Tries until the daemon lists nothing more of the run. Where there is no daemon there is nothing of the run.
async fn remove_from_daemon(run_id: &str, deadline: Instant) -> Result<(), ServerError> {
    loop {
        let outcome = match Leftovers::of_run(run_id).await {
            Ok(leftovers) if leftovers.is_empty() => return Ok(()),
            Ok(leftovers) => leftovers.remove().await,
            Err(error) if error.is_without_docker() => return Ok(()),
            Err(error) => Err(error),
        };
        if Instant::now() >= deadline {
            return outcome;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Tries until the directory is gone: a process that is being killed may still create files in it.
async fn remove_directory(directory: PathBuf, deadline: Instant) -> io::Result<()> {
    loop {
        match tokio::fs::remove_dir_all(&directory).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) if Instant::now() >= deadline => return Err(error),
            Ok(()) => return Ok(()),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

#[cfg(unix)]
fn kill(process_group: i32) {
    // 0 and 1 would mean this group and everything; a negative number is not a group.
    if process_group > 1
        && let Some(group) = rustix::process::Pid::from_raw(process_group)
    {
        // A group that is gone needs no killing.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill(_process_group: i32) {}

/// Handlers that do nothing, until they are dropped.
#[cfg(unix)]
fn deaf_to_signals() -> io::Result<[tokio::signal::unix::Signal; 3]> {
    use tokio::signal::unix::{SignalKind, signal};
    Ok([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?])
}

#[cfg(not(unix))]
fn deaf_to_signals() -> io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::CommandExt;

    use super::*;

    #[tokio::test]
    async fn a_death_takes_processes_and_the_work_directory() {
        let folder = tempfile::tempdir().unwrap();
        let work_dir = folder.path().join("work");
        std::fs::create_dir_all(work_dir.join("data")).unwrap();
        let mut process = std::process::Command::new("sleep").arg("600").process_group(0).spawn().unwrap();
        let group = i32::try_from(process.id()).unwrap();
        clear_up("no-such-run", &work_dir, &[group, 0, 1, -1], None).await.unwrap();
        assert!(!work_dir.exists());
        assert!(!process.wait().unwrap().success());
    }
}
