//! A stand-in for the Drime API as a process, from the same environment as the server that stores in it.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;

use super::child::ChildProcess;
use super::confinement::Directories;
use super::python;
use super::server::{SHOWN_LINES, STOP_GRACE};
use crate::server::backing::{StartedStandIn, StopStandIn};
use crate::server::drime::{Running, SOURCES, StandIn};
use crate::server::error::{ProcessError, ServerError};
use crate::server::log::ServerLog;
use crate::server::watchdog_pipe::WatchdogPipe;

/// A stand-in that runs.
struct RunningProcess {
    process: ChildProcess,
    watchdog: Option<WatchdogPipe>,
}

/// Starts a stand-in on a free port and waits until it takes connections. Of one that does not, nothing is left.
pub(super) async fn start(
    interpreter: &Path,
    directories: &Directories,
    stand_in: StandIn,
    ready_timeout: Duration,
    watchdog: Option<WatchdogPipe>,
) -> Result<StartedStandIn, ServerError> {
    let program = directories.beside("drime");
    write_sources(&program).map_err(ProcessError::file("write the Drime stand-in to", &program))?;
    let mut command = python::command(interpreter, &directories.home());
    command.arg(&program).args(["--host", "127.0.0.1", "--port", "0"]).envs(stand_in.environment());
    let log = ServerLog::new(stand_in.secrets());
    let spawned = ChildProcess::begin(command, &log);
    let process = spawned.map_err(|source| ProcessError::Spawn { program: interpreter.to_owned(), source })?;
    if let Some(watchdog) = &watchdog {
        watchdog.process(process.pid()).await;
    }
    let running = Running { log, end: process.watched() };
    let stop = Box::new(RunningProcess { process, watchdog });
    match running.ready(ready_timeout, SHOWN_LINES).await {
        Ok(url) => {
            let account = stand_in.account(url);
            Ok(StartedStandIn { running: running.clone(), here: account.clone(), there: account, stop })
        }
        Err(error) => {
            stop.stop().await?;
            Err(error.into())
        }
    }
}

#[async_trait]
impl StopStandIn for RunningProcess {
    async fn stop(self: Box<Self>) -> Result<(), ServerError> {
        self.process.finish(STOP_GRACE).await;
        if let Some(watchdog) = &self.watchdog {
            watchdog.gone(self.process.pid()).await;
        }
        Ok(())
    }
}

fn write_sources(program: &Path) -> std::io::Result<()> {
    for source in SOURCES {
        let path = program.join(source.path);
        std::fs::create_dir_all(path.parent().unwrap_or(program))?;
        std::fs::write(path, source.text)?;
    }
    Ok(())
}
