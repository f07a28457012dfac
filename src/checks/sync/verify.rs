//! The way back: a check of the backup against the files, and a restore of the files from the backup.

use super::client::{Client, ensure_decided};
use super::planner::{Plan, Policy, time_text};
use super::scenario::{check_under, under_each_policy};
use super::trees::{ALSO_EDITED, EDITED, Files, MINUTE_NS, REMOVED, edit, file, plain};
use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content, few};
use crate::record::Stop;
use crate::server::EtagProfile;

pub(super) const CHECK: [Check; 3] = under_each_policy!(
    "check-clean",
    DataLoss,
    "a check after a sync, of sizes or of sizes and MD5s, finds no difference, and afterwards just the object that somebody else overwrote and the one that they deleted",
    "a damaged backup is called good, or a good one damaged",
    "rclone check; S3 API reference, ListObjectsV2",
    check
);

async fn check(context: &CheckContext<'_>, policy: Policy) -> Result<(), Stop> {
    let (client, files) = (Client::new(context, policy), plain(context));
    client.sync(&files).await?;
    // rclone check compares sizes and MD5s, and no times, however the files came there.
    let compares = if policy == Policy::SizeOnly { policy } else { Policy::Checksum };
    let checker = Client::new(context, compares);
    let message = "a check right after a sync finds a difference";
    ensure_decided("check-differs", message, &Plan::default(), &checker.planned(&files).await?)?;

    let grows_by = usize::from(!tells_content(context, compares));
    let size = files.get(EDITED).map_or(0, |file| file.bytes.len());
    context.put(EDITED, &context.bytes("somebody else's", size + grows_by)).await?;
    context.s3.delete(context.bucket(), REMOVED).await?;
    let damaged = Plan { send: vec![EDITED.to_owned(), REMOVED.to_owned()], ..Plan::default() };
    let message = "a check does not find just the object that was overwritten and the one that was deleted";
    ensure_decided("damage-not-found", message, &damaged, &checker.planned(&files).await?)
}

/// Whether a client tells other content of the same size from what it stored.
fn tells_content(context: &CheckContext<'_>, policy: Policy) -> bool {
    match policy {
        Policy::SizeAndTime => true,
        Policy::Checksum => context.etag_profile == EtagProfile::Md5,
        Policy::SizeOnly => false,
    }
}

pub(super) const RESTORE: [Check; 3] = under_each_policy!(
    "restore-identical",
    DataLoss,
    "a restore over files of which some are missing, damaged or too many leaves just the files that were stored, byte by byte",
    "what comes back is not what was backed up",
    "S3 API reference, GetObject",
    restore
);

async fn restore(context: &CheckContext<'_>, policy: Policy) -> Result<(), Stop> {
    let (client, stored) = (Client::new(context, policy), plain(context));
    client.sync(&stored).await?;
    let mut files = stored.clone();
    files.remove(REMOVED);
    files.insert("too-much.txt".to_owned(), file(context, "too much", 50));
    let grows_by = usize::from(!tells_content(context, policy));
    for name in [EDITED, ALSO_EDITED] {
        edit(context, &mut files, name, grows_by, MINUTE_NS);
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
        ensure_content(name, &file.bytes, actual)?;
    }
    Ok(())
}

pub(super) const RESTORED_TIMES: Check = check_under!(
    SizeAndTime,
    "restored-files-have-their-times",
    BreaksClients,
    "a restored file has the modification time that it was stored with",
    "after a restore every file looks new: the next backup takes everything again, and no date tells what is old",
    "rclone, backend/s3: the modification time is in x-amz-meta-mtime",
    restored_times
);

async fn restored_times(context: &CheckContext<'_>, policy: Policy) -> Result<(), Stop> {
    let (client, stored) = (Client::new(context, policy), plain(context));
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
