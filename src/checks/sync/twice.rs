//! The first sync, and what the second one does where nothing, or nothing but a time, has changed.

use super::client::{Client, ensure_decided};
use super::planner::{Plan, Policy, time_text};
use super::scenario::{check_under, under_each_policy};
use super::trees::{EDITED, MINUTE_NS, plain};
use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::ensure;
use crate::record::Stop;

pub(super) const INITIAL: [Check; 3] = under_each_policy!(
    "initial",
    DataLoss,
    "a first sync finds the bucket empty, sends every file, and each is listed and stored as it is",
    "the first backup already lacks files, or differs from them",
    "S3 API reference, PutObject and ListObjectsV2",
    initial
);

async fn initial(context: &CheckContext<'_>, policy: Policy) -> Result<(), Stop> {
    let (client, files) = (Client::new(context, policy), plain(context));
    let plan = client.sync(&files).await?;
    let all = Plan { send: files.keys().cloned().collect(), ..Plan::default() };
    ensure_decided("not-sent", "a first sync does not send every file", &all, &plan)?;
    client.ensure_stored(&files).await
}

pub(super) const NOOP: [Check; 3] = under_each_policy!(
    "noop-second-run",
    BreaksClients,
    "a second sync of the same files transfers nothing and sets no time",
    "every backup takes as long as the first one, and writes every object again",
    "rclone, fs/operations: Equal",
    noop
);

async fn noop(context: &CheckContext<'_>, policy: Policy) -> Result<(), Stop> {
    let (client, files) = (Client::new(context, policy), plain(context));
    client.sync(&files).await?;
    let again = client.planned(&files).await?;
    ensure_decided("transferred-again", "a second sync of the same files has work to do", &Plan::default(), &again)
}

pub(super) const TOUCHED: Check = check_under!(
    SizeAndTime,
    "touched-file-gets-its-time",
    BreaksClients,
    "a file whose time alone has changed is not sent: its time is set by a copy onto itself, which keeps the content",
    "a touched file is sent again with each sync, or setting its time harms the content",
    "rclone, backend/s3: SetModTime is CopyObject with the directive REPLACE",
    touched
);

async fn touched(context: &CheckContext<'_>, policy: Policy) -> Result<(), Stop> {
    let (client, mut files) = (Client::new(context, policy), plain(context));
    client.sync(&files).await?;
    if let Some(file) = files.get_mut(EDITED) {
        file.modified_ns += MINUTE_NS;
    }
    let plan = client.sync(&files).await?;
    let message = "a file whose time alone has changed is sent again";
    let sent = Plan { send: plan.send, ..Plan::default() };
    ensure_decided("transferred-again", message, &Plan::default(), &sent)?;
    client.ensure_stored(&files).await?;
    let shown = |time: Option<i64>| time.map_or_else(|| "no x-amz-meta-mtime".to_owned(), time_text);
    let (expected, actual) = (files.get(EDITED).map(|file| file.modified_ns), client.time(EDITED).await?);
    let message = format!("the time of {EDITED}, set by a copy onto itself, is another one afterwards");
    ensure(expected == actual, "time-lost", message, shown(expected), shown(actual))
}
