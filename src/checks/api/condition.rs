//! Requests under a condition.

use futures_util::FutureExt;
use futures_util::future::join_all;

use crate::checks::capability::Capability;
use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{OTHER_TAG, ensure, ensure_content, shown};
use crate::record::{CheckSpec, Severity, Stop};
use crate::s3::{Body, Condition, Payload, RawRequest, RequestError};

pub(super) const GET_IF_NONE_MATCH: Check = Check {
    spec: CheckSpec {
        name: "condition-if-none-match-on-get-is-304",
        severity: Severity::Cosmetic,
        rule: "GET with If-None-Match is 304 where the tag is the object's, and the object where it is not",
        consequence: "a cache downloads again what it holds already",
        source: "RFC 9110, 13.1.2; S3 API reference, GetObject, If-None-Match",
    },
    body: |context| get_if_none_match(context).boxed(),
};

async fn get_if_none_match(context: &CheckContext<'_>) -> Result<(), Stop> {
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

pub(super) const GET_IF_MATCH: Check = Check {
    spec: CheckSpec {
        name: "condition-if-match-on-get-is-412",
        severity: Severity::Cosmetic,
        rule: "GET with an If-Match that is not the object's tag is 412",
        consequence: "a download that is resumed goes on in another version of the file",
        source: "RFC 9110, 13.1.1; S3 API reference, GetObject, If-Match",
    },
    body: |context| get_if_match(context).boxed(),
};

async fn get_if_match(context: &CheckContext<'_>) -> Result<(), Stop> {
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

pub(super) const PUT_IF_NONE_MATCH: Check = Check {
    spec: CheckSpec {
        name: "condition-put-if-none-match",
        severity: Severity::DataLoss,
        rule: "PUT with `If-None-Match: *` on a key that exists is refused with 412 and leaves the object; a server without conditional writes says 501",
        consequence: "of two clients that both create a lock or a file, one silently overwrites the other's",
        source: "S3 user guide, conditional writes; RFC 9110, 13.1.2",
    },
    body: |context| put_if_none_match(context).boxed(),
};

async fn put_if_none_match(context: &CheckContext<'_>) -> Result<(), Stop> {
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

pub(super) const PUT_IF_MATCH: Check = Check {
    spec: CheckSpec {
        name: "condition-put-if-match",
        severity: Severity::DataLoss,
        rule: "PUT with an If-Match that is not the object's tag is refused with 412 and leaves the object; a server without conditional writes says 501",
        consequence: "of two clients that both change a file, one silently overwrites what the other wrote",
        source: "S3 user guide, conditional writes; RFC 9110, 13.1.1",
    },
    body: |context| put_if_match(context).boxed(),
};

async fn put_if_match(context: &CheckContext<'_>) -> Result<(), Stop> {
    let (first, second) = (context.bytes("first", 100), context.bytes("second", 100));
    context.put("object", &first).await?;
    let request = RawRequest::to_object("PUT", context.bucket(), "object").with("if-match", OTHER_TAG);
    let answer = context.ask(&request.carrying(Payload::Hashed(second))).await?;
    let body = context.get("object", first.len()).await?;
    let what = format!("object after PUT with \"If-Match: {OTHER_TAG}\", which is not its tag, answered with {answer}");
    ensure_content(&what, &first, &body.bytes)?;
    // A server may have `If-None-Match: *` alone, as S3 itself had at first.
    if answer.status == 501 {
        return Err(Stop::Skipped("overwrites under If-Match are not supported".to_owned()));
    }
    let message = "PUT with an If-Match that is not the object's tag is refused in other words than S3's";
    ensure(answer.status == 412, "condition-refused", message, "412", answer.to_string())
}

/// Clients that race for one key.
const RACERS: usize = 8;

pub(super) const PUT_RACE: Check = Check {
    spec: CheckSpec {
        name: "condition-put-if-absent-race",
        severity: Severity::DataLoss,
        rule: "of several PUTs with `If-None-Match: *` on one key at the same time one wins, and its content is what is stored",
        consequence: "two clients hold the same lock, and one destroys what the other writes",
        source: "S3 user guide, conditional writes: the first to finish succeeds, others are 412 or 409",
    },
    body: |context| put_race(context).boxed(),
};

async fn put_race(context: &CheckContext<'_>) -> Result<(), Stop> {
    context.requires(Capability::ConditionalWrites).await?;
    context.writes("lock");
    let contents: Vec<_> = (0..RACERS).map(|racer| context.bytes(&racer.to_string(), 2_000)).collect();
    let puts = contents.iter().map(|bytes| context.s3.put_if_absent(context.bucket(), "lock", bytes.clone()));
    let mut winners = Vec::new();
    for (racer, answer) in join_all(puts).await.into_iter().enumerate() {
        match answer {
            Ok(_) => winners.push(racer),
            Err(error) if matches!(error.status(), Some(409 | 412)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let message = format!("of {RACERS} PUTs with \"If-None-Match: *\" on one key {} were accepted", winners.len());
    ensure(winners.len() == 1, "condition-ignored", message, "1 accepted", winners.len().to_string())?;
    let body = context.get("lock", 2_000).await?;
    ensure_content("object of the PUT that was accepted", &contents[winners[0]], &body.bytes)
}
