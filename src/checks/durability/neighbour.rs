//! Two servers of one user, each with a data directory of its own: neither may see or touch what is the other's.

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content, ensure_same_tag, few};
use crate::record::{CheckSpec, Failure, Fault, Severity, Stop};
use crate::s3::{RequestError, S3};

pub(super) const DO_NOT_MEET: Check = Check {
    spec: CheckSpec {
        name: "two-data-directories-do-not-meet",
        severity: Severity::DataLoss,
        rule: "a second server of the same user on another data directory neither shows nor changes what the first one has",
        consequence: "who serves two directories gets objects of one with the tags of the other, and deleting in one makes files of the other vanish",
        source: "pys3local, README: the data directory is what --path names",
    },
    body: |context| do_not_meet(context).boxed(),
};

async fn do_not_meet(context: &CheckContext<'_>) -> Result<(), Stop> {
    let started = context.server.second_server().await.map_err(|error| Stop::from(Fault::from(error)))?;
    let Some(second) = started else {
        let reason = "a second server cannot be started beside this one, or cannot be reached";
        return Err(Stop::Skipped(reason.to_owned()));
    };
    let compared = compare(context, &context.s3.towards(second.endpoint())).await;
    let stopped = second.stop().await;
    compared?;
    stopped.map_err(|error| Fault::from(error).into())
}

/// Stores under the same names on both servers, and empties the second.
async fn compare(context: &CheckContext<'_>, second: &S3) -> Result<(), Stop> {
    let bucket = context.bucket();
    let (ours, theirs) = (context.bytes("ours", 5_000), context.bytes("theirs", 3_000));
    let tag = context.put("object", &ours).await?;
    context.put("only here", &ours).await?;

    second.create_bucket(bucket).await.map_err(met("CreateBucket of a name that the first server has"))?;
    let foreign = second.list_all(bucket, "", None, 100).await?;
    let names: Vec<_> = foreign.iter().map(|entry| &entry.key).collect();
    let message = "a new bucket of the second server lists objects of the first one's";
    ensure(foreign.is_empty(), "directories-meet", message, "an empty listing", few(&names))?;

    second.put(bucket, "object", theirs.clone()).await?;
    let body = second.get(bucket, "object", theirs.len() as u64).await?;
    ensure_content("the second server's object", &theirs, &body.bytes)?;
    unchanged(context, "the second server stored an object of the same name", &ours, tag.as_deref()).await?;

    second.delete(bucket, "object").await?;
    second.delete_bucket(bucket).await?;
    unchanged(context, "the second server deleted its own", &ours, tag.as_deref()).await
}

/// Sees that the first server's objects are as they were.
async fn unchanged(context: &CheckContext<'_>, after: &str, bytes: &[u8], tag: Option<&str>) -> Result<(), Stop> {
    for key in ["object", "only here"] {
        let body = context.s3.get(context.bucket(), key, bytes.len() as u64).await;
        let body = body.map_err(met(&format!("{key} of the first server, after {after},")))?;
        ensure_content(&format!("{key} of the first server, after {after}"), bytes, &body.bytes)?;
        let message = format!("{key} of the first server has another tag after {after}");
        ensure_same_tag("directories-meet", message, tag, body.etag.as_deref())?;
    }
    let listed = context.s3.list_all(context.bucket(), "", None, 100).await?;
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
