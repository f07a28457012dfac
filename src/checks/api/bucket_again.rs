//! Buckets under awkward circumstances: created twice, with awkward names, asked by another name of the host, asked for subresources.

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content};
use crate::record::{CheckSpec, Severity, Stop};
use crate::s3::{Payload, RawRequest, content_md5};

pub(super) const CREATE_TWICE: Check = Check {
    spec: CheckSpec {
        name: "bucket-create-twice",
        severity: Severity::BreaksClients,
        rule: "CreateBucket of one's own bucket succeeds again or is 409 BucketAlreadyOwnedByYou, and what is in it stays",
        consequence: "a client that creates its bucket before every backup takes it for somebody else's, or empties it",
        source: "S3 API reference, CreateBucket, error BucketAlreadyOwnedByYou; boto3 and terraform tell it from BucketAlreadyExists",
    },
    body: |context| create_twice(context).boxed(),
};

async fn create_twice(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 100);
    context.put("object", &bytes).await?;
    let answer = context.s3.create_bucket(context.bucket()).await;
    let body = context.get("object", bytes.len()).await?;
    ensure_content("object in a bucket that was created again", &bytes, &body.bytes)?;
    match answer {
        Ok(()) => Ok(()),
        Err(error) if error.code() == Some("BucketAlreadyOwnedByYou") => Ok(()),
        Err(error) if error.status().is_some() => {
            let message = "CreateBucket of one's own bucket is refused in other words than S3's";
            ensure(false, "create-twice", message, "200, or 409 BucketAlreadyOwnedByYou", error.to_string())
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) const LOCATION: Check = Check {
    spec: CheckSpec {
        name: "bucket-location-is-xml",
        severity: Severity::BreaksClients,
        rule: "GET of a bucket's location is answered with a LocationConstraint, empty or not",
        consequence: "restic and everything else built on minio-go, which ask for it first, get no further",
        source: "S3 API reference, GetBucketLocation; minio-go, getBucketLocation",
    },
    body: |context| location(context).boxed(),
};

async fn location(context: &CheckContext<'_>) -> Result<(), Stop> {
    let answer = context.ask(&subresource("GET", context.bucket(), "location")).await?;
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

/// Paths at which web frameworks like to put pages of their own.
const RESERVED: [&str; 3] = ["docs", "redoc", "openapi.json"];

pub(super) const RESERVED_NAMES: Check = Check {
    spec: CheckSpec {
        name: "bucket-reserved-looking-names",
        severity: Severity::BreaksClients,
        rule: "buckets called `docs`, `redoc` and `openapi.json` are buckets like all others",
        consequence: "whoever calls a bucket so gets pages of a web framework in place of the listing",
        source: "S3 user guide, bucket naming rules; FastAPI serves its own pages there unless told otherwise",
    },
    body: |context| reserved_names(context).boxed(),
};

async fn reserved_names(context: &CheckContext<'_>) -> Result<(), Stop> {
    let taken = context.s3.bucket_names().await?;
    let free: Vec<_> = RESERVED.into_iter().filter(|name| !taken.iter().any(|other| other == name)).collect();
    if free.is_empty() {
        return Err(Stop::Skipped("buckets of these names are there already, and are not the run's own".to_owned()));
    }
    for name in free {
        usable(context, name).await.map_err(|stop| about(name, stop))?;
        // Without a slash at the end of the path, as boto3 sends it and the Rust SDK does not.
        let mut request = subresource("GET", name, "prefix");
        request.query.push(("list-type".to_owned(), "2".to_owned()));
        let answer = context.ask(&request).await?;
        let is_listing = String::from_utf8_lossy(&answer.body).contains("<ListBucketResult");
        let message = format!("GET /{name}?list-type=2 is not answered with a listing");
        let actual = format!("{answer}, {}", answer.header("content-type").unwrap_or("no Content-Type"));
        ensure(is_listing, "listing-is-a-page", message, "<ListBucketResult>", actual)?;
    }
    Ok(())
}

pub(super) const NAME_RULES: Check = Check {
    spec: CheckSpec {
        name: "bucket-name-rules",
        severity: Severity::BreaksClients,
        rule: "a bucket's name may have dots, and up to 63 characters",
        consequence: "a backup that ran against S3 cannot be moved to this server under its name",
        source: "S3 user guide, bucket naming rules",
    },
    body: |context| name_rules(context).boxed(),
};

async fn name_rules(context: &CheckContext<'_>) -> Result<(), Stop> {
    let name = context.bucket();
    for name in [format!("{name}.dot.dot"), format!("{name:x<63}")] {
        usable(context, &name).await.map_err(|stop| about(&name, stop))?;
    }
    Ok(())
}

pub(super) const BAD_NAMES: Check = Check {
    spec: CheckSpec {
        name: "bucket-bad-names-are-refused",
        severity: Severity::Cosmetic,
        rule: "a bucket's name with capitals, an underscore, a hyphen at its end or 64 characters is refused with 400 InvalidBucketName",
        consequence: "a backup cannot be moved to S3, which has no such bucket",
        source: "S3 user guide, bucket naming rules; S3 API reference, error InvalidBucketName",
    },
    body: |context| bad_names(context).boxed(),
};

async fn bad_names(context: &CheckContext<'_>) -> Result<(), Stop> {
    let name = context.bucket();
    for name in [format!("{name}-X"), format!("{name}_x"), format!("{name}-"), format!("{name:x<64}")] {
        let answer = context.ask(&RawRequest::to_path("PUT", format!("/{name}"))).await?;
        if (200..300).contains(&answer.status) {
            context.lease(&name);
        }
        let refused = answer.status == 400 && answer.code().as_deref() == Some("InvalidBucketName");
        let message = format!("CreateBucket of {name} is not refused as it should be");
        ensure(refused, "bad-name-accepted", message, "400 InvalidBucketName", answer.to_string())?;
    }
    Ok(())
}

/// Creates a bucket and sees that it keeps an object and lists it.
async fn usable(context: &CheckContext<'_>, name: &str) -> Result<(), Stop> {
    let lease = context.lease(name);
    context.s3.create_bucket(name).await?;
    let bytes = context.bytes(name, 100);
    lease.writes("object");
    context.s3.put(name, "object", bytes.clone()).await?;
    let listing = context.s3.list_all(name, "", None, 1).await?;
    let keys: Vec<_> = listing.iter().map(|entry| entry.key.as_str()).collect();
    ensure(keys == ["object"], "listing-incomplete", "the listing is not the one object", "object", keys.join(", "))?;
    let body = context.s3.get(name, "object", 100).await?;
    ensure_content("object", &bytes, &body.bytes)
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

/// Host and port as in the README of every tool for local servers.
const LOCALHOST: &str = "localhost:9000";

pub(super) const LOCALHOST_HOST: Check = Check {
    spec: CheckSpec {
        name: "bucket-localhost-host-header",
        severity: Severity::BreaksClients,
        rule: "a request with `Host: localhost:9000` is path style: the bucket stands in the path and not in the host",
        consequence: "every example with http://localhost:… ends with NoSuchBucket",
        source: "S3 user guide, virtual hosting of buckets: path-style requests",
    },
    body: |context| localhost_host(context).boxed(),
};

async fn localhost_host(context: &CheckContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 100);
    context.put("object", &bytes).await?;
    let answer = context.ask(&RawRequest::to_object("GET", context.bucket(), "object").with("host", LOCALHOST)).await?;
    let message = format!("GET with \"Host: {LOCALHOST}\" is not answered with the object");
    ensure(answer.status == 200, "localhost-not-path-style", message, "200", answer.to_string())?;
    ensure_content(&format!("GET with \"Host: {LOCALHOST}\""), &bytes, &answer.body)
}

pub(super) const SUBRESOURCES: Check = Check {
    spec: CheckSpec {
        name: "bucket-subresource-requests-leave-bucket-alone",
        severity: Severity::DataLoss,
        rule: "a request for a subresource of a bucket, such as DELETE ?policy, neither deletes nor creates the bucket, whatever it is answered",
        consequence: "a tool that removes a bucket's policy or lifecycle removes the bucket",
        source: "S3 API reference, DeleteBucketPolicy, DeleteBucketLifecycle, PutBucketVersioning",
    },
    body: |context| subresources(context).boxed(),
};

const VERSIONING: &str = r#"<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>"#;

async fn subresources(context: &CheckContext<'_>) -> Result<(), Stop> {
    for name in ["policy", "lifecycle", "cors", "tagging"] {
        let answer = context.ask(&subresource("DELETE", context.bucket(), name)).await?;
        let found = context.s3.bucket_exists(context.bucket()).await?;
        let message = format!("DELETE ?{name} of a bucket deleted the bucket");
        ensure(found, "bucket-deleted", message, "the bucket", format!("404, after {answer}"))?;
    }
    let missing = format!("{}-never", context.bucket());
    context.lease(&missing);
    let request = subresource("PUT", &missing, "versioning").with("content-md5", content_md5(VERSIONING.as_bytes()));
    let answer = context.ask(&request.carrying(Payload::Hashed(VERSIONING.into()))).await?;
    let found = context.s3.bucket_exists(&missing).await?;
    let message = "PUT ?versioning of a bucket that nobody created created it";
    ensure(!found, "bucket-invented", message, "404", format!("200, after {answer}"))?;
    // A server that answers everything with yes has kept nothing.
    let bytes = context.bytes("object", 10);
    context.put("object", &bytes).await?;
    let body = context.get("object", bytes.len()).await?;
    ensure_content("object", &bytes, &body.bytes)
}

fn subresource(method: &'static str, bucket: &str, name: &str) -> RawRequest {
    let mut request = RawRequest::to_path(method, format!("/{bucket}"));
    request.query.push((name.to_owned(), String::new()));
    request
}
