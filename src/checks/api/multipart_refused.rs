//! Uploads in parts, on a server that takes none: it has to say so, and to mistake none of their requests for one to the object.

use futures_util::FutureExt;

use crate::checks::capability::{Capability, MultipartRequest, answered, is_not_implemented};
use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content, is_refusal};
use crate::record::{CheckSpec, Failure, Severity, Stop};
use crate::s3::RequestError;

pub(super) const WITHOUT_SIDE_EFFECTS: Check = Check {
    spec: CheckSpec {
        name: "multipart-unsupported-is-refused-without-side-effects",
        severity: Severity::DataLoss,
        rule: "a server without multipart uploads refuses each of their requests with 4xx or 501, the object of that key stays as it is, and where none was none comes",
        consequence: "a client that uploads a large file over an old one leaves a fragment in its place, or nothing",
        source: "S3 API reference, UploadPart and AbortMultipartUpload: they concern an upload, not the object",
    },
    body: |context| without_side_effects(context).boxed(),
};

async fn without_side_effects(context: &CheckContext<'_>) -> Result<(), Stop> {
    unless_supported(context).await?;
    for request in MultipartRequest::ALL {
        let (key, free, name) = (format!("object-{request:?}"), format!("free-{request:?}"), request.name());
        let old = context.bytes(&key, 3_000);
        context.put(&key, &old).await?;
        let answer = request.send(&context.s3, context.bucket(), &key).await;
        let after = match context.s3.get(context.bucket(), &key, old.len() as u64).await {
            Ok(body) => body.bytes,
            Err(error) => {
                let error = answered(error)?;
                let message = format!("{name} takes the object of its key along: {error}");
                return Err(Failure::new("object-destroyed", message, "the object as it was", error.to_string()).into());
            }
        };
        ensure_content(&format!("object after {name}"), &old, &after)?;
        refused(name, answer)?;
        context.writes(&free);
        let answer = request.send(&context.s3, context.bucket(), &free).await;
        let came = context.s3.head(context.bucket(), &free).await?.is_some();
        ensure(!came, "object-invented", format!("{name} stores an object where none was"), "404", "200")?;
        refused(name, answer)?;
    }
    Ok(())
}

/// Fails a check unless a request was refused.
fn refused(name: &str, answer: Result<(), RequestError>) -> Result<(), Stop> {
    let Err(error) = answer else {
        let message = format!("{name} is accepted by a server that takes no uploads in parts");
        return Err(Failure::new("multipart-accepted", message, "a refusal", "success").into());
    };
    let error = answered(error)?;
    let message = format!("{name} is not refused, but fails");
    let holds = error.status().is_some_and(is_refusal);
    ensure(holds, "refused-otherwise", message, "HTTP 4xx or 501", error.to_string())
}

pub(super) const NOT_IMPLEMENTED: Check = Check {
    spec: CheckSpec {
        name: "multipart-unsupported-is-501",
        severity: Severity::BreaksClients,
        rule: "a server without multipart uploads answers CreateMultipartUpload with 501 NotImplemented",
        consequence: "clients repeat what can never work, and tell their user nothing of use",
        source: "S3 API reference, error NotImplemented",
    },
    body: |context| not_implemented(context).boxed(),
};

async fn not_implemented(context: &CheckContext<'_>) -> Result<(), Stop> {
    unless_supported(context).await?;
    match context.s3.create_upload(context.bucket(), "object").await {
        // It was refused a moment ago.
        Ok(_) => {
            Err(Failure::new("multipart-unsteady", "CreateMultipartUpload is accepted the second time", "501", "200")
                .into())
        }
        Err(error) => {
            let error = answered(error)?;
            let message = "CreateMultipartUpload is refused in other words than S3's";
            ensure(
                is_not_implemented(&error),
                "refused-in-other-words",
                message,
                "501 NotImplemented",
                error.to_string(),
            )
        }
    }
}

/// Skips a check on a server that takes multipart uploads.
async fn unless_supported(context: &CheckContext<'_>) -> Result<(), Stop> {
    if context.offer(Capability::Multipart).await?.applies {
        return Err(Stop::Skipped("multipart uploads are supported".to_owned()));
    }
    Ok(())
}
