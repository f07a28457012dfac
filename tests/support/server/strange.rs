//! Answers of mutations that break a rule before a request is understood at all: by its path, its host or its query.

use hyper::header::HOST;
use hyper::{Method, Request, StatusCode};
use s3s::HttpResponse;

use super::fault::{error, typed};
use super::mutation::Mutation;
use super::rules::Rules;

/// The answer that the mutation gives to a request, no matter who sent it.
pub(super) fn answer<B>(rules: &Rules, request: &Request<B>) -> Option<HttpResponse> {
    let path = request.uri().path();
    let query = request.uri().query().unwrap_or_default();
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if query.starts_with("location") && rules.breaks(Mutation::LocationIsAListing) {
        let listing = "<ListBucketResult><Name>bucket</Name><IsTruncated>false</IsTruncated></ListBucketResult>";
        return Some(typed(StatusCode::OK, "application/xml", listing.to_owned().into()));
    }
    if ["/docs", "/docs/"].contains(&path) && request.method() == Method::GET && rules.breaks(Mutation::DocsIsAPage) {
        return Some(typed(StatusCode::OK, "text/html", "<!DOCTYPE html><title>docs</title>".to_owned().into()));
    }
    let is_missing = (header(HOST.as_str()).starts_with("localhost") && rules.breaks(Mutation::LocalhostIsABucket))
        || (header("x-amz-copy-source").starts_with('/') && rules.breaks(Mutation::CopySourceSlashRefused));
    if is_missing {
        return Some(error(StatusCode::NOT_FOUND, "NoSuchBucket"));
    }
    let is_bucket = request.method() == Method::PUT && path.trim_matches('/').split('/').count() == 1;
    if is_bucket && path.chars().any(char::is_uppercase) && rules.breaks(Mutation::CapitalBucketAccepted) {
        return Some(HttpResponse::default());
    }
    let breaks_down = query.contains("max-keys=many") && rules.breaks(Mutation::MaxKeysMalformedIs500);
    breaks_down.then(|| error(StatusCode::INTERNAL_SERVER_ERROR, "InternalError"))
}
