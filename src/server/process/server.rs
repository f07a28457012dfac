//! One pys3local as a process.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::watch;

use super::child::ChildProcess;
use super::confinement::Directories;
use super::{port, python, usage};
use crate::base::{lock, nanoseconds};
use crate::record::ServerStart;
use crate::server::backing::Backing;
use crate::server::description::{Capabilities, PYS3LOCAL, Place};
use crate::server::drime::Service;
use crate::server::error::{ProcessError, ServerError};
use crate::server::host::{SecondServer, Server};
use crate::server::log::ServerLog;
use crate::server::ready::{ReadyError, wait_until_ready};
use crate::server::spec::{ServerSpec, Shutdown, Usage};
use crate::server::watchdog_pipe::WatchdogPipe;

/// How many ephemeral ports are tried when others keep taking them.
pub(super) const PORT_TRIES: u32 = 5;

/// How long a server may take to end when it is asked to, before it is killed.
pub(super) const STOP_GRACE: Duration = Duration::from_secs(2);

/// The same for a restart, where an end by force would say nothing about an orderly one.
const RESTART_GRACE: Duration = Duration::from_secs(5);

/// Log lines that an error shows.
pub(super) const SHOWN_LINES: usize = 20;

/// How a server is started, any number of times.
#[derive(Debug, Clone)]
pub(super) struct Launch {
    /// The environment's interpreter.
    pub(super) python: PathBuf,
    /// What is asked of it.
    pub(super) spec: ServerSpec,
    pub(super) capabilities: Capabilities,
    /// Arguments besides.
    pub(super) more: Vec<String>,
    /// What it finds in its environment besides.
    pub(super) environment: Vec<(&'static str, String)>,
    /// Where it stores and lives.
    pub(super) directories: Directories,
    /// How long it may take to its first S3 answer.
    pub(super) ready_timeout: Duration,
    /// Told of each process from its first moment on, and of its end.
    pub(super) watchdog: Option<WatchdogPipe>,
}

impl Launch {
    /// Starts the server and waits for its first S3 answer.
    ///
    /// Another server that answers on the port in its stead counts as a port that is taken.
    async fn begin(&self, port: u16, log: &ServerLog) -> Result<(ChildProcess, ServerStart), ServerError> {
        let home = self.directories.home();
        let place = Place { host: "127.0.0.1", port, data: self.directories.data().display().to_string() };
        let arguments = PYS3LOCAL.arguments(&self.spec, &self.capabilities, &place);
        let arguments = arguments.map_err(|what| ServerError::Unsupported { what })?;
        let mut command = python::command(&self.python, &home);
        command.args(["-m", PYS3LOCAL.start.module]).args(arguments).args(&self.more);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let process = ChildProcess::begin(command, log)
            .map_err(|source| ProcessError::Spawn { program: self.python.clone(), source })?;
        if let Some(watchdog) = &self.watchdog {
            watchdog.process(process.pid()).await;
        }
        let ready = wait_until_ready(&endpoint(port), self.ready_timeout, process.ended()).await;
        match ready {
            Ok(start) if port::is_held_by(process.pid(), port) != Some(false) => Ok((process, start)),
            Ok(_) => Err(ServerError::PortInUse { port }),
            Err(source) => {
                self.finish(&process, STOP_GRACE).await;
                let lines = log.tail(SHOWN_LINES);
                if matches!(source, ReadyError::Ended { .. }) && port::is_taken_according_to(&lines) {
                    return Err(ServerError::PortInUse { port });
                }
                Err(ServerError::NotReady { source, log: lines })
            }
        }
    }

    /// Ends a process that was begun here.
    async fn finish(&self, process: &ChildProcess, grace: Duration) {
        process.finish(grace).await;
        self.note_end(process).await;
    }

    async fn note_end(&self, process: &ChildProcess) {
        if let Some(watchdog) = &self.watchdog {
            watchdog.gone(process.pid()).await;
        }
    }
}

/// A running server.
pub(super) struct ProcessServer {
    launch: Launch,
    port: u16,
    endpoint: String,
    started: ServerStart,
    log: ServerLog,
    state: watch::Sender<State>,
    restarting: tokio::sync::Mutex<()>,
    spent: Mutex<Usage>,
    backing: Option<Backing>,
}

#[derive(Debug, Clone)]
enum State {
    Running(ChildProcess),
    Restarting,
    Down(String),
}

/// Leaves the server down if its restart stopped half-way.
struct Restart<'server> {
    state: &'server watch::Sender<State>,
}

impl Drop for Restart<'_> {
    fn drop(&mut self) {
        self.state.send_if_modified(|state| {
            let abandoned = matches!(state, State::Restarting);
            if abandoned {
                *state = State::Down("s3ci gave up the restart of the server".to_owned());
            }
            abandoned
        });
    }
}

impl ProcessServer {
    /// Starts on a port; `began` is when the server was asked for.
    pub(super) async fn start(
        launch: Launch,
        port: u16,
        log: ServerLog,
        began: Instant,
    ) -> Result<Self, (Box<Launch>, ServerError)> {
        let (process, start) = match launch.begin(port, &log).await {
            Ok(life_and_start) => life_and_start,
            Err(error) => return Err((Box::new(launch), error)),
        };
        let ready_ns = nanoseconds(began.elapsed());
        Ok(Self {
            launch,
            port,
            endpoint: endpoint(port),
            started: ServerStart { ready_ns, ..start },
            log,
            state: watch::Sender::new(State::Running(process)),
            restarting: tokio::sync::Mutex::default(),
            spent: Mutex::new(usage::NOTHING),
            backing: None,
        })
    }

    /// The same server, with what it stores in.
    pub(super) fn on(mut self, backing: Option<Backing>) -> Self {
        self.backing = backing;
        self
    }

    /// Stops the server, by force where it takes over 2 seconds, and leaves its data.
    async fn end(&self) {
        if let State::Running(process) = self.state.send_replace(State::Down("the server was stopped".to_owned())) {
            self.launch.finish(&process, STOP_GRACE).await;
        }
    }

    fn process(&self) -> Option<ChildProcess> {
        match &*self.state.borrow() {
            State::Running(process) => Some(process.clone()),
            State::Restarting | State::Down(_) => None,
        }
    }
}

#[async_trait]
impl Server for ProcessServer {
    fn endpoint(&self) -> &str {
        &self.endpoint
    }

    fn started(&self) -> &ServerStart {
        &self.started
    }

    /// The server is down where this fails.
    async fn restart(&self, shutdown: Shutdown) -> Result<(), ServerError> {
        let _turn = self.restarting.lock().await;
        let _given_up = Restart { state: &self.state };
        let used = self.process().and_then(|process| usage::of_process(process.pid()));
        if let State::Running(process) = self.state.send_replace(State::Restarting) {
            match shutdown {
                Shutdown::Orderly => process.finish(RESTART_GRACE).await,
                Shutdown::Killed => process.kill().await,
            }
            self.launch.note_end(&process).await;
        }
        if let Some(used) = used {
            let mut spent = lock(&self.spent);
            *spent = usage::sum(*spent, used);
        }
        match self.launch.begin(self.port, &self.log).await {
            Ok((process, _)) => {
                self.state.send_replace(State::Running(process));
                Ok(())
            }
            Err(error) => {
                self.state.send_replace(State::Down(format!("the server did not come up again: {error}")));
                Err(error)
            }
        }
    }

    /// With the same home, and a port and data of its own.
    async fn second_server(&self) -> Result<Option<Box<dyn SecondServer>>, ServerError> {
        let home = self.launch.directories.home();
        let directories = self.launch.directories.for_a_second_server();
        let directories = directories.map_err(ProcessError::file("create a directory beside", &home))?;
        let mut launch = Launch { directories, ..self.launch.clone() };
        for _ in 0..PORT_TRIES {
            match Self::start(launch, port::ephemeral()?, self.log.clone(), Instant::now()).await {
                Ok(server) => return Ok(Some(Box::new(SecondProcess(server)))),
                Err((again, ServerError::PortInUse { .. })) => launch = *again,
                Err((_, error)) => return Err(error),
            }
        }
        Err(ProcessError::PortsContested { tries: PORT_TRIES }.into())
    }

    /// Restarts included.
    async fn usage(&self) -> Option<Usage> {
        let now = usage::of_process(self.process()?.pid())?;
        Some(usage::sum(*lock(&self.spent), now))
    }

    fn exited(&self) -> Option<String> {
        match &*self.state.borrow() {
            State::Running(process) => process.end(),
            State::Restarting => None,
            State::Down(sentence) => Some(sentence.clone()),
        }
    }

    /// A restart does not count as an end.
    async fn ended(&self) -> String {
        let mut states = self.state.subscribe();
        loop {
            let ended = match &*states.borrow_and_update() {
                State::Running(process) => Some(process.ended()),
                State::Restarting => None,
                State::Down(sentence) => return sentence.clone(),
            };
            let ended = async {
                match ended {
                    Some(ended) => ended.await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                _ = states.changed() => {}
                sentence = ended => return sentence,
            }
        }
    }

    fn log_tail(&self, lines: usize) -> Vec<String> {
        self.log.tail(lines)
    }

    fn drime(&self) -> Option<&Service> {
        self.backing.as_ref().map(|backing| &backing.service)
    }

    /// By force where it takes over 2 seconds. Its data is removed.
    async fn stop(self: Box<Self>) -> Result<(), ServerError> {
        self.end().await;
        let ended = match self.backing {
            Some(backing) => backing.end().await,
            None => Ok(()),
        };
        self.launch.directories.remove().await;
        ended
    }
}

/// A second server, whose data goes with the first one's.
struct SecondProcess(ProcessServer);

#[async_trait]
impl SecondServer for SecondProcess {
    fn endpoint(&self) -> &str {
        &self.0.endpoint
    }

    async fn stop(self: Box<Self>) -> Result<(), ServerError> {
        self.0.end().await;
        Ok(())
    }
}

fn endpoint(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}
