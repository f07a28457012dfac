//! Multipart uploads on a server without them: it has to say so, and must not mistake any of their requests for one to the object.

use crate::checks::capability::{Capability, MultipartRequest, answered};
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, same};
use crate::checks::refusal::{Refusal, refused};
use crate::checks::scope::{ANYWHERE, Needs, Scope};
use crate::record::Severity::{BreaksClients, DataLoss};
use crate::record::{Failure, Stop};

const WHERE_NOT_OFFERED: Scope = ANYWHERE.needing(Needs::NotOffered(Capability::Multipart));

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "multipart-unsupported-is-refused-without-side-effects",
        severity: DataLoss,
        rule: "a server without multipart uploads refuses each of their requests with 4xx or 501, and neither changes the object of that key nor creates one",
        consequence: "a client that uploads a large file over an old one leaves a fragment in its place, or nothing",
        source: "S3 API reference, UploadPart and AbortMultipartUpload: they concern an upload, not the object",
        scope: WHERE_NOT_OFFERED,
        body: &without_side_effects,
    },
    Check {
        name: "multipart-unsupported-is-501",
        severity: BreaksClients,
        rule: "a server without multipart uploads answers CreateMultipartUpload with 501 NotImplemented",
        consequence: "clients repeat what can never work, and their message does not help the user",
        source: "S3 API reference, error NotImplemented",
        scope: WHERE_NOT_OFFERED,
        body: &async |c: &CheckContext| {
            let answer = c.s3.create_upload(c.bucket(), "object").await.map(drop);
            // Where it is accepted, it was refused a moment ago.
            let refusal = Refusal::with(501).and_code(&["NotImplemented"]).accepted_is("multipart-unsteady");
            refused("CreateMultipartUpload", &answer, refusal.otherwise_is("refused-in-other-words"))
        },
    },
];

async fn without_side_effects(c: &CheckContext<'_>) -> Result<(), Stop> {
    let refusal = Refusal::ANY.accepted_is("multipart-accepted");
    for request in MultipartRequest::ALL {
        let (key, free, name) = (format!("object-{request:?}"), format!("free-{request:?}"), request.name());
        let old = c.bytes(&key, 3_000);
        c.put(&key, &old).await?;
        let answer = request.send(&c.s3, c.bucket(), &key).await;
        let after = match c.s3.get(c.bucket(), &key, old.len() as u64).await {
            Ok(body) => body.bytes,
            Err(error) => {
                let error = answered(error)?;
                let message = format!("{name} takes the object of its key along: {error}");
                return Err(Failure::new("object-destroyed", message, "the object as it was", error.to_string()).into());
            }
        };
        same(format!("object after {name}"), &old, &after)?;
        refused(name, &answer, refusal)?;
        c.writes(&free);
        let answer = request.send(&c.s3, c.bucket(), &free).await;
        let came = c.finds(&free).await?;
        ensure(!came, "object-invented", format!("{name} stores an object where none was"), "404", "200")?;
        refused(name, &answer, refusal)?;
    }
    Ok(())
}
