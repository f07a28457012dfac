//! CopyObject.

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content, shown};
use crate::record::{CheckSpec, Failure, Severity, Stop};
use crate::server::EtagProfile;
use crate::workload::md5_hex;

pub(super) const CONTENT_AND_ETAG: Check = Check {
    spec: CheckSpec {
        name: "copy-content-and-etag",
        severity: Severity::DataLoss,
        rule: "a copy has the source's content and one tag in every answer, the MD5 where tags are that; the source stays",
        consequence: "a renamed file is lost, or is uploaded again and again",
        source: "S3 API reference, CopyObject",
    },
    body: |context| content_and_etag(context).boxed(),
};

async fn content_and_etag(context: &CheckContext<'_>) -> Result<(), Stop> {
    for size in [0, 70_000] {
        let (source, destination) = (format!("source-{size}"), format!("copies/of-{size}"));
        let bytes = context.bytes(&source, size);
        context.put(&source, &bytes).await?;
        let answered = context.copy(&source, &destination).await?;
        for key in [&destination, &source] {
            let body = context.get(key, size).await?;
            ensure_content(key, &bytes, &body.bytes)?;
        }
        let head = context.head(&destination).await?.etag;
        let expected = match context.etag_profile {
            EtagProfile::Md5 => format!("\"{}\"", md5_hex(&bytes)),
            EtagProfile::Opaque => shown(head.as_deref()),
        };
        for (operation, tag) in [("CopyObject", answered), ("HEAD of the copy", head)] {
            let message = format!("the tag in the answer to {operation} is not that of the content");
            ensure(tag.as_deref() == Some(&expected), "etag-disagrees", message, &expected, shown(tag.as_deref()))?;
        }
    }
    Ok(())
}

pub(super) const MISSING_SOURCE: Check = Check {
    spec: CheckSpec {
        name: "copy-missing-source-is-404",
        severity: Severity::DataLoss,
        rule: "a copy of a key that was never stored is 404 NoSuchKey and leaves the destination as it was",
        consequence: "a rename of a file that another client deleted destroys the one of the new name",
        source: "S3 API reference, CopyObject and error NoSuchKey",
    },
    body: |context| missing_source(context).boxed(),
};

async fn missing_source(context: &CheckContext<'_>) -> Result<(), Stop> {
    const EXPECTED: &str = "404 NoSuchKey";
    let bytes = context.bytes("object", 100);
    context.put("destination", &bytes).await?;
    let actual = match context.s3.copy(context.bucket(), "never-stored", "destination").await {
        Ok(_) => "200".to_owned(),
        Err(error) if error.status() == Some(404) && error.code() == Some("NoSuchKey") => EXPECTED.to_owned(),
        Err(error) if error.status().is_some() => error.to_string(),
        Err(error) => return Err(error.into()),
    };
    let message = "a copy of a key that was never stored is not refused as it should be";
    ensure(actual == EXPECTED, "copy-of-nothing", message, EXPECTED, actual)?;
    let body = context.get("destination", bytes.len()).await?;
    ensure_content("destination", &bytes, &body.bytes)
}

pub(super) const ENCODED_SOURCE: Check = Check {
    spec: CheckSpec {
        name: "copy-source-encoded",
        severity: Severity::BreaksClients,
        rule: "the source of a copy is URL-encoded: a key with a space and a plus is found by `%20` and `%2B`",
        consequence: "rclone cannot rename a file whose name has a space",
        source: "S3 API reference, CopyObject, x-amz-copy-source",
    },
    body: |context| encoded_source(context).boxed(),
};

async fn encoded_source(context: &CheckContext<'_>) -> Result<(), Stop> {
    const SOURCE: &str = "dir/a file+more.txt";
    let bytes = context.bytes("object", 100);
    context.put(SOURCE, &bytes).await?;
    context.copy(SOURCE, "copy").await.map_err(|stop| match stop {
        Stop::Failed(failure) => {
            let message =
                format!("\"{SOURCE}\", URL-encoded as the source of a copy, cannot be copied: {}", failure.message);
            Failure { message, ..failure }.into()
        }
        stop => stop,
    })?;
    let body = context.get("copy", bytes.len()).await?;
    ensure_content("copy", &bytes, &body.bytes)
}
