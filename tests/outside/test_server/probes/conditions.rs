//! Symptoms in requests under a condition.

use aws_sdk_s3::primitives::ByteStream;

use crate::server::Behaviour;
use crate::test_server::client::{BUCKET, Fixture, status};

const OTHER: &str = "\"00000000000000000000000000000000\"";

/// Statuses of GET with the tag in If-None-Match, and with another in If-Match.
async fn reading(behaviour: Behaviour) -> [Option<u16>; 2] {
    let fixture = Fixture::start(behaviour).await;
    let tag = fixture.put("key", "content").await.unwrap();
    let get = || fixture.s3.get_object().bucket(BUCKET).key("key");
    [get().if_none_match(tag).send().await, get().if_match(OTHER).send().await]
        .map(|answer| answer.map_or_else(|error| status(&error), |_| Some(200)))
}

/// Status of PUT with `If-None-Match: *` over an object, and the content afterwards.
async fn writing(behaviour: Behaviour) -> (Option<u16>, Vec<u8>) {
    let fixture = Fixture::start(behaviour).await;
    fixture.put("key", "old").await;
    let request = fixture.s3.put_object().bucket(BUCKET).key("key").body(ByteStream::from_static(b"new"));
    let answer = request.if_none_match("*").send().await.map_or_else(|error| status(&error), |_| Some(200));
    (answer, fixture.get("key").await.0)
}

pub(crate) async fn if_none_match_is_ignored(behaviour: Behaviour) -> bool {
    reading(behaviour).await == [Some(200), Some(412)]
}

pub(crate) async fn if_match_is_ignored(behaviour: Behaviour) -> bool {
    reading(behaviour).await == [Some(304), Some(200)]
}

pub(crate) async fn are_no_hindrance_to_writing(behaviour: Behaviour) -> bool {
    writing(behaviour).await == (Some(200), b"new".to_vec())
}

pub(crate) async fn refuse_and_write(behaviour: Behaviour) -> bool {
    writing(behaviour).await == (Some(412), b"new".to_vec())
}

pub(crate) async fn are_not_implemented(behaviour: Behaviour) -> bool {
    writing(behaviour).await == (Some(501), b"old".to_vec())
}
