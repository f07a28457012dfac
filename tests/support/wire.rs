//! The spelling of entity tags on the wire, which the `s3s` crate always gets right: the mutations that spell them wrong
//! rewrite its answers here.

use hyper::header::{ETAG, HeaderValue};
use s3s::{Body, HttpResponse};

use super::mutation::Mutation;
use super::operation::Operation;

/// The answer as the mutation would spell its tags.
pub(super) async fn respell(response: HttpResponse, operation: Operation, mutation: Option<Mutation>) -> HttpResponse {
    let opening = match mutation {
        Some(Mutation::EtagUnquoted) => "",
        Some(Mutation::EtagWeak) => "W/\"",
        _ => return response,
    };
    let closing = if opening.is_empty() { "" } else { "\"" };
    let (mut head, mut body) = response.into_parts();
    let tag = head.headers.get(ETAG).and_then(|value| value.to_str().ok()).map(|value| value.trim_matches('"'));
    if let Some(Ok(tag)) = tag.map(|tag| HeaderValue::try_from(format!("{opening}{tag}{closing}"))) {
        head.headers.insert(ETAG, tag);
    }
    if (operation.is_listing() || operation == Operation::CopyObject)
        && let Ok(text) = body.store_all_limited(usize::MAX).await
    {
        let text = String::from_utf8_lossy(&text);
        let text = text.replace("<ETag>\"", &format!("<ETag>{opening}"));
        body = Body::from(text.replace("\"</ETag>", &format!("{closing}</ETag>")));
    }
    HttpResponse::from_parts(head, body)
}
