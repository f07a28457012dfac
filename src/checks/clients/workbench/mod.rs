//! What the body of a client's check is handed: the client, a bucket and a directory of the check's own, and judgement.
//!
//! Owns the check's place and what is put there. How the client is run is next door, and so is what its work is judged by.

mod judgement;
mod running;

use std::time::Duration;

pub(super) use running::Ran;

use super::client::Environment;
use super::{ClientCheck, Transport, tree};
use crate::checks::SuiteContext;
use crate::checks::runner::{CheckRunner, Commands};
use crate::record::{Fault, FaultKind, Stop};
use crate::s3::{Lease, Leases, S3};
use crate::server::{ClientsError, Credentials, Ended, Manifest, ManifestEntry, Order, Planting, Toolbox};
use crate::workload::{Content, md5_hex, seeded, sha256_hex};

/// More objects than any check stores.
const MOST_OBJECTS: usize = 5_000;

/// The source tree of a check, below its directory.
pub(super) const SOURCE: &str = "source";

/// What the body of a check is handed.
#[derive(Debug)]
pub(super) struct Workbench<'a> {
    context: &'a SuiteContext<'a>,
    toolbox: &'a Toolbox,
    check: &'static ClientCheck,
    s3: S3,
    lease: Lease,
    directory: String,
    credentials: Option<Credentials>,
    commands: Commands,
    deadline: Duration,
    endpoint: String,
    authority: Option<String>,
}

impl<'a> Workbench<'a> {
    /// Makes a bucket, or says why the check does not apply.
    pub(super) async fn open(
        context: &'a SuiteContext<'a>,
        leases: &Leases,
        toolbox: &'a Toolbox,
        check: &'static ClientCheck,
        runner: &CheckRunner<'_>,
    ) -> Result<Self, Stop> {
        if check.large && !context.settings.large {
            return Err(Stop::Skipped("the file of 250 MiB is for --large".into()));
        }
        if let Some(complaint) = toolbox.complaint(check.client.name) {
            return Err(lacking(toolbox, format!("{} {complaint}", check.client.name)));
        }
        let (endpoint, authority) = match check.transport {
            Transport::Http => (toolbox.endpoint().to_owned(), None),
            Transport::Https if toolbox.endpoint().starts_with("https://") => {
                return Err(Stop::Skipped("no TLS proxy: the endpoint speaks TLS itself".to_owned()));
            }
            Transport::Https => {
                let secure = toolbox.secure().map_err(|reason| lacking(toolbox, reason.to_owned()))?;
                (secure.endpoint.clone(), Some(secure.authority.clone()))
            }
        };
        let s3 = runner.s3().clone();
        let lease = leases.enter(context.bucket_name(), false);
        context.create_bucket(&s3, lease.bucket()).await?;
        Ok(Self {
            context,
            toolbox,
            check,
            s3,
            lease,
            directory: check.spec.name.to_owned(),
            credentials: context.credentials.clone(),
            commands: runner.commands().clone(),
            deadline: check.command_deadline(&context.settings),
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
        self.context.settings.seed
    }

    /// The recorded client of s3ci's own.
    pub(super) fn s3(&self) -> &S3 {
        &self.s3
    }

    /// Writes the plain tree and gives its manifest.
    pub(super) async fn plant_plain(&self) -> Result<Manifest, Stop> {
        self.plant(&tree::plain(self.seed())).await
    }

    /// Writes files into the source tree; the manifest of all of it.
    pub(super) async fn plant(&self, files: &[Planting]) -> Result<Manifest, Stop> {
        Ok(self.toolbox.plant(&self.path(SOURCE), files).await?)
    }

    /// The files of a directory of the check.
    pub(super) async fn manifest(&self, directory: &str) -> Result<Manifest, Stop> {
        Ok(self.toolbox.manifest(&self.path(directory)).await?)
    }

    /// Writes a file of settings into the directory of the check.
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
            _ => {
                Err(Fault::new(FaultKind::Local, format!("{name} could not be written where the clients work")).into())
            }
        }
    }

    /// Stores an object with s3ci's own client; what a client that fetches it must restore.
    pub(super) async fn store(&self, key: &str, size_bytes: u64) -> Result<Manifest, Stop> {
        let size = usize::try_from(size_bytes).map_err(|error| Fault::new(FaultKind::Local, error.to_string()))?;
        let bytes = Content::Random.bytes(size, &mut seeded(self.seed(), &format!("{}/{key}", self.directory)));
        let entry = ManifestEntry { size_bytes, sha256: sha256_hex(&bytes), md5: md5_hex(&bytes), modified_ns: 0 };
        self.s3.put(self.bucket(), key, bytes.into()).await?;
        Ok(Manifest::from([(key.to_owned(), entry)]))
    }

    /// Renames a file of the source tree.
    pub(super) async fn rename(&self, from: &str, to: &str) -> Result<(), Stop> {
        let below = |path: &str| self.path(&format!("{SOURCE}/{path}"));
        Ok(self.toolbox.rename(&below(from), &below(to)).await?)
    }

    /// Removes a file or a directory of the check.
    pub(super) async fn remove(&self, path: &str) -> Result<(), Stop> {
        Ok(self.toolbox.remove(&self.path(path)).await?)
    }

    fn path(&self, below: &str) -> String {
        format!("{}/{below}", self.directory)
    }

    /// Keys of the bucket as s3ci lists them itself.
    pub(super) async fn keys(&self) -> Result<Vec<String>, Stop> {
        let listed = self.s3.list_all(self.bucket(), "", None, MOST_OBJECTS).await?;
        Ok(listed.into_iter().map(|entry| entry.key).collect())
    }

    /// Tells the reader something of the client's check that is no failure.
    pub(super) async fn fact(&self, text: &str) {
        self.context.fact(&format!("  {}", self.check.spec.name), text).await;
    }
}

/// After a check, however it ended: gives room back, and enters what clients wrote into the books, so that the bucket can be given back.
pub(super) async fn clear(context: &SuiteContext<'_>, toolbox: &Toolbox, check: &ClientCheck, leases: &Leases) {
    for lease in leases.held() {
        if let Ok(entries) = context.s3.list_all(lease.bucket(), "", None, MOST_OBJECTS).await {
            for entry in &entries {
                lease.writes(&entry.key);
            }
        }
    }
    if let Err(error) = toolbox.remove(check.spec.name).await {
        tracing::debug!(%error, "the directory of a check could not be removed");
    }
}

/// Something that a check needs does not work. This machine may well lack it; the image that s3ci builds may not.
fn lacking(toolbox: &Toolbox, what: String) -> Stop {
    if !toolbox.is_from_image() {
        return Stop::Skipped(what);
    }
    Fault::new(FaultKind::Clients, format!("{what} in the {}", toolbox.origin()))
        .with_hint("remove the image, and `s3ci image build` makes it anew")
        .into()
}

impl From<ClientsError> for Stop {
    fn from(error: ClientsError) -> Self {
        let fault = Fault::new(FaultKind::Clients, format!("failed to {error}"));
        match error.hint() {
            Some(hint) => fault.with_hint(hint).into(),
            None => fault.into(),
        }
    }
}
