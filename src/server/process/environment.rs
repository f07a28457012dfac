//! Virtual environments that are made once and kept between runs.
//!
//! An environment is named by everything that shapes it, and a file written last marks it as complete; one without
//! that file is made anew. A lock beside it keeps two s3ci from making the same one at the same time.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::output;
use super::pip::{Package, Pip};
use super::python::{self, Python};
use crate::event::{Event, Events};
use crate::server::description::{CONSTRAINTS, Capabilities, PYS3LOCAL};
use crate::server::error::{ProcessError, ServerError};

/// Name of the file that marks an environment as complete and keeps what was learnt of it.
const MARKER: &str = "s3ci-environment.json";

/// How often to try a lock that another process holds; file locks cannot be awaited without blocking a thread.
const LOCK_PAUSE: Duration = Duration::from_millis(100);

/// A complete environment with pys3local in it.
#[derive(Debug, Clone)]
pub(super) struct Environment {
    /// Its interpreter.
    pub(super) python: PathBuf,
    /// What its pys3local can do.
    pub(super) capabilities: Capabilities,
}

/// Makes environments.
#[derive(Debug)]
pub(super) struct Environments<'run> {
    /// The machine's interpreter.
    pub(super) python: &'run Python,
    /// Where they are kept.
    pub(super) directory: &'run Path,
    /// Certificates for pip.
    pub(super) ca_bundle: Option<&'run Path>,
    /// A directory of the run.
    pub(super) scratch: &'run Path,
    /// Where output goes.
    pub(super) events: &'run Events,
}

impl Environments<'_> {
    /// The environment for a package: the one that is there, or a new one.
    pub(super) async fn environment(&self, package: &Package) -> Result<Environment, ServerError> {
        let directory = self.directory.join(self.name(&package.identity()));
        let _lock = self.lock(&directory).await?;
        let python = interpreter(&directory);
        if let Some(capabilities) = read_marker(&directory).filter(|_| python.exists()) {
            return Ok(Environment { python, capabilities });
        }
        self.make(&directory).await?;
        self.step(format!("installing pys3local ({}) into {}", package.identity(), directory.display())).await;
        self.pip(&python).install(package).await?;
        let capabilities = self.inspect(&python).await?;
        write_marker(&directory, &capabilities)?;
        Ok(Environment { python, capabilities })
    }

    /// The newest release on the index, asked through an environment that has pip and nothing else.
    pub(super) async fn newest(&self) -> Result<String, ProcessError> {
        let directory = self.directory.join(self.name("pip alone"));
        let _lock = self.lock(&directory).await?;
        let python = interpreter(&directory);
        if read_marker(&directory).is_none() || !python.exists() {
            self.make(&directory).await?;
            let nothing = Capabilities { version: None, allow_bucket_creation: false, drime: false };
            write_marker(&directory, &nothing)?;
        }
        self.step("asking for the newest release of pys3local".to_owned()).await;
        self.pip(&python).newest().await
    }

    fn name(&self, identity: &str) -> String {
        let executable = self.python.executable.to_string_lossy();
        let mut hash = Sha256::new();
        for part in [identity, CONSTRAINTS, &self.python.version, &executable] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let mut name = hex::encode(hash.finalize());
        name.truncate(16);
        name
    }

    /// An empty environment, which replaces what an interrupted run left there.
    async fn make(&self, directory: &Path) -> Result<(), ProcessError> {
        self.step(format!("creating a virtual environment in {}", directory.display())).await;
        if directory.exists() {
            std::fs::remove_dir_all(directory).map_err(ProcessError::file("remove", directory))?;
        }
        let home = self.home()?;
        let mut command = python::command(&self.python.executable, home.path());
        command.args(["-m", "venv"]).arg(directory);
        let finished = output::run(command, Some(self.events)).await?;
        if finished.success() {
            return Ok(());
        }
        Err(ProcessError::Environment { directory: directory.to_owned(), lines: finished.last_lines() })
    }

    /// Asks the server itself what it is and what it can do.
    async fn inspect(&self, python: &Path) -> Result<Capabilities, ProcessError> {
        let home = self.home()?;
        let ask = async |question: &'static str, arguments: &[&str]| {
            let mut command = python::command(python, home.path());
            command.args(arguments);
            let finished = output::run(command, None).await?;
            let lines = finished.last_lines();
            if finished.success() { Ok(finished.lines()) } else { Err(ProcessError::Inspect { question, lines }) }
        };
        let package = &PYS3LOCAL.package;
        let version = ask("version", &["-c", package.version]).await?.pop();
        let has_backends = ask("backends", &["-c", package.backends]).await.is_ok();
        let module = [&["-m", PYS3LOCAL.start.module], package.help].concat();
        let help = ask("options", &module).await?;
        let capabilities = PYS3LOCAL.extras.capabilities(
            version.as_deref(),
            has_backends,
            &help.join(
                "
",
            ),
        );
        capabilities.ok_or(ProcessError::Inspect { question: "options", lines: help })
    }

    /// A directory for what an interpreter leaves in its HOME.
    fn home(&self) -> Result<tempfile::TempDir, ProcessError> {
        tempfile::tempdir_in(self.scratch).map_err(ProcessError::file("create a directory in", self.scratch))
    }

    /// The lock of an environment, held until the file is closed.
    async fn lock(&self, directory: &Path) -> Result<File, ProcessError> {
        std::fs::create_dir_all(self.directory).map_err(ProcessError::file("create", self.directory))?;
        let path = directory.with_extension("lock");
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(ProcessError::file("open", &path))?;
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(source)) => return Err(ProcessError::File { action: "lock", path, source }),
                Err(TryLockError::WouldBlock) if told => {}
                Err(TryLockError::WouldBlock) => {
                    told = true;
                    self.step("waiting for another s3ci that uses the same virtual environment".to_owned()).await;
                }
            }
            tokio::time::sleep(LOCK_PAUSE).await;
        }
    }

    fn pip<'own>(&'own self, python: &'own Path) -> Pip<'own> {
        Pip { python, ca_bundle: self.ca_bundle, scratch: self.scratch, events: self.events }
    }

    async fn step(&self, step: String) {
        self.events.emit(Event::Preparing { step }).await;
    }
}

fn interpreter(directory: &Path) -> PathBuf {
    if cfg!(windows) { directory.join("Scripts").join("python.exe") } else { directory.join("bin").join("python") }
}

fn read_marker(directory: &Path) -> Option<Capabilities> {
    serde_json::from_slice(&std::fs::read(directory.join(MARKER)).ok()?).ok()
}

/// Writes the marker so that it is there as a whole or not at all.
fn write_marker(directory: &Path, capabilities: &Capabilities) -> Result<(), ProcessError> {
    let path = directory.join(MARKER);
    let write = || {
        let file = tempfile::NamedTempFile::new_in(directory)?;
        serde_json::to_writer(&file, capabilities)?;
        file.persist(&path)?;
        Ok(())
    };
    write().map_err(ProcessError::file("write", &path))
}
