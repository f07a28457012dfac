//! Names that are hard to carry, and more of them than a page of a listing has.

use super::client::{Client, ensure_decided};
use super::planner::{Plan, Policy};
use super::scenario::under_each_policy;
use super::trees::{awkward, many};
use crate::checks::check::{Check, CheckContext};
use crate::record::Stop;

pub(super) const AWKWARD: [Check; 3] = under_each_policy!(
    "awkward-names",
    DataLoss,
    "files with spaces, signs, percent escapes, capitals and other scripts in their names are each stored, and a second sync finds them",
    "a file overwrites another whose name looks alike to the server, or is sent again with each sync",
    "S3 API reference, object key naming: a key is a sequence of UTF-8 bytes",
    awkward_names
);

async fn awkward_names(context: &CheckContext<'_>, policy: Policy) -> Result<(), Stop> {
    let (client, files) = (Client::new(context, policy), awkward(context));
    client.sync(&files).await?;
    client.ensure_stored(&files).await?;
    let again = client.planned(&files).await?;
    let message = "a second sync does not find what the first one stored";
    ensure_decided("transferred-again", message, &Plan::default(), &Plan { set_time: Vec::new(), ..again })
}

/// One more than a page of a listing has.
const COUNT: usize = 1_001;

pub(super) const MANY: [Check; 3] = under_each_policy!(
    "1001-objects",
    DataLoss,
    "of 1,001 objects a second sync finds each, and sends and deletes nothing",
    "a sync takes the objects beyond the first page for missing, and a restore leaves them out",
    "S3 API reference, ListObjectsV2: a page has up to 1,000 keys, and a token leads to the next",
    many_objects
);

async fn many_objects(context: &CheckContext<'_>, policy: Policy) -> Result<(), Stop> {
    let (client, mut files) = (Client::new(context, policy), many(COUNT));
    client.sync(&files).await?;
    let again = client.planned(&files).await?;
    let message = "a second sync of 1,001 files does not find each of them";
    ensure_decided("transferred-again", message, &Plan::default(), &Plan { set_time: Vec::new(), ..again })?;
    let last = files.pop_last().map(|(name, _)| name);
    let extra = Client::new(context, Policy::SizeOnly).planned(&files).await?;
    let expected = Plan { delete: last.into_iter().collect(), ..Plan::default() };
    ensure_decided("wrong-deletion", "the last of 1,001 objects is not found to be extra", &expected, &extra)
}
