//! Those who have no business here are kept out: nothing is read, stored or deleted by them.

use futures_util::FutureExt;
use time::Duration;

use super::kept::{Kept, nothing_under};
use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::ensure;
use crate::record::{CheckSpec, Severity, Stop};
use crate::s3::{Payload, Prepared, Proof, Raw, RawAnswer, RawRequest};

/// A key under which nothing may be stored.
const NEW: &str = "new";

pub(super) const BAD_SECRET: Check = Check {
    spec: CheckSpec {
        name: "auth-bad-secret-is-403",
        severity: Severity::Security,
        rule: "requests signed with another secret are 403: they read, list, store and delete nothing",
        consequence: "whoever knows the access key, which is no secret, reads and deletes everything",
        source: "S3 API reference, error responses: SignatureDoesNotMatch",
    },
    body: |context| {
        let raw = context.raw();
        let other = raw.signing_with(raw.access_key(), "not-the-secret-of-this-server-0123456789");
        kept_out(context, other, Proof::Header, "a request signed with another secret").boxed()
    },
};

pub(super) const UNKNOWN_ACCESS_KEY: Check = Check {
    spec: CheckSpec {
        name: "auth-unknown-access-key-is-403",
        severity: Severity::Security,
        rule: "requests signed with an access key that the server does not know are 403",
        consequence: "anybody reads and deletes everything",
        source: "S3 API reference, error responses: InvalidAccessKeyId",
    },
    body: |context| {
        let other = context.raw().signing_with("NOBODYKNOWSTHISKEY00", "not-the-secret-of-this-server-0123456789");
        kept_out(context, other, Proof::Header, "a request signed with an unknown access key").boxed()
    },
};

pub(super) const ANONYMOUS: Check = Check {
    spec: CheckSpec {
        name: "auth-anonymous-is-403",
        severity: Severity::Security,
        rule: "requests without a signature are 403: they read, list, store and delete nothing",
        consequence: "anybody reads and deletes everything",
        source: "S3 API reference, error responses: AccessDenied",
    },
    body: |context| kept_out(context, context.raw(), Proof::Nothing, "an anonymous request").boxed(),
};

async fn kept_out(context: &CheckContext<'_>, raw: Raw, proof: Proof, who: &str) -> Result<(), Stop> {
    let kept = Kept::store(context).await?;
    context.writes(NEW);
    let bytes = || Payload::Hashed(context.bytes("intruder", 500));
    let (bucket, root) = (context.bucket(), format!("/{}", context.bucket()));
    let mut listing = RawRequest::to_path("GET", root.as_str());
    listing.query.push(("list-type".to_owned(), "2".to_owned()));
    let requests = [
        RawRequest::to_object("GET", bucket, kept.key),
        RawRequest::to_object("HEAD", bucket, kept.key),
        listing,
        RawRequest::to_path("GET", "/"),
        RawRequest::to_object("PUT", bucket, NEW).carrying(bytes()),
        RawRequest::to_object("PUT", bucket, kept.key).carrying(bytes()),
        RawRequest::to_object("PUT", bucket, NEW).with("x-amz-copy-source", format!("{bucket}/{}", kept.key)),
        RawRequest::to_object("DELETE", bucket, kept.key),
        RawRequest::to_path("DELETE", root.as_str()),
    ];
    for request in requests {
        let what = format!("{} of {}, {who}", request.method, place(&request.path, bucket));
        let answer = raw.send(&raw.prepare(&request.proving(proof))?).await?;
        forbidden(&what, &answer)?;
        kept.remains(context, &what).await?;
        nothing_under(context, NEW, &what).await?;
    }
    Ok(())
}

/// A path without the bucket's name, which is another one in every run.
fn place(path: &str, bucket: &str) -> String {
    path.replacen(bucket, "BUCKET", 1)
}

/// Fails a check unless the answer is 403.
pub(super) fn forbidden(what: &str, answer: &RawAnswer) -> Result<(), Stop> {
    let kind = if answer.is_success() { "accepted" } else { "refused-otherwise" };
    ensure(answer.status == 403, kind, format!("{what}, is not 403"), "HTTP 403", answer.to_string())
}

pub(super) const TAMPERED: Check = Check {
    spec: CheckSpec {
        name: "auth-tampered-request-is-403",
        severity: Severity::Security,
        rule: "a request whose method, path, parameters or signed headers were changed after it was signed is 403",
        consequence: "whoever sees one request on the wire makes others of it, such as a deletion",
        source: "S3 API reference, Authenticating Requests: what the signature covers",
    },
    body: |context| tampered(context).boxed(),
};

/// What is changed after a request was signed.
type Change = fn(&mut Prepared);

async fn tampered(context: &CheckContext<'_>) -> Result<(), Stop> {
    let kept = Kept::store(context).await?;
    context.writes(NEW);
    let (raw, bucket) = (context.raw(), context.bucket());
    let object = |method, key| RawRequest::to_object(method, bucket, key);
    let presigned = Proof::Query { expires_seconds: 600 };
    let upload = object("PUT", NEW).carrying(Payload::Unsigned(context.bytes("intruder", 500)));
    let header = upload.clone().with("x-amz-meta-owner", "me");
    let mut listing = RawRequest::to_path("GET", format!("/{bucket}"));
    listing.query.push(("prefix".to_owned(), "nothing".to_owned()));
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
        forbidden(&what, &raw.send(&prepared).await?)?;
        kept.remains(context, &what).await?;
        nothing_under(context, NEW, &what).await?;
    }
    Ok(())
}

pub(super) const CLOCK_SKEW: Check = Check {
    spec: CheckSpec {
        name: "auth-clock-skew-is-refused",
        severity: Severity::Cosmetic,
        rule: "a request that was signed an hour ago, or will be in an hour, is refused",
        consequence: "a request that was recorded once can be sent again at any time",
        source: "S3 API reference, error responses: RequestTimeTooSkewed",
    },
    body: |context| clock_skew(context).boxed(),
};

async fn clock_skew(context: &CheckContext<'_>) -> Result<(), Stop> {
    let kept = Kept::store(context).await?;
    let raw = context.raw();
    for (what, clock) in [("an hour ago", Duration::HOUR * -1), ("an hour ahead", Duration::HOUR)] {
        let bytes = Payload::Hashed(context.bytes(what, 500));
        let request = RawRequest::to_object("PUT", context.bucket(), kept.key).carrying(bytes).by_clock(clock);
        kept.survives(context, &raw, &raw.prepare(&request)?, &format!("an upload signed {what}")).await?;
    }
    Ok(())
}
