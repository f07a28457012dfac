//! The five-phase sync workflow, which protects rclone-like clients: they decide by what the server says of an object whether a file
//! must be uploaded again, so an ETag that stays when content changes leaves somebody's backup stale.
//!
//! One flow on files on disk; each phase is a check, and a phase that does not pass skips the ones after it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use crate::checks::judge::{ensure, few, same, shown};
use crate::checks::steps::Steps;
use crate::checks::{Footprint, SuiteContext};
use crate::record::Severity::DataLoss;
use crate::record::{CheckSpec, Failure, Stop};
use crate::s3::{Lease, S3};
use crate::workload::md5_hex;

const SOURCE: &str =
    "rclone, backend/s3: an ETag of 32 hexadecimal digits is the content's MD5; S3 API reference, Object ETag";

pub(in crate::checks) static PHASES: [CheckSpec; 5] = [
    CheckSpec {
        name: "phase-1-initial-sync",
        severity: DataLoss,
        rule: "every file that is uploaded is stored as it is, with an ETag",
        consequence: "the first backup already differs from the files",
        source: SOURCE,
    },
    CheckSpec {
        name: "phase-2-edit-leaves-remote-alone",
        severity: DataLoss,
        rule: "while files change on disk alone, the remote ETags do not move",
        consequence: "a sync client takes remote objects for changed and overwrites good files with old ones",
        source: SOURCE,
    },
    CheckSpec {
        name: "phase-3-resync-finds-every-edit",
        severity: DataLoss,
        rule: "no edited file looks unchanged when its MD5 is compared with the remote ETag, and all are accepted",
        consequence: "a sync client skips a modified file: the backup is silently stale",
        source: SOURCE,
    },
    CheckSpec {
        name: "phase-4-every-etag-changes",
        severity: DataLoss,
        rule: "CRITICAL: after the second upload every ETag is another one than before",
        consequence: "a sync client that remembers ETags skips a modified file: the backup is silently stale",
        source: SOURCE,
    },
    CheckSpec {
        name: "phase-5-content-is-the-new-one",
        severity: DataLoss,
        rule: "what is stored after the second upload is the edited content",
        consequence: "a restore brings back the version before the last edit",
        source: SOURCE,
    },
];

/// Files by name.
type Files = BTreeMap<String, Bytes>;
/// Etags by file name.
type Etags = BTreeMap<String, String>;

struct Workflow<'a> {
    context: &'a SuiteContext<'a>,
    s3: S3,
    lease: Lease,
    directory: PathBuf,
}

/// Carries the workflow out.
pub(in crate::checks) async fn run(context: &SuiteContext<'_>) {
    context.fact("Files", context.settings.sync_files.to_string()).await;
    let mut steps = Steps::new(context, &PHASES, deadline(context));
    let workflow = Workflow {
        context,
        s3: steps.recorded(),
        lease: context.leases.enter(context.bucket_name(), false),
        directory: context.work_dir.join("files"),
    };
    let _ = phases(&workflow, &mut steps).await;
    steps.skip_rest("not run: an earlier phase did not pass").await;
    if let Err(error) = context.leases.give_back(&context.s3).await {
        tracing::debug!(%error, "s3ci could not remove the bucket");
    }
}

/// A phase makes a few requests for each file.
fn deadline(context: &SuiteContext<'_>) -> Duration {
    let files = u32::try_from(context.settings.sync_files).unwrap_or(u32::MAX);
    context.settings.check_deadline().saturating_mul(files.max(1))
}

/// None where a phase did not pass that the ones after it need.
async fn phases(workflow: &Workflow<'_>, steps: &mut Steps<'_>) -> Option<()> {
    let etags = steps.run(workflow.initial_sync()).await?;
    let edited = steps.run(workflow.edit(&etags)).await?;
    let new_etags = steps.run(workflow.resync(&edited, &etags)).await?;
    // The content is worth knowing even where the ETags are wrong.
    let changed = steps.run(async { every_etag_changes(&etags, &new_etags) }).await;
    let stored = steps.run(workflow.verify(&edited)).await;
    changed.and(stored)
}

impl Workflow<'_> {
    async fn initial_sync(&self) -> Result<Etags, Stop> {
        self.context.create_bucket(&self.s3, self.lease.bucket()).await?;
        let files = first_version(self.context.settings.sync_files);
        self.write(&files).await?;
        let etags = self.upload(&files).await?;
        self.verify(&files).await?;
        Ok(etags)
    }

    /// Edits every file on disk, every other one without changing its size.
    async fn edit(&self, etags: &Etags) -> Result<Files, Stop> {
        let edited = edited_version(self.context.settings.sync_files);
        self.write(&edited).await?;
        for (name, before) in etags {
            let now = self.remote_etag(name).await?;
            let message = format!("the remote ETag of {name} moved although nothing was uploaded");
            ensure(now == *before, "etag-unstable", message, before, now)?;
        }
        Ok(edited)
    }

    /// Compares as a sync client does, then uploads what differs.
    async fn resync(&self, edited: &Files, etags: &Etags) -> Result<Etags, Stop> {
        let looks_unchanged: Vec<_> = edited
            .iter()
            .filter(|(name, bytes)| etags.get(*name).is_some_and(|etag| unquoted(etag) == md5_hex(bytes)))
            .map(|(name, _)| name)
            .collect();
        ensure(
            looks_unchanged.is_empty(),
            "edit-not-detected",
            "a remote ETag is the MD5 of content that was never uploaded",
            "the MD5 of the stored content",
            few(&looks_unchanged),
        )?;
        self.upload(edited).await
    }

    async fn write(&self, files: &Files) -> Result<(), Stop> {
        tokio::fs::create_dir_all(&self.directory).await?;
        for (name, bytes) in files {
            tokio::fs::write(self.directory.join(name), bytes).await?;
        }
        Ok(())
    }

    async fn upload(&self, files: &Files) -> Result<Etags, Stop> {
        let mut etags = Etags::new();
        for name in files.keys() {
            let bytes = tokio::fs::read(self.directory.join(name)).await?;
            self.lease.writes(name);
            self.s3.put(self.lease.bucket(), name, bytes.into()).await?;
            etags.insert(name.clone(), self.remote_etag(name).await?);
        }
        Ok(etags)
    }

    async fn remote_etag(&self, name: &str) -> Result<String, Stop> {
        let head = self.s3.head(self.lease.bucket(), name).await?;
        let missing =
            || Failure::new("object-missing", format!("{name} was stored, but HEAD does not find it"), "200", "404");
        let etag = head.ok_or_else(missing)?.etag;
        let without_etag =
            || Failure::new("etag-missing", format!("HEAD of {name} has no ETag"), "an ETag", shown(None));
        Ok(etag.ok_or_else(without_etag)?)
    }

    async fn verify(&self, files: &Files) -> Result<(), Stop> {
        for (name, bytes) in files {
            let body = self.s3.get(self.lease.bucket(), name, bytes.len() as u64).await?;
            same(name, bytes, &body.bytes)?;
        }
        Ok(())
    }
}

fn every_etag_changes(before: &Etags, after: &Etags) -> Result<(), Stop> {
    let unchanged: Vec<_> = before
        .iter()
        .filter(|(name, etag)| after.get(*name) == Some(etag))
        .map(|(name, etag)| format!("{name} keeps {etag}"))
        .collect();
    let message = format!("{} of {} ETags did not change with the content", unchanged.len(), before.len());
    ensure(unchanged.is_empty(), "etag-unchanged", message, "another ETag for other content", few(&unchanged))
}

fn unquoted(etag: &str) -> &str {
    etag.trim_matches('"')
}

/// What the workflow stores: small files of a page or two.
pub(in crate::checks) fn footprint(files: usize) -> Footprint {
    const PAGES_OF_A_FILE: u64 = 2;
    Footprint {
        bytes: (files as u64) * PAGES_OF_A_FILE * 4096 + (1 << 20),
        largest_object_bytes: 8192,
        objects: files as u64,
        data_limit_bytes: None,
    }
}

/// Lines of a file: some of each length up to a few, however many files there are.
fn lines(index: usize) -> usize {
    index % 16 + 1
}

fn name(index: usize) -> String {
    format!("file{index:02}.txt")
}

fn first_version(count: usize) -> Files {
    (0..count).map(|index| (name(index), format!("note {index}, version 1\n").repeat(lines(index)).into())).collect()
}

/// Even files keep their size, odd ones grow: a client that looks at sizes must look at ETags as well.
fn edited_version(count: usize) -> Files {
    let lines = |index: usize| if index.is_multiple_of(2) { lines(index) } else { lines(index) + 1 };
    (0..count).map(|index| (name(index), format!("note {index}, version 2\n").repeat(lines(index)).into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_edited_and_every_other_one_keeps_its_size() {
        let (first, edited) = (first_version(6), edited_version(6));
        for (index, (name, bytes)) in first.iter().enumerate() {
            assert_ne!(bytes, &edited[name]);
            assert_eq!(bytes.len() == edited[name].len(), index % 2 == 0, "{name}");
        }
    }

    #[test]
    fn an_etag_that_stays_is_named() {
        let before = Etags::from([("a".into(), "\"1\"".into()), ("b".into(), "\"2\"".into())]);
        let after = Etags::from([("a".into(), "\"1\"".into()), ("b".into(), "\"3\"".into())]);
        let Err(Stop::Failed(failure)) = every_etag_changes(&before, &after) else { panic!("must fail") };
        assert_eq!(failure.kind, "etag-unchanged");
        assert!(failure.actual.contains("a keeps"), "{}", failure.actual);
        assert!(!failure.actual.contains('b'), "{}", failure.actual);
    }
}
