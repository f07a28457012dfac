//! Two servers of one user, each with a data directory of its own: neither may see or touch what is the other's.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, few, same, same_etag};
use crate::checks::scope::{ANYWHERE, Backends};
use crate::record::Severity::DataLoss;
use crate::record::{Failure, Fault, Stop};
use crate::s3::{RequestError, S3};

pub(super) static CHECKS: &[Check] = &[Check {
    name: "two-data-directories-do-not-meet",
    severity: DataLoss,
    rule: "a second server of the same user on another data directory neither shows nor changes what the first one has",
    consequence: "if you serve two directories, one shows objects with the ETags of the other, and deleting in one removes files of the other",
    source: "pys3local, README: the data directory is what --path names",
    scope: ANYWHERE.on(Backends::OnOwnDisk).alone(),
    body: &async |c: &CheckContext| {
        let started = c.server().second_server().await.map_err(|error| Stop::from(Fault::from(error)))?;
        let Some(second) = started else {
            let reason = "a second server cannot be started beside this one, or cannot be reached";
            return Err(Stop::Skipped(reason.to_owned()));
        };
        let compared = compare(c, &c.s3.towards(second.endpoint())).await;
        let stopped = second.stop().await;
        compared?;
        stopped.map_err(|error| Fault::from(error).into())
    },
}];

/// Stores under the same names on both servers, and empties the second.
async fn compare(c: &CheckContext<'_>, second: &S3) -> Result<(), Stop> {
    let bucket = c.bucket();
    let (ours, theirs) = (c.bytes("ours", 5_000), c.bytes("theirs", 3_000));
    let etag = c.put("object", &ours).await?;
    c.put("only here", &ours).await?;

    second.create_bucket(bucket).await.map_err(met("CreateBucket of a name that the first server has"))?;
    let foreign = second.list_all(bucket, "", None, 100).await?;
    let names: Vec<_> = foreign.iter().map(|entry| &entry.key).collect();
    let message = "a new bucket of the second server lists objects of the first one's";
    ensure(foreign.is_empty(), "directories-meet", message, "an empty listing", few(&names))?;

    second.put(bucket, "object", theirs.clone()).await?;
    let body = second.get(bucket, "object", theirs.len() as u64).await?;
    same("the second server's object", &theirs, &body.bytes)?;
    unchanged(c, "the second server stored an object of the same name", &ours, etag.as_deref()).await?;

    second.delete(bucket, "object").await?;
    second.delete_bucket(bucket).await?;
    unchanged(c, "the second server deleted its own", &ours, etag.as_deref()).await
}

/// Checks that the first server's objects are as they were.
async fn unchanged(c: &CheckContext<'_>, after: &str, bytes: &[u8], etag: Option<&str>) -> Result<(), Stop> {
    for key in ["object", "only here"] {
        let body = c.s3.get(c.bucket(), key, bytes.len() as u64).await;
        let body = body.map_err(met(&format!("{key} of the first server, after {after},")))?;
        same(format!("{key} of the first server, after {after}"), bytes, &body.bytes)?;
        let message = format!("{key} of the first server has another ETag after {after}");
        same_etag("directories-meet", message, etag, body.etag.as_deref())?;
    }
    let listed = c.list(100).await?;
    let names: Vec<_> = listed.iter().map(|entry| &entry.key).collect();
    let message = format!("the first server's listing is another one after {after}");
    ensure(names == ["object", "only here"], "directories-meet", message, "object; only here", few(&names))
}

/// An answer that only a mixture of two directories can explain.
fn met(what: &str) -> impl Fn(RequestError) -> Stop {
    let what = what.to_owned();
    move |error| match error {
        RequestError::Rejected { .. } | RequestError::Broken { .. } => {
            let message = format!("{what} fails: {error}");
            Failure::new("directories-meet", message, "no trace of the other server", error.to_string()).into()
        }
        other => other.into(),
    }
}
