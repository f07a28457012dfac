//! What a drime server that is a process stores in: a stand-in that is another one, from the same environment, or an account of the
//! Drime cloud.

use std::path::Path;
use std::time::Duration;

use tokio::process::Command;

use super::confinement::{self, Directories};
use super::life::Life;
use super::{ProcessError, SHOWN_LINES, STOP_GRACE};
use crate::server::drime::{Cloud, DrimeError, Running, SOURCES, Service, StandIn, Tenancy};
use crate::server::log::ServerLog;
use crate::server::reaper::Watch;

/// What stands behind a server.
#[derive(Debug)]
pub(super) struct Backing {
    /// As s3ci sees it.
    pub(super) service: Service,
    /// As the server is told of it.
    pub(super) tenancy: Tenancy,
    stand_in: Option<(Life, Option<Watch>)>,
}

impl Backing {
    /// A place in the Drime cloud.
    pub(super) async fn in_the_cloud(cloud: &Cloud) -> Result<Self, DrimeError> {
        let (tenancy, service) = cloud.enter().await?;
        Ok(Self { service, tenancy, stand_in: None })
    }

    /// Starts a stand-in on a free port and waits until it takes connections. Of one that does not, nothing is left.
    pub(super) async fn emulated(
        python: &Path,
        directories: &Directories,
        stand_in: StandIn,
        ready_timeout: Duration,
        watch: Option<Watch>,
    ) -> Result<Self, ProcessError> {
        let program = directories.beside("drime");
        write_sources(&program).map_err(ProcessError::file("write the Drime stand-in to", &program))?;
        let mut command = Command::new(python);
        confinement::apply(&mut command, &directories.home());
        command.arg(&program).args(["--host", "127.0.0.1", "--port", "0"]).envs(stand_in.environment());
        let log = ServerLog::new(stand_in.secrets());
        let spawned = Life::begin(command, &log);
        let life = spawned.map_err(|source| ProcessError::Spawn { program: python.to_owned(), source })?;
        if let Some(watch) = &watch {
            watch.process(life.pid()).await;
        }
        let running = Running { log, end: life.watched() };
        let ready = async {
            let account = stand_in.account(running.ready(ready_timeout, SHOWN_LINES).await?);
            let service = Service::emulated(account.clone(), running.clone())?;
            Ok((service, Tenancy { account, root_folder: None }))
        };
        match ready.await {
            Ok((service, tenancy)) => Ok(Self { service, tenancy, stand_in: Some((life, watch)) }),
            Err(error) => {
                finish(&life, watch.as_ref()).await;
                Err(ProcessError::Drime(error))
            }
        }
    }

    /// Ends the stand-in, or removes the folder in the account.
    pub(super) async fn end(self) -> Result<(), DrimeError> {
        match self.stand_in {
            Some((life, watch)) => {
                finish(&life, watch.as_ref()).await;
                Ok(())
            }
            None => Cloud::leave(&self.tenancy, &self.service).await,
        }
    }
}

async fn finish(life: &Life, watch: Option<&Watch>) {
    life.finish(STOP_GRACE).await;
    if let Some(watch) = watch {
        watch.gone(life.pid()).await;
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
