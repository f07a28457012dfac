//! How errors are told, and what requests for subresources of an object may do to it.

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content, shown};
use crate::record::{CheckSpec, Severity, Stop};
use crate::s3::{Payload, RawRequest, RequestError, content_md5};

pub(super) const CODES: Check = Check {
    spec: CheckSpec {
        name: "object-error-codes-are-xml",
        severity: Severity::BreaksClients,
        rule: "an error names its S3 code in XML: requests to a bucket that is not there are 404 NoSuchBucket",
        consequence: "clients that create the bucket on NoSuchBucket, or go on after it, end with an error that says nothing",
        source: "S3 API reference, error responses",
    },
    body: |context| codes(context).boxed(),
};

async fn codes(context: &CheckContext<'_>) -> Result<(), Stop> {
    let missing = format!("{}-never", context.bucket());
    let s3 = &context.s3;
    let answers = [
        ("GetObject", s3.get(&missing, "object", 1_000).await.map(drop)),
        ("PutObject", s3.put(&missing, "object", context.bytes("object", 10)).await.map(drop)),
        ("ListObjectsV2", s3.list_page(&missing, "", None, None).await.map(drop)),
        ("DeleteBucket", s3.delete_bucket(&missing).await),
    ];
    for (operation, answer) in answers {
        let actual = match answer {
            Ok(()) => "success".to_owned(),
            Err(error) if error.status() == Some(404) && error.code() == Some("NoSuchBucket") => continue,
            Err(error @ (RequestError::Rejected { .. } | RequestError::Broken { .. })) => error.to_string(),
            Err(error) => return Err(error.into()),
        };
        let message = format!("{operation} in a bucket that is not there is not refused in S3's words");
        ensure(false, "error-code", message, "404 with the code NoSuchBucket", actual)?;
    }
    Ok(())
}

pub(super) const SUBRESOURCES: Check = Check {
    spec: CheckSpec {
        name: "object-subresource-requests-leave-data-alone",
        severity: Severity::DataLoss,
        rule: "a request for a subresource of an object (PUT ?tagging, DELETE ?tagging, PUT ?acl) leaves content and tag as they are, whatever it is answered",
        consequence: "a tool that tags a file, or sets who may read it, replaces the file by the tag, or deletes it",
        source: "S3 API reference, PutObjectTagging, DeleteObjectTagging, PutObjectAcl",
    },
    body: |context| subresources(context).boxed(),
};

const TAGGING: &str = r#"<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"#;

async fn subresources(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 1_000);
    context.put("object", &bytes).await?;
    let tag = context.head("object").await?.etag;
    for (method, name, content) in [("PUT", "acl", ""), ("PUT", "tagging", TAGGING), ("DELETE", "tagging", "")] {
        let mut request = RawRequest::to_object(method, context.bucket(), "object");
        request.query.push((name.to_owned(), String::new()));
        if name == "acl" {
            request = request.with("x-amz-acl", "private");
        }
        if !content.is_empty() {
            request = request.with("content-md5", content_md5(content.as_bytes()));
            request = request.carrying(Payload::Hashed(content.into()));
        }
        let answer = context.ask(&request).await?;
        let what = format!("the object after {method} ?{name}");
        let found = context.s3.head(context.bucket(), "object").await?;
        let message = format!("{what}, answered with {answer}, is gone");
        let now = found.map(|head| head.etag);
        ensure(now.is_some(), "object-deleted", message, "the object", "404")?;
        let body = context.get("object", bytes.len()).await?;
        ensure_content(&what, &bytes, &body.bytes)?;
        let message = format!("{what} has another tag");
        ensure(now == Some(tag.clone()), "etag-changed", message, shown(tag.as_deref()), shown(body.etag.as_deref()))?;
    }
    Ok(())
}
