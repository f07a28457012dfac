//! Tags of copies, and of objects whose metadata alone was replaced.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content, shown};
use crate::record::{CheckSpec, Severity, Stop};
use crate::s3::Attributes;
use crate::server::EtagProfile;
use crate::workload::md5_hex;

pub(super) const METADATA_ONLY: Check = Check {
    spec: CheckSpec {
        name: "metadata-only-replace",
        severity: Severity::Cosmetic,
        rule: "where metadata alone is replaced, by a copy of the object onto itself, PUT, HEAD, GET and LIST go on to agree, on the MD5 where tags are that",
        consequence: "a sync takes every file whose modification time was set for changed",
        source: "S3 API reference, Object ETag: it reflects changes to the content, not to the metadata",
    },
    body: |context| metadata_only(context).boxed(),
};

async fn metadata_only(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 2_000);
    context.put("object", &bytes).await?;
    let metadata = BTreeMap::from([("mtime".to_owned(), "1700000000".to_owned())]);
    let attributes = Attributes { metadata, ..Attributes::default() };
    context.s3.replace_attributes(context.bucket(), "object", &attributes).await?;
    ensure_one_tag(context, "object", &bytes).await.map(drop)
}

pub(super) const COPY: Check = Check {
    spec: CheckSpec {
        name: "copy-etag",
        severity: Severity::DataLoss,
        rule: "a copy over an older copy of an edited source has another tag than before, the same in every answer",
        consequence: "a sync between two places on the server keeps the old version of a modified file",
        source: "S3 API reference, CopyObject and Object ETag",
    },
    body: |context| copy(context).boxed(),
};

async fn copy(context: &CheckContext<'_>) -> Result<(), Stop> {
    let versions = [Bytes::from_static(b"Content version 1"), Bytes::from_static(b"Content version 2")];
    let mut tags = Vec::new();
    for bytes in &versions {
        context.put("source", bytes).await?;
        let answered = context.copy("source", "copy").await?;
        let tag = ensure_one_tag(context, "copy", bytes).await?;
        let message = "CopyObject answers with another tag than the copy has";
        ensure(answered.as_ref() == Some(&tag), "etag-disagrees", message, &tag, shown(answered.as_deref()))?;
        tags.push(tag);
    }
    let message = "the copy of other content of the same size has the tag of the copy before it";
    ensure(tags[0] != tags[1], "etag-unchanged", message, "another tag", &tags[1])
}

/// HEAD, GET and LIST must show one tag for the object, and it must be what the profile promises.
async fn ensure_one_tag(context: &CheckContext<'_>, key: &str, bytes: &Bytes) -> Result<String, Stop> {
    let body = context.get(key, bytes.len()).await?;
    ensure_content(key, bytes, &body.bytes)?;
    let head = context.head(key).await?.etag;
    let listing = context.s3.list_all(context.bucket(), key, None, 1).await?;
    let listed = listing.into_iter().next().and_then(|entry| entry.etag);
    let expected = match context.etag_profile {
        EtagProfile::Md5 => Some(format!("\"{}\"", md5_hex(bytes))),
        EtagProfile::Opaque => head.clone(),
    };
    for (operation, tag) in [("HEAD", head), ("GET", body.etag), ("LIST", listed)] {
        let message = format!("{operation} of {key} shows another tag than it should");
        ensure(
            tag.is_some() && tag == expected,
            "etag-disagrees",
            message,
            shown(expected.as_deref()),
            shown(tag.as_deref()),
        )?;
    }
    Ok(expected.unwrap_or_default())
}
