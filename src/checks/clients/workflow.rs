//! The standard workflows: which ones a row of the table has, their steps, and what the result must be.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::client::{Client, Copying, Etags, Mirror, UnseenEdits};
use super::workbench::{RESTORED, Workbench};
use super::{explanation, judgement, tree};
use crate::checks::check::{Body, Check};
use crate::checks::check_context::CheckContext;
use crate::checks::scope::{ANYWHERE, Scope};
use crate::record::Severity::{self, BreaksClients, DataLoss};
use crate::record::Stop;
use crate::server::{Manifest, Planting};

/// What it costs a user if a client does not restore what it stored.
pub(super) const NOT_BACKED_UP: &str = "a backup with this client fails, or what it restores is not what was backed up";
/// The same where a client copies what has not changed.
pub(super) const COPIED_AGAIN: &str = "every nightly sync copies everything again";
/// The same where a client leaves out what has changed.
pub(super) const KEPT_OLD: &str = "the backup keeps what was there before, and nobody notices";

#[derive(Clone, Copy)]
enum Workflow {
    /// A tree goes to the server and comes back.
    RoundTrip,
    RoundTripOverTls,
    /// A second sync, over TLS, has nothing to do.
    SecondSync(&'static Mirror),
    /// An edit that changes neither size nor modification time.
    SameSizeEdit(&'static Mirror),
    /// An edit, a deletion and a new name.
    Changes(&'static Mirror),
    /// The client's own listing tells by ETags what was edited.
    Etags(&'static Etags),
    /// A tree whose names are awkward goes there and comes back.
    AwkwardNames,
}

/// A workflow of a client, as the body of a check.
struct Standard {
    client: &'static Client,
    copying: &'static Copying,
    workflow: Workflow,
}

impl Client {
    /// The standard workflows of this client.
    pub(super) fn checks(&'static self) -> Vec<Check> {
        let mut checks = Vec::new();
        if let Some(copying) = &self.copying {
            let explained_by = |checks| ANYWHERE.on(self.backends).explained_by(checks);
            let mut add = |workflow, scope| checks.push(Standard { client: self, copying, workflow }.check(scope));
            add(Workflow::RoundTrip, explained_by(copying.explained_by));
            if let Some(explanation) = copying.over_tls {
                add(Workflow::RoundTripOverTls, explained_by(explanation));
            }
            if let Some(mirror) = &copying.mirror {
                add(Workflow::SecondSync(mirror), explained_by(mirror.second_sync));
                for (backends, explanation) in mirror.same_size_edit {
                    add(Workflow::SameSizeEdit(mirror), explained_by(explanation).on(*backends));
                }
                add(Workflow::Changes(mirror), explained_by(mirror.changes));
            }
            if let Some(etags) = &copying.etags {
                add(Workflow::Etags(etags), explained_by(explanation::ETAGS));
            }
            if copying.awkward_names {
                add(Workflow::AwkwardNames, explained_by(explanation::AWKWARD_NAMES));
            }
        }
        checks
    }

    /// The round trips of this client on a server that lets in anybody; none where it cannot do without a signature.
    pub(super) fn unsigned_checks(&'static self) -> Vec<Check> {
        let Some(copying) = self.copying.as_ref().filter(|_| self.can_do_unsigned) else { return Vec::new() };
        let check = |workflow, explanation| {
            Standard { client: self, copying, workflow }.check(ANYWHERE.explained_by(explanation))
        };
        vec![
            check(Workflow::RoundTrip, copying.explained_by),
            check(Workflow::AwkwardNames, explanation::AWKWARD_NAMES_UNSIGNED),
        ]
    }
}

impl Standard {
    /// The workflow as a check. Its texts are made once, for the catalogue.
    fn check(self, scope: Scope) -> Check {
        Check {
            name: format!("{}-{}", self.client.name, self.name()).leak(),
            severity: self.severity(),
            rule: self.rule().leak(),
            consequence: self.consequence(),
            source: self.source().leak(),
            scope,
            body: Box::leak(Box::new(self)),
        }
    }

    fn name(&self) -> String {
        match self.workflow {
            Workflow::RoundTrip => self.copying.round_trip.to_owned(),
            Workflow::RoundTripOverTls => format!("{}-tls", self.copying.round_trip),
            Workflow::SecondSync(_) => "second-sync".to_owned(),
            Workflow::SameSizeEdit(_) => "same-size-edit".to_owned(),
            Workflow::Changes(_) => "changes".to_owned(),
            Workflow::Etags(_) => "etags".to_owned(),
            Workflow::AwkwardNames => "awkward-names".to_owned(),
        }
    }

    fn severity(&self) -> Severity {
        match self.workflow {
            Workflow::SameSizeEdit(_) | Workflow::Changes(_) | Workflow::Etags(_) => DataLoss,
            _ => BreaksClients,
        }
    }

    fn rule(&self) -> String {
        let copies = self.copying.copies;
        match self.workflow {
            Workflow::RoundTrip => format!("{copies} a tree to the server and back unchanged"),
            Workflow::RoundTripOverTls => format!("{copies} a tree to the server and back unchanged over TLS"),
            Workflow::SecondSync(Mirror { command, .. }) => {
                format!("{command} over TLS copies a tree, a second time nothing, and back unchanged")
            }
            Workflow::SameSizeEdit(Mirror { command, unseen_edits: UnseenEdits::Copied, .. }) => {
                format!("{command} copies a file whose size and modification time stayed the same when it was edited")
            }
            Workflow::SameSizeEdit(Mirror { command, .. }) => format!(
                "{command}, which looks at size and time, says of an edit that left both alone whether it copied it"
            ),
            Workflow::Changes(Mirror { command, deletes_by, .. }) => {
                format!("{command} {deletes_by} follows an edit, a deletion and a new name")
            }
            Workflow::Etags(Etags { command, .. }) => format!("{command} shows another ETag of a file after an edit"),
            Workflow::AwkwardNames => {
                format!("{copies} files whose names hold spaces, `+`, `%`, `#` and letters beyond ASCII there and back")
            }
        }
    }

    fn consequence(&self) -> &'static str {
        match self.workflow {
            Workflow::RoundTrip | Workflow::RoundTripOverTls => NOT_BACKED_UP,
            Workflow::SecondSync(_) => COPIED_AGAIN,
            Workflow::SameSizeEdit(_) => KEPT_OLD,
            Workflow::Changes(_) => "the backup is another tree than the one that was backed up",
            Workflow::Etags(_) => {
                "a script that fetches what has another ETag keeps the old content, and nobody notices"
            }
            Workflow::AwkwardNames => {
                "a file with such a name is not backed up, or comes back under another name or over another file"
            }
        }
    }

    fn source(&self) -> String {
        match self.workflow {
            Workflow::SameSizeEdit(Mirror { unseen_edits_source: Some(source), .. }) => (*source).to_owned(),
            Workflow::Etags(Etags { source, .. }) => {
                format!("{source}; Amazon S3 API, Object: the ETag reflects changes of the content")
            }
            _ => self.client.source.to_owned(),
        }
    }

    async fn carry_out(&self, c: &CheckContext<'_>) -> Result<(), Stop> {
        let bench = &match self.workflow {
            Workflow::RoundTripOverTls | Workflow::SecondSync(_) => self.client.over_tls(c)?,
            _ => self.client.over_http(c)?,
        };
        match self.workflow {
            Workflow::RoundTrip | Workflow::RoundTripOverTls => {
                self.round_trip(bench, &tree::plain(bench.seed())).await
            }
            Workflow::AwkwardNames => self.round_trip(bench, &tree::awkward(bench.seed())).await,
            Workflow::SecondSync(mirror) => self.second_sync(bench, mirror).await,
            Workflow::SameSizeEdit(mirror) => self.same_size_edit(bench, mirror).await,
            Workflow::Changes(mirror) => self.changes(bench, mirror).await,
            Workflow::Etags(etags) => self.etags_tell_edits(bench, etags).await,
        }
    }

    async fn round_trip(&self, bench: &Workbench<'_>, files: &[Planting]) -> Result<(), Stop> {
        let planted = bench.plant(files).await?;
        bench.step(self.copying.up).await?;
        self.ensure_restored(bench, &planted).await
    }

    async fn second_sync(&self, bench: &Workbench<'_>, mirror: &Mirror) -> Result<(), Stop> {
        let planted = bench.plant_plain().await?;
        bench.step(mirror.words).await?;
        let again = bench.step(mirror.words).await?;
        judgement::ensure_keys(bench, &planted).await?;
        judgement::ensure_nothing_sent(&again)?;
        self.ensure_restored(bench, &planted).await
    }

    async fn same_size_edit(&self, bench: &Workbench<'_>, mirror: &Mirror) -> Result<(), Stop> {
        let before = bench.plant_plain().await?;
        bench.step(mirror.words).await?;
        let after = bench.edit_unseen().await?;
        let again = bench.step(mirror.words).await?;
        let expected = mirror.unseen_edits.expected(bench, &again, &before, &after).await?;
        self.ensure_restored(bench, expected).await
    }

    async fn changes(&self, bench: &Workbench<'_>, mirror: &Mirror) -> Result<(), Stop> {
        bench.plant_plain().await?;
        bench.step(mirror.words).await?;
        let changed = bench.change().await?;
        bench.step(mirror.words).await?;
        judgement::ensure_keys(bench, &changed).await?;
        self.ensure_restored(bench, &changed).await
    }

    async fn etags_tell_edits(&self, bench: &Workbench<'_>, etags: &Etags) -> Result<(), Stop> {
        let planted = bench.plant_plain().await?;
        bench.step(self.copying.up).await?;
        let before = (etags.read)(bench.access(), &bench.step(etags.words).await?.stdout);
        judgement::ensure_etag_of_each(&planted, &before)?;
        bench.plant(&[tree::newer_edit(bench.seed())]).await?;
        bench.step(self.copying.up).await?;
        let after = (etags.read)(bench.access(), &bench.step(etags.words).await?.stdout);
        judgement::ensure_etag_moved(&before, &after)
    }

    async fn ensure_restored(&self, bench: &Workbench<'_>, expected: &Manifest) -> Result<(), Stop> {
        bench.step(self.copying.down).await?;
        bench.ensure_restored(RESTORED, expected).await
    }
}

impl Body for Standard {
    fn run<'a>(&'a self, c: &'a CheckContext<'a>) -> BoxFuture<'a, Result<(), Stop>> {
        self.carry_out(c).boxed()
    }
}
