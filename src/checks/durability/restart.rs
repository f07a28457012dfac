//! What was acknowledged is there after the server's end, an orderly one or a crash.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::{ALONE_OVER_A_RESTART, lost};
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, few, same, same_etag};
use crate::record::Severity::DataLoss;
use crate::record::Stop;
use crate::s3::{Attributes, Listed};
use crate::server::Shutdown;

const DURABLE: &str = "S3 API reference, data consistency: an acknowledged object is durable";

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "restart-keeps-everything",
        severity: DataLoss,
        rule: "an orderly restart changes no object, ETag, header or listing, and brings nothing back that was deleted",
        consequence: "after an update of the server files are gone, or every file is uploaded again",
        source: DURABLE,
        scope: ALONE_OVER_A_RESTART,
        body: &async |c: &CheckContext| over(c, Shutdown::Orderly).await,
    },
    Check {
        name: "kill-9-keeps-acknowledged-objects",
        severity: DataLoss,
        rule: "a server that is killed right after its answers has every object, ETag and header when it runs again, and nothing that was deleted",
        consequence: "a client deletes its copy once the server has said yes: a crash then loses the only one",
        source: DURABLE,
        scope: ALONE_OVER_A_RESTART,
        body: &async |c: &CheckContext| over(c, Shutdown::Killed).await,
    },
];

/// Everything that a client can see of a bucket.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    listing: Vec<Listed>,
    objects: BTreeMap<String, Object>,
}

/// Everything that a client can see of an object, but its content.
#[derive(Debug, PartialEq, Eq)]
struct Object {
    head: Option<String>,
    get: Option<String>,
    attributes: Attributes,
}

async fn over(c: &CheckContext<'_>, shutdown: Shutdown) -> Result<(), Stop> {
    let stored = store(c).await?;
    let before = look(c, &stored).await?;
    c.restart(shutdown).await?;
    let after = look(c, &stored).await?;
    for (key, before) in &before.objects {
        let after = &after.objects[key];
        for (operation, before, after) in [("HEAD", &before.head, &after.head), ("GET", &before.get, &after.get)] {
            let message = format!("{operation} of {key} shows another ETag after the restart");
            same_etag("etag-unstable", message, before.as_deref(), after.as_deref())?;
        }
        let (expected, actual) = (format!("{:?}", before.attributes), format!("{:?}", after.attributes));
        let message = format!("the headers of {key} are other ones after the restart");
        ensure(before.attributes == after.attributes, "headers-lost", message, expected, actual)?;
    }
    let changed = |one: &[Listed], other: &[Listed]| {
        one.iter().filter(|entry| !other.contains(entry)).map(|entry| format!("{entry:?}")).collect::<Vec<_>>()
    };
    let (gone, new) = (changed(&before.listing, &after.listing), changed(&after.listing, &before.listing));
    let actual = format!("missing: {}; new: {}", few(&gone), few(&new));
    ensure(
        before == after,
        "listing-changed",
        "the listing is another one after the restart",
        "the same listing",
        actual,
    )
}

/// Objects of several sizes and names, one of them overwritten; and one that is deleted again.
async fn store(c: &CheckContext<'_>) -> Result<BTreeMap<String, Bytes>, Stop> {
    let mut stored = BTreeMap::new();
    for (key, size) in [
        ("empty", 0),
        ("byte", 1),
        ("folder/deep/er/file.bin", 70_000),
        ("a name with blanks & ümlauts", 3_000),
        ("large", 3 << 20),
        ("overwritten", 5_000),
    ] {
        stored.insert(key.to_owned(), c.bytes(key, size));
    }
    for key in ["overwritten", "deleted"] {
        c.put(key, &c.bytes("first version", 9_000)).await?;
    }
    for (key, bytes) in &stored {
        let metadata = BTreeMap::from([("mtime".to_owned(), "1700000000.123456789".to_owned())]);
        let attributes = Attributes { content_type: Some("text/x-s3ci".to_owned()), metadata, ..Attributes::default() };
        c.put_with(key, bytes, &attributes).await?;
    }
    c.delete("deleted").await?;
    Ok(stored)
}

/// Reads every object, and asks for all that a client may ask for.
async fn look(c: &CheckContext<'_>, stored: &BTreeMap<String, Bytes>) -> Result<Seen, Stop> {
    let (s3, bucket) = (&c.s3, c.bucket());
    let mut objects = BTreeMap::new();
    for (key, bytes) in stored {
        let what = format!("{key}, which was acknowledged,");
        let lost = |error| lost("object-lost", &what, "the object", error);
        let body = s3.get(bucket, key, bytes.len() as u64).await.map_err(lost)?;
        same(key, bytes, &body.bytes)?;
        let head = c.head(key).await?.etag;
        let attributes = s3.attributes_by_head(bucket, key).await.map_err(lost)?;
        objects.insert(key.clone(), Object { head, get: body.etag, attributes });
    }
    let back = s3.head(bucket, "deleted").await?.is_some();
    ensure(!back, "object-came-back", "an object is there that was deleted", "404", "200")?;
    let mut listing = s3.list_all(bucket, "", None, stored.len() + 10).await?;
    // Its order is a rule of its own.
    listing.sort_by(|one, other| one.key.cmp(&other.key));
    let keys: Vec<_> = listing.iter().map(|entry| entry.key.clone()).collect();
    let message = "the listing does not name what was stored";
    ensure(keys.iter().eq(stored.keys()), "listing-incomplete", message, format!("{:?}", stored.keys()), few(&keys))?;
    Ok(Seen { listing, objects })
}
