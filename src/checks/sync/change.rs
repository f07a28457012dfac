//! What changes between two syncs: edits, deletions, new names.
//!
//! A file that is edited and keeps its size is the touchstone: each policy finds what it can tell by what it compares, and no more.

use super::client::{Client, ensure_decided};
use super::planner::{Plan, Policy};
use super::scenario::{check_under, under_each_policy};
use super::trees::{ALSO_EDITED, EDITED, MINUTE_NS, REMOVED, edit, plain};
use crate::checks::check::{Check, CheckContext};
use crate::record::Stop;
use crate::server::EtagProfile;

pub(super) const NEWER_EDIT: Check = check_under!(
    SizeAndTime,
    "same-size-edit",
    DataLoss,
    "an edited file that kept its size and is newer is sent, and the edited content is stored",
    "a sync skips a modified file: the backup is silently stale",
    "rclone, fs/operations: Equal",
    edit_with_another_time
);

async fn edit_with_another_time(context: &CheckContext<'_>, policy: Policy) -> Result<(), Stop> {
    edit_is_found(context, policy, MINUTE_NS).await
}

pub(super) const CHECKSUM_EDIT: Check = check_under!(
    Checksum,
    "same-size-edit-with-preserved-mtime",
    DataLoss,
    "an edited file that kept its size and its time is sent, for its MD5 is not the tag, and the edited content is stored",
    "a sync by checksum skips a modified file: the backup is silently stale",
    "rclone, backend/s3: a tag of 32 hexadecimal digits is the content's MD5",
    edit_with_the_same_time
);

async fn edit_with_the_same_time(context: &CheckContext<'_>, policy: Policy) -> Result<(), Stop> {
    edit_is_found(context, policy, 0).await
}

async fn edit_is_found(context: &CheckContext<'_>, policy: Policy, later_ns: i64) -> Result<(), Stop> {
    let (client, mut files) = (Client::new(context, policy), plain(context));
    client.sync(&files).await?;
    for name in [EDITED, ALSO_EDITED] {
        edit(context, &mut files, name, 0, later_ns);
    }
    let plan = client.sync(&files).await?;
    // What else is sent is another rule's business.
    let send = plan.send.into_iter().filter(|name| both_edits().send.contains(name)).collect();
    let message = "a sync after an edit does not send every edited file";
    ensure_decided("edit-not-found", message, &both_edits(), &Plan { send, ..Plan::default() })?;
    client.ensure_stored(&files).await
}

fn both_edits() -> Plan {
    Plan { send: vec![EDITED.to_owned(), ALSO_EDITED.to_owned()], ..Plan::default() }
}

pub(super) const SIZE_MTIME_UNNOTICED: Check = check_under!(
    SizeAndTime,
    "same-size-edit-with-preserved-mtime-goes-unnoticed",
    BreaksClients,
    "an edit that keeps size and time is not seen: nothing is sent, the old version stays, and where tags are MD5s a sync by \
     checksum finds it",
    "times or sizes that the server does not keep make a sync send files that look the same",
    "rclone, fs/operations: Equal",
    unnoticed
);

pub(super) const CHECKSUM_UNNOTICED: Check = check_under!(
    Checksum,
    "same-size-edit-goes-unnoticed",
    BreaksClients,
    "where tags are no MD5s, size alone decides: a same-size edit is not seen, nothing is sent, and the old version stays",
    "a tag is taken for an MD5 that it is not, and every sync sends everything",
    "rclone, backend/s3: a tag of 32 hexadecimal digits is the content's MD5, any other tells nothing",
    unnoticed
);

pub(super) const SIZE_ONLY_UNNOTICED: Check = check_under!(
    SizeOnly,
    "same-size-edit-goes-unnoticed",
    BreaksClients,
    "a same-size edit is not seen: nothing is sent, the old version stays, and where tags are MD5s a sync by checksum finds it",
    "sizes that the server does not keep make a sync send files that look the same",
    "rclone, fs/operations: Equal",
    unnoticed
);

async fn unnoticed(context: &CheckContext<'_>, policy: Policy) -> Result<(), Stop> {
    let (client, stored) = (Client::new(context, policy), plain(context));
    client.sync(&stored).await?;
    let mut files = stored.clone();
    for name in [EDITED, ALSO_EDITED] {
        edit(context, &mut files, name, 0, 0);
    }
    let plan = client.sync(&files).await?;
    let message = "by what this policy compares, nothing has changed, and yet a sync has work to do";
    ensure_decided("transferred-again", message, &Plan::default(), &plan)?;
    client.ensure_stored(&stored).await?;
    if context.etag_profile == EtagProfile::Opaque {
        return Ok(());
    }
    let by_checksum = Client::new(context, Policy::Checksum).planned(&files).await?;
    let message = "a sync by checksum does not find just the edits that this policy cannot see";
    ensure_decided("edit-not-found", message, &both_edits(), &by_checksum)
}

pub(super) const DELETE_EXTRA: [Check; 3] = under_each_policy!(
    "delete-extra",
    DataLoss,
    "an object whose file is gone is deleted, and no other is",
    "a restore brings back what was deleted, or lacks what was not",
    "S3 API reference, DeleteObject",
    delete_extra
);

async fn delete_extra(context: &CheckContext<'_>, policy: Policy) -> Result<(), Stop> {
    let (client, mut files) = (Client::new(context, policy), plain(context));
    client.sync(&files).await?;
    files.remove(REMOVED);
    let plan = client.sync(&files).await?;
    let expected = Plan { delete: vec![REMOVED.to_owned()], ..Plan::default() };
    let message = "a sync does not delete just the object whose file is gone";
    ensure_decided("wrong-deletion", message, &expected, &Plan { delete: plan.delete, ..Plan::default() })?;
    client.ensure_stored(&files).await
}

pub(super) const RENAME: [Check; 3] = under_each_policy!(
    "rename",
    DataLoss,
    "a file of a new name is stored under it, by a copy of the old object where the MD5 tells that it is the same, and the old name goes",
    "a renamed file is lost, or is there under both names",
    "s3cmd sync and rclone --track-renames: CopyObject; otherwise PutObject and DeleteObject",
    rename
);

/// The new name.
const RENAMED: &str = "photos/2024/first.jpg";

async fn rename(context: &CheckContext<'_>, policy: Policy) -> Result<(), Stop> {
    let (client, mut files) = (Client::new(context, policy), plain(context));
    client.sync(&files).await?;
    let renamed = files.remove(REMOVED);
    files.extend(renamed.map(|file| (RENAMED.to_owned(), file)));
    let plan = client.sync(&files).await?;
    let send = plan.send.into_iter().filter(|name| name == RENAMED).collect();
    let decided = Plan { send, set_time: Vec::new(), ..plan };
    let (new, delete) = (RENAMED.to_owned(), vec![REMOVED.to_owned()]);
    let expected = if policy == Policy::Checksum && context.etag_profile == EtagProfile::Md5 {
        Plan { copy: vec![(REMOVED.to_owned(), new)], delete, ..Plan::default() }
    } else {
        Plan { send: vec![new], delete, ..Plan::default() }
    };
    let message = "a sync after a rename does not just store the new name and delete the old one";
    ensure_decided("wrong-rename", message, &expected, &decided)?;
    client.ensure_stored(&files).await
}
