//! Tags that a user gives an object.

use std::collections::BTreeMap;

use crate::checks::capability::Capability;
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, same, same_etag};
use crate::checks::scope::{ANYWHERE, Needs};
use crate::record::Severity::BreaksClients;
use crate::record::Stop;

pub(super) static CHECKS: &[Check] = &[Check {
    name: "tagging-roundtrip",
    severity: BreaksClients,
    rule: "tags that are given to an object come back, and leave its content and its ETag alone",
    consequence: "rules that keep or delete objects by their tags, such as those of backup tools, have no tags to go by",
    source: "S3 API reference, PutObjectTagging and GetObjectTagging",
    scope: ANYWHERE.needing(Needs::Offered(Capability::Tagging)),
    body: &roundtrip,
}];

async fn roundtrip(c: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = c.bytes("object", 2_000);
    let etag = c.put("object", &bytes).await?;
    for tags in [[("kind", "backup"), ("keep", "a year + a day")], [("kind", "archive"), ("keep", "")]] {
        let tags: BTreeMap<_, _> = tags.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        c.s3.put_tags(c.bucket(), "object", &tags).await?;
        let body = c.get("object", bytes.len()).await?;
        same("object that was given tags", &bytes, &body.bytes)?;
        let message = "the ETag moved when the object was given tags";
        same_etag("etag-unstable", message, etag.as_deref(), body.etag.as_deref())?;
        let found = c.s3.tags(c.bucket(), "object").await?;
        let (expected, actual) = (format!("{tags:?}"), format!("{found:?}"));
        ensure(found == tags, "tags-lost", "other tags come back than were given", expected, actual)?;
    }
    Ok(())
}
