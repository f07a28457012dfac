//! Which operation a request asks for, by its method, path and query: for the log, and for faults of one operation.

use hyper::{Method, Request};

/// An operation of S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    /// `GET /`
    ListBuckets,
    /// `PUT /bucket`
    CreateBucket,
    /// `HEAD /bucket`
    HeadBucket,
    /// `GET /bucket?location`
    GetBucketLocation,
    /// `DELETE /bucket`
    DeleteBucket,
    /// `GET /bucket`
    ListObjects,
    /// `GET /bucket?list-type=2`
    ListObjectsV2,
    /// `POST /bucket?delete`
    DeleteObjects,
    /// `PUT /bucket/key`
    PutObject,
    /// `PUT /bucket/key` with a source to copy
    CopyObject,
    /// `GET /bucket/key`
    GetObject,
    /// `HEAD /bucket/key`
    HeadObject,
    /// `DELETE /bucket/key`
    DeleteObject,
    /// Whatever the server does not have.
    Other,
}

/// Query parameters that turn a request to a bucket or an object into another operation.
const SUBRESOURCES: [&str; 20] = [
    "accelerate",
    "acl",
    "attributes",
    "cors",
    "encryption",
    "legal-hold",
    "lifecycle",
    "logging",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "retention",
    "tagging",
    "uploadId",
    "uploads",
    "versioning",
    "versions",
    "website",
];

impl Operation {
    /// The operation of a request in path style.
    pub(super) fn of<B>(request: &Request<B>) -> Self {
        let path = request.uri().path().trim_start_matches('/');
        let query = request.uri().query().unwrap_or_default();
        let asks = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
        if SUBRESOURCES.into_iter().any(asks) {
            return Self::Other;
        }
        let on_object = path.split_once('/').is_some_and(|(_, key)| !key.is_empty());
        match (request.method(), path.is_empty(), on_object) {
            (&Method::GET, true, _) => Self::ListBuckets,
            (&Method::PUT, false, false) => Self::CreateBucket,
            (&Method::HEAD, false, false) => Self::HeadBucket,
            (&Method::DELETE, false, false) => Self::DeleteBucket,
            (&Method::POST, false, false) if asks("delete") => Self::DeleteObjects,
            (&Method::GET, false, false) if asks("location") => Self::GetBucketLocation,
            (&Method::GET, false, false) if asks("list-type") => Self::ListObjectsV2,
            (&Method::GET, false, false) => Self::ListObjects,
            (&Method::PUT, false, true) if request.headers().contains_key("x-amz-copy-source") => Self::CopyObject,
            (&Method::PUT, false, true) => Self::PutObject,
            (&Method::GET, false, true) => Self::GetObject,
            (&Method::HEAD, false, true) => Self::HeadObject,
            (&Method::DELETE, false, true) => Self::DeleteObject,
            _ => Self::Other,
        }
    }

    /// Whether it lists objects.
    pub(super) fn is_listing(self) -> bool {
        matches!(self, Self::ListObjects | Self::ListObjectsV2)
    }
}
