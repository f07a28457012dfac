//! The spelling of answers on the wire, where the `s3s` crate leaves no choice: it writes control characters of keys
//! as they are, which no XML parser takes, and it spells every entity tag right, which the mutations must not.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue};
use s3s::{Body, HttpResponse};

use super::mutation::Mutation;
use super::operation::Operation;
use super::rules::Rules;

/// What a slow listing takes for each object: more than the 100 ms that a listing may.
const SLOW: Duration = Duration::from_millis(110);

/// The answer with its control characters as references, and its tags as the mutation would spell them.
pub(super) async fn respell(response: HttpResponse, operation: Operation, rules: &Rules) -> HttpResponse {
    let quotes = || match () {
        () if rules.breaks(Mutation::EtagUnquoted) => Some(("", "")),
        () if rules.breaks(Mutation::EtagWeak) => Some(("W/\"", "\"")),
        () => None,
    };
    let (mut head, mut body) = response.into_parts();
    if let Some(tag) = head.headers.get(ETAG).and_then(|value| value.to_str().ok())
        && let Some((opening, closing)) = quotes()
        && let Ok(tag) = HeaderValue::try_from(format!("{opening}{}{closing}", tag.trim_matches('"')))
    {
        head.headers.insert(ETAG, tag);
    }
    let names_keys_or_tags =
        operation.is_listing() || matches!(operation, Operation::CopyObject | Operation::DeleteObjects);
    if names_keys_or_tags && let Ok(content) = body.store_all_limited(usize::MAX).await {
        let mut text = refer_to_controls(&String::from_utf8_lossy(&content));
        if text.contains("<ETag>\"")
            && let Some((opening, closing)) = quotes()
        {
            text = text.replace("<ETag>\"", &format!("<ETag>{opening}"));
            text = text.replace("\"</ETag>", &format!("{closing}</ETag>"));
        }
        let entries = text.matches("<Contents>").count();
        if entries >= 20 && rules.breaks(Mutation::ListSlowForMany) {
            tokio::time::sleep(SLOW * u32::try_from(entries).unwrap_or(u32::MAX)).await;
        }
        body = Body::from(text);
    }
    if head.status == StatusCode::NOT_FOUND
        && let Ok(content) = body.store_all_limited(usize::MAX).await
        && String::from_utf8_lossy(&content).contains("NoSuchBucket")
        && rules.breaks(Mutation::NoSuchBucketIsJson)
    {
        head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        head.headers.remove(CONTENT_LENGTH);
        body = Body::from("{\"detail\":\"Not Found\"}".to_owned());
    }
    HttpResponse::from_parts(head, body)
}

/// XML with references for control characters, as S3 writes them; there are none outside of text.
pub(super) fn refer_to_controls(xml: &str) -> String {
    let mut text = String::with_capacity(xml.len());
    for character in xml.chars() {
        if character.is_control() {
            text.push_str("&#");
            text.push_str(&u32::from(character).to_string());
            text.push(';');
        } else {
            text.push(character);
        }
    }
    text
}
