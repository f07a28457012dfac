//! How the server reports errors, and what requests for subresources of an object may do to it.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, shown};
use crate::checks::refusal::{Refusal, refused};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::Stop;
use crate::s3::{Payload, RawRequest, content_md5};

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "object-subresource-requests-leave-data-alone",
        severity: DataLoss,
        rule: "a request for a subresource of an object (PUT ?tagging, DELETE ?tagging, PUT ?acl) leaves content and ETag as they are, whatever it is answered",
        consequence: "a tool that tags a file, or sets who may read it, replaces the file by the tag, or deletes it",
        source: "S3 API reference, PutObjectTagging, DeleteObjectTagging, PutObjectAcl",
        scope: ANYWHERE,
        body: &subresources,
    },
    Check {
        name: "object-error-codes-are-xml",
        severity: BreaksClients,
        rule: "an error names its S3 code in XML: requests to a bucket that is not there are 404 NoSuchBucket",
        consequence: "clients that create the bucket on NoSuchBucket, or go on after it, end with an error that says nothing",
        source: "S3 API reference, error responses",
        scope: ANYWHERE,
        body: &codes,
    },
];

async fn codes(c: &CheckContext<'_>) -> Result<(), Stop> {
    let missing = format!("{}-never", c.bucket());
    let s3 = &c.s3;
    let answers = [
        ("GetObject", s3.get(&missing, "object", 1_000).await.map(drop)),
        ("PutObject", s3.put(&missing, "object", c.bytes("object", 10)).await.map(drop)),
        ("ListObjectsV2", s3.list_page(&missing, "", None, None).await.map(drop)),
        ("DeleteBucket", s3.delete_bucket(&missing).await),
    ];
    let refusal = Refusal::with(404).and_code(&["NoSuchBucket"]).unless_is("error-code");
    for (operation, answer) in answers {
        refused(&format!("{operation} in a bucket that is not there"), &answer, refusal)?;
    }
    Ok(())
}

const TAGGING: &str = r#"<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"#;

async fn subresources(c: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = c.bytes("object", 1_000);
    c.put("object", &bytes).await?;
    let etag = c.head("object").await?.etag;
    for (method, name, content) in [("PUT", "acl", ""), ("PUT", "tagging", TAGGING), ("DELETE", "tagging", "")] {
        let mut request = RawRequest::to_object(method, c.bucket(), "object").querying(name, "");
        if name == "acl" {
            request = request.with("x-amz-acl", "private");
        }
        if !content.is_empty() {
            request = request.with("content-md5", content_md5(content.as_bytes()));
            request = request.carrying(Payload::Hashed(content.into()));
        }
        let answer = c.ask(&request).await?;
        let what = format!("the object after {method} ?{name}");
        let message = format!("{what}, answered with {answer}, is gone");
        ensure(c.finds("object").await?, "object-deleted", message, "the object", "404")?;
        c.holds_as(&what, "object", &bytes).await?;
        let now = c.head("object").await?.etag;
        let message = format!("{what} has another ETag");
        ensure(now == etag, "etag-changed", message, shown(etag.as_deref()), shown(now.as_deref()))?;
    }
    Ok(())
}
