//! What changes between two syncs: edits, deletions, new names.
//!
//! The hard test is an edit that keeps the size of the file: each policy finds what it compares, and no more.

use futures_util::FutureExt;

use super::client::{SyncClient, ensure_decided};
use super::planner::Policy::{self, Checksum, SizeAndTime, SizeOnly};
use super::planner::SyncPlan;
use super::scenario::Scenario;
use super::trees::{ALSO_EDITED, EDITED, MINUTE_NS, REMOVED, edit, plain};
use crate::checks::scope::Backends;
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::Stop;
use crate::server::EtagProfile;

/// The new name of [`REMOVED`].
const RENAMED: &str = "photos/2024/first.jpg";

pub(super) static SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "same-size-edit",
        severity: DataLoss,
        rule: "an edited file that kept its size and is newer is sent, and the edited content is stored",
        consequence: "a sync skips a modified file: the backup is silently stale",
        source: "rclone, fs/operations: Equal",
        under: &[SizeAndTime],
        backends: Backends::All,
        body: |client| edit_is_found(client, MINUTE_NS).boxed(),
    },
    Scenario {
        name: "same-size-edit-with-preserved-mtime-goes-unnoticed",
        severity: BreaksClients,
        rule: "an edit that keeps size and time is not seen: nothing is sent, the old version stays, and where ETags are MD5s a sync by checksum finds it",
        consequence: "times or sizes that the server does not keep make a sync send files that look the same",
        source: "rclone, fs/operations: Equal",
        under: &[SizeAndTime],
        backends: Backends::All,
        body: |client| unnoticed(client).boxed(),
    },
    Scenario {
        name: "same-size-edit-with-preserved-mtime",
        severity: DataLoss,
        rule: "an edited file that kept its size and its time is sent, for its MD5 is not the ETag, and the edited content is stored",
        consequence: "a sync by checksum skips a modified file: the backup is silently stale",
        source: "rclone, backend/s3: an ETag of 32 hexadecimal digits is the content's MD5",
        under: &[Checksum],
        backends: Backends::WithMd5Etags,
        body: |client| edit_is_found(client, 0).boxed(),
    },
    Scenario {
        name: "same-size-edit-goes-unnoticed",
        severity: BreaksClients,
        rule: "where ETags are no MD5s, size alone decides: a same-size edit is not seen, nothing is sent, and the old version stays",
        consequence: "a client takes an ETag for an MD5 that it is not, and every sync sends everything",
        source: "rclone, backend/s3: an ETag of 32 hexadecimal digits is the content's MD5, any other tells nothing",
        under: &[Checksum],
        backends: Backends::WithOpaqueEtags,
        body: |client| unnoticed(client).boxed(),
    },
    Scenario {
        name: "same-size-edit-goes-unnoticed",
        severity: BreaksClients,
        rule: "a same-size edit is not seen: nothing is sent, the old version stays, and where ETags are MD5s a sync by checksum finds it",
        consequence: "sizes that the server does not keep make a sync send files that look the same",
        source: "rclone, fs/operations: Equal",
        under: &[SizeOnly],
        backends: Backends::All,
        body: |client| unnoticed(client).boxed(),
    },
    Scenario {
        name: "delete-extra",
        severity: DataLoss,
        rule: "an object whose file is gone is deleted, and no other is",
        consequence: "a restore brings back what was deleted, or lacks what was not",
        source: "S3 API reference, DeleteObject",
        under: &Policy::ALL,
        backends: Backends::All,
        body: |client| delete_extra(client).boxed(),
    },
    Scenario {
        name: "rename",
        severity: DataLoss,
        rule: "a file of a new name is stored under it, by a copy of the old object where the MD5 tells that it is the same, and the old name goes",
        consequence: "a renamed file is lost, or is there under both names",
        source: "s3cmd sync and rclone --track-renames: CopyObject; otherwise PutObject and DeleteObject",
        under: &Policy::ALL,
        backends: Backends::All,
        body: |client| rename(client).boxed(),
    },
];

async fn edit_is_found(client: SyncClient<'_>, later_ns: i64) -> Result<(), Stop> {
    let mut files = plain(client.c);
    client.sync(&files).await?;
    for name in [EDITED, ALSO_EDITED] {
        edit(client.c, &mut files, name, 0, later_ns);
    }
    let plan = client.sync(&files).await?;
    // What else is sent is another rule's business.
    let send = plan.send.into_iter().filter(|name| both_edits().send.contains(name)).collect();
    let message = "a sync after an edit does not send every edited file";
    ensure_decided("edit-not-found", message, &both_edits(), &SyncPlan { send, ..SyncPlan::default() })?;
    client.ensure_stored(&files).await
}

fn both_edits() -> SyncPlan {
    SyncPlan { send: vec![EDITED.to_owned(), ALSO_EDITED.to_owned()], ..SyncPlan::default() }
}

async fn unnoticed(client: SyncClient<'_>) -> Result<(), Stop> {
    let stored = plain(client.c);
    client.sync(&stored).await?;
    let mut files = stored.clone();
    for name in [EDITED, ALSO_EDITED] {
        edit(client.c, &mut files, name, 0, 0);
    }
    let plan = client.sync(&files).await?;
    let message = "by what this policy compares, nothing has changed, and yet a sync has work to do";
    ensure_decided("transferred-again", message, &SyncPlan::default(), &plan)?;
    client.ensure_stored(&stored).await?;
    if client.c.etag_profile() == EtagProfile::Opaque {
        return Ok(());
    }
    let by_checksum = client.under(Policy::Checksum).planned(&files).await?;
    let message = "a sync by checksum does not find just the edits that this policy cannot see";
    ensure_decided("edit-not-found", message, &both_edits(), &by_checksum)
}

async fn delete_extra(client: SyncClient<'_>) -> Result<(), Stop> {
    let mut files = plain(client.c);
    client.sync(&files).await?;
    files.remove(REMOVED);
    let plan = client.sync(&files).await?;
    let expected = SyncPlan { delete: vec![REMOVED.to_owned()], ..SyncPlan::default() };
    let message = "a sync does not delete just the object whose file is gone";
    ensure_decided("wrong-deletion", message, &expected, &SyncPlan { delete: plan.delete, ..SyncPlan::default() })?;
    client.ensure_stored(&files).await
}

async fn rename(client: SyncClient<'_>) -> Result<(), Stop> {
    let mut files = plain(client.c);
    client.sync(&files).await?;
    let renamed = files.remove(REMOVED);
    files.extend(renamed.map(|file| (RENAMED.to_owned(), file)));
    let plan = client.sync(&files).await?;
    let send = plan.send.into_iter().filter(|name| name == RENAMED).collect();
    let decided = SyncPlan { send, set_time: Vec::new(), ..plan };
    let (new, delete) = (RENAMED.to_owned(), vec![REMOVED.to_owned()]);
    let expected = if client.policy == Policy::Checksum && client.c.etag_profile() == EtagProfile::Md5 {
        SyncPlan { copy: vec![(REMOVED.to_owned(), new)], delete, ..SyncPlan::default() }
    } else {
        SyncPlan { send: vec![new], delete, ..SyncPlan::default() }
    };
    let message = "a sync after a rename does not just store the new name and delete the old one";
    ensure_decided("wrong-rename", message, &expected, &decided)?;
    client.ensure_stored(&files).await
}
