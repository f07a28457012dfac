//! Requests under a condition.

use futures_util::future::join_all;

use crate::checks::capability::Capability::ConditionalWrites;
use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{OTHER_ETAG, ensure, same, shown};
use crate::checks::refusal::{Refusal, refused};
use crate::checks::scope::ANYWHERE;
use crate::checks::scope::Needs::Offered;
use crate::record::Severity::{Cosmetic, DataLoss};
use crate::record::Stop;
use crate::s3::{Condition, Payload, RawRequest};

pub(super) static CHECKS: &[Check] = &[
    Check {
        name: "condition-if-none-match-on-get-is-304",
        severity: Cosmetic,
        rule: "GET with If-None-Match is 304 where the ETag is the object's, and the object where it is not",
        consequence: "a cache downloads again what it holds already",
        source: "RFC 9110, 13.1.2; S3 API reference, GetObject, If-None-Match",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let bytes = c.bytes("object", 100);
            c.put("object", &bytes).await?;
            let etag = shown(c.get("object", bytes.len()).await?.etag.as_deref());
            let get = |condition| c.s3.get_if(c.bucket(), "object", condition, 100);
            let body = get(Condition::MatchesNot(OTHER_ETAG)).await?;
            same("GET with another ETag in If-None-Match", &bytes, &body.bytes)?;
            let answer = get(Condition::MatchesNot(&etag)).await;
            let what = format!("GET with \"If-None-Match: {etag}\", the ETag of the object,");
            refused(&what, &answer, Refusal::with(304).unless_is("condition-ignored"))
        },
    },
    Check {
        name: "condition-if-match-on-get-is-412",
        severity: Cosmetic,
        rule: "GET with an If-Match that is not the object's ETag is 412",
        consequence: "a download that is resumed goes on in another version of the file",
        source: "RFC 9110, 13.1.1; S3 API reference, GetObject, If-Match",
        scope: ANYWHERE,
        body: &async |c: &CheckContext| {
            let bytes = c.bytes("object", 100);
            c.put("object", &bytes).await?;
            let answer = c.s3.get_if(c.bucket(), "object", Condition::Matches(OTHER_ETAG), 100).await;
            let what = format!("GET with \"If-Match: {OTHER_ETAG}\", which is not the ETag of the object,");
            refused(&what, &answer, Refusal::with(412).unless_is("condition-ignored"))
        },
    },
    Check {
        name: "condition-put-if-none-match",
        severity: DataLoss,
        rule: "PUT with `If-None-Match: *` on a key that exists is refused with 412 and leaves the object; a server without conditional writes says 501",
        consequence: "of two clients that both create a lock or a file, one silently overwrites the other's",
        source: "S3 user guide, conditional writes; RFC 9110, 13.1.2",
        scope: ANYWHERE.needing(Offered(ConditionalWrites)),
        body: &put_if_none_match,
    },
    Check {
        name: "condition-put-if-match",
        severity: DataLoss,
        rule: "PUT with an If-Match that is not the object's ETag is refused with 412 and leaves the object; a server without conditional writes says 501",
        consequence: "of two clients that both change a file, one silently overwrites what the other wrote",
        source: "S3 user guide, conditional writes; RFC 9110, 13.1.1",
        scope: ANYWHERE,
        body: &put_if_match,
    },
    Check {
        name: "condition-put-if-absent-race",
        severity: DataLoss,
        rule: "of several PUTs with `If-None-Match: *` on one key at the same time one wins, and its content is what is stored",
        consequence: "two clients hold the same lock, and one destroys what the other writes",
        source: "S3 user guide, conditional writes: the first to finish succeeds, others are 412 or 409",
        scope: ANYWHERE.needing(Offered(ConditionalWrites)),
        body: &put_race,
    },
];

async fn put_if_none_match(c: &CheckContext<'_>) -> Result<(), Stop> {
    let (first, second) = (c.bytes("first", 100), c.bytes("second", 100));
    c.put("object", &first).await?;
    let answer = c.s3.put_if_absent(c.bucket(), "object", second).await;
    if answer.is_err() {
        c.holds_as("object after a refused PUT with \"If-None-Match: *\"", "object", &first).await?;
    }
    let refusal = Refusal::with(412).accepted_is("condition-ignored").otherwise_is("condition-refused");
    refused("PUT with \"If-None-Match: *\" on a key that exists", &answer, refusal)
}

async fn put_if_match(c: &CheckContext<'_>) -> Result<(), Stop> {
    let (first, second) = (c.bytes("first", 100), c.bytes("second", 100));
    c.put("object", &first).await?;
    let request = RawRequest::to_object("PUT", c.bucket(), "object").with("if-match", OTHER_ETAG);
    let answer = c.ask(&request.carrying(Payload::Hashed(second))).await?;
    let what = format!("PUT with \"If-Match: {OTHER_ETAG}\", which is not the object's ETag,");
    c.holds_as(format!("object after {what} answered with {answer}"), "object", &first).await?;
    // A server may have `If-None-Match: *` alone, as S3 itself had at first.
    if answer.status == 501 {
        return Err(Stop::Skipped("overwrites under If-Match are not supported".to_owned()));
    }
    refused(&what, &answer, Refusal::with(412).unless_is("condition-refused"))
}

/// Clients that race for one key.
const RACERS: usize = 8;

async fn put_race(c: &CheckContext<'_>) -> Result<(), Stop> {
    c.writes("lock");
    let contents: Vec<_> = (0..RACERS).map(|racer| c.bytes(&racer.to_string(), 2_000)).collect();
    let puts = contents.iter().map(|bytes| c.s3.put_if_absent(c.bucket(), "lock", bytes.clone()));
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
    c.holds_as("object of the PUT that was accepted", "lock", &contents[winners[0]]).await
}
