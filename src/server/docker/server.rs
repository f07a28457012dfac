//! One server in one container: started, watched, restarted, stopped.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bollard::models::{ContainerCreateBody, ContainerInspectResponse};
use bollard::query_parameters::KillContainerOptions;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::watch;

use super::connect::Daemon;
use super::container::PORT;
use super::data_directory::ContainersDataDirectory;
use super::kill_on_write;
use super::launch::{self, Lifeline, Output};
use super::network::Route;
use super::refusal;
use super::second_server::DockerSecondServer;
use super::usage::Accounting;
use crate::base::nanoseconds;
use crate::record::ServerStart;
use crate::server::backing::Backing;
use crate::server::drime::Service;
use crate::server::error::{DockerError, ServerError};
use crate::server::host::{DataDirectory, KillOnWrite, SecondServer, Server, Volume};
use crate::server::log::ServerLog;
use crate::server::ready::wait_until_ready;
use crate::server::spec::{Moment, Shutdown, Usage};

/// The line that the supervising script writes before each start.
const MARKER: &str = "s3ci: server started";

/// Log lines that an error quotes.
const QUOTED_LINES: usize = 20;

/// A server that was ready.
pub(super) struct DockerServer {
    daemon: Daemon,
    name: String,
    endpoint: String,
    inside: Option<String>,
    started: ServerStart,
    log: ServerLog,
    end: watch::Receiver<Option<String>>,
    accounting: Accounting,
    restarts: AtomicUsize,
    ready_timeout: Duration,
    second: Vec<String>,
    data_limit_bytes: Option<u64>,
    #[expect(dead_code, reason = "held, not used: the container ends when it is dropped")]
    lifeline: Lifeline,
    backing: Option<Backing>,
    data_directory: Option<ContainersDataDirectory>,
    holder: Option<Volume>,
}

/// What to start, and how it will be reached.
pub(super) struct Order {
    /// Name of the container.
    pub(super) name: String,
    pub(super) body: ContainerCreateBody,
    /// The run's network.
    pub(super) network: String,
    /// The way to it.
    pub(super) route: Route,
    /// What its standard input begins with.
    pub(super) handed: String,
    /// The command line of a second server in the same container.
    pub(super) second: Vec<String>,
    /// The size that the data file system was asked to have.
    pub(super) data_limit_bytes: Option<u64>,
    /// What must not appear in the log.
    pub(super) secrets: Vec<String>,
    /// How long the server may take to its first S3 answer.
    pub(super) ready_timeout: Duration,
    /// The container from which one looks around its data root, where there is room for canaries.
    pub(super) holder: Option<Volume>,
}

impl DockerServer {
    /// Starts a server and waits until it answers. Of a server that does not, nothing is left.
    pub(super) async fn start(daemon: &Daemon, order: Order) -> Result<Self, ServerError> {
        let begin = Instant::now();
        let Order { name, body, network, route, handed, second, data_limit_bytes, secrets, ready_timeout, holder } =
            order;
        let launched = launch::launch(&daemon.docker, &name, body, &handed).await;
        let launched = launched.map_err(|error| explain(error, &route))?;
        tracing::debug!(name, after = ?begin.elapsed(), "container started");
        let log = ServerLog::new(secrets);
        let (sender, end) = watch::channel(None);
        tokio::spawn(follow(launched.output, launched.ending, log.clone(), sender));
        let readiness = async {
            let inspected = daemon.docker.inspect_container(&name, None).await;
            let container = inspected.map_err(DockerError::during("look at the container"))?;
            let endpoint = endpoint(&container, &network, &route, PORT);
            let endpoint = endpoint.ok_or_else(|| DockerError::NoAddress { name: name.clone() })?;
            match wait_until_ready(&endpoint, ready_timeout, ended(&mut end.clone())).await {
                Ok(started) => Ok((endpoint, container, started)),
                Err(source) => Err(ServerError::NotReady { source, log: log.tail(QUOTED_LINES) }),
            }
        };
        match readiness.await {
            Ok((endpoint, container, mut started)) => {
                started.ready_ns = nanoseconds(begin.elapsed());
                tracing::debug!(name, after = ?begin.elapsed(), "server ready");
                let is_here = daemon.remote_host().is_none();
                Ok(Self {
                    data_directory: holder
                        .as_ref()
                        .map(|holder| ContainersDataDirectory::of(&daemon.docker, &holder.name)),
                    holder,
                    daemon: daemon.clone(),
                    accounting: Accounting::of(first_process(&container).filter(|_| is_here)),
                    name,
                    inside: own_address(&container, &network).map(|address| format!("http://{address}:{PORT}")),
                    endpoint,
                    started,
                    log,
                    end,
                    restarts: AtomicUsize::new(0),
                    ready_timeout,
                    second: if matches!(route, Route::Direct) { second } else { Vec::new() },
                    data_limit_bytes,
                    lifeline: launched.lifeline,
                    backing: None,
                })
            }
            Err(error) => {
                let error = reason(error, &end, &log).await;
                launch::remove(&daemon.docker, &name).await?;
                if let Some(holder) = holder {
                    holder.remove().await?;
                }
                Err(error)
            }
        }
    }

    /// The same server, with what it stores in.
    pub(super) fn on(mut self, backing: Option<Backing>) -> Self {
        self.backing = backing;
        self
    }

    /// Waits until the server, which was told to end and start again, answers.
    async fn comes_back(&self) -> Result<(), ServerError> {
        let starts = 2 + self.restarts.fetch_add(1, Ordering::Relaxed);
        tokio::select! {
            () = self.log.wait_for(MARKER, starts) => {}
            sentence = self.ended() => return Err(self.not_restarted(sentence)),
            () = tokio::time::sleep(self.ready_timeout) => {
                return Err(self.not_restarted(format!("the server did not end within {} s", self.ready_timeout.as_secs())));
            }
        }
        let ready = wait_until_ready(&self.endpoint, self.ready_timeout, self.ended()).await;
        ready.map(drop).map_err(|error| self.not_restarted(error.to_string()))
    }

    fn not_restarted(&self, reason: String) -> ServerError {
        ServerError::NotRestarted { reason, log: self.log.tail(QUOTED_LINES) }
    }
}

#[async_trait]
impl Server for DockerServer {
    fn endpoint(&self) -> &str {
        &self.endpoint
    }

    fn endpoint_for_clients(&self) -> Option<&str> {
        self.inside.as_deref()
    }

    fn started(&self) -> &ServerStart {
        &self.started
    }

    async fn restart(&self, shutdown: Shutdown) -> Result<(), ServerError> {
        // What these mean is for the supervising script to say.
        let signal = match shutdown {
            Shutdown::Orderly => "SIGHUP",
            Shutdown::Killed => "SIGUSR1",
        };
        let options = KillContainerOptions { signal: signal.into() };
        if let Err(error) = self.daemon.docker.kill_container(&self.name, Some(options)).await {
            return Err(match self.exited() {
                Some(sentence) => self.not_restarted(sentence),
                None => DockerError::during("signal the container")(error).into(),
            });
        }
        self.comes_back().await
    }

    async fn kill_on_write(&self, moment: Moment) -> Result<Option<Box<dyn KillOnWrite + '_>>, ServerError> {
        kill_on_write::from_now_on(&self.daemon.docker, &self.name, moment, self.comes_back().boxed()).await
    }

    async fn second_server(&self) -> Result<Option<Box<dyn SecondServer>>, ServerError> {
        if self.second.is_empty() {
            return Ok(None);
        }
        let (docker, log) = (&self.daemon.docker, self.log.clone());
        let started =
            DockerSecondServer::start(docker, &self.name, &self.endpoint, &self.second, log, self.ready_timeout);
        Ok(Some(Box::new(started.await?)))
    }

    fn data_limit_bytes(&self) -> Option<u64> {
        self.data_limit_bytes
    }

    async fn usage(&self) -> Option<Usage> {
        self.accounting.usage(&self.daemon.docker, &self.name).await
    }

    fn exited(&self) -> Option<String> {
        self.end.borrow().clone()
    }

    async fn ended(&self) -> String {
        ended(&mut self.end.clone()).await
    }

    fn log_tail(&self, lines: usize) -> Vec<String> {
        self.log.tail(lines)
    }

    fn drime(&self) -> Option<&Service> {
        self.backing.as_ref().map(|backing| &backing.service)
    }

    fn data_directory(&self) -> Option<&dyn DataDirectory> {
        self.data_directory.as_ref().map(|directory| directory as &dyn DataDirectory)
    }

    fn container(&self) -> Option<&str> {
        Some(&self.name)
    }

    async fn stop(self: Box<Self>) -> Result<(), ServerError> {
        let removed = launch::remove(&self.daemon.docker, &self.name).await;
        if let Some(holder) = self.holder {
            holder.remove().await?;
        }
        if let Some(backing) = self.backing {
            backing.end().await?;
        }
        Ok(removed?)
    }
}

/// Passes the container's output to the log, and its end to those who wait for it.
pub(super) async fn follow(
    mut output: Output,
    ending: launch::Ending,
    log: ServerLog,
    end: watch::Sender<Option<String>>,
) {
    while let Some(Ok(piece)) = output.next().await {
        log.push_bytes(piece.as_ref());
    }
    let sentence = ending.sentence().await;
    // The receivers are gone when the server was stopped.
    let _ = end.send(Some(sentence));
}

/// If a server ends at once, so does its container, and what the daemon says about the container is not the reason.
async fn reason(error: ServerError, end: &watch::Receiver<Option<String>>, log: &ServerLog) -> ServerError {
    if !matches!(error, ServerError::Docker(_)) {
        return error;
    }
    match tokio::time::timeout(Duration::from_secs(1), ended(&mut end.clone())).await {
        Ok(reason) if !reason.is_empty() => ServerError::EndedAtOnce { reason, log: log.tail(QUOTED_LINES) },
        _ => error,
    }
}

async fn ended(end: &mut watch::Receiver<Option<String>>) -> String {
    match end.wait_for(Option::is_some).await {
        Ok(sentence) => sentence.clone().unwrap_or_default(),
        Err(_) => "the container is no longer watched".into(),
    }
}

/// Where a program in a container will listen at a port, as the daemon says.
pub(super) fn endpoint(
    container: &ContainerInspectResponse,
    network: &str,
    route: &Route,
    port: u16,
) -> Option<String> {
    match route {
        Route::Direct => own_address(container, network).map(|address| format!("http://{address}:{port}")),
        Route::Published { host, .. } => {
            let settings = container.network_settings.as_ref()?;
            let bindings = settings.ports.as_ref()?.get(&format!("{port}/tcp"))?.as_ref()?;
            let port = bindings.iter().find_map(|binding| binding.host_port.as_deref())?;
            Some(format!("http://{host}:{port}"))
        }
    }
}

/// A container's own address on a network.
pub(super) fn own_address(container: &ContainerInspectResponse, network: &str) -> Option<String> {
    let address = container.network_settings.as_ref()?.networks.as_ref()?.get(network)?.ip_address.as_ref()?;
    (!address.is_empty()).then(|| address.clone())
}

fn first_process(container: &ContainerInspectResponse) -> Option<i64> {
    container.state.as_ref()?.pid.filter(|pid| *pid > 0)
}

fn explain(error: DockerError, route: &Route) -> ServerError {
    let Route::Published { port: Some(port), .. } = route else { return error.into() };
    let said = refusal::message(&error);
    let taken = said.is_some_and(|said| said.contains("already allocated") || said.contains("already in use"));
    if taken { ServerError::PortInUse { port: *port } } else { error.into() }
}
