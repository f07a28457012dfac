//! Symptoms in the tags that a user gives an object.

use aws_sdk_s3::types::{Tag, Tagging};

use crate::server::Behaviour;
use crate::test_server::client::{BUCKET, Fixture, status};

/// Status of giving a tag, the number of tags that come back, and the content afterwards.
async fn tagging(behaviour: Behaviour) -> (Option<u16>, usize, Vec<u8>) {
    let fixture = Fixture::start(behaviour).await;
    fixture.put("key", "content").await;
    let tag = Tag::builder().key("kind").value("backup").build().unwrap();
    let tagging = Tagging::builder().tag_set(tag).build().unwrap();
    let answer = fixture.s3.put_object_tagging().bucket(BUCKET).key("key").tagging(tagging).send().await;
    let answer = answer.map_or_else(|error| status(&error), |_| Some(200));
    let found = fixture.s3.get_object_tagging().bucket(BUCKET).key("key").send().await;
    (answer, found.map_or(0, |output| output.tag_set.len()), fixture.get("key").await.0)
}

pub(crate) async fn is_not_implemented(behaviour: Behaviour) -> bool {
    tagging(behaviour).await == (Some(501), 0, b"content".to_vec())
}

pub(crate) async fn is_forgotten(behaviour: Behaviour) -> bool {
    tagging(behaviour).await == (Some(200), 0, b"content".to_vec())
}

pub(crate) async fn replaces_the_content(behaviour: Behaviour) -> bool {
    tagging(behaviour).await.2 != b"content"
}
