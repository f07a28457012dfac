//! Requests under a condition.

use futures_util::FutureExt;

use crate::model::{CaseSpec, Severity, Stop};
use crate::s3::{Body, Condition, RequestError};
use crate::suites::capability::Capability;
use crate::suites::case::{Case, CaseContext};
use crate::suites::judge::{ensure, ensure_content, shown};

/// A tag that nothing has.
const OTHER_TAG: &str = "\"00000000000000000000000000000000\"";

pub(super) const GET_IF_NONE_MATCH: Case = Case {
    spec: CaseSpec {
        name: "condition-if-none-match-on-get-is-304",
        severity: Severity::Cosmetic,
        rule: "GET with If-None-Match is 304 where the tag is the object's, and the object where it is not",
        consequence: "a cache downloads again what it holds already",
        source: "RFC 9110, 13.1.2; S3 API reference, GetObject, If-None-Match",
    },
    body: |context| get_if_none_match(context).boxed(),
};

async fn get_if_none_match(context: &CaseContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 100);
    context.put("object", &bytes).await?;
    let tag = shown(context.get("object", bytes.len()).await?.etag.as_deref());
    let get = |condition| context.s3.get_if(context.bucket(), "object", condition, 100);
    let body = get(Condition::MatchesNot(OTHER_TAG)).await?;
    ensure_content("GET with another tag in If-None-Match", &bytes, &body.bytes)?;
    let actual = status(get(Condition::MatchesNot(&tag)).await)?;
    let message = format!("GET with \"If-None-Match: {tag}\", the tag of the object, is not 304");
    ensure(actual == "304", "condition-ignored", message, "304", actual)
}

pub(super) const GET_IF_MATCH: Case = Case {
    spec: CaseSpec {
        name: "condition-if-match-on-get-is-412",
        severity: Severity::Cosmetic,
        rule: "GET with an If-Match that is not the object's tag is 412",
        consequence: "a download that is resumed goes on in another version of the file",
        source: "RFC 9110, 13.1.1; S3 API reference, GetObject, If-Match",
    },
    body: |context| get_if_match(context).boxed(),
};

async fn get_if_match(context: &CaseContext<'_>) -> Result<(), Stop> {
    let bytes = context.bytes("object", 100);
    context.put("object", &bytes).await?;
    let condition = Condition::Matches(OTHER_TAG);
    let actual = status(context.s3.get_if(context.bucket(), "object", condition, 100).await)?;
    let message = format!("GET with \"If-Match: {OTHER_TAG}\", which is not the tag of the object, is not 412");
    ensure(actual == "412", "condition-ignored", message, "412", actual)
}

/// The status of an answer, in words where it is one of error.
fn status(answer: Result<Body, RequestError>) -> Result<String, Stop> {
    match answer {
        Ok(body) => Ok(format!("200 with {} bytes", body.bytes.len())),
        Err(error) => match error.status() {
            Some(status @ (304 | 412)) => Ok(status.to_string()),
            Some(_) => Ok(error.to_string()),
            None => Err(error.into()),
        },
    }
}

pub(super) const PUT_IF_NONE_MATCH: Case = Case {
    spec: CaseSpec {
        name: "condition-put-if-none-match",
        severity: Severity::DataLoss,
        rule: "PUT with `If-None-Match: *` on a key that exists is refused with 412 and leaves the object; a server without conditional writes says 501",
        consequence: "of two clients that both create a lock or a file, one silently overwrites the other's",
        source: "S3 user guide, conditional writes; RFC 9110, 13.1.2",
    },
    body: |context| put_if_none_match(context).boxed(),
};

async fn put_if_none_match(context: &CaseContext<'_>) -> Result<(), Stop> {
    context.requires(Capability::ConditionalWrites).await?;
    let (first, second) = (context.bytes("first", 100), context.bytes("second", 100));
    context.put("object", &first).await?;
    let answer = context.s3.put_if_absent(context.bucket(), "object", second.clone()).await;
    let body = context.get("object", first.len()).await?;
    match answer {
        Ok(_) => {
            let what = if body.bytes == second { "and overwritten" } else { "though it is not stored" };
            let message = format!("PUT with \"If-None-Match: *\" on a key that exists is accepted, {what}");
            ensure(false, "condition-ignored", message, "412, and the first object", "200")
        }
        Err(error) if error.status().is_none() => Err(error.into()),
        Err(error) => {
            ensure_content("object after a refused PUT with \"If-None-Match: *\"", &first, &body.bytes)?;
            let message = "PUT with \"If-None-Match: *\" on a key that exists is refused in other words than S3's";
            ensure(error.status() == Some(412), "condition-refused", message, "412", error.to_string())
        }
    }
}
