//! One pys3local as a process.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tokio::process::Command;
use tokio::sync::watch;

use super::confinement::{self, Directories};
use super::drime::Backing;
use super::life::Life;
use super::{PORT_TRIES, ProcessError, port, usage};
use crate::base::{lock, nanoseconds};
use crate::record::ServerStart;
use crate::server::drime::Service;
use crate::server::log::ServerLog;
use crate::server::ready::{ReadyError, wait_until_ready};
use crate::server::reaper::Watch;
use crate::server::{Shutdown, Usage};

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
    /// Arguments of `serve` besides its address and its data.
    pub(super) arguments: Vec<String>,
    /// What it finds in its environment besides.
    pub(super) environment: Vec<(&'static str, String)>,
    /// Where it stores and lives.
    pub(super) directories: Directories,
    /// How long it may take to its first S3 answer.
    pub(super) ready_timeout: Duration,
    /// Told of each process from its first moment on, and of its end.
    pub(super) watch: Option<Watch>,
}

impl Launch {
    /// Starts the server and waits for its first S3 answer.
    ///
    /// Another server that answers on the port in its stead counts as a port that is taken.
    async fn begin(&self, port: u16, log: &ServerLog) -> Result<(Life, ServerStart), ProcessError> {
        let home = self.directories.home();
        let mut command = Command::new(&self.python);
        confinement::apply(&mut command, &home);
        command.args(["-m", "pys3local.cli", "serve", "--path"]).arg(self.directories.data());
        command.args(["--listen", &format!("127.0.0.1:{port}")]).args(&self.arguments).current_dir(&home);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let life =
            Life::begin(command, log).map_err(|source| ProcessError::Spawn { program: self.python.clone(), source })?;
        if let Some(watch) = &self.watch {
            watch.process(life.pid()).await;
        }
        let ready = wait_until_ready(&endpoint(port), self.ready_timeout, life.ended()).await;
        match ready {
            Ok(start) if port::is_held_by(life.pid(), port) != Some(false) => Ok((life, start)),
            Ok(_) => Err(ProcessError::PortTaken { port }),
            Err(source) => {
                self.finish(&life, STOP_GRACE).await;
                let lines = log.tail(SHOWN_LINES);
                if matches!(source, ReadyError::Ended { .. }) && port::is_taken_according_to(&lines) {
                    return Err(ProcessError::PortTaken { port });
                }
                Err(ProcessError::NotReady { source, log: lines })
            }
        }
    }

    /// Ends a process that was begun here.
    async fn finish(&self, life: &Life, grace: Duration) {
        life.finish(grace).await;
        self.note_end(life).await;
    }

    async fn note_end(&self, life: &Life) {
        if let Some(watch) = &self.watch {
            watch.gone(life.pid()).await;
        }
    }
}

/// A running server.
#[derive(Debug)]
pub struct ProcessServer {
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
    Running(Life),
    Restarting,
    Down(String),
}

/// Leaves a server down whose restart was given up half-way.
struct Restart<'server> {
    state: &'server watch::Sender<State>,
}

impl Drop for Restart<'_> {
    fn drop(&mut self) {
        self.state.send_if_modified(|state| {
            let abandoned = matches!(state, State::Restarting);
            if abandoned {
                *state = State::Down("the server's restart was given up".to_owned());
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
    ) -> Result<Self, (Launch, ProcessError)> {
        let (life, start) = match launch.begin(port, &log).await {
            Ok(life_and_start) => life_and_start,
            Err(error) => return Err((launch, error)),
        };
        let ready_ns = nanoseconds(began.elapsed());
        Ok(Self {
            launch,
            port,
            endpoint: endpoint(port),
            started: ServerStart { ready_ns, ..start },
            log,
            state: watch::Sender::new(State::Running(life)),
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

    /// What the server stores in, where that is no disk.
    pub(in crate::server) fn drime(&self) -> Option<&Service> {
        self.backing.as_ref().map(|backing| &backing.service)
    }

    /// The URL that clients use.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// How the server came up.
    #[must_use]
    pub fn started(&self) -> &ServerStart {
        &self.started
    }

    /// Ends the server and starts it again on the same port and data; returns once it answers.
    ///
    /// # Errors
    ///
    /// What [`super::ProcessRuntime::start`] finds; the server is down then.
    pub async fn restart(&self, shutdown: Shutdown) -> Result<(), ProcessError> {
        let _turn = self.restarting.lock().await;
        let _given_up = Restart { state: &self.state };
        let used = self.life().and_then(|life| usage::of_process(life.pid()));
        if let State::Running(life) = self.state.send_replace(State::Restarting) {
            match shutdown {
                Shutdown::Orderly => life.finish(RESTART_GRACE).await,
                Shutdown::Killed => life.kill().await,
            }
            self.launch.note_end(&life).await;
        }
        if let Some(used) = used {
            let mut spent = lock(&self.spent);
            *spent = usage::sum(*spent, used);
        }
        match self.launch.begin(self.port, &self.log).await {
            Ok((life, _)) => {
                self.state.send_replace(State::Running(life));
                Ok(())
            }
            Err(error) => {
                self.state.send_replace(State::Down(format!("the server did not come up again: {error}")));
                Err(error)
            }
        }
    }

    /// Starts a second server with the same home, and a port and data of its own. To be ended with [`ProcessServer::end`].
    ///
    /// # Errors
    ///
    /// What [`super::ProcessRuntime::start`] finds.
    pub async fn neighbour(&self) -> Result<Self, ProcessError> {
        let home = self.launch.directories.home();
        let directories = self
            .launch
            .directories
            .with_data_of_a_neighbour()
            .map_err(ProcessError::file("create a directory beside", &home))?;
        let mut launch = Launch { directories, ..self.launch.clone() };
        for _ in 0..PORT_TRIES {
            match Self::start(launch, port::ephemeral()?, self.log.clone(), Instant::now()).await {
                Ok(server) => return Ok(server),
                Err((again, ProcessError::PortTaken { .. })) => launch = again,
                Err((_, error)) => return Err(error),
            }
        }
        Err(ProcessError::PortsContested { tries: PORT_TRIES })
    }

    /// CPU time and peak memory since the start, restarts included; none where the system does not tell.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        let now = usage::of_process(self.life()?.pid())?;
        Some(usage::sum(*lock(&self.spent), now))
    }

    /// How the server ended, if it did so by itself.
    #[must_use]
    pub fn exited(&self) -> Option<String> {
        match &*self.state.borrow() {
            State::Running(life) => life.end(),
            State::Restarting => None,
            State::Down(sentence) => Some(sentence.clone()),
        }
    }

    /// Waits until the server has ended by itself; a restart is no end.
    pub async fn ended(&self) -> String {
        let mut states = self.state.subscribe();
        loop {
            let ended = match &*states.borrow_and_update() {
                State::Running(life) => Some(life.ended()),
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

    /// The last log lines, oldest first, without credentials.
    #[must_use]
    pub fn log_tail(&self, lines: usize) -> Vec<String> {
        self.log.tail(lines)
    }

    /// The server's process group on Unix, for a watchdog; a restart changes it.
    #[must_use]
    pub fn process_group(&self) -> Option<u32> {
        self.life().filter(|_| cfg!(unix)).map(|life| life.pid())
    }

    /// Stops the server, by force where it takes over 2 seconds, and removes its data.
    ///
    /// # Errors
    ///
    /// What it stored elsewhere could not be removed.
    pub async fn stop(self) -> Result<(), ProcessError> {
        self.end().await;
        let ended = match self.backing {
            Some(backing) => backing.end().await,
            None => Ok(()),
        };
        self.launch.directories.remove().await;
        Ok(ended?)
    }

    /// Stops the server, by force where it takes over 2 seconds, and leaves its data.
    pub async fn end(&self) {
        if let State::Running(life) = self.state.send_replace(State::Down("the server was stopped".to_owned())) {
            self.launch.finish(&life, STOP_GRACE).await;
        }
    }

    fn life(&self) -> Option<Life> {
        match &*self.state.borrow() {
            State::Running(life) => Some(life.clone()),
            State::Restarting | State::Down(_) => None,
        }
    }
}

fn endpoint(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}
