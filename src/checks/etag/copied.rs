//! ETags of copies, and of objects whose metadata alone was replaced.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, same, same_etag};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::{Cosmetic, DataLoss};
use crate::record::Stop;
use crate::s3::Attributes;
use crate::server::EtagProfile;
use crate::workload::md5_hex;

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "metadata-only-replace",
        severity: Cosmetic,
        rule: "after a copy onto itself that replaces metadata alone, PUT, HEAD, GET and LIST still name one ETag, which is the MD5 where ETags are MD5s",
        consequence: "a sync takes every file whose modification time was set for changed",
        source: "S3 API reference, Object ETag: it reflects changes to the content, not to the metadata",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let bytes = c.bytes("object", 2_000);
            c.put("object", &bytes).await?;
            let metadata = BTreeMap::from([("mtime".to_owned(), "1700000000".to_owned())]);
            let attributes = Attributes { metadata, ..Attributes::default() };
            c.s3.replace_attributes(c.bucket(), "object", &attributes).await?;
            ensure_one_etag(c, "object", &bytes).await.map(drop)
        },
    },
    Check {
        name: "copy-etag",
        severity: DataLoss,
        rule: "a copy over an older copy of an edited source has another ETag than before, the same in every answer",
        consequence: "a sync between two places on the server keeps the old version of a modified file",
        source: "S3 API reference, CopyObject and Object ETag",
        scope: ANYWHERE,
        body: &copy,
    },
];

async fn copy(c: &CheckContext<'_>) -> Result<(), Stop> {
    let versions = [Bytes::from_static(b"Content version 1"), Bytes::from_static(b"Content version 2")];
    let mut etags = Vec::new();
    for bytes in &versions {
        c.put("source", bytes).await?;
        let answered = c.copy("source", "copy").await?;
        let etag = ensure_one_etag(c, "copy", bytes).await?;
        let message = "CopyObject answers with another ETag than the copy has";
        same_etag("etag-disagrees", message, Some(&etag), answered.as_deref())?;
        etags.push(etag);
    }
    let message = "the copy of other content of the same size has the ETag of the copy before it";
    ensure(etags[0] != etags[1], "etag-unchanged", message, "another ETag", &etags[1])
}

/// HEAD, GET and LIST must show one ETag for the object, and it must be what the profile promises.
async fn ensure_one_etag(c: &CheckContext<'_>, key: &str, bytes: &Bytes) -> Result<String, Stop> {
    let body = c.get(key, bytes.len()).await?;
    same(key, bytes, &body.bytes)?;
    let head = c.head(key).await?.etag;
    let listing = c.list_under(key, 1).await?;
    let listed = listing.into_iter().next().and_then(|entry| entry.etag);
    let expected = match c.etag_profile() {
        EtagProfile::Md5 => Some(format!("\"{}\"", md5_hex(bytes))),
        EtagProfile::Opaque => head.clone(),
    };
    for (operation, etag) in [("HEAD", head), ("GET", body.etag), ("LIST", listed)] {
        let message = format!("{operation} of {key} shows another ETag than it should");
        same_etag("etag-disagrees", message, expected.as_deref(), etag.as_deref())?;
    }
    Ok(expected.unwrap_or_default())
}
