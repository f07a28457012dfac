//! Unusual requests on buckets: created twice, with awkward names, under another name of the host, for subresources.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, same, same_keys};
use crate::checks::refusal::{Refusal, refused};
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::{BreaksClients, Cosmetic, DataLoss};
use crate::record::Stop;
use crate::s3::{Payload, RawRequest, content_md5};

/// Paths at which web frameworks like to put pages of their own.
const RESERVED: [&str; 3] = ["docs", "redoc", "openapi.json"];
/// Host and port as in the README of every tool for local servers.
const LOCALHOST: &str = "localhost:9000";

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "bucket-create-twice",
        severity: BreaksClients,
        rule: "CreateBucket of one's own bucket succeeds again or is 409 BucketAlreadyOwnedByYou, and what is in it stays",
        consequence: "a client that creates its bucket before every backup takes it for somebody else's, or empties it",
        source: "S3 API reference, CreateBucket, error BucketAlreadyOwnedByYou; boto3 and terraform tell it from BucketAlreadyExists",
        scope: ANYWHERE,
        body: &create_twice,
    },
    Check {
        name: "bucket-location-is-xml",
        severity: BreaksClients,
        rule: "GET of a bucket's location is answered with a LocationConstraint, empty or not",
        consequence: "restic and everything else built on minio-go, which ask for it first, get no further",
        source: "S3 API reference, GetBucketLocation; minio-go, getBucketLocation",
        scope: ANYWHERE,
        body: &location,
    },
    Check {
        name: "bucket-reserved-looking-names",
        severity: BreaksClients,
        rule: "buckets called `docs`, `redoc` and `openapi.json` are buckets like all others",
        consequence: "whoever calls a bucket so gets pages of a web framework in place of the listing",
        source: "S3 user guide, bucket naming rules; FastAPI serves its own pages there unless told otherwise",
        scope: ANYWHERE,
        body: &reserved_names,
    },
    Check {
        name: "bucket-localhost-host-header",
        severity: BreaksClients,
        rule: "a request with `Host: localhost:9000` is path style: the bucket stands in the path and not in the host",
        consequence: "every example with http://localhost:… ends with NoSuchBucket",
        source: "S3 user guide, virtual hosting of buckets: path-style requests",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let bytes = c.bytes("object", 100);
            c.put("object", &bytes).await?;
            let answer = c.ask(&RawRequest::to_object("GET", c.bucket(), "object").with("host", LOCALHOST)).await?;
            let message = format!("GET with \"Host: {LOCALHOST}\" is not answered with the object");
            ensure(answer.status == 200, "localhost-not-path-style", message, "200", answer.to_string())?;
            same(format!("GET with \"Host: {LOCALHOST}\""), &bytes, &answer.body)
        },
    },
    Check {
        name: "bucket-subresource-requests-leave-bucket-alone",
        severity: DataLoss,
        rule: "a request for a subresource of a bucket, such as DELETE ?policy, neither deletes nor creates the bucket, whatever it is answered",
        consequence: "a tool that removes a bucket's policy or lifecycle removes the bucket",
        source: "S3 API reference, DeleteBucketPolicy, DeleteBucketLifecycle, PutBucketVersioning",
        scope: ANYWHERE,
        body: &subresources,
    },
    Check {
        name: "bucket-name-rules",
        severity: BreaksClients,
        rule: "a bucket's name may have dots, and up to 63 characters",
        consequence: "a backup that ran against S3 cannot be moved to this server under its name",
        source: "S3 user guide, bucket naming rules",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let name = c.bucket();
            for name in [format!("{name}.dot.dot"), format!("{name:x<63}")] {
                usable(c, &name).await.map_err(|stop| about(&name, stop))?;
            }
            Ok(())
        },
    },
    Check {
        name: "bucket-bad-names-are-refused",
        severity: Cosmetic,
        rule: "a bucket's name with capitals, an underscore, a hyphen at its end or 64 characters is refused with 400 InvalidBucketName",
        consequence: "a backup cannot be moved to S3, which has no such bucket",
        source: "S3 user guide, bucket naming rules; S3 API reference, error InvalidBucketName",
        scope: ANYWHERE,
        body: &bad_names,
    },
];

async fn create_twice(c: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = c.bytes("object", 100);
    c.put("object", &bytes).await?;
    let answer = c.s3.create_bucket(c.bucket()).await;
    c.holds_as("object in a bucket that was created again", "object", &bytes).await?;
    if answer.is_ok() {
        return Ok(());
    }
    let refusal = Refusal::with_code(&["BucketAlreadyOwnedByYou"]).otherwise_is("create-twice");
    refused("CreateBucket of one's own bucket, where it does not succeed,", &answer, refusal)
}

async fn location(c: &CheckContext<'_>) -> Result<(), Stop> {
    let answer = c.ask(&subresource("GET", c.bucket(), "location")).await?;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let root = text.split('<').map(str::trim_end).find(|part| part.starts_with(|first: char| first.is_alphabetic()));
    let is_location = root.is_some_and(|root| root.starts_with("LocationConstraint"));
    ensure(
        answer.status == 200 && is_location,
        "location-not-xml",
        "the answer to GetBucketLocation is not a LocationConstraint",
        "200 with <LocationConstraint>",
        format!("{answer}, {}", root.map_or("no XML".to_owned(), |root| format!("<{root}"))),
    )
}

async fn reserved_names(c: &CheckContext<'_>) -> Result<(), Stop> {
    let taken = c.s3.bucket_names().await?;
    let free: Vec<_> = RESERVED.into_iter().filter(|name| !taken.iter().any(|other| other == name)).collect();
    if free.is_empty() {
        return Err(Stop::Skipped("buckets of these names are there already, and are not the run's own".to_owned()));
    }
    for name in free {
        usable(c, name).await.map_err(|stop| about(name, stop))?;
        // Without a slash at the end of the path, as boto3 sends it and the Rust SDK does not.
        let answer = c.ask(&subresource("GET", name, "prefix").querying("list-type", "2")).await?;
        let is_listing = String::from_utf8_lossy(&answer.body).contains("<ListBucketResult");
        let message = format!("GET /{name}?list-type=2 is not answered with a listing");
        let actual = format!("{answer}, {}", answer.header("content-type").unwrap_or("no Content-Type"));
        ensure(is_listing, "listing-is-a-page", message, "<ListBucketResult>", actual)?;
    }
    Ok(())
}

async fn bad_names(c: &CheckContext<'_>) -> Result<(), Stop> {
    let name = c.bucket();
    let refusal = Refusal::with(400).and_code(&["InvalidBucketName"]).unless_is("bad-name-accepted");
    for name in [format!("{name}-X"), format!("{name}_x"), format!("{name}-"), format!("{name:x<64}")] {
        let answer = c.ask(&RawRequest::to_path("PUT", format!("/{name}"))).await?;
        if answer.is_success() {
            c.lease(&name);
        }
        refused(&format!("CreateBucket of {name}"), &answer, refusal)?;
    }
    Ok(())
}

/// Creates a bucket and sees that it keeps an object and lists it.
async fn usable(c: &CheckContext<'_>, name: &str) -> Result<(), Stop> {
    let lease = c.lease(name);
    c.s3.create_bucket(name).await?;
    let bytes = c.bytes(name, 100);
    lease.writes("object");
    c.s3.put(name, "object", bytes.clone()).await?;
    let listing = c.s3.list_all(name, "", None, 1).await?;
    let keys: Vec<_> = listing.iter().map(|entry| entry.key.as_str()).collect();
    same_keys("listing-incomplete", "the listing is not the one object", &["object"], &keys)?;
    let body = c.s3.get(name, "object", 100).await?;
    same("object", &bytes, &body.bytes)
}

/// A failure with the name of the bucket that it is about.
fn about(bucket: &str, stop: Stop) -> Stop {
    match stop {
        Stop::Failed(mut failure) => {
            failure.message = format!("bucket {bucket}: {}", failure.message);
            failure.into()
        }
        stop => stop,
    }
}

const VERSIONING: &str = r#"<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>"#;

async fn subresources(c: &CheckContext<'_>) -> Result<(), Stop> {
    for name in ["policy", "lifecycle", "cors", "tagging"] {
        let answer = c.ask(&subresource("DELETE", c.bucket(), name)).await?;
        let found = c.s3.bucket_exists(c.bucket()).await?;
        let message = format!("DELETE ?{name} of a bucket deleted the bucket");
        ensure(found, "bucket-deleted", message, "the bucket", format!("404, after {answer}"))?;
    }
    let missing = format!("{}-never", c.bucket());
    c.lease(&missing);
    let request = subresource("PUT", &missing, "versioning").with("content-md5", content_md5(VERSIONING.as_bytes()));
    let answer = c.ask(&request.carrying(Payload::Hashed(VERSIONING.into()))).await?;
    let found = c.s3.bucket_exists(&missing).await?;
    let message = "PUT ?versioning of a bucket that nobody created created it";
    ensure(!found, "bucket-invented", message, "404", format!("200, after {answer}"))?;
    // A server that answers everything with yes has kept nothing.
    let bytes = c.bytes("object", 10);
    c.put("object", &bytes).await?;
    c.holds("object", &bytes).await
}

fn subresource(method: &'static str, bucket: &str, name: &str) -> RawRequest {
    RawRequest::to_path(method, format!("/{bucket}")).querying(name, "")
}
