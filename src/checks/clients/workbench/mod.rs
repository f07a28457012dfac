//! What the body of a client's check gets: the client, a bucket and a directory of the check's own, and judgement.
//!
//! Owns the check's directory and its files. `running` runs the client, and `judgement` judges its work.

mod judgement;
mod running;

use std::time::Duration;

pub(super) use running::Ran;

use super::access::Access;
use super::client::{Client, Environment};
use super::tree;
use crate::checks::check_context::CheckContext;
use crate::record::{Fault, FaultKind, Stop};
use crate::s3::S3;
use crate::server::{ClientsError, Ended, Manifest, ManifestEntry, Order, Planting, Toolbox};
use crate::workload::{Content, md5_hex, seeded, sha256_hex};

/// More objects than any check stores.
const MOST_OBJECTS: usize = 5_000;

/// The source tree of a check, below its directory.
pub(super) const SOURCE: &str = "source";
/// Where a client puts what it fetches, below the check's directory.
pub(super) const RESTORED: &str = "restored";

/// How a client reaches the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    /// Straight.
    Http,
    /// Through the proxy.
    Https,
}

/// A client at work for a check.
#[derive(Debug)]
pub(super) struct Workbench<'a> {
    c: &'a CheckContext<'a>,
    toolbox: &'a Toolbox,
    client: &'static Client,
    transport: Transport,
    access: Access,
}

impl Client {
    /// The client at work for a check, straight to the server.
    pub(super) fn over_http<'a>(&'static self, c: &'a CheckContext<'a>) -> Result<Workbench<'a>, Stop> {
        Workbench::open(c, self, Transport::Http)
    }

    /// The same through the TLS proxy, which counts requests.
    pub(super) fn over_tls<'a>(&'static self, c: &'a CheckContext<'a>) -> Result<Workbench<'a>, Stop> {
        Workbench::open(c, self, Transport::Https)
    }
}

impl<'a> Workbench<'a> {
    /// Says why the check does not apply where the client, or the way to the server, is not there.
    fn open(c: &'a CheckContext<'a>, client: &'static Client, transport: Transport) -> Result<Self, Stop> {
        let Some(toolbox) = c.suite.toolbox else {
            return Err(Fault::new(FaultKind::Clients, "there is no place where clients work").into());
        };
        if let Some(complaint) = toolbox.complaint(client.name) {
            return Err(lacking(toolbox, format!("{} {complaint}", client.name)));
        }
        let (endpoint, authority) = match transport {
            Transport::Http => (toolbox.endpoint().to_owned(), None),
            Transport::Https if toolbox.endpoint().starts_with("https://") => {
                return Err(Stop::Skipped("no TLS proxy: the endpoint speaks TLS itself".to_owned()));
            }
            Transport::Https => {
                let secure = toolbox.secure().map_err(|reason| lacking(toolbox, reason.to_owned()))?;
                (secure.endpoint.clone(), Some(secure.authority.clone()))
            }
        };
        let (bucket, credentials) = (c.bucket().to_owned(), c.suite.credentials.clone());
        Ok(Self { c, toolbox, client, transport, access: Access { bucket, endpoint, credentials, authority } })
    }

    pub(super) fn bucket(&self) -> &str {
        self.c.bucket()
    }

    pub(super) fn access(&self) -> &Access {
        &self.access
    }

    /// Seed of all content.
    pub(super) fn seed(&self) -> u64 {
        self.c.suite.settings.seed
    }

    /// The recorded client of s3ci's own.
    pub(super) fn s3(&self) -> &S3 {
        &self.c.s3
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
            directory: self.directory(),
            deadline: self.deadline(),
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
        let bytes = Content::Random.bytes(size, &mut seeded(self.seed(), &format!("{}/{key}", self.directory())));
        let entry = ManifestEntry { size_bytes, sha256: sha256_hex(&bytes), md5: md5_hex(&bytes), modified_ns: 0 };
        self.c.s3.put(self.bucket(), key, bytes.into()).await?;
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

    /// Edits a file, removes one and renames one; the manifest of the source after that.
    pub(super) async fn change(&self) -> Result<Manifest, Stop> {
        self.remove(&format!("{SOURCE}/one.bin")).await?;
        self.rename("documents/letter.txt", "documents/renamed.txt").await?;
        self.plant(&[tree::edited(self.seed())]).await
    }

    /// Edits a file without changing its size or modification time; returns the manifest of the source after that.
    pub(super) async fn edit_unseen(&self) -> Result<Manifest, Stop> {
        self.plant(&[tree::same_size_edit(self.seed())]).await
    }

    /// The directory of the check, below that of the toolbox.
    fn directory(&self) -> &str {
        self.c.name
    }

    /// Deadline of each command.
    fn deadline(&self) -> Duration {
        self.c.suite.settings.timeout * self.c.scope.needs.patience()
    }

    fn path(&self, below: &str) -> String {
        format!("{}/{below}", self.directory())
    }

    /// Keys of the bucket as s3ci lists them itself.
    pub(super) async fn keys(&self) -> Result<Vec<String>, Stop> {
        let listed = self.c.s3.list_all(self.bucket(), "", None, MOST_OBJECTS).await?;
        Ok(listed.into_iter().map(|entry| entry.key).collect())
    }

    /// Adds a remark about the client's check to the report. It is not a failure.
    pub(super) async fn fact(&self, text: &str) {
        self.c.suite.fact(&format!("  {}", self.c.name), text).await;
    }
}

/// Something that a check needs does not work. This machine may well lack it; the image that s3ci builds may not.
fn lacking(toolbox: &Toolbox, what: String) -> Stop {
    if !toolbox.is_from_image() {
        return Stop::Skipped(what);
    }
    Fault::new(FaultKind::Clients, format!("{what} in the {}", toolbox.origin()))
        .with_hint("remove the image, and run `s3ci image build` again")
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
