//! A crash in the middle of uploads: whatever is there afterwards is one version, whole, under its own tag.
//!
//! Crashes come in three kinds, in turn. Two lie in wait while a large object is overwritten, one for the moment when room is given
//! back and one for that when it is taken: the server is storing then, and not reading or computing. The third comes while several
//! clients overwrite small objects all the time, at a moment that follows from the seed. Where the room cannot be seen all are so.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use rand::RngExt;

use super::version::{Known, Version, Versions};
use super::{needs_restart, restart};
use crate::model::{CaseSpec, Failure, Fault, Severity, Stop};
use crate::s3::RequestError;
use crate::server::{Moment, Shutdown};
use crate::suites::case::{Case, CaseContext};

/// Crashes at the most.
const CRASHES: usize = 12;
/// Clients that overwrite small objects, each its own, so that the server is never idle; the one after them has the large object.
const CLIENTS: usize = 4;
/// The latest moment of a crash that does not lie in wait, after the clients began.
const LATEST: Duration = Duration::from_millis(250);
/// How long a moment may take to come while a large object is overwritten again and again.
const AMBUSH: Duration = Duration::from_secs(10);

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

/// How far a crash has come.
#[derive(Debug, Default)]
struct Crash {
    ordered: AtomicBool,
    over: AtomicBool,
}

async fn during_put(context: &CaseContext<'_>) -> Result<(), Stop> {
    needs_restart(context)?;
    let versions = Versions::new(context, CLIENTS);
    let mut moments = context.seeded("moments");
    let mut known = Vec::new();
    for object in 0..=CLIENTS {
        known.push(Known { acknowledged: versions.put(object, 0).await?, pending: None });
    }
    let kinds = [Some(Moment::RoomGivenBack), Some(Moment::RoomTaken), None];
    for (crash, kind) in (1..=CRASHES).zip(kinds.into_iter().cycle()) {
        let moment = moments.random_range(Duration::ZERO..LATEST);
        let touched = if let Some(ambush) = kind {
            crash_in_ambush(context, ambush, &versions, &mut known[CLIENTS]).await?;
            CLIENTS..CLIENTS + 1
        } else {
            crash_at(context, moment, &versions, &mut known[..CLIENTS]).await?;
            0..CLIENTS
        };
        for object in touched {
            let found = versions.settle(object, &known[object]).await.map_err(|stop| at_crash(stop, crash))?;
            known[object] = Known { acknowledged: found, pending: None };
        }
    }
    Ok(())
}

/// Overwrites the large object until the server is killed while it stores that, and waits until it runs again.
async fn crash_in_ambush(
    context: &CaseContext<'_>,
    moment: Moment,
    versions: &Versions<'_>,
    known: &mut Known,
) -> Result<(), Stop> {
    let ambush = context.server.ambush(moment).await.map_err(|error| Stop::from(Fault::from(error)))?;
    let Some(ambush) = ambush else {
        return crash_at(context, LATEST / 2, versions, std::slice::from_mut(known)).await;
    };
    let crash = Crash { ordered: AtomicBool::new(true), ..Crash::default() };
    let crashing = async {
        let sprung = ambush.sprung(AMBUSH).await;
        crash.over.store(true, Ordering::Relaxed);
        sprung
    };
    let (written, sprung) = tokio::join!(overwrite(versions, CLIENTS, known, &crash), crashing);
    if !sprung.map_err(|error| Stop::from(Fault::from(error)))? {
        // A server that stores without taking room, or somewhere else.
        restart(context, Shutdown::Killed).await?;
    }
    written
}

/// Lets clients overwrite their objects until the server is killed, and waits until it runs again.
async fn crash_at(
    context: &CaseContext<'_>,
    moment: Duration,
    versions: &Versions<'_>,
    known: &mut [Known],
) -> Result<(), Stop> {
    let crash = Crash::default();
    let writing = known.iter_mut().map(|known| overwrite(versions, known.acknowledged.object, known, &crash));
    let crashing = async {
        tokio::time::sleep(moment).await;
        crash.ordered.store(true, Ordering::Relaxed);
        let restarted = restart(context, Shutdown::Killed).await;
        crash.over.store(true, Ordering::Relaxed);
        restarted
    };
    let (written, restarted) = tokio::join!(join_all(writing), crashing);
    restarted?;
    written.into_iter().collect()
}

/// Overwrites an object until the server is gone.
async fn overwrite(versions: &Versions<'_>, object: usize, known: &mut Known, crash: &Crash) -> Result<(), Stop> {
    // A server that is back at once may have been gone unnoticed.
    while !crash.over.load(Ordering::Relaxed) {
        let number = known.acknowledged.number + 1;
        known.pending = Some(Version { object, number, tag: None });
        match versions.put(object, number).await {
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
