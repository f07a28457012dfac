//! A crash in the middle of uploads: whatever is there afterwards is one version, whole, under its own ETag.
//!
//! Crashes come in three kinds, in turn. Two lie in wait while a large object is overwritten, one for the moment when room is given
//! back and one for that when it is taken: the server is storing then, and not reading or computing. The third comes while several
//! clients overwrite small objects all the time, at a moment that follows from the seed. Where the room cannot be seen, or does not
//! change, the first two come while the large object is overwritten, at a moment of their own.
//!
//! A crash counts that leaves an upload without an answer; without one nothing can be told. Nor does it tell much that nothing was
//! torn where no crash could wait for its moment: only what is torn is reported there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use rand::RngExt;

use super::ALONE_OVER_A_RESTART;
use super::version::{Known, Version, Versions};
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::scope::Backends;
use crate::record::Severity::DataLoss;
use crate::record::{Failure, Fault, FaultKind, Stop};
use crate::s3::RequestError;
use crate::server::{Moment, Shutdown};

/// Crashes at the most.
const CRASHES: usize = 12;
/// Clients that overwrite small objects, each its own, so that the server is never idle; the one after them has the large object.
const CLIENTS: usize = 4;
/// The latest moment of a crash that waits for nothing, counted from the start of the clients.
const LATEST: Duration = Duration::from_millis(250);
/// How long a moment may take to come while a large object is overwritten again and again.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a crash at any moment that tore nothing is not a result.
const UNWATCHED: &str =
    "no crash tore anything, but only in a container can s3ci wait for the moment when the server stores";

pub(super) static CHECKS: &[Check] = &[Check {
    name: "kill-9-during-put-is-old-or-new",
    severity: DataLoss,
    rule: "after a crash during an overwrite the object is the old or the new version, whole, and its ETag and size are those of its bytes",
    consequence: "a crash leaves a mixture of two versions, or an ETag that hides it: the backup of that file is lost",
    source: "S3 API reference, data consistency: an update is atomic",
    scope: ALONE_OVER_A_RESTART.on(Backends::OnOwnDisk),
    body: &during_put,
}];

/// How far a crash has come.
#[derive(Debug, Default)]
struct Crash {
    ordered: AtomicBool,
    over: AtomicBool,
}

/// Whether a server's moments can be waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Watch {
    Possible,
    Impossible,
}

async fn during_put(c: &CheckContext<'_>) -> Result<(), Stop> {
    let versions = Versions::new(c, CLIENTS);
    let mut moments = c.seeded("moments");
    let mut known = Vec::new();
    for object in 0..=CLIENTS {
        known.push(Known { acknowledged: versions.put(object, 0).await?, pending: None });
    }
    let (mut watch, mut cut_off) = (Watch::Possible, 0);
    let kinds = [Some(Moment::RoomGivenBack), Some(Moment::RoomTaken), None];
    for (crash, kind) in (1..=CRASHES).zip(kinds.into_iter().cycle()) {
        let moment = moments.random_range(Duration::ZERO..LATEST);
        let touched = if let Some(moment) = kind {
            watch = crash_while_storing(c, moment, &versions, &mut known[CLIENTS]).await?;
            CLIENTS..CLIENTS + 1
        } else {
            crash_at(c, moment, &versions, &mut known[..CLIENTS]).await?;
            0..CLIENTS
        };
        cut_off += usize::from(known[touched.clone()].iter().any(|known| known.pending.is_some()));
        for object in touched {
            let found = versions.settle(object, &known[object]).await.map_err(|stop| at_crash(stop, crash))?;
            known[object] = Known { acknowledged: found, pending: None };
        }
    }
    if cut_off == 0 {
        let message = format!("none of {CRASHES} crashes cut off an upload");
        return Err(Fault::new(FaultKind::NoUploadCutOff, message).into());
    }
    match watch {
        Watch::Possible => Ok(()),
        Watch::Impossible => Err(Stop::Skipped(UNWATCHED.to_owned())),
    }
}

/// Overwrites the large object until the server is killed while it stores that, and waits until it runs again.
async fn crash_while_storing(
    c: &CheckContext<'_>,
    moment: Moment,
    versions: &Versions<'_>,
    known: &mut Known,
) -> Result<Watch, Stop> {
    let kill = c.server().kill_on_write(moment).await.map_err(|error| Stop::from(Fault::from(error)))?;
    let Some(kill) = kill else {
        crash_at(c, LATEST / 2, versions, std::slice::from_mut(known)).await?;
        return Ok(Watch::Impossible);
    };
    let crash = Crash::default();
    let crashing = async {
        let killed = kill.killed(PATIENCE).await;
        crash.over.store(true, Ordering::Relaxed);
        killed
    };
    let (written, killed) = tokio::join!(overwrite(versions, CLIENTS, known, &crash), crashing);
    match (written, killed.map_err(|error| Stop::from(Fault::from(error)))?) {
        // The word that it was killed comes after the end of its connections.
        (Ok(()) | Err(RequestError::Broken { .. } | RequestError::Unreachable { .. }), true) => {}
        // A connection that broke without a crash is the server's own doing.
        (Err(error), _) => return Err(error.into()),
        // A server that stores without using space, or somewhere else.
        (Ok(()), false) => crash_at(c, LATEST / 2, versions, std::slice::from_mut(known)).await?,
    }
    Ok(Watch::Possible)
}

/// Lets clients overwrite their objects until the server is killed, and waits until it runs again.
async fn crash_at(
    c: &CheckContext<'_>,
    moment: Duration,
    versions: &Versions<'_>,
    known: &mut [Known],
) -> Result<(), Stop> {
    let crash = Crash::default();
    let writing = known.iter_mut().map(|known| overwrite(versions, known.acknowledged.object, known, &crash));
    let crashing = async {
        tokio::time::sleep(moment).await;
        crash.ordered.store(true, Ordering::Relaxed);
        let restarted = c.restart(Shutdown::Killed).await;
        crash.over.store(true, Ordering::Relaxed);
        restarted
    };
    let (written, restarted) = tokio::join!(join_all(writing), crashing);
    restarted?;
    for written in written {
        written?;
    }
    Ok(())
}

/// Overwrites an object until the crash is over, or cuts an upload off.
async fn overwrite(
    versions: &Versions<'_>,
    object: usize,
    known: &mut Known,
    crash: &Crash,
) -> Result<(), RequestError> {
    // A server that is back at once may have been gone unnoticed.
    while !crash.over.load(Ordering::Relaxed) {
        let number = known.acknowledged.number + 1;
        known.pending = Some(Version { object, number, etag: None });
        match versions.put(object, number).await {
            Ok(version) => *known = Known { acknowledged: version, pending: None },
            // The order to kill takes its way; what is answered until then counts.
            Err(RequestError::Broken { .. } | RequestError::Unreachable { .. })
                if crash.ordered.load(Ordering::Relaxed) =>
            {
                return Ok(());
            }
            Err(error) => return Err(error),
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
