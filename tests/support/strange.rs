//! Answers of mutations that break a rule before a request is understood at all: by its path, its host or its query.

use hyper::header::HOST;
use hyper::{Method, Request, StatusCode};
use s3s::HttpResponse;

use super::fault::{error, typed};
use super::mutation::Mutation;

/// The answer that the mutation has for a request, whoever sent it.
pub(super) fn answer<B>(mutation: Option<Mutation>, request: &Request<B>) -> Option<HttpResponse> {
    let path = request.uri().path();
    let query = request.uri().query().unwrap_or_default();
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match mutation? {
        Mutation::LocationIsAListing if query.starts_with("location") => {
            let listing = "<ListBucketResult><Name>bucket</Name><IsTruncated>false</IsTruncated></ListBucketResult>";
            Some(typed(StatusCode::OK, "application/xml", listing.to_owned().into()))
        }
        Mutation::DocsIsAPage if path == "/docs" || path == "/docs/" => (request.method() == Method::GET)
            .then(|| typed(StatusCode::OK, "text/html", "<!DOCTYPE html><title>docs</title>".to_owned().into())),
        Mutation::LocalhostIsABucket if header(HOST.as_str()).starts_with("localhost") => {
            Some(error(StatusCode::NOT_FOUND, "NoSuchBucket"))
        }
        Mutation::CapitalBucketAccepted if request.method() == Method::PUT => {
            let is_bucket = path.trim_matches('/').split('/').count() == 1;
            (is_bucket && path.chars().any(char::is_uppercase)).then(HttpResponse::default)
        }
        Mutation::CopySourceSlashRefused if header("x-amz-copy-source").starts_with('/') => {
            Some(error(StatusCode::NOT_FOUND, "NoSuchBucket"))
        }
        Mutation::MaxKeysMalformedIs500 if query.contains("max-keys=many") => {
            Some(error(StatusCode::INTERNAL_SERVER_ERROR, "InternalError"))
        }
        _ => None,
    }
}
