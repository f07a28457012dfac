//! Tags that a user gives an object.

use std::collections::BTreeMap;

use futures_util::FutureExt;

use crate::checks::capability::Capability;
use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content, ensure_same_tag};
use crate::record::{CheckSpec, Severity, Stop};

pub(super) const ROUNDTRIP: Check = Check {
    spec: CheckSpec {
        name: "tagging-roundtrip",
        severity: Severity::BreaksClients,
        rule: "tags that are given to an object come back, and leave its content and its ETag alone",
        consequence: "rules that decide by tags what is kept, such as those of backup tools, decide by nothing",
        source: "S3 API reference, PutObjectTagging and GetObjectTagging",
    },
    body: |context| roundtrip(context).boxed(),
};

async fn roundtrip(context: &CheckContext<'_>) -> Result<(), Stop> {
    context.requires(Capability::Tagging).await?;
    let bytes = context.bytes("object", 2_000);
    let etag = context.put("object", &bytes).await?;
    for tags in [[("kind", "backup"), ("keep", "a year + a day")], [("kind", "archive"), ("keep", "")]] {
        let tags: BTreeMap<_, _> = tags.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        context.s3.put_tags(context.bucket(), "object", &tags).await?;
        let body = context.get("object", bytes.len()).await?;
        ensure_content("object that was given tags", &bytes, &body.bytes)?;
        let message = "the ETag moved when the object was given tags";
        ensure_same_tag("etag-unstable", message, etag.as_deref(), body.etag.as_deref())?;
        let found = context.s3.tags(context.bucket(), "object").await?;
        let (expected, actual) = (format!("{tags:?}"), format!("{found:?}"));
        ensure(found == tags, "tags-lost", "other tags come back than were given", expected, actual)?;
    }
    Ok(())
}
