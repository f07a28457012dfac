//! An upgrade: what the base stored on a volume, the target finds there.
//!
//! One flow on two servers that follow one another. The base's turn stores, and notes what that server itself shows after a restart of
//! its own: what it has lost by then is not the fault of the upgrade. The checks judge the target's turn. Deliberately absent: the
//! volume and the servers, which the run brings.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;

use super::judge::{ensure, few, same};
use super::kept_data::KeptBucket;
use super::{CheckRunner, SuiteContext, runner};
use crate::event::Events;
use crate::record::Severity::DataLoss;
use crate::record::{CheckSpec, Failure, Fault, FaultKind, Outcome, Stop, SuiteId};
use crate::s3::{RequestError, S3};
use crate::server::{BucketMode, ServerError, Shutdown};
use crate::workload::{Content, seeded};

const CONSEQUENCE: &str = "after an update of the server files of the backup are missing, and a sync that deletes what is not listed removes them for good";
const SOURCE: &str =
    "S3 API reference, data consistency: an acknowledged object is durable; the base, after a restart of its own";

/// The checks in their order.
pub(super) static CHECKS: [CheckSpec; 2] = [
    CheckSpec {
        name: "upgrade-lists-the-same-keys",
        severity: DataLoss,
        rule: "on the base's data the target lists the buckets, keys and sizes that the base listed, and nothing that was deleted",
        consequence: CONSEQUENCE,
        source: SOURCE,
    },
    CheckSpec {
        name: "upgrade-serves-the-same-bytes",
        severity: DataLoss,
        rule: "on the base's data the target serves every object with the bytes that were stored",
        consequence: "after an update of the server a restore fails, or brings back something else",
        source: SOURCE,
    },
];

/// What is stored: empty, tiny and large objects, nested and awkward names, two of them that a careless migration confuses.
const OBJECTS: [(&str, usize); 11] = [
    ("empty", 0),
    ("byte", 1),
    ("large", 3 << 20),
    ("overwritten", 5_000),
    ("folder/deep/er/file.bin", 70_000),
    ("folder/file", 1_000),
    ("folder2/file", 1_100),
    ("a name with blanks & ümlauts", 3_000),
    ("plus+and=more", 500),
    ("percent%20percent", 600),
    (".hidden", 700),
];
/// What is stored and deleted again.
const DELETED: &str = "deleted";

/// The turn of the base where nothing is kept yet, otherwise that of the target.
pub(super) async fn run(context: &SuiteContext<'_>, bucket_mode: BucketMode) {
    let Some(kept) = context.kept else {
        let runner = CheckRunner::new(context);
        for spec in &CHECKS {
            runner.skip(spec, "there is no base to upgrade from").await;
        }
        return;
    };
    match kept.get() {
        Some(kept_buckets) => judge(context, kept_buckets).await,
        None => match tokio::time::timeout(deadline(context), store(context, bucket_mode)).await {
            Ok(Ok(kept_buckets)) => kept.set(kept_buckets),
            Ok(Err(stop)) => cannot_be_told(context, &stop).await,
            Err(_) => {
                cannot_be_told(context, &Fault::new(FaultKind::Timeout, "it took too long".to_owned()).into()).await;
            }
        },
    }
}

/// Each check is a few requests for each object.
fn deadline(context: &SuiteContext<'_>) -> Duration {
    context.settings.check_deadline() * 2
}

/// Reports that the target does not even start on what the base has stored; `repro` as in a report.
pub async fn report_not_started(suite: &SuiteId, events: &Events, error: &ServerError, repro: &str) {
    let message = format!("on the base's data the target does not start: failed to {error}");
    for spec in &CHECKS {
        let expected = "a server that answers";
        let failure = Failure::new("does-not-start", &message, expected, "it ended by itself; see its log");
        runner::tell(events, suite, spec, Outcome::Failed(failure), Duration::ZERO, repro).await;
    }
}

/// If the base stores nothing, there is no verdict about the target.
async fn cannot_be_told(context: &SuiteContext<'_>, stop: &Stop) {
    let why = match stop {
        Stop::Failed(failure) => &failure.message,
        Stop::Fault(fault) => &fault.message,
        Stop::Skipped(reason) => reason,
    };
    for spec in &CHECKS {
        let fault =
            Fault::new(FaultKind::Base, format!("no verdict: the base itself does not keep what it stores: {why}"));
        let SuiteContext { events, suite, settings, .. } = context;
        runner::tell(events, suite, spec, Outcome::NotJudged(fault), Duration::ZERO, &settings.repro).await;
    }
}

/// Stores on the base, restarts it, and sees what it shows of it.
async fn store(context: &SuiteContext<'_>, bucket_mode: BucketMode) -> Result<Vec<KeptBucket>, Stop> {
    let buckets = match bucket_mode {
        BucketMode::Custom => vec![context.bucket_name(), context.bucket_name()],
        BucketMode::Default => vec![BucketMode::DEFAULT_BUCKET.to_owned()],
    };
    for bucket in &buckets {
        if bucket_mode == BucketMode::Custom {
            context.s3.create_bucket(bucket).await?;
        }
        for key in ["overwritten", DELETED] {
            context.s3.put(bucket, key, bytes(context, bucket, "first version", 9_000)).await?;
        }
        for (key, size) in OBJECTS {
            context.s3.put(bucket, key, bytes(context, bucket, key, size)).await?;
        }
        context.s3.delete(bucket, DELETED).await?;
    }
    context.server.restart(Shutdown::Orderly).await.map_err(|error| Stop::from(Fault::from(error)))?;
    let mut kept_buckets = Vec::new();
    let mut left_out = Vec::new();
    for bucket in buckets {
        let listed = context.s3.list_all(&bucket, "", None, 2 * OBJECTS.len()).await?;
        let mut objects = BTreeMap::new();
        for (key, size) in OBJECTS {
            let stored = bytes(context, &bucket, key, size);
            let is_listed = listed.iter().any(|entry| entry.key == key && entry.size_bytes == Some(size as u64));
            if is_listed && serves(&context.s3, &bucket, key, &stored).await? {
                objects.insert(key.to_owned(), stored);
            } else {
                left_out.push(format!("{bucket}/{key}"));
            }
        }
        kept_buckets.push(KeptBucket { bucket, objects });
    }
    if !left_out.is_empty() {
        context.fact("Not kept by the base itself", few(&left_out)).await;
    }
    let kept: usize = kept_buckets.iter().map(|kept| kept.objects.len()).sum();
    context.fact("Objects from the base", kept.to_string()).await;
    if 2 * kept < OBJECTS.len() * kept_buckets.len() {
        let message = format!("{kept} of its objects are left after a restart");
        return Err(Fault::new(FaultKind::Base, message).into());
    }
    Ok(kept_buckets)
}

/// Random bytes, other ones for each bucket and label.
fn bytes(context: &SuiteContext<'_>, bucket: &str, label: &str, size: usize) -> Bytes {
    let mut generator = seeded(context.settings.seed, &format!("upgrade/{bucket}/{label}"));
    Content::Random.bytes(size, &mut generator).into()
}

/// Whether an object is there with these bytes.
async fn serves(s3: &S3, bucket: &str, key: &str, stored: &Bytes) -> Result<bool, Stop> {
    match s3.get(bucket, key, stored.len() as u64).await {
        Ok(body) => Ok(body.bytes == *stored),
        Err(RequestError::Rejected { .. } | RequestError::Broken { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn judge(context: &SuiteContext<'_>, kept_buckets: &[KeptBucket]) {
    let listing = CheckRunner::new(context);
    listing.run(&CHECKS[0], deadline(context), lists(listing.s3(), kept_buckets)).await;
    let restoring = CheckRunner::new(context);
    restoring.run(&CHECKS[1], deadline(context), serves_all(restoring.s3(), kept_buckets)).await;
}

async fn lists(s3: &S3, kept_buckets: &[KeptBucket]) -> Result<(), Stop> {
    let there = s3.bucket_names().await?;
    let gone: Vec<_> = kept_buckets.iter().map(|kept| &kept.bucket).filter(|bucket| !there.contains(bucket)).collect();
    ensure(gone.is_empty(), "bucket-lost", "buckets of the base are not listed", "all of them", few(&gone))?;
    for KeptBucket { bucket, objects } in kept_buckets {
        let listed = s3.list_all(bucket, "", None, 4 * OBJECTS.len()).await?;
        let size = |key: &str| listed.iter().find(|entry| entry.key == key).map(|entry| entry.size_bytes);
        let lost: Vec<_> = objects
            .iter()
            .filter_map(|(key, bytes)| match size(key) {
                None => Some(format!("{key} is missing")),
                Some(size) if size != Some(bytes.len() as u64) => Some(format!("{key} has the size {size:?}")),
                Some(_) => None,
            })
            .collect();
        let message = format!("{} of {} objects of the base are not listed as they were", lost.len(), objects.len());
        ensure(lost.is_empty(), "object-lost", message, "every key with its size", few(&lost))?;
        // What the base itself did not show right may be there in whatever form.
        let new: Vec<_> = listed.iter().map(|entry| entry.key.as_str()).filter(|key| is_unknown(key)).collect();
        ensure(new.is_empty(), "object-appeared", "keys are listed that the base does not have", "none", few(&new))?;
    }
    Ok(())
}

/// Whether a key is not among those that were stored and kept, in any spelling that a server confuses them with.
fn is_unknown(key: &str) -> bool {
    key == DELETED || !(OBJECTS.iter().any(|(stored, _)| *stored == key) || key == "percent percent")
}

async fn serves_all(s3: &S3, kept_buckets: &[KeptBucket]) -> Result<(), Stop> {
    for KeptBucket { bucket, objects } in kept_buckets {
        for (key, stored) in objects {
            let body = s3.get(bucket, key, stored.len() as u64).await.map_err(|error| match error {
                RequestError::Rejected { .. } | RequestError::Broken { .. } => {
                    let message = format!("{key} of the base cannot be read: {error}");
                    Failure::new("object-lost", message, "the object", error.to_string()).into()
                }
                other => Stop::from(other),
            })?;
            same(key, stored, &body.bytes)?;
        }
    }
    Ok(())
}
