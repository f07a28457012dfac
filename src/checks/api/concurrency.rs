//! Several clients at a time: nothing torn, one winner, and nobody waits for a slow one.

use std::collections::BTreeSet;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::{join, join_all};
use tokio::sync::oneshot;

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, same, same_etag};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::{Failure, Fault, FaultKind, Stop};
use crate::s3::Body;

/// Size of each version, in bytes: several writes of a socket, and of a file.
const SIZE: usize = 300_000;
/// Clients at a time.
const CLIENTS: usize = 6;
/// Versions of one round of overwrites.
const VERSIONS: usize = 8;
/// Rounds at the most, until the reads have met two versions.
const ROUNDS: usize = 5;

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "concurrency-torn-read",
        severity: DataLoss,
        rule: "while an object is overwritten, every GET brings one whole version under its own ETag",
        consequence: "a restore during a backup brings back half of one version and half of another",
        source: "S3 user guide, consistency model: a read never returns partial data",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let mut met = BTreeSet::new();
            for _ in 0..ROUNDS {
                met.extend(read_while_overwritten(c).await?);
                if met.len() > 1 {
                    return Ok(());
                }
            }
            let message = format!("in {ROUNDS} rounds of overwrites no two GETs under way brought two versions");
            Err(Fault::new(FaultKind::NoOverlap, message)
                .with_hint("the machine is busy: run the check again, alone")
                .into())
        },
    },
    Check {
        name: "concurrency-same-key-writers",
        severity: DataLoss,
        rule: "of several PUTs of one key at the same time one wins whole: its content, its ETag, one entry in the listing",
        consequence: "two backups at the same time leave a file that is neither's, under an ETag that says otherwise",
        source: "S3 user guide, consistency model: last writer wins",
        scope: ANYWHERE,
        body: &same_key_writers,
    },
    Check {
        name: "concurrency-slow-client-does-not-block-others",
        severity: BreaksClients,
        rule: "while one client's upload stops half way, others are served",
        consequence: "one laptop that falls asleep during its backup stops everybody's",
        source: "S3 API reference: requests are independent of each other",
        // It measures how long others wait.
        scope: ANYWHERE.alone(),
        body: &slow_client,
    },
];

/// A version that shows in each of its bytes which one it is.
fn version(number: usize) -> Bytes {
    vec![b'A' + u8::try_from(number % 26).unwrap_or_default(); SIZE + number].into()
}

/// Reads an object while it is overwritten; the versions that the reads met which began before the last overwrite was answered.
async fn read_while_overwritten(c: &CheckContext<'_>) -> Result<BTreeSet<usize>, Stop> {
    let mut etags = vec![c.put("object", &version(0)).await?];
    let (done, over) = tokio::sync::watch::channel(false);
    let writer = async {
        for number in 1..VERSIONS {
            etags.push(c.put("object", &version(number)).await?);
        }
        Ok::<_, Stop>(())
    }
    .map(|result| {
        let _ = done.send(true);
        result
    });
    let reader = || async {
        let mut bodies = Vec::new();
        loop {
            let last = *over.borrow();
            bodies.push((c.get("object", SIZE + VERSIONS).await?, last));
            if last {
                return Ok::<_, Stop>(bodies);
            }
        }
    };
    let (written, read) = join(writer, join_all((0..3).map(|_| reader()))).await;
    written?;
    let mut met = BTreeSet::new();
    for bodies in read {
        for (body, last) in bodies? {
            let number = ensure_whole("GET during an overwrite", &body.bytes)?;
            let expected = etags.get(number).cloned().flatten();
            let message = format!("GET during an overwrite brings version {number} under another ETag than its own");
            same_etag("torn-read", message, expected.as_deref(), body.etag.as_deref())?;
            met.extend((!last).then_some(number));
        }
    }
    Ok(met)
}

/// The number of the version that the bytes are, whole and unmixed.
fn ensure_whole(what: &str, bytes: &Bytes) -> Result<usize, Stop> {
    let number = bytes.first().map_or(0, |first| usize::from(first.wrapping_sub(b'A')));
    let whole = bytes.len() == SIZE + number && bytes.iter().all(|byte| byte == &bytes[0]);
    let mixed = bytes.iter().position(|byte| byte != &bytes[0]);
    let other = mixed.map_or(String::new(), |at| format!(", of another version from byte {at} on"));
    let message = format!("{what} does not bring one whole version");
    ensure(
        whole,
        "torn-read",
        message,
        format!("{} bytes, all alike", SIZE + number),
        format!("{} bytes{other}", bytes.len()),
    )?;
    Ok(number)
}

async fn same_key_writers(c: &CheckContext<'_>) -> Result<(), Stop> {
    for round in 0..2 {
        let key = format!("object-{round}");
        let contents: Vec<_> = (0..CLIENTS).map(version).collect();
        let answers = join_all(contents.iter().map(|bytes| c.put(&key, bytes))).await;
        let etags = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
        let Body { etag, bytes } = c.get(&key, SIZE + CLIENTS).await?;
        let winner = ensure_whole("GET after PUTs at the same time", &bytes)?;
        let expected = etags.get(winner).cloned().flatten();
        let listing = c.list_under(&key, 1).await?;
        let listed = listing.into_iter().next().and_then(|entry| entry.etag);
        let head = c.head(&key).await?.etag;
        for (operation, etag) in [("GET", etag), ("HEAD", head), ("LIST", listed)] {
            let message =
                format!("after PUTs at the same time {operation} shows another ETag than that of the content stored");
            same_etag("writers-mixed", message, expected.as_deref(), etag.as_deref())?;
        }
    }
    Ok(())
}

async fn slow_client(c: &CheckContext<'_>) -> Result<(), Stop> {
    let (slow, quick) = (c.bytes("slow", 200_000), c.bytes("quick", 1_000));
    let patience = c.s3.deadline() / 3;
    let (open, gate) = oneshot::channel::<()>();
    c.writes("slow");
    let stalled = c.s3.put_stalling(c.bucket(), "slow", slow.clone(), gate.map(drop));
    let others = async {
        let served = async {
            c.put("quick", &quick).await?;
            c.get("quick", quick.len()).await
        };
        tokio::pin!(served);
        let in_time = tokio::time::timeout(patience, &mut served).await;
        let _ = open.send(());
        if let Ok(body) = in_time {
            return body;
        }
        // If this fails as well, the server hangs for another reason.
        served.await?;
        let message =
            "nobody else was served while one client's upload had stopped half way, and at once when it went on";
        let expected = format!("an answer within {} s", patience.as_secs_f32());
        Err(Failure::new("client-blocked", message, expected, "an answer after the upload went on").into())
    };
    let (stored, served) = join(stalled, others).await;
    same("object that was stored meanwhile", &quick, &served?.bytes)?;
    stored?;
    c.holds_as("object of the slow client", "slow", &slow).await
}
