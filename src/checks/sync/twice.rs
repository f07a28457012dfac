//! The first sync, and what the second one does where nothing, or nothing but a time, has changed.

use futures_util::FutureExt;

use super::client::{SyncClient, ensure_decided};
use super::planner::Policy::{self, SizeAndTime};
use super::planner::{SyncPlan, time_text};
use super::scenario::Scenario;
use super::trees::{EDITED, MINUTE_NS, plain};
use crate::checks::judge::ensure;
use crate::checks::scope::Backends;
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::Stop;

pub(super) static SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "initial",
        severity: DataLoss,
        rule: "a first sync finds the bucket empty, sends every file, and each is listed and stored as it is",
        consequence: "the first backup already lacks files, or differs from them",
        source: "S3 API reference, PutObject and ListObjectsV2",
        under: &Policy::ALL,
        backends: Backends::All,
        body: |client| initial(client).boxed(),
    },
    Scenario {
        name: "noop-second-run",
        severity: BreaksClients,
        rule: "a second sync of the same files transfers nothing and sets no time",
        consequence: "every backup takes as long as the first one, and writes every object again",
        source: "rclone, fs/operations: Equal",
        under: &Policy::ALL,
        backends: Backends::All,
        body: |client| noop(client).boxed(),
    },
    Scenario {
        name: "touched-file-gets-its-time",
        severity: BreaksClients,
        rule: "a file whose time alone has changed is not sent: its time is set by a copy onto itself, which keeps the content",
        consequence: "a touched file is sent again with each sync, or setting its time harms the content",
        source: "rclone, backend/s3: SetModTime is CopyObject with the directive REPLACE",
        under: &[SizeAndTime],
        backends: Backends::WithMd5Etags,
        body: |client| touched(client).boxed(),
    },
];

async fn initial(client: SyncClient<'_>) -> Result<(), Stop> {
    let files = plain(client.c);
    let plan = client.sync(&files).await?;
    let all = SyncPlan { send: files.keys().cloned().collect(), ..SyncPlan::default() };
    ensure_decided("not-sent", "a first sync does not send every file", &all, &plan)?;
    client.ensure_stored(&files).await
}

async fn noop(client: SyncClient<'_>) -> Result<(), Stop> {
    let files = plain(client.c);
    client.sync(&files).await?;
    let again = client.planned(&files).await?;
    ensure_decided("transferred-again", "a second sync of the same files has work to do", &SyncPlan::default(), &again)
}

async fn touched(client: SyncClient<'_>) -> Result<(), Stop> {
    let mut files = plain(client.c);
    client.sync(&files).await?;
    if let Some(file) = files.get_mut(EDITED) {
        file.modified_ns += MINUTE_NS;
    }
    let plan = client.sync(&files).await?;
    let message = "a file whose time alone has changed is sent again";
    let sent = SyncPlan { send: plan.send, ..SyncPlan::default() };
    ensure_decided("transferred-again", message, &SyncPlan::default(), &sent)?;
    client.ensure_stored(&files).await?;
    let shown = |time: Option<i64>| time.map_or_else(|| "no x-amz-meta-mtime".to_owned(), time_text);
    let (expected, actual) = (files.get(EDITED).map(|file| file.modified_ns), client.time(EDITED).await?);
    let message = format!("the time of {EDITED}, set by a copy onto itself, is another one afterwards");
    ensure(expected == actual, "time-lost", message, shown(expected), shown(actual))
}
