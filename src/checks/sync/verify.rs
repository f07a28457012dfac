//! The way back: a check of the backup against the files, and a restore of the files from the backup.

use futures_util::FutureExt;

use super::client::{SyncClient, ensure_decided};
use super::planner::Policy::{self, Checksum, SizeAndTime, SizeOnly};
use super::planner::{SyncPlan, time_text};
use super::scenario::Scenario;
use super::trees::{ALSO_EDITED, EDITED, Files, MINUTE_NS, REMOVED, edit, file, plain};
use crate::checks::judge::{ensure, few, same};
use crate::checks::scope::Backends;
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::Stop;

pub(super) static SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "check-clean",
        severity: DataLoss,
        rule: "a check after a sync, of sizes or of sizes and MD5s, finds no difference, and afterwards just the object that somebody else overwrote and the one that they deleted",
        consequence: "a damaged backup is called good, or a good one damaged",
        source: "rclone check; S3 API reference, ListObjectsV2",
        under: &Policy::ALL,
        backends: Backends::All,
        body: |client| check(client).boxed(),
    },
    Scenario {
        name: "restore-identical",
        severity: DataLoss,
        rule: "a restore over files of which some are missing, damaged or too many leaves just the files that were stored, byte by byte",
        consequence: "what comes back is not what was backed up",
        source: "S3 API reference, GetObject",
        under: &Policy::ALL,
        backends: Backends::All,
        body: |client| restore(client).boxed(),
    },
    Scenario {
        name: "restored-files-have-their-times",
        severity: BreaksClients,
        rule: "a restored file has the modification time that it was stored with",
        consequence: "after a restore every file looks new: the next backup takes everything again, and no date tells what is old",
        source: "rclone, backend/s3: the modification time is in x-amz-meta-mtime",
        under: &[SizeAndTime],
        backends: Backends::All,
        body: |client| restored_times(client).boxed(),
    },
];

async fn check(client: SyncClient<'_>) -> Result<(), Stop> {
    let files = plain(client.c);
    client.sync(&files).await?;
    // rclone check compares sizes and MD5s, and no times, however the files came there.
    let checker = client.under(if client.policy == SizeOnly { SizeOnly } else { Checksum });
    let message = "a check right after a sync finds a difference";
    ensure_decided("check-differs", message, &SyncPlan::default(), &checker.planned(&files).await?)?;

    let grows_by = usize::from(!checker.tells_content());
    let size = files.get(EDITED).map_or(0, |file| file.bytes.len());
    client.c.put(EDITED, &client.c.bytes("somebody else's", size + grows_by)).await?;
    client.c.delete(REMOVED).await?;
    let damaged = SyncPlan { send: vec![EDITED.to_owned(), REMOVED.to_owned()], ..SyncPlan::default() };
    let message = "a check does not find just the object that was overwritten and the one that was deleted";
    ensure_decided("damage-not-found", message, &damaged, &checker.planned(&files).await?)
}

async fn restore(client: SyncClient<'_>) -> Result<(), Stop> {
    let stored = plain(client.c);
    client.sync(&stored).await?;
    let mut files = stored.clone();
    files.remove(REMOVED);
    files.insert("too-much.txt".to_owned(), file(client.c, "too much", 50));
    let grows_by = usize::from(!client.tells_content());
    for name in [EDITED, ALSO_EDITED] {
        edit(client.c, &mut files, name, grows_by, MINUTE_NS);
    }
    client.restore(&mut files).await?;
    ensure_identical(&stored, &files)
}

fn ensure_identical(stored: &Files, restored: &Files) -> Result<(), Stop> {
    let names = |one: &Files, other: &Files| one.keys().filter(|name| !other.contains_key(*name)).cloned().collect();
    let missing: Vec<String> = names(stored, restored);
    ensure(missing.is_empty(), "not-restored", "a stored file is not restored", "every file", few(&missing))?;
    let extra: Vec<String> = names(restored, stored);
    let message = "a file that is not in the backup is still there after the restore";
    ensure(extra.is_empty(), "not-deleted", message, "the stored files and nothing else", few(&extra))?;
    for (name, file) in stored {
        let actual = restored.get(name).map(|file| file.bytes.as_ref()).unwrap_or_default();
        same(name, &file.bytes, actual)?;
    }
    Ok(())
}

async fn restored_times(client: SyncClient<'_>) -> Result<(), Stop> {
    let stored = plain(client.c);
    client.sync(&stored).await?;
    let mut files = Files::new();
    client.restore(&mut files).await?;
    ensure_identical(&stored, &files)?;
    let other: Vec<_> = stored
        .iter()
        .filter(|(name, file)| files.get(*name).map(|restored| restored.modified_ns) != Some(file.modified_ns))
        .map(|(name, _)| name)
        .collect();
    let message = format!("{} of {} restored files have another time than they had", other.len(), stored.len());
    ensure(other.is_empty(), "time-lost", message, time_text(super::trees::MODIFIED_NS), few(&other))
}
