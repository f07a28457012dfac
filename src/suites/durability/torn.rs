//! A crash in the middle of uploads: whatever is there afterwards is one version, whole, under its own tag.
//!
//! The moment of the crash cannot be aimed from outside, so it is tried a number of times, at moments that follow from the seed,
//! with several clients that overwrite all the time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::join_all;
use rand::RngExt;

use super::{lost, needs_restart, restart};
use crate::model::{CaseSpec, Failure, Severity, Stop};
use crate::s3::{Body, RequestError};
use crate::server::Shutdown;
use crate::suites::case::{Case, CaseContext};
use crate::suites::judge::{ensure, shown};
use crate::workload::md5_hex;

/// Crashes at the most. A server that has something to hide for a third of the time of a request is found out in 99 of 100 runs.
const CRASHES: usize = 24;
/// Clients that overwrite, each its own object, so that the server is never idle.
const WRITERS: usize = 4;
/// The latest moment of a crash after the clients began.
const LATEST: Duration = Duration::from_millis(250);

pub(super) const DURING_PUT: Case = Case {
    spec: CaseSpec {
        name: "kill-9-during-put-is-old-or-new",
        severity: Severity::DataLoss,
        rule: "after a crash during an overwrite the object is the old or the new version, whole, and its tag and size are those of its bytes",
        consequence: "a crash leaves a mixture of two versions, or a tag that hides it: the backup of that file is lost",
        source: "S3 API reference, data consistency: an update is atomic",
    },
    body: |context| during_put(context).boxed(),
};

/// A version of an object.
#[derive(Debug, Clone, Default)]
struct Version {
    number: usize,
    bytes: Bytes,
    tag: Option<String>,
}

/// How far a crash has come.
#[derive(Debug, Default)]
struct Crash {
    ordered: AtomicBool,
    over: AtomicBool,
}

/// What a client that was cut off knows of its object.
#[derive(Debug, Clone, Default)]
struct Known {
    acknowledged: Version,
    /// Sent, and not answered.
    pending: Option<Version>,
}

async fn during_put(context: &CaseContext<'_>) -> Result<(), Stop> {
    needs_restart(context)?;
    let mut moments = context.seeded("moments");
    let mut known = Vec::new();
    for writer in 0..WRITERS {
        known.push(Known { acknowledged: put(context, writer, 0).await?, pending: None });
    }
    for crash in 1..=CRASHES {
        let moment = moments.random_range(Duration::ZERO..LATEST);
        crash_at(context, moment, &mut known).await?;
        for (writer, known) in known.iter_mut().enumerate() {
            let found = settle(context, writer, known).await.map_err(|stop| at_crash(stop, crash))?;
            *known = Known { acknowledged: found, pending: None };
        }
    }
    Ok(())
}

/// Lets every client overwrite its object until the server is killed, and waits until it runs again.
async fn crash_at(context: &CaseContext<'_>, moment: Duration, known: &mut [Known]) -> Result<(), Stop> {
    let crash = Crash::default();
    let writing = join_all(known.iter_mut().enumerate().map(|(writer, known)| write(context, writer, known, &crash)));
    let crashing = async {
        tokio::time::sleep(moment).await;
        crash.ordered.store(true, Ordering::Relaxed);
        let restarted = restart(context, Shutdown::Killed).await;
        crash.over.store(true, Ordering::Relaxed);
        restarted
    };
    let (written, restarted) = tokio::join!(writing, crashing);
    restarted?;
    written.into_iter().collect()
}

/// Overwrites an object until the server is gone.
async fn write(context: &CaseContext<'_>, writer: usize, known: &mut Known, crash: &Crash) -> Result<(), Stop> {
    // A server that is back at once may have been gone unnoticed.
    while !crash.over.load(Ordering::Relaxed) {
        let number = known.acknowledged.number + 1;
        let bytes = version(context, writer, number);
        known.pending = Some(Version { number, bytes, tag: None });
        match put(context, writer, number).await {
            Ok(version) => *known = Known { acknowledged: version, pending: None },
            // The order to kill takes its way; what is answered until then counts.
            Err(RequestError::Broken { .. } | RequestError::Unreachable { .. })
                if crash.ordered.load(Ordering::Relaxed) =>
            {
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Other content for each version, and another size.
fn version(context: &CaseContext<'_>, writer: usize, number: usize) -> Bytes {
    context.bytes(&format!("{writer}/{number}"), 1_000 + 700 * writer + 37 * (number % 40))
}

fn key(writer: usize) -> String {
    format!("object-{writer}")
}

async fn put(context: &CaseContext<'_>, writer: usize, number: usize) -> Result<Version, RequestError> {
    let (key, bytes) = (key(writer), version(context, writer, number));
    context.lease().writes(&key);
    let tag = context.s3.put(context.bucket(), &key, bytes.clone()).await?;
    Ok(Version { number, bytes, tag })
}

/// What became of an object: one of the two versions that it may be, or a failure.
async fn settle(context: &CaseContext<'_>, writer: usize, known: &Known) -> Result<Version, Stop> {
    const EXPECTED: &str = "the version before or after the upload that was cut off, whole";
    let key = key(writer);
    let body = context.s3.get(context.bucket(), &key, 1 << 20).await;
    let body = body.map_err(|error| lost("object-torn", &key, EXPECTED, error))?;
    let candidates = [Some(&known.acknowledged), known.pending.as_ref()];
    let Some(found) = candidates.into_iter().flatten().find(|version| version.bytes == body.bytes) else {
        let message = format!("{key} is neither the old nor the new version after a crash");
        let sizes = candidates.into_iter().flatten().map(|version| format!("{} bytes", version.bytes.len()));
        let expected = format!("{EXPECTED}: {}", sizes.collect::<Vec<_>>().join(" or "));
        return Err(Failure::new("object-torn", message, expected, format!("{} other bytes", body.bytes.len())).into());
    };
    agrees(&key, known, found, &body)?;
    let head = context.head(&key).await?;
    let (expected, actual) = (found.bytes.len().to_string(), format!("{:?}", head.size_bytes));
    let message = format!("HEAD names another size for {key} than its bytes have after a crash");
    ensure(head.size_bytes == Some(found.bytes.len() as u64), "size-disagrees", message, expected, actual)?;
    let message = format!("HEAD names another tag for {key} than GET after a crash");
    let (expected, actual) = (shown(body.etag.as_deref()), shown(head.etag.as_deref()));
    ensure(head.etag == body.etag, "etag-disagrees", message, expected, actual)?;
    Ok(Version { tag: body.etag, ..found.clone() })
}

/// Whether the tag is that of the bytes. Where tags are the MD5 of the content, the new version's is known without an answer.
fn agrees(key: &str, known: &Known, found: &Version, body: &Body) -> Result<(), Stop> {
    let tag = body.etag.as_deref();
    let old = known.acknowledged.tag.as_deref();
    let quoted_md5 = |bytes: &Bytes| format!("\"{}\"", md5_hex(bytes));
    let is_md5 = old == Some(&quoted_md5(&known.acknowledged.bytes));
    let (right, expected) = if found.number == known.acknowledged.number {
        (tag == old, format!("{}, the tag of these bytes", shown(old)))
    } else if is_md5 {
        let md5 = quoted_md5(&found.bytes);
        (tag == Some(&md5), format!("{md5}, the MD5 of these bytes"))
    } else {
        (tag.is_some() && tag != old, format!("another tag than {}, which is the old version's", shown(old)))
    };
    let message = format!("{key} has the tag of another version than its bytes after a crash");
    ensure(right, "etag-and-content-disagree", message, expected, shown(tag))
}

/// Says which crash it was that showed the failure.
fn at_crash(stop: Stop, crash: usize) -> Stop {
    match stop {
        Stop::Failed(failure) => {
            let actual = format!("{} (crash {crash} of at most {CRASHES})", failure.actual);
            Failure { actual, ..failure }.into()
        }
        other => other,
    }
}
