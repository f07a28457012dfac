//! What the body of a client's case is handed: the client, a bucket and a directory of the case's own, and judgement.

use std::time::Duration;

use super::client::{Client, Counts, Environment};
use super::{ClientCase, Transport, tree};
use crate::model::{Command, CommandEnd, Failure, Fault, Stop};
use crate::s3::{Lease, Leases, S3};
use crate::server::{Credentials, Ended, Finished, Manifest, ManifestEntry, Order, Planting, Toolbox, ToolboxError};
use crate::suites::SuiteContext;
use crate::suites::case::{CaseRunner, Commands};
use crate::suites::judge::few;
use crate::workload::{Content, md5_hex, seeded, sha256_hex};

/// The last lines of a client's output that a report keeps.
const LOG_LINES: usize = 20;
/// How often a client may say that it tries again.
const TRIES: u32 = 3;
/// More objects than any case stores.
const MOST_OBJECTS: usize = 5_000;

/// The source tree of a case, below its directory.
pub(super) const SOURCE: &str = "source";

/// What the body of a case is handed.
#[derive(Debug)]
pub(super) struct Workbench<'a> {
    toolbox: &'a Toolbox,
    case: &'static ClientCase,
    s3: S3,
    lease: Lease,
    directory: String,
    credentials: Option<Credentials>,
    commands: Commands,
    seed: u64,
    deadline: Duration,
    endpoint: String,
    authority: Option<String>,
}

/// What a client printed.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) status: i64,
    pub(super) stdout: String,
    pub(super) counts: Counts,
    /// Requests that the proxy saw, where there is one.
    pub(super) requests: Option<Vec<(String, u64)>>,
    /// The command, for a message.
    pub(super) line: String,
}

impl<'a> Workbench<'a> {
    /// Makes a bucket, or says why the case does not apply.
    pub(super) async fn open(
        context: &SuiteContext<'_>,
        leases: &Leases,
        toolbox: &'a Toolbox,
        case: &'static ClientCase,
        runner: &CaseRunner<'_>,
    ) -> Result<Self, Stop> {
        if case.large && !context.settings.large {
            return Err(Stop::Skipped("the file of 250 MiB is for --large".into()));
        }
        match toolbox.programs().get(case.client.name) {
            None => return Err(Stop::Skipped(format!("there is no {} on the PATH", case.client.name))),
            Some(word) if word.starts_with("does not run") => {
                return Err(Stop::Skipped(format!("{} {word}", case.client.name)));
            }
            Some(_) => {}
        }
        let (endpoint, authority) = match case.transport {
            Transport::Http => (toolbox.endpoint().to_owned(), None),
            Transport::Https => {
                let secure = toolbox.secure().map_err(|reason| Stop::Skipped(reason.to_owned()))?;
                (secure.endpoint.clone(), Some(secure.authority.clone()))
            }
        };
        let s3 = runner.s3().clone();
        let lease = leases.enter(context.bucket_name(), false);
        s3.create_bucket(lease.bucket()).await?;
        Ok(Self {
            toolbox,
            case,
            s3,
            lease,
            directory: case.spec.name.to_owned(),
            credentials: context.credentials.clone(),
            commands: runner.commands().clone(),
            seed: context.settings.seed,
            deadline: if case.large { 3 * context.settings.timeout } else { context.settings.timeout },
            endpoint,
            authority,
        })
    }

    /// Name of the bucket.
    pub(super) fn bucket(&self) -> &str {
        self.lease.bucket()
    }

    /// URL of the server as the client is to reach it.
    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// File of the certificate to trust, over TLS.
    pub(super) fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// What to sign with; nothing where the server lets in anybody.
    pub(super) fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// Seed of all content.
    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// The recorded client of s3ci's own.
    pub(super) fn s3(&self) -> &S3 {
        &self.s3
    }

    /// Writes the plain tree and gives its manifest.
    pub(super) async fn plant_plain(&self) -> Result<Manifest, Stop> {
        self.plant(&tree::plain(self.seed)).await
    }

    /// Writes files into the source tree; the manifest of all of it.
    pub(super) async fn plant(&self, files: &[Planting]) -> Result<Manifest, Stop> {
        Ok(self.toolbox.plant(&self.path(SOURCE), files).await?)
    }

    /// The files of a directory of the case.
    pub(super) async fn manifest(&self, directory: &str) -> Result<Manifest, Stop> {
        Ok(self.toolbox.manifest(&self.path(directory)).await?)
    }

    /// Writes a file of settings into the directory of the case.
    pub(super) async fn write(&self, name: &str, text: &str) -> Result<(), Stop> {
        let (arguments, environment) = (["-c".to_owned(), format!("cat > {name}")], Environment::new());
        let order = Order {
            program: "sh",
            arguments: &arguments,
            environment: &environment,
            stdin: Some(text),
            directory: &self.directory,
            deadline: self.deadline,
            give_up: None,
        };
        match self.toolbox.run(&order).await?.ended {
            Ended::Exited(0) => Ok(()),
            _ => Err(Fault::new("local", format!("{name} could not be written where the clients work")).into()),
        }
    }

    /// Stores an object with s3ci's own client; what a client that fetches it must restore.
    pub(super) async fn store(&self, key: &str, size_bytes: u64) -> Result<Manifest, Stop> {
        let size = usize::try_from(size_bytes).map_err(|error| Fault::new("local", error.to_string()))?;
        let bytes = Content::Random.bytes(size, &mut seeded(self.seed, &format!("{}/{key}", self.directory)));
        let entry = ManifestEntry { size_bytes, sha256: sha256_hex(&bytes), md5: md5_hex(&bytes), modified_ns: 0 };
        self.s3.put(self.bucket(), key, bytes.into()).await?;
        Ok(Manifest::from([(key.to_owned(), entry)]))
    }

    /// Renames a file of the source tree.
    pub(super) async fn rename(&self, from: &str, to: &str) -> Result<(), Stop> {
        let below = |path: &str| self.path(&format!("{SOURCE}/{path}"));
        Ok(self.toolbox.rename(&below(from), &below(to)).await?)
    }

    /// Removes a file or a directory of the case.
    pub(super) async fn remove(&self, path: &str) -> Result<(), Stop> {
        Ok(self.toolbox.remove(&self.path(path)).await?)
    }

    fn path(&self, below: &str) -> String {
        format!("{}/{below}", self.directory)
    }

    /// Runs the client, which must say that all went well.
    pub(super) async fn run(&self, arguments: &[&str]) -> Result<Ran, Stop> {
        self.run_with(arguments, None, &[]).await
    }

    /// The same, with something to read and variables beside the client's own.
    pub(super) async fn run_with(
        &self,
        arguments: &[&str],
        stdin: Option<&str>,
        variables: &[(&str, &str)],
    ) -> Result<Ran, Stop> {
        let client = self.case.client;
        let ran = self.run_to_any_end(client.program, arguments, stdin, variables).await?;
        if ran.status == 0 {
            return Ok(ran);
        }
        let message = format!("{} failed: {}", client.name, last_word(&ran.stdout));
        Err(Failure::new(
            "client-failed",
            message,
            "exit status 0",
            format!("exit status {}: {}", ran.status, ran.line),
        )
        .into())
    }

    /// Runs a program in the client's environment and takes any exit status.
    pub(super) async fn run_to_any_end(
        &self,
        program: &str,
        arguments: &[&str],
        stdin: Option<&str>,
        variables: &[(&str, &str)],
    ) -> Result<Ran, Stop> {
        let client = self.case.client;
        let mut environment: Environment = (client.environment)(self);
        environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let before = self.requests().await?;
        let order = Order {
            program,
            arguments: &arguments,
            environment: &environment,
            stdin,
            directory: &self.directory,
            deadline: self.deadline,
            give_up: client.tries_again.map(|text| (text, TRIES)),
        };
        let finished = self.toolbox.run(&order).await?;
        let requests = match (before, self.requests().await?) {
            (Some(before), Some(after)) => Some(between(&before, after)),
            _ => None,
        };
        let counts = (client.counts)(&finished.stdout, &finished.stderr);
        let line = shown(program, &arguments);
        self.note(&line, &finished, counts, requests.clone());
        let output = format!("{}\n{}", finished.stdout, finished.stderr);
        match finished.ended {
            Ended::Exited(status) => {
                self.unless_local(client, status, &output)?;
                let stdout = if status == 0 { finished.stdout } else { output };
                Ok(Ran { status, stdout, counts, requests, line })
            }
            Ended::AtDeadline => {
                let message =
                    format!("{} took longer than {} s and was stopped: {line}", client.name, self.deadline.as_secs());
                let hint =
                    "the server or the client may hang, or the machine is slow: see their logs, or raise --timeout";
                Err(Fault::new("client-timeout", message).with_hint(hint).into())
            }
            Ended::GaveUp => {
                let message = format!("{} was refused {TRIES} times and stopped: {}", client.name, last_word(&output));
                Err(Failure::new("client-refused", message, "requests that succeed at the first try", line).into())
            }
        }
    }

    /// A client that failed for a reason of this machine says nothing about the server.
    fn unless_local(&self, client: &Client, status: i64, output: &str) -> Result<(), Stop> {
        if status < 0 {
            let message = format!("{} was killed by signal {}", client.name, -status);
            return Err(Fault::new("client-killed", message)
                .with_hint("the machine may have run out of memory")
                .into());
        }
        if status != 0 && output.to_ascii_lowercase().contains("no space left on device") {
            let message = format!("{} found no space left in {}", client.name, self.directory);
            return Err(Fault::new("local", message).into());
        }
        Ok(())
    }

    fn note(&self, line: &str, finished: &Finished, counts: Counts, requests: Option<Vec<(String, u64)>>) {
        let nanoseconds = |duration: Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.commands.note(Command {
            line: line.to_owned(),
            ended: match finished.ended {
                Ended::Exited(status) => CommandEnd::Exited { status },
                Ended::AtDeadline => CommandEnd::Deadline,
                Ended::GaveUp => CommandEnd::GaveUp,
            },
            wall_ns: nanoseconds(finished.wall),
            cpu_ns: nanoseconds(finished.cpu),
            transferred: counts.transferred,
            skipped: counts.skipped,
            requests,
            log: last_lines(&format!("{}\n{}", finished.stdout, finished.stderr)),
        });
    }

    /// Requests about the bucket that the proxy saw so far; nobody counts where there is no proxy.
    async fn requests(&self) -> Result<Option<Vec<(String, u64)>>, Stop> {
        if self.case.transport == Transport::Http {
            return Ok(None);
        }
        Ok(Some(self.toolbox.requests(self.bucket()).await?.into_iter().collect()))
    }

    /// Fails the case unless what the client restored is what it was given. To be called when it has said that all went well.
    pub(super) async fn ensure_restored(&self, directory: &str, expected: &Manifest) -> Result<(), Stop> {
        let differences = differences(expected, &self.manifest(directory).await?);
        if differences.is_empty() {
            return Ok(());
        }
        let stored = match differences.first() {
            Some((path, _)) => self.stored(path, expected).await,
            None => String::new(),
        };
        Err(self.silent_corruption(&differences, expected, &stored))
    }

    /// The same for a client whose objects are not the files.
    pub(super) fn ensure_same(&self, restored: &Manifest, expected: &Manifest) -> Result<(), Stop> {
        let differences = differences(expected, restored);
        if differences.is_empty() { Ok(()) } else { Err(self.silent_corruption(&differences, expected, "")) }
    }

    fn silent_corruption(&self, differences: &[(String, String)], expected: &Manifest, stored: &str) -> Stop {
        let name = self.case.client.name;
        let texts: Vec<&String> = differences.iter().map(|(_, text)| text).collect();
        let message = format!("{name} says that all went well, and restored other data: {}", few(&texts));
        let expected = format!("the {} files that it was given, byte by byte", expected.len());
        let actual = if stored.is_empty() { few(&texts) } else { format!("{}; {stored}", few(&texts)) };
        Failure::new(Failure::SILENT_CORRUPTION, message, expected, actual).into()
    }

    /// What the server itself holds of a file: it tells whether the way there or the way back is at fault.
    async fn stored(&self, path: &str, expected: &Manifest) -> String {
        let Some(entry) = expected.get(path) else { return "it was never given such a file".to_owned() };
        match self.s3.get(self.bucket(), path, entry.size_bytes).await {
            Ok(body) => {
                let whose = if sha256_hex(&body.bytes) == entry.sha256 { "the right" } else { "other" };
                format!("asked by s3ci itself, the server sends {whose} {} bytes of {path}", body.bytes.len())
            }
            Err(error) => format!("asked by s3ci itself for {path}: {error}"),
        }
    }

    /// Keys of the bucket as s3ci lists them itself.
    pub(super) async fn keys(&self) -> Result<Vec<String>, Stop> {
        let listed = self.s3.list_all(self.bucket(), "", None, MOST_OBJECTS).await?;
        Ok(listed.into_iter().map(|entry| entry.key).collect())
    }

    /// Gives room back, and enters what clients wrote into the books, so that the bucket can be given back.
    pub(super) async fn clear(&self) {
        if let Ok(keys) = self.keys().await {
            for key in &keys {
                self.lease.writes(key);
            }
        }
        if let Err(error) = self.toolbox.remove(&self.directory).await {
            tracing::debug!(%error, "the directory of a case could not be removed");
        }
    }
}

impl From<ToolboxError> for Stop {
    fn from(error: ToolboxError) -> Self {
        let fault = Fault::new("clients", format!("failed to {error}"));
        match error.hint() {
            Some(hint) => fault.with_hint(hint).into(),
            None => fault.into(),
        }
    }
}

/// Differences of two trees, each with its path. Modification times are no content.
fn differences(expected: &Manifest, actual: &Manifest) -> Vec<(String, String)> {
    let missing = expected.keys().filter(|path| !actual.contains_key(*path));
    let missing = missing.map(|path| (path.clone(), format!("{path} is missing")));
    let differing = expected.iter().filter_map(|(path, entry)| {
        let found = actual.get(path).filter(|found| found.sha256 != entry.sha256)?;
        let (size, wanted) = (found.size_bytes, entry.size_bytes);
        let text = if size == wanted {
            format!("{path} has other bytes of the same length")
        } else {
            format!("{path} has {size} bytes instead of {wanted}")
        };
        Some((path.clone(), text))
    });
    let extra = actual.keys().filter(|path| !expected.contains_key(*path));
    let extra = extra.map(|path| (path.clone(), format!("{path} is there and should not be")));
    missing.chain(differing).chain(extra).collect()
}

/// What was counted between two moments.
fn between(before: &[(String, u64)], after: Vec<(String, u64)>) -> Vec<(String, u64)> {
    let earlier = |name: &str| before.iter().find(|(known, _)| known == name).map_or(0, |(_, count)| *count);
    let counts = after.into_iter().map(|(name, count)| {
        let new = count.saturating_sub(earlier(&name));
        (name, new)
    });
    counts.filter(|(_, count)| *count > 0).collect()
}

/// A command as a shell takes it; a script among its arguments is left out.
fn shown(program: &str, arguments: &[String]) -> String {
    let words = std::iter::once(program.to_owned()).chain(arguments.iter().map(|argument| {
        let plain = |character: char| character.is_ascii_alphanumeric() || "/._-+=:@%,".contains(character);
        match argument {
            script if script.contains('\n') => "SCRIPT".to_owned(),
            word if !word.is_empty() && word.chars().all(plain) => word.clone(),
            word => format!("'{}'", word.replace('\'', r"'\''")),
        }
    }));
    words.collect::<Vec<_>>().join(" ")
}

fn last_lines(output: &str) -> Vec<String> {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    let from = lines.len().saturating_sub(LOG_LINES);
    lines[from..].iter().map(|line| line.chars().take(500).collect()).collect()
}

/// The last line that says something of an error, or the last one at all.
fn last_word(output: &str) -> String {
    let telling = |line: &&str| {
        let line = line.to_ascii_lowercase();
        ["error", "fail", "denied", "fatal"].iter().any(|word| line.contains(word))
    };
    let lines = || output.lines().filter(|line| !line.trim().is_empty());
    let last = lines().rfind(telling).or_else(|| lines().next_back());
    last.unwrap_or("it printed nothing").trim().chars().take(300).collect()
}
