//! Names that are hard to carry, and more of them than a page of a listing has.

use futures_util::FutureExt;

use super::client::{SyncClient, ensure_decided};
use super::planner::Policy::{self, Checksum, SizeAndTime, SizeOnly};
use super::planner::SyncPlan;
use super::scenario::Scenario;
use super::trees::{awkward, many};
use crate::checks::scope::Backends;
use crate::record::Severity::DataLoss;
use crate::record::Stop;

/// One more than a page of a listing has.
const COUNT: usize = 1_001;

const MANY: Scenario = Scenario {
    name: "1001-objects",
    severity: DataLoss,
    rule: "of 1,001 objects a second sync finds each, and sends and deletes nothing",
    consequence: "a sync takes the objects beyond the first page for missing, and a restore leaves them out",
    source: "S3 API reference, ListObjectsV2: a page has up to 1,000 keys, and a token leads to the next",
    under: &[SizeOnly],
    backends: Backends::All,
    body: |client| many_objects(client).boxed(),
};

pub(super) static SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "awkward-names",
        severity: DataLoss,
        rule: "files with spaces, signs, percent escapes, capitals and other scripts in their names are each stored, and a second sync finds them",
        consequence: "a file overwrites another whose name looks alike to the server, or is sent again with each sync",
        source: "S3 API reference, object key naming: a key is a sequence of UTF-8 bytes",
        under: &Policy::ALL,
        backends: Backends::All,
        body: |client| awkward_names(client).boxed(),
    },
    Scenario { under: &[SizeAndTime, Checksum], backends: Backends::Quick, ..MANY },
    MANY,
];

async fn awkward_names(client: SyncClient<'_>) -> Result<(), Stop> {
    let files = awkward(client.c);
    client.sync(&files).await?;
    client.ensure_stored(&files).await?;
    let again = client.planned(&files).await?;
    let message = "a second sync does not find what the first one stored";
    ensure_decided("transferred-again", message, &SyncPlan::default(), &SyncPlan { set_time: Vec::new(), ..again })
}

async fn many_objects(client: SyncClient<'_>) -> Result<(), Stop> {
    let mut files = many(COUNT);
    client.sync(&files).await?;
    let again = client.planned(&files).await?;
    let message = "a second sync of 1,001 files does not find each of them";
    ensure_decided("transferred-again", message, &SyncPlan::default(), &SyncPlan { set_time: Vec::new(), ..again })?;
    let last = files.pop_last().map(|(name, _)| name);
    let extra = client.under(Policy::SizeOnly).planned(&files).await?;
    let expected = SyncPlan { delete: last.into_iter().collect(), ..SyncPlan::default() };
    ensure_decided("wrong-deletion", "the last of 1,001 objects is not found to be extra", &expected, &extra)
}
