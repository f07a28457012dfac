//! CopyObject.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, shown};
use crate::checks::refusal::{Refusal, refused};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::{Failure, Stop};
use crate::server::EtagProfile;
use crate::workload::md5_hex;

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "copy-content-and-etag",
        severity: DataLoss,
        rule: "a copy has the source's content and one ETag in every answer, the MD5 where ETags are that; the source stays",
        consequence: "a renamed file is lost, or is uploaded again and again",
        source: "S3 API reference, CopyObject",
        scope: ANYWHERE,
        body: &content_and_etag,
    },
    Check {
        name: "copy-missing-source-is-404",
        severity: DataLoss,
        rule: "a copy of a key that was never stored is 404 NoSuchKey and leaves the destination as it was",
        consequence: "a rename of a file that another client deleted destroys the one of the new name",
        source: "S3 API reference, CopyObject and error NoSuchKey",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let bytes = c.bytes("object", 100);
            c.put("destination", &bytes).await?;
            let answer = c.s3.copy(c.bucket(), "never-stored", "destination").await;
            let refusal = Refusal::with(404).and_code(&["NoSuchKey"]).unless_is("copy-of-nothing");
            refused("a copy of a key that was never stored", &answer, refusal)?;
            c.holds("destination", &bytes).await
        },
    },
    Check {
        name: "copy-source-encoded",
        severity: BreaksClients,
        rule: "the source of a copy is URL-encoded: a key with a space and a plus is found by `%20` and `%2B`",
        consequence: "rclone cannot rename a file whose name has a space",
        source: "S3 API reference, CopyObject, x-amz-copy-source",
        scope: ANYWHERE,
        body: &encoded_source,
    },
];

async fn content_and_etag(c: &CheckContext<'_>) -> Result<(), Stop> {
    for size in [0, 70_000] {
        let (source, destination) = (format!("source-{size}"), format!("copies/of-{size}"));
        let bytes = c.bytes(&source, size);
        c.put(&source, &bytes).await?;
        let answered = c.copy(&source, &destination).await?;
        for key in [&destination, &source] {
            c.holds(key, &bytes).await?;
        }
        let head = c.head(&destination).await?.etag;
        let expected = match c.etag_profile() {
            EtagProfile::Md5 => format!("\"{}\"", md5_hex(&bytes)),
            EtagProfile::Opaque => shown(head.as_deref()),
        };
        for (operation, etag) in [("CopyObject", answered), ("HEAD of the copy", head)] {
            let message = format!("the ETag in the answer to {operation} is not that of the content");
            ensure(etag.as_deref() == Some(&expected), "etag-disagrees", message, &expected, shown(etag.as_deref()))?;
        }
    }
    Ok(())
}

async fn encoded_source(c: &CheckContext<'_>) -> Result<(), Stop> {
    const SOURCE: &str = "dir/a file+more.txt";
    let bytes = c.bytes("object", 100);
    c.put(SOURCE, &bytes).await?;
    c.copy(SOURCE, "copy").await.map_err(|stop| match stop {
        Stop::Failed(failure) => {
            let message =
                format!("\"{SOURCE}\", URL-encoded as the source of a copy, cannot be copied: {}", failure.message);
            Failure { message, ..failure }.into()
        }
        stop => stop,
    })?;
    c.holds("copy", &bytes).await
}
