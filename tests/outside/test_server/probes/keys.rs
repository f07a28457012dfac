//! Symptoms in keys.

use aws_sdk_s3::primitives::ByteStream;

use crate::server::Behaviour;
use crate::test_server::client::{BUCKET, Fixture, status};

pub(crate) async fn are_decoded_twice(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    fixture.put("a%20b", "content").await;
    fixture.keys().await == ["a b"] && fixture.get("a%20b").await.0 == b"content"
}

pub(crate) async fn lose_their_slash(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    fixture.put("dir/", "content").await;
    fixture.keys().await == ["dir"] && fixture.get("dir/").await.0 == b"content"
}

pub(crate) async fn exclude_each_other(behaviour: Behaviour) -> bool {
    let fixture = Fixture::start(behaviour).await;
    fixture.put("a", "content").await;
    fixture.put("b/c", "content").await;
    let mut refused = Vec::new();
    for key in ["a/b", "b", "ab", "b/d"] {
        let body = ByteStream::from_static(b"content");
        let answer = fixture.s3.put_object().bucket(BUCKET).key(key).body(body).send().await;
        refused.push(answer.is_err_and(|error| status(&error) == Some(500)));
    }
    refused == [true, true, false, false]
}
