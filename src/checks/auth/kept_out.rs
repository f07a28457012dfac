//! Users without access read, store and delete nothing.

use time::Duration;

use super::old_object::{OldObject, nothing_under};
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::refusal::{Refusal, refused};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::{Cosmetic, Security};
use crate::record::Stop;
use crate::s3::{Payload, Prepared, Proof, Raw, RawRequest};

/// A key under which nothing may be stored.
const NEW: &str = "new";

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "auth-bad-secret-is-403",
        severity: Security,
        rule: "requests signed with another secret are 403: they read, list, store and delete nothing",
        consequence: "anybody who knows the access key, which is no secret, reads and deletes everything",
        source: "S3 API reference, error responses: SignatureDoesNotMatch",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let raw = c.raw();
            let other = raw.signing_with(raw.access_key(), "not-the-secret-of-this-server-0123456789");
            kept_out(c, other, Proof::Header, "a request signed with another secret").await
        },
    },
    Check {
        name: "auth-unknown-access-key-is-403",
        severity: Security,
        rule: "requests signed with an access key that the server does not know are 403",
        consequence: "anybody reads and deletes everything",
        source: "S3 API reference, error responses: InvalidAccessKeyId",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let other = c.raw().signing_with("NOBODYKNOWSTHISKEY00", "not-the-secret-of-this-server-0123456789");
            kept_out(c, other, Proof::Header, "a request signed with an unknown access key").await
        },
    },
    Check {
        name: "auth-anonymous-is-403",
        severity: Security,
        rule: "requests without a signature are 403: they read, list, store and delete nothing",
        consequence: "anybody reads and deletes everything",
        source: "S3 API reference, error responses: AccessDenied",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| kept_out(c, c.raw(), Proof::Nothing, "an anonymous request").await,
    },
    Check {
        name: "auth-tampered-request-is-403",
        severity: Security,
        rule: "a request whose method, path, parameters or signed headers were changed after it was signed is 403",
        consequence: "anybody who sees one request on the wire can turn it into others, such as a deletion",
        source: "S3 API reference, Authenticating Requests: what the signature covers",
        scope: ANYWHERE,
        body: &tampered,
    },
    Check {
        name: "auth-clock-skew-is-refused",
        severity: Cosmetic,
        rule: "a request that was signed an hour ago, or will be in an hour, is refused",
        consequence: "a request that was recorded once can be sent again at any time",
        source: "S3 API reference, error responses: RequestTimeTooSkewed",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let old = OldObject::store(c).await?;
            let raw = c.raw();
            for (what, clock) in [("an hour ago", Duration::HOUR * -1), ("an hour ahead", Duration::HOUR)] {
                let bytes = Payload::Hashed(c.bytes(what, 500));
                let request = RawRequest::to_object("PUT", c.bucket(), OldObject::KEY).carrying(bytes).by_clock(clock);
                old.survives(c, &raw, &raw.prepare(&request)?, &format!("an upload signed {what}")).await?;
            }
            Ok(())
        },
    },
];

async fn kept_out(c: &CheckContext<'_>, raw: Raw, proof: Proof, who: &str) -> Result<(), Stop> {
    let old = OldObject::store(c).await?;
    c.writes(NEW);
    let bytes = || Payload::Hashed(c.bytes("intruder", 500));
    let (bucket, root) = (c.bucket(), format!("/{}", c.bucket()));
    let requests = [
        RawRequest::to_object("GET", bucket, OldObject::KEY),
        RawRequest::to_object("HEAD", bucket, OldObject::KEY),
        RawRequest::to_path("GET", root.as_str()).querying("list-type", "2"),
        RawRequest::to_path("GET", "/"),
        RawRequest::to_object("PUT", bucket, NEW).carrying(bytes()),
        RawRequest::to_object("PUT", bucket, OldObject::KEY).carrying(bytes()),
        RawRequest::to_object("PUT", bucket, NEW).with("x-amz-copy-source", format!("{bucket}/{}", OldObject::KEY)),
        RawRequest::to_object("DELETE", bucket, OldObject::KEY),
        RawRequest::to_path("DELETE", root.as_str()),
    ];
    for request in requests {
        let what = format!("{} of {}, {who}", request.method, place(&request.path, bucket));
        let answer = raw.send(&raw.prepare(&request.proving(proof))?).await?;
        refused(&what, &answer, Refusal::with(403))?;
        old.remains(c, &what).await?;
        nothing_under(c, NEW, &what).await?;
    }
    Ok(())
}

/// A path without the bucket's name, which is another one in every run.
fn place(path: &str, bucket: &str) -> String {
    path.replacen(bucket, "BUCKET", 1)
}

/// What is changed after a request was signed.
type Change = fn(&mut Prepared);

async fn tampered(c: &CheckContext<'_>) -> Result<(), Stop> {
    let old = OldObject::store(c).await?;
    c.writes(NEW);
    let (raw, bucket) = (c.raw(), c.bucket());
    let object = |method, key| RawRequest::to_object(method, bucket, key);
    let presigned = Proof::Query { expires_seconds: 600 };
    let upload = object("PUT", NEW).carrying(Payload::Unsigned(c.bytes("intruder", 500)));
    let header = upload.clone().with("x-amz-meta-owner", "me");
    let listing = RawRequest::to_path("GET", format!("/{bucket}")).querying("prefix", "nothing");
    let changes: [(&str, RawRequest, Change); 7] = [
        ("another path", object("GET", NEW), |request| request.target = request.target.replace("/new", "/kept")),
        ("another method", object("GET", "kept"), |request| request.method = "DELETE"),
        ("another path in an upload", upload, |request| request.target = request.target.replace("/new", "/kept")),
        ("another signed header", header, |request| request.replace("x-amz-meta-owner", "you")),
        ("another parameter", listing, |request| request.target = request.target.replace("nothing", "")),
        ("another path in a presigned URL", object("GET", NEW).proving(presigned), |request| {
            request.target = request.target.replace("/new?", "/kept?");
        }),
        ("another method with a presigned URL", object("GET", "kept").proving(presigned), |request| {
            request.method = "DELETE";
        }),
    ];
    for (what, request, change) in changes {
        let mut prepared = raw.prepare(&request)?;
        change(&mut prepared);
        let what = format!("a request signed for {what}");
        refused(&what, &raw.send(&prepared).await?, Refusal::with(403))?;
        old.remains(c, &what).await?;
        nothing_under(c, NEW, &what).await?;
    }
    Ok(())
}
